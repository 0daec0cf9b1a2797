"""Applies many changes of listings at once: register, audit chain, shelf and revision in the caller's transaction."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bases import note_edits
from finder.directory.draft import audited, draft_of, meeting_columns
from finder.directory.numbers import bmlt_numbers
from finder.directory.register import read_register
from finder.directory.resolve import Resolver
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.shelf import shelve
from finder.directory.slugs import free_slugs, lead_from_source_keys
from finder.directory.vocabulary import shelve_vocabulary
from finder.domain.listing import ListingDraft
from finder.domain.sourced import Base, sourced_fields
from finder.domain.text import slugify
from finder.store.database import chunks
from finder.store.meeting import Meeting, MeetingFormat, Override
from finder.store.source import Source

Progress = Callable[[int, int], None]


class HeldListing(NamedTuple):
    """What the register holds of one row of a source; *digest* and *edited* as in `SourceWord`."""

    id: int
    digest: str
    published: bool
    revision: int = 1
    edited: bool = False
    merged: bool = False


#: In place of a digest: the source lists it no more and it is off the shelf, or people here keep it all the same.
NOT_LISTED, KEPT = "", "kept"


@dataclass(frozen=True, slots=True)
class SourceWord:
    """What a source itself says of a listing that is not simply as it says: its digest, and what was edited here."""

    digest: str
    base: Base | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Changes of the listings of one source. ``changed`` and ``gone`` name meetings by id.

    ``from_source`` is false when people here change what a source once brought: the source's own next word on it is
    still recognised as the same or as new, and its word on what they edit is kept (*decided*: a moderator decided
    against it). ``words`` tells of changed listings by id what the source itself says where that differs.
    """

    source: str
    source_url: str = ""
    source_kind: str = ""
    new: tuple[ListingDraft, ...] = ()
    changed: tuple[tuple[int, ListingDraft], ...] = ()
    gone: tuple[int, ...] = ()
    from_source: bool = True
    decided: bool = False
    words: Mapping[int, SourceWord] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many listings it touches."""
        return len(self.new) + len(self.changed) + len(self.gone)


def held_listings(session: Session, source: str) -> dict[str, HeldListing]:
    """Give what the register holds of *source*, by source key."""
    statement = (
        select(
            Meeting.source_key,
            Meeting.id,
            Meeting.source_digest,
            Meeting.published,
            Meeting.revision,
            Meeting.source_base.is_not(None),
            Meeting.merged_into.is_not(None),
        )
        .join(Source, Meeting.source_id == Source.id)
        .where(Source.name == source, Meeting.source_key.is_not(None))
    )
    return {str(row[0]): HeldListing(*row[1:]) for row in session.execute(statement)}


def apply_batch(
    session: Session,
    batch: Batch,
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
    progress: Progress | None = None,
) -> list[int]:
    """Write *batch*; gives the ids of the new meetings in their order. A batch without changes writes nothing.

    Raises BadInputError for a program that does not exist. The caller commits.
    """
    if not batch.size:
        return []
    tell = progress or (lambda _done, _total: None)
    revision = raise_revision(session, now=now)  # takes the write lock
    drafts = [*batch.new, *(draft for _, draft in batch.changed)]
    resolver = Resolver.load(session, source=batch.source, url=batch.source_url, kind=batch.source_kind, drafts=drafts)
    if batch.from_source:
        resolver.source.refreshed_at = now
    held = _held(session, [*(number for number, _ in batch.changed), *batch.gone])
    before = {number: audited(draft) for number, (draft, published) in held.items() if published}
    if not batch.from_source:
        _note_edits(session, batch, held)
    created = _create(session, batch.new, resolver)
    tell(len(created), batch.size)
    _revise(session, batch, resolver)
    changed = [number for number, _ in batch.changed]
    _replace_details(session, list(zip(created, batch.new, strict=True)), fresh=True, resolver=resolver)
    _replace_details(session, list(batch.changed), fresh=False, resolver=resolver)
    for part in chunks(batch.gone):
        values: dict[str, Any] = {"published": False, "revision": Meeting.revision + 1}
        if batch.from_source:
            values["source_digest"] = NOT_LISTED
        session.execute(update(Meeting).where(Meeting.id.in_(part)).values(values))
    tell(len(created) + len(changed), batch.size)
    session.flush()  # the shelf is made from what the register holds
    shelve(session, [*created, *changed, *batch.gone], revision=revision)
    if resolver.new_vocabulary:
        note_vocabulary_change(session)
        shelve_vocabulary(session)
    acts = [
        *_acts("publish", zip(created, batch.new, strict=True), before),
        *_acts("revise", batch.changed, before),
        *(_act("unpublish", number, before.get(number), None) for number in batch.gone),
    ]
    audit.append(session, acts, actor=actor, reason=reason, now=now)
    tell(batch.size, batch.size)
    return created


def _held(session: Session, ids: Sequence[int]) -> dict[int, tuple[ListingDraft, bool]]:
    """The listings *ids* as the register has them, and whether they are published."""
    rows = read_register(session, ids) if ids else ()
    return {row.meeting.id: (draft_of(row), row.meeting.published) for row in rows}


def _note_edits(session: Session, batch: Batch, held: Mapping[int, tuple[ListingDraft, bool]]) -> None:
    after = {number: sourced_fields(draft) for number, draft in batch.changed}
    before = {number: sourced_fields(held[number][0]) for number in after if number in held}
    note_edits(session, before, after, decided=batch.decided)


def _act(act: str, number: int, before: dict[str, Any] | None, after: dict[str, Any] | None) -> audit.Act:
    return audit.Act(act=act, target_kind="meeting", target_id=number, before=before, after=after)


def _acts(
    act: str, listings: Iterable[tuple[int, ListingDraft]], before: Mapping[int, dict[str, Any]]
) -> list[audit.Act]:
    return [_act(act, number, before.get(number), audited(draft)) for number, draft in listings]


def _references(draft: ListingDraft, resolver: Resolver) -> dict[str, Any]:
    return {
        "program_id": resolver.program_id(draft),
        "group_id": resolver.group_id(draft),
        "location_id": resolver.location_id(draft),
        "region_id": resolver.region_id(draft),
        "service_body_id": resolver.body_id(draft),
        "formats": " ".join(resolver.format_slugs(draft)),
        "source_id": resolver.source.id,
        "source_key": draft.source_key or None,
    }


def _create(session: Session, drafts: Sequence[ListingDraft], resolver: Resolver) -> list[int]:
    if not drafts:
        return []
    slugs = free_slugs(session, [slugify(draft.slug or draft.name, max_length=64) or "meeting" for draft in drafts])
    numbers = bmlt_numbers(session, Meeting, [draft.bmlt_id for draft in drafts])
    rows = [
        {**meeting_columns(draft), **_references(draft, resolver), "slug": slug, "bmlt_id": number, "revision": 1}
        for draft, slug, number in zip(drafts, slugs, numbers, strict=True)
    ]
    ids: list[int] = []
    for part in chunks(rows):
        statement = insert(Meeting).returning(Meeting.id, sort_by_parameter_order=True)
        ids += session.execute(statement, list(part)).scalars().all()
    made = zip(rows, ids, strict=True)
    keys = {row["source_key"]: number for row, number in made if row["source_key"] not in {None, row["slug"]}}
    lead_from_source_keys(session, keys)
    return ids


def _revise(session: Session, batch: Batch, resolver: Resolver) -> None:
    table = cast("Table", Meeting.__table__)
    statement = update(table).where(table.c.id == bindparam("which")).values(revision=table.c.revision + 1)
    rows = [
        {"which": number, **meeting_columns(draft), **_references(draft, resolver), "merged_into": None}
        for number, draft in batch.changed
    ]
    for row in rows:
        if not batch.from_source:
            del row["source_digest"]
        elif word := batch.words.get(row["which"]):
            row |= {"source_digest": word.digest, "source_base": word.base}
        else:
            row["source_base"] = None
    for part in chunks(rows):
        session.connection().execute(statement, list(part))


def _replace_details(
    session: Session, listings: Sequence[tuple[int, ListingDraft]], *, fresh: bool, resolver: Resolver
) -> None:
    """Write formats and dated exceptions of the meetings, in place of those there were."""
    if not fresh:
        for part in chunks([number for number, _ in listings]):
            session.execute(delete(MeetingFormat).where(MeetingFormat.meeting_id.in_(part)))
            session.execute(delete(Override).where(Override.meeting_id.in_(part)))
    formats = [
        {"meeting_id": number, "format_id": resolver.formats[slug][0]}
        for number, draft in listings
        for slug in resolver.format_slugs(draft)
    ]
    overrides = [
        {
            "meeting_id": number,
            "kind": override.kind,
            "first_date": override.first_date,
            "last_date": override.last_date,
            "start_minute": None if override.start is None else override.start.hour * 60 + override.start.minute,
            "duration_min": None if override.duration is None else int(override.duration.total_seconds()) // 60,
            "place": override.place,
            "note": override.note,
        }
        for number, draft in listings
        for override in draft.overrides
    ]
    if formats:
        session.execute(insert(MeetingFormat), formats)
    if overrides:
        session.execute(insert(Override), overrides)
