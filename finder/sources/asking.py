"""Asks for a source to be read: the worker does so next, by its address or by the file that was uploaded for it.

An uploaded file lies in the folder of the instance until it is read, and no longer.
"""

import datetime as dt
import os
from pathlib import Path

from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.audit import Act
from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError
from finder.sources.lookup import source_of

#: Bytes of an uploaded file at most: some 20,000 rows of a table. Larger ones are read on the command line.
MAX_UPLOAD = 8 * 1024 * 1024
#: The folder of them within that of the instance.
UPLOADS = "uploads"
#: The worker reads them within seconds; what lies here longer belongs to a source that is gone.
LONGEST_S = 24 * 60 * 60


def ask_refresh(session: Session, number: int, *, by: str, now: dt.datetime, uploaded: bool = False) -> None:
    """Have the worker read source *number* next.

    Raises NotFoundError, and BadInputError when it has no address and no file was *uploaded*.
    """
    take_lock(session)
    row = source_of(session, number)
    if not row.url and not uploaded:
        raise BadInputError("file", "This source has no address: choose its file.")
    row.due_at = now
    told = Act(act="refresh", target_kind="source", target_id=number)
    audit.append(session, [told], actor=by, reason="from a file" if uploaded else "", now=now)


def keep_upload(folder: Path, number: int, payload: bytes) -> None:
    """Keep the file of source *number* in *folder* until the worker reads it; nobody but this user can read it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{number}.{os.getpid()}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(payload)
    part.replace(folder / str(number))


def upload_of(folder: Path | None, number: int) -> bytes | None:
    """The file that waits for source *number*, or None."""
    path = folder and folder / str(number)
    return path.read_bytes() if path and path.is_file() else None


def drop_upload(folder: Path | None, number: int, payload: bytes | None) -> bool:
    """Remove the file of source *number*, which was read as *payload*; True when another has come since: it stays."""
    waits = upload_of(folder, number)
    if folder is not None and waits is not None and waits == payload:
        (folder / str(number)).unlink()
        return False
    return waits is not None


def forget_uploads(folder: Path, *, now: dt.datetime) -> int:
    """Remove files that nobody has read for a day; gives how many."""
    old = [each for each in folder.glob("*") if now.timestamp() - each.stat().st_mtime > LONGEST_S]
    for each in old:
        each.unlink(missing_ok=True)
    return len(old)
