"""What hangs on the name of a source follows it: its groups, which are known by it, and the shelf, which tells it."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.resolve import group_key
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.shelf import shelve
from finder.directory.vocabulary import shelve_vocabulary
from finder.domain.listing import GroupDraft, public_words
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.source import Source


def follow_name(session: Session, row: Source, *, before: str, now: dt.datetime) -> None:
    """Have everything follow that source *row* is no longer called *before*. The caller holds the lock."""
    session.flush()
    held = select(Group).where(Group.id.in_(select(Meeting.group_id).where(Meeting.source_id == row.id)))
    for group in session.execute(held).scalars():
        words = GroupDraft(**public_words(group))
        key = group_key(row.name, words)
        if group.key == group_key(before, words) and not _taken(session, key):
            group.key = key
    revision = raise_revision(session, now=now)
    listings = select(Meeting.id).where(Meeting.source_id == row.id, Meeting.published).order_by(Meeting.id)
    ids = list(session.execute(listings).scalars())
    session.expire_all()
    note_vocabulary_change(session)  # formats as BMLT clients know them name it
    shelve_vocabulary(session)
    shelve(session, ids, revision=revision, renamed=frozenset({"source"}))


def _taken(session: Session, key: str) -> bool:
    return session.execute(select(Group.id).where(Group.key == key)).first() is not None
