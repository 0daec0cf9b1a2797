"""Which listings stand for one of another source: the two were made one, and the other source still lists it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from finder.directory.batch import KEPT, NOT_LISTED
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.source import Source


def heirs_of(session: Session, ids: Sequence[int], *, source_id: int | None = None) -> dict[int, int]:
    """Of the listings *ids* those that stand for one which another source still has: id -> id of the first of these.

    With *source_id* only what that source has is looked at.
    """
    other = aliased(Meeting)
    heirs: dict[int, int] = {}
    for part in chunks(ids):
        statement = (
            select(other.merged_into, other.id)
            .join(Meeting, Meeting.id == other.merged_into)
            .join(Source, Source.id == other.source_id)
            .where(other.merged_into.in_(part), other.source_digest != NOT_LISTED, other.source_id != Meeting.source_id)
            .where(Source.removed_at.is_(None))
            .order_by(other.id)
        )
        if source_id is not None:
            statement = statement.where(other.source_id == source_id)
        for number, heir in session.execute(statement):
            heirs.setdefault(number or 0, heir)
    return heirs


def orphans_of(session: Session, source_id: int) -> list[int]:
    """The listings that a moderator keeps though their own source dropped them, and that this source lists, too."""
    heir = aliased(Meeting)
    statement = (
        select(Meeting.id)
        .join(heir, heir.merged_into == Meeting.id)
        .where(heir.source_id == source_id, heir.source_digest != NOT_LISTED, Meeting.source_digest == KEPT)
        .where(Meeting.published, Meeting.source_id != source_id)
    )
    return sorted(set(session.execute(statement).scalars()))
