"""The directory's revision: one number that says how new the shelf is, and the lock of everything that writes it."""

import datetime as dt

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from finder.store.shelf import DirectoryRevision, PublicRevision


def take_lock(session: Session) -> None:
    """Take the lock of everything that writes the shelf or the audit chain, for as long as the transaction lasts.

    The revision stays: what changes nothing that the public sees makes no answer old.
    """
    if session.get_bind().dialect.name != "sqlite":  # there BEGIN IMMEDIATE has taken it
        session.execute(select(DirectoryRevision.id).where(DirectoryRevision.id == 1).with_for_update())


def raise_revision(session: Session, *, now: dt.datetime) -> int:
    """Take the write lock and give the next revision.

    On PostgreSQL the row is locked until the transaction ends, so that writers follow one another and the audit chain
    has one end; on SQLite ``BEGIN IMMEDIATE`` has done so already.
    """
    row = session.execute(
        select(DirectoryRevision).where(DirectoryRevision.id == 1).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        row = DirectoryRevision(id=1, revision=0, vocabulary_revision=0)
        session.add(row)
    row.revision += 1
    row.changed_at = now
    session.flush()
    session.execute(insert(PublicRevision).values(revision=row.revision, at=now))
    return row.revision


def note_vocabulary_change(session: Session) -> None:
    """Say that programs, formats, regions or service bodies are as new as the present revision."""
    session.execute(update(DirectoryRevision).values(vocabulary_revision=DirectoryRevision.revision))
