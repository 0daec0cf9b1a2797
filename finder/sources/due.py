"""Takes up the source that has been due longest; what goes wrong with one keeps no other from its turn."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import CursorResult, select, update

from finder.domain.errors import FinderError, NotFoundError
from finder.domain.sources import OWN
from finder.sources.asking import drop_upload, upload_of
from finder.sources.refresh import Outcome, Tools, note_failure, refresh
from finder.store.database import Database
from finder.store.source import Source

#: A refresh that was killed is tried again after so long.
CLAIMED = dt.timedelta(minutes=10)


def refresh_next(
    database: Database, *, tools: Callable[[], Tools], now: dt.datetime, uploads: Path | None = None
) -> tuple[str, Outcome] | None:
    """Refresh the source that has been due longest; gives its name and how it went, or None when none is due.

    Whatever goes wrong with one is noted of it, so that the next has its turn. A file that was uploaded for it, in the
    folder *uploads*, is read instead of the address, and removed.
    """
    with database.unit_of_work() as session:
        due = (
            select(Source.id, Source.name, Source.due_at)
            .where(Source.due_at <= now, Source.name != OWN)
            .order_by(Source.due_at, Source.id)
            .limit(1)
        )
        found = session.execute(due).first()
        if found is None:
            return None
        mine = update(Source).where(Source.id == found.id, Source.due_at == found.due_at)
        result = session.execute(mine.values(due_at=now + CLAIMED))
        if not isinstance(result, CursorResult) or result.rowcount != 1:
            return None  # another worker was faster
    payload = upload_of(uploads, found.id)
    taken: Tools | None = None
    try:
        taken = tools()
        outcome = refresh(database, found.id, tools=taken, by="worker", now=now, payload=payload)
    except NotFoundError:
        return None  # it was removed meanwhile
    except FinderError as error:
        outcome = note_failure(database, found.id, str(error), by="worker", now=now, tell=taken.tell if taken else None)
    except Exception as error:  # noqa: BLE001 - whatever a stranger sends must not keep the next source from its turn
        words = f"It could not be taken up: something unforeseen was wrong ({type(error).__name__})."
        outcome = note_failure(database, found.id, words, by="worker", now=now, tell=taken.tell if taken else None)
    if drop_upload(uploads, found.id, payload):
        with database.unit_of_work() as session:
            session.execute(update(Source).where(Source.id == found.id).values(due_at=now))
    return found.name, outcome
