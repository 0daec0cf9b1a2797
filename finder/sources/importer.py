"""Imports a feed: reads it, compares it with what its source sent before, writes the difference in one transaction."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from finder.directory.batch import Batch, HeldListing, apply_batch, held_listings
from finder.directory.bmlt_vocabulary import VocabularyPlan, plan_vocabulary, write_vocabulary
from finder.directory.draft import digest_of
from finder.domain.errors import BadInputError
from finder.domain.listing import ListingDraft
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.naws_read import decode_naws
from finder.feeds.rows import Decoded, DecodeOptions, Remark, Row
from finder.feeds.tabular import decode_table
from finder.search.places import Gazetteer
from finder.sources.beside import placed_in_bodies, told_of
from finder.sources.geocoding import Geocoder
from finder.sources.placing import Placer, held_points
from finder.sources.report import ImportReport, report_lines
from finder.store.database import Database

#: A feed from which more would go at once is taken for broken, until somebody says that it is not.
MAX_GONE = 10
MAX_GONE_SHARE = 0.1

#: How far a source's clock and calendar may be ahead of ours.
FUTURE_TOLERANCE = dt.timedelta(days=1)
IN_FUTURE = "lies in the future: left out"

Progress = Callable[[int, int], None]

#: What reads a payload, by the name of its format; a table may be CSV or XLSX whichever of the two is said.
DECODERS: Mapping[str, Callable[..., Decoded]] = {
    "meeting-guide": decode_meeting_guide,
    "csv": decode_table,
    "xlsx": decode_table,
    "bmlt": decode_bmlt,
    "naws": decode_naws,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a feed changes: drafts that are new, changed by meeting id, how many are as before, ids that are gone."""

    new: tuple[ListingDraft, ...]
    changed: tuple[tuple[int, ListingDraft], ...]
    unchanged: int
    gone: tuple[int, ...]
    published: int

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not (self.new or self.changed or self.gone)

    @property
    def erases_too_much(self) -> bool:
        """Whether more would go than a living source loses at once."""
        return len(self.gone) > MAX_GONE or len(self.gone) > self.published * MAX_GONE_SHARE


def run_import(
    database: Database,
    *,
    source: str,
    payload: bytes,
    kind: str,
    options: DecodeOptions,
    now: dt.datetime,
    gazetteer: Gazetteer | None = None,
    geocoder: Geocoder | None = None,
    default_zone: str = "UTC",
    source_url: str = "",
    dry_run: bool = False,
    allow_mass_removal: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the listings of *source* in line with *payload* (*kind*: a key of DECODERS).

    Nothing is written on a dry run, for a feed without a single usable row, and when too much would go. Raises
    FeedError for a payload that is no feed, BadInputError for a wrong kind or program.
    """
    if kind not in DECODERS:
        raise BadInputError("format", f"There is no format {kind!r}: choose {' or '.join(DECODERS)}.")
    decoded = DECODERS[kind](payload, options=options)
    with database.reading() as session:
        known = held_points(session, source)
    placer = Placer(
        gazetteer=gazetteer, geocoder=geocoder, known=known, country=options.country, default_zone=default_zone
    )
    rows = tuple(_not_from_the_future(row, now) for row in placer.complete(decoded.rows))

    beside = Row(number=0, draft=None, remarks=decoded.remarks)

    def plan(session: Session) -> tuple[VocabularyPlan, Difference]:
        vocabulary = plan_vocabulary(
            session,
            source=source,
            source_url=source_url,
            source_kind=kind,
            bodies=decoded.bodies,
            formats=decoded.formats,
        )
        return vocabulary, compare(placed_in_bodies(rows, vocabulary), held_listings(session, source))

    def report(difference: Difference, *, applied: bool, message: str) -> ImportReport:
        return ImportReport(
            source=source,
            new=len(difference.new),
            changed=len(difference.changed),
            unchanged=difference.unchanged,
            gone=len(difference.gone),
            refused=sum(row.draft is None for row in rows),
            rows=report_lines([beside, *rows]),
            applied=applied,
            message=" ".join(part for part in (decoded.note, message) if part),
        )

    if dry_run:
        with database.reading() as session:
            vocabulary, difference = plan(session)
        objection = _objection(rows, difference, allowed=allow_mass_removal)
        words = (told_of(vocabulary), objection or "This was a dry run: nothing was written.")
        return report(difference, applied=False, message=" ".join(filter(None, words)))
    with database.unit_of_work() as session:
        vocabulary, difference = plan(session)
        if objection := _objection(rows, difference, allowed=allow_mass_removal):
            return report(difference, applied=False, message=objection)
        batch = Batch(
            source=source,
            source_url=source_url,
            source_kind=kind,
            new=difference.new,
            changed=difference.changed,
            gone=difference.gone,
        )
        reason = f"import of {source}"
        write_vocabulary(session, vocabulary, actor="import", reason=reason, now=now)
        if not difference.empty:
            apply_batch(session, batch, actor="import", reason=reason, now=now, progress=progress)
    same = "The feed says what it said before: nothing to change." if difference.empty and not vocabulary.size else ""
    return report(difference, applied=True, message=told_of(vocabulary) or same)


def compare(rows: tuple[Row, ...], held: Mapping[str, HeldListing]) -> Difference:
    """What *rows* change about the listings *held* of their source.

    A row that was refused keeps the listing that an earlier feed made of it: it is in the feed, so it is not gone.
    """
    new: list[ListingDraft] = []
    changed: list[tuple[int, ListingDraft]] = []
    unchanged = 0
    for row in rows:
        if row.draft is None:
            continue
        before = held.get(row.key)
        if before is None:
            new.append(row.draft)
        elif before.published and before.digest == digest_of(row.draft):
            unchanged += 1
        else:
            changed.append((before.id, row.draft))
    present = {row.key for row in rows}
    gone = tuple(before.id for key, before in held.items() if before.published and key not in present)
    published = sum(before.published for before in held.values())
    return Difference(tuple(new), tuple(changed), unchanged, gone, published)


def _objection(rows: tuple[Row, ...], difference: Difference, *, allowed: bool) -> str:
    """Why the difference is not applied, or ""."""
    if allowed:
        return ""
    if not any(row.draft is not None for row in rows):
        return "Nothing was imported: the feed holds no meeting that can be listed."
    if difference.erases_too_much:
        return (
            f"Nothing was imported: {len(difference.gone)} of {difference.published} listings of this source would go, "
            f"which is more than {MAX_GONE} or more than {MAX_GONE_SHARE:.0%}. If that is right, allow it expressly."
        )
    return ""


def _not_from_the_future(row: Row, now: dt.datetime) -> Row:
    """The row without instants that have not come yet: nobody has confirmed a meeting tomorrow."""
    if row.draft is None:
        return row
    limit = now + FUTURE_TOLERANCE
    draft, remarks = row.draft, []
    if draft.confirmed_at is not None and draft.confirmed_at > limit:
        remarks.append(Remark("last_contact", draft.confirmed_at.isoformat(), IN_FUTURE))
        draft = replace(draft, confirmed_at=None)
    if draft.updated_at is not None and draft.updated_at > limit:
        remarks.append(Remark("updated", draft.updated_at.isoformat(), IN_FUTURE))
        draft = replace(draft, updated_at=None)
    return replace(row, draft=draft, remarks=(*row.remarks, *remarks)) if remarks else row
