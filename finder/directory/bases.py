"""Keeps what a source said of a listing when people here edit it, so that its next word can be told from theirs."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.domain.asked import Fields
from finder.domain.sourced import Base, base_of_edit
from finder.domain.sources import OWN
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.source import Source


def note_edits(
    session: Session, before: Mapping[int, Fields], after: Mapping[int, Fields], *, decided: bool = False
) -> None:
    """Of the listings that a source brought, keep its word on the fields in which *after* differs from *before*.

    Both hold fields by id of the listing; fields that neither names are as they were. What is edited back to the
    source's word is forgotten. *decided*: a moderator decided against the source. The caller holds the lock.
    """
    for part in chunks(sorted(before.keys() & after.keys())):
        statement = (
            select(Meeting.id, Meeting.source_base)
            .join(Source, Source.id == Meeting.source_id)
            .where(Meeting.id.in_(part), Meeting.source_key.is_not(None), Source.name != OWN)
        )
        found = []
        for number, held in session.execute(statement).all():
            base = base_of_edit(held, before[number], after[number], decided=decided)
            if base != held:
                found.append((number, base))
        keep_bases(session, found)


def keep_bases(session: Session, bases: Iterable[tuple[int, Base | None]]) -> None:
    """Write the bases of listings, by id."""
    values: list[dict[str, Any]] = [{"id": number, "source_base": base} for number, base in bases]
    if values:
        session.execute(update(Meeting), values)
