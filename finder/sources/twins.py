"""Finds for new rows of one source the listings of others that may be the same meeting."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from finder.directory.likeness import (
    COLUMNS,
    ENOUGH,
    TOWN_KM,
    Compared,
    address_keys,
    compared_row,
    likeness,
    spot_in,
    spot_of,
)
from finder.domain.asked import Fields, fields_of
from finder.domain.conference import room_of
from finder.domain.listing import ListingDraft
from finder.domain.sources import OWN, ChangeKind
from finder.sources.difference import SAME_AS, Difference, TellRemark
from finder.sources.wording import counted
from finder.store.database import portions
from finder.store.meeting import Meeting
from finder.store.place import Location
from finder.store.source import Source
from finder.store.vocabulary import Program

#: Cells of about a kilometre; what is near lies in the same or in the next.
CELL = 100
KM_PER_DEGREE = 111.0
#: How far in degrees, measured along a meridian, the house may be of which a row knows the town alone.
REACH = TOWN_KM / KM_PER_DEGREE
#: Towns of rows without a point that are looked through.
MOST_TOWNS = 1000
#: Listings of one day in one cell, or behind one link, that are compared with one row.
MOST_TOGETHER = 100
#: Rows that are looked at together: what is compared of them takes some kilobytes each.
MOST_AT_ONCE = 10_000

Key = tuple[object, ...]
Held = tuple[int, Compared]


def twins_of(session: Session, drafts: Mapping[str, ListingDraft], *, source_id: int) -> dict[str, TellRemark]:
    """The likeliest twin of each new row, by its key, as the remark that tells of it: `SAME_AS`, its number, why."""
    others = select(Meeting.id).where(Meeting.published, _of_others(source_id)).limit(1)
    if not drafts or session.execute(others).first() is None:  # as when a directory is loaded for the first time
        return {}
    found: dict[str, TellRemark] = {}
    for part in portions(drafts.items(), size=MOST_AT_ONCE):
        found |= _twins_of(session, dict(part), source_id=source_id)
    return found


def _of_others(source_id: int) -> ColumnElement[bool]:
    return or_(Meeting.source_id != source_id, Meeting.source_id.is_(None))


def _twins_of(session: Session, drafts: Mapping[str, ListingDraft], *, source_id: int) -> dict[str, TellRemark]:
    told = {key: fields_of(draft) for key, draft in drafts.items()}
    sought = {key: list(_sought(fields)) for key, fields in told.items()}
    there = _listings(session, list(drafts.values()), source_id, {place for each in sought.values() for place in each})
    found = {}
    for key, fields in told.items() if there else ():
        scored = []
        for number, held in _near(there, sought[key]):
            points, reasons, _ = likeness(fields, held)
            if points >= ENOUGH:
                scored.append((-points, number, ", ".join(reasons)))
        if scored:
            _, number, words = min(scored)
            found[key] = (SAME_AS, str(number), words)
    return found


def told_of_twins(session: Session, source: Source, difference: Difference) -> str:
    """How many new listings look like ones of other sources, with an example, and where to look; "" for none."""
    drafts = {change.key: change.draft for change in difference.of(ChangeKind.NEW) if change.draft is not None}
    found = twins_of(session, drafts, source_id=source.id or 0)
    if not found:
        return ""
    key, (_, number, why) = next(iter(found.items()))
    other = session.execute(select(Meeting.name, Source.name).outerjoin(Source).where(Meeting.id == int(number))).one()
    return (
        f"{counted(len(found), 'new listing looks', 'new listings look')} like one of another source, for example "
        f"{drafts[key].name!r} like {other[0]!r} of {other[1] or OWN} ({why}): look under /moderate/duplicates."
    )


def _listings(
    session: Session, drafts: Sequence[ListingDraft], source_id: int, sought: set[Key]
) -> dict[Key, list[Held]]:
    """The published listings of other sources that could be twins, by where they are, as far as that is *sought*."""
    statement = (
        select(Meeting.id, Program.slug, *COLUMNS)
        .join(Program, Program.id == Meeting.program_id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(Meeting.published, _of_others(source_id), _within(drafts))
        .where(Program.slug.in_(sorted({draft.program for draft in drafts})))
        .order_by(Meeting.id)
    )
    there: dict[Key, list[Held]] = defaultdict(list)
    for number, program, *values in session.execute(statement) if sought else ():
        held = compared_row(values)
        keys: list[Key] = list(_room_keys(program, held.conference_url))
        places: list[Key] = [*address_keys(held.street, held.city, held.postal_code)]
        if point := spot_of(held):
            places.append((math.floor(point[0] * CELL), math.floor(point[1] * CELL)))
        keys += [(program, day, *place) for day in range(7) if held.weekdays >> day & 1 for place in places]
        for key in sought.intersection(keys):
            there[key].append((number, held))
    return there


def _within(drafts: Sequence[ListingDraft]) -> ColumnElement[bool]:
    """What could be a twin of any row: somewhere about the rows, in their towns, with a link, or without a point."""
    places = [draft.location for draft in drafts if draft.location is not None]
    points = [(each.latitude, each.longitude) for each in places]
    norths = [north for north, east in points if north is not None and east is not None]
    easts = [east for north, east in points if north is not None and east is not None]
    towns = sorted({each.city for each in places if each.latitude is None and each.street and each.city})
    ways: list[ColumnElement[bool]] = [Meeting.conference_url != ""]
    if norths:
        wide = REACH / max(math.cos(math.radians(max(map(abs, norths)))), REACH)
        box = (
            Location.latitude.between(min(norths) - REACH, max(norths) + REACH),
            Location.longitude.between(min(easts) - wide, max(easts) + wide),
        )
        ways += [and_(*box), and_(Location.latitude.is_(None), Location.street != "")]
    if towns:
        ways.append(Location.city.in_(towns[:MOST_TOWNS]))
    return or_(*ways)


def _room_keys(program: str, link: str) -> Iterator[Key]:
    if link:
        yield program, "link", link
        if room := room_of(link):
            yield program, "room", room


def _sought(fields: Fields) -> Iterator[Key]:
    """Where twins of a row can be: on its days in its cell or the next, or at its address; and behind its link."""
    program = str(fields["program"])
    places: list[Key] = [*address_keys(fields["street"], fields["city"], fields["postal_code"])]
    if point := spot_in(fields):
        row, column = math.floor(point[0] * CELL), math.floor(point[1] * CELL)
        places += [(row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1)]
    yield from _room_keys(program, str(fields["conference_url"]))
    yield from ((program, day, *place) for day in fields["weekdays"] for place in places)


def _near(there: Mapping[Key, list[Held]], sought: Sequence[Key]) -> Iterator[Held]:
    """The listings that are where a row's twins can be, each once."""
    seen: set[int] = set()
    for key in sought:
        for number, held in there.get(key, ())[:MOST_TOGETHER]:
            if number not in seen:
                seen.add(number)
                yield number, held
