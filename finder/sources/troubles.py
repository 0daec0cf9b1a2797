"""Sources that want somebody: in quarantine, or not to be read for long."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from finder.domain.sources import OWN, RunState
from finder.store.source import Source, SourceRun

#: A source that is read by itself could not be read for long: so many times in a row, and not for so long.
FAILURES, LONG = 3, dt.timedelta(days=1)


class Trouble(NamedTuple):
    """A source that wants somebody: its number, name and body; why, as a sentence; its refresh in quarantine, or 0."""

    source: int
    name: str
    service_body_id: int | None
    words: str
    run: int = 0


#: What is done in the transaction in which a source comes to want somebody.
Tell = Callable[[Session, Trouble, dt.datetime], None]


def troubles(session: Session) -> list[Trouble]:
    """The sources that want somebody, by name."""
    kept = select(Source).where(Source.name != OWN, Source.removed_at.is_(None))
    in_quarantine = (
        select(Source, SourceRun)
        .join(SourceRun, SourceRun.source_id == Source.id)
        .where(Source.removed_at.is_(None), SourceRun.state == RunState.QUARANTINED)
    )
    found = [quarantine(source, run) for source, run in session.execute(in_quarantine)]
    failing = session.execute(kept.where(Source.failures >= FAILURES)).scalars()
    found += [silence(source) for source in failing if is_silent(session, source)]
    return sorted(found, key=lambda each: (each.name, each.run))


def quarantine(source: Source, run: SourceRun) -> Trouble:
    """What is said of a source whose refresh *run* is in quarantine."""
    words = f"{source.name} is in quarantine, and nothing of what it says is taken by itself: {run.objection}"
    return Trouble(source.id, source.name, source.service_body_id, words, run.id)


def silence(source: Source) -> Trouble:
    """What is said of a source that could not be read for long."""
    words = f"{source.name} could not be read {source.failures} times in a row: {source.words}"
    return Trouble(source.id, source.name, source.service_body_id, words)


def is_silent(session: Session, source: Source) -> bool:
    """Whether a source that is read by itself could not be read for long."""
    if not source.every_min or source.failures < FAILURES or source.looked_at is None:
        return False
    well = _last_read(session, source)
    return well is None or source.looked_at - well >= LONG


def is_in_quarantine(session: Session, source: Source) -> bool:
    """Whether a refresh of a source is in quarantine."""
    held = select(SourceRun.id).where(SourceRun.source_id == source.id, SourceRun.state == RunState.QUARANTINED)
    return session.execute(held.limit(1)).first() is not None


def _last_read(session: Session, source: Source) -> dt.datetime | None:
    """When a source was last read, whether or not what it said could be used."""
    statement = select(func.max(SourceRun.at)).where(
        SourceRun.source_id == source.id, or_(SourceRun.state != RunState.FAILED, SourceRun.objection != "")
    )
    return session.execute(statement).scalar()
