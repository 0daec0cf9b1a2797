"""Removes a source: what it brought stays here or leaves the shelf. For a while it can be restored: see `restoring`.

After that its listings are the directory's own, and it is forgotten.
"""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.batch import Batch, apply_batch
from finder.directory.resolve import group_key, new_own
from finder.directory.revert import UNDO_DAYS
from finder.directory.revision import note_vocabulary_change, raise_revision, take_lock
from finder.directory.shelf import shelve
from finder.directory.vocabulary import shelve_vocabulary
from finder.domain.listing import GroupDraft, public_words
from finder.domain.sources import OWN
from finder.sources.heirs import heirs_of
from finder.sources.lookup import source_of
from finder.sources.runs import overtake
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.source import Source, SourceChange, SourceRun


class Listings(NamedTuple):
    """Ids of the published listings of a source: those that go with it, and those that stay without it."""

    going: list[int]
    staying: list[int]


def listings_of(session: Session, number: int, *, keep: bool = False) -> Listings:
    """What becomes of the listings of a source when it is removed.

    All stay with *keep*; without, those that stand for a listing which another source still has.
    """
    published = select(Meeting.id).where(Meeting.source_id == number, Meeting.published).order_by(Meeting.id)
    shown = list(session.execute(published).scalars())
    stay = set(shown) if keep else heirs_of(session, shown).keys()
    return Listings([each for each in shown if each not in stay], sorted(stay))


def remove_source(session: Session, number: int, *, keep: bool, by: str, reason: str, now: dt.datetime) -> Listings:
    """Have a source read no more; gives what became of its listings. Raises NotFoundError.

    Those that do not stay are unpublished: see `listings_of`. For `UNDO_DAYS` it can be restored; what still waits of
    its refreshes is forgotten at once.
    """
    take_lock(session)
    row = source_of(session, number)
    listings = listings_of(session, number, keep=keep)
    batch = Batch(source=row.name, gone=tuple(listings.going), from_source=False)
    first = audit.last_entry(session) + 1
    apply_batch(session, batch, actor=by, reason=reason, now=now)
    overtake(session, number, words="Its source was removed.")
    row.removed_at, row.due_at = now, None
    told = audit.Act(
        act="remove",
        target_kind="source",
        target_id=number,
        before={"name": row.name, "kind": row.kind, "url": row.url, "listings": sum(map(len, listings))},
        after={"kept": keep, "stay": len(listings.staying), "first": first, "last": audit.last_entry(session)},
    )
    audit.append(session, [told], actor=by, reason=reason, now=now)
    return listings


def forget_removed(session: Session, *, now: dt.datetime) -> int:
    """Forget the sources that were removed more than `UNDO_DAYS` ago, and their refreshes; gives how many.

    Their listings are written here from now on.
    """
    late = select(Source.id).where(Source.removed_at < now - dt.timedelta(days=UNDO_DAYS)).order_by(Source.id)
    numbers = list(session.execute(late).scalars())
    for number in numbers:
        held = select(Meeting.id, Meeting.published).where(Meeting.source_id == number).order_by(Meeting.id)
        listings = session.execute(held).all()
        _make_own(session, number, [each.id for each in listings])
        revision = raise_revision(session, now=now)
        session.expire_all()
        shelve(session, [each.id for each in listings if each.published], revision=revision)
        _forget(session, number)
        session.execute(delete(Source).where(Source.id == number).execution_options(synchronize_session=False))
    if numbers:
        note_vocabulary_change(session)
        shelve_vocabulary(session)
    return len(numbers)


def _make_own(session: Session, number: int, ids: list[int]) -> None:
    """Have the listings be written here, with their groups and the people who answer for those."""
    own = session.execute(select(Source).where(Source.name == OWN)).scalar_one_or_none()
    if own is None:
        own = Source(name=OWN)
        session.add(own)
        session.flush()
    groups: set[int] = set()
    for part in chunks(ids):
        found = session.execute(select(Meeting.group_id).where(Meeting.id.in_(part))).scalars()
        groups |= {group for group in found if group is not None}
    for part in chunks(sorted(groups)):
        for group in session.execute(select(Group).where(Group.id.in_(part))).scalars():
            key = group_key(OWN, GroupDraft(**public_words(group)))
            if session.execute(select(Group.id).where(Group.key == key)).scalar() is None:
                group.key = key
                session.flush()  # the next may be called the same
            elif not group.own:
                group.own = new_own()  # another is called so here: they stay two
    values = {"source_id": own.id, "source_key": None, "source_digest": "", "source_base": None}
    session.execute(update(Meeting).where(Meeting.source_id == number).values(values))


def _forget(session: Session, number: int) -> None:
    """Remove what is kept of a source: its refreshes, and its formats as BMLT clients know them."""
    runs = select(SourceRun.id).where(SourceRun.source_id == number)
    session.execute(delete(SourceChange).where(SourceChange.run_id.in_(runs)))
    session.execute(delete(SourceRun).where(SourceRun.source_id == number))
    formats = select(BmltFormat.id).where(BmltFormat.source_id == number)
    session.execute(delete(BmltFormatName).where(BmltFormatName.bmlt_format_id.in_(formats)))
    session.execute(delete(BmltFormat).where(BmltFormat.source_id == number))
    for own in session.execute(select(BmltFormat).where(BmltFormat.told.is_not(None))).scalars():
        if own.told and own.told["source"] == number:
            own.told = None
