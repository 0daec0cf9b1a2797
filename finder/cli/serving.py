"""The command that serves the site."""

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import click
import gunicorn.__main__
from gunicorn.app import wsgiapp
from sqlalchemy import select

from finder.cli.screen import error_screen
from finder.cli.toolbox import Toolbox, toolbox_of
from finder.domain.errors import FinderError
from finder.search.gazetteer_build import is_current
from finder.store import migrate
from finder.store.accounts import User

THREADS = 8
#: A threaded worker that keeps what it is asked out of the log.
WORKER = "finder.web.lanes.LaneWorker"


@click.command()
@click.option("--host", help="Address to serve on; otherwise FINDER_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on; otherwise FINDER_PORT.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes; otherwise FINDER_WORKERS.")
@click.option("--worker", "beside", is_flag=True, help="Also work in the background, as `finder worker` does.")
@click.pass_context
def serve(context: click.Context, *, host: str | None, port: int | None, workers: int | None, beside: bool) -> None:
    """Serve the site until it is stopped with Ctrl+C.

    No access log is written: nobody learns who looked.
    """
    toolbox = toolbox_of(context)
    settings = toolbox.settings
    with error_screen().status("Looking whether everything is ready ..."):
        if not migrate.is_current(toolbox.database) or not is_current(toolbox.gazetteer_path):
            raise FinderError(
                "This instance is not ready: run `finder init` first (or `finder init --demo` to try it)."
            )
    address = f"{host or settings.host}:{port or settings.port}"
    for line in (f"Serving on http://{address} (Ctrl+C stops)", *_first_steps(toolbox)):
        error_screen().print(line, markup=False)
    toolbox.database.dispose()
    sys.argv = [  # as if gunicorn had been called; it looks here again when it is told to begin anew
        *(gunicorn.__main__.__file__, "app:app", "--chdir", str(toolbox.root), "--bind", address),
        *("--workers", str(workers or settings.workers), "--worker-class", WORKER, "--threads", str(THREADS)),
        *("--preload", "--log-level", "warning", "--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "15"),
        *("--limit-request-line", "8190", "--worker-tmp-dir", _memory_folder(), "--name", "meeting-finder"),
    ]
    os.environ["FINDER_DATA_DIR"] = str(settings.data_dir)
    if beside:
        _start_worker()
    wsgiapp.run()  # in this process: what is imported already is not read a second time


def _first_steps(toolbox: Toolbox) -> Iterator[str]:
    """What somebody who starts the site for the first time wants to know."""
    settings = toolbox.settings
    with toolbox.database.reading() as session:
        if session.execute(select(User.id).limit(1)).first() is None:
            yield (
                "To approve listings, make yourself an account: "
                ".venv/bin/finder user invite you@example.org --administrator"
            )
    if settings.smtp_url:
        yield f"Mail is sent through {urlsplit(settings.smtp_url).hostname}"
    else:
        yield f"Mail is written to {settings.mail_dir}"


def _start_worker() -> None:
    """Start the worker as a child of this process, which goes on as the server; it ends when the server does.

    It looks at who its parent is: that works wherever Python does, and also when the server is killed.
    """
    command = [sys.executable, "-m", "finder", "worker", "--until-parent", str(os.getpid())]
    subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own interpreter, no shell


def _memory_folder() -> str:
    """Where gunicorn keeps its heartbeat files: memory, where there is such a folder."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"  # noqa: S108 - empty files without names
