"""An application that takes as long as a test wants.

``/long`` makes the file ``begun`` in the folder named in FINDER_LONG and answers when the file ``end`` is there.
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer with the number of the process."""
    if environ["PATH_INFO"] == "/long":
        folder = Path(os.environ["FINDER_LONG"])
        (folder / "begun").touch()
        while not (folder / "end").exists():
            threading.Event().wait(0.01)
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
