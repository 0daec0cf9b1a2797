"""Applies many changes of listings at once: register, audit chain, shelf and revision in the caller's transaction."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from finder.domain import schedule
from finder.domain.listing import ListingDraft
from finder.domain.sourced import Base, sourced_fields
from finder.domain.text import slug_of_address, slugify
from finder.store.database import chunks, portions
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
#: In place of a digest that would tell nothing: whatever the source says is compared.
TO_COMPARE = "compare"


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
    if not batch.from_source:
        _note_edits(session, batch, held)
    created = _create(session, batch.new, resolver)
    tell(len(created), batch.size)
    _revise(session, batch, resolver)
    changed = [number for number, _ in batch.changed]
    _replace_details(session, zip(created, batch.new, strict=True), fresh=True, resolver=resolver)
    _replace_details(session, batch.changed, fresh=False, resolver=resolver)
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
    audit.append(session, _acts(batch, created, held), actor=actor, reason=reason, now=now)
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


def _acts(batch: Batch, created: Sequence[int], held: Mapping[int, tuple[ListingDraft, bool]]) -> Iterator[audit.Act]:
    """What *batch* does, for the chain; *held* is what was there before."""
    listings: tuple[tuple[str, Iterable[tuple[int, ListingDraft | None]]], ...] = (
        ("publish", zip(created, batch.new, strict=True)),
        ("revise", batch.changed),
        ("unpublish", ((number, None) for number in batch.gone)),
    )
    for act, those in listings:
        for number, draft in those:
            was, published = held.get(number, (None, False))
            yield audit.Act(
                act=act,
                target_kind="meeting",
                target_id=number,
                before=audited(was) if was is not None and published else None,
                after=None if draft is None else audited(draft),
            )


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
    wanted = [slugify(draft.slug or draft.name, max_length=64) or "meeting" for draft in drafts]
    known = {place for place, draft in enumerate(drafts) if slug_of_address(draft.source_key) == wanted[place]}
    slugs = free_slugs(session, wanted, first=known)
    numbers = bmlt_numbers(session, Meeting, [draft.bmlt_id for draft in drafts])
    ids: list[int] = []
    keys: dict[str, int] = {}
    statement = insert(Meeting).returning(Meeting.id, sort_by_parameter_order=True)
    for part in portions(zip(drafts, slugs, numbers, strict=True)):
        rows = [
            {**meeting_columns(draft), **_references(draft, resolver), "slug": slug, "bmlt_id": number, "revision": 1}
            for draft, slug, number in part
        ]
        made = session.execute(statement, rows).scalars().all()
        ids += made
        for row, number in zip(rows, made, strict=True):
            if row["source_key"] not in {None, row["slug"]}:
                keys[row["source_key"]] = number
    lead_from_source_keys(session, keys)
    return ids


def _revise(session: Session, batch: Batch, resolver: Resolver) -> None:
    table = cast("Table", Meeting.__table__)
    statement = update(table).where(table.c.id == bindparam("which")).values(revision=table.c.revision + 1)
    for part in portions(batch.changed):
        rows = [
            {"which": number, **meeting_columns(draft), **_references(draft, resolver), "merged_into": None}
            for number, draft in part
        ]
        for row in rows:
            if not batch.from_source:
                del row["source_digest"]
            elif word := batch.words.get(row["which"]):
                row |= {"source_digest": word.digest, "source_base": word.base}
            else:
                row["source_base"] = None
        session.connection().execute(statement, rows)


def _replace_details(
    session: Session, listings: Iterable[tuple[int, ListingDraft]], *, fresh: bool, resolver: Resolver
) -> None:
    """Write formats and dated exceptions of the meetings, in place of those there were."""
    for part in portions(listings):
        numbers = [number for number, _ in part]
        for piece in chunks([] if fresh else numbers):
            session.execute(delete(MeetingFormat).where(MeetingFormat.meeting_id.in_(piece)))
            session.execute(delete(Override).where(Override.meeting_id.in_(piece)))
        formats = [
            {"meeting_id": number, "format_id": resolver.formats[slug][0]}
            for number, draft in part
            for slug in resolver.format_slugs(draft)
        ]
        overrides = [_override_row(number, override) for number, draft in part for override in draft.overrides]
        if formats:
            session.execute(insert(MeetingFormat), formats)
        if overrides:
            session.execute(insert(Override), overrides)


def _override_row(number: int, override: schedule.Override) -> dict[str, Any]:
    return {
        "meeting_id": number,
        "kind": override.kind,
        "first_date": override.first_date,
        "last_date": override.last_date,
        "start_minute": None if override.start is None else override.start.hour * 60 + override.start.minute,
        "duration_min": None if override.duration is None else int(override.duration.total_seconds()) // 60,
        "place": override.place,
        "note": override.note,
    }
