"""When a worker was last seen at work: the time of an empty file in the data folder."""

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path

NAME = "worker.seen"


def beat(folder: Path, *, now: dt.datetime) -> None:
    """Say that a worker is at work. A full disk or a folder that cannot be written to stops no worker."""
    path = folder / NAME
    with suppress(OSError):
        path.touch(mode=0o600)
        os.utime(path, (now.timestamp(), now.timestamp()))


def last_beat(folder: Path) -> dt.datetime | None:
    """When a worker was last at work here; None when none ever was."""
    try:
        return dt.datetime.fromtimestamp((folder / NAME).stat().st_mtime, dt.UTC)
    except OSError:
        return None
