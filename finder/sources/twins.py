"""Finds for new rows of one source the listings of others that may be the same meeting."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from finder.directory.likeness import ENOUGH, Compared, likeness
from finder.domain.asked import Fields, fields_of
from finder.domain.conference import room_of
from finder.domain.listing import ListingDraft
from finder.domain.sources import OWN, ChangeKind
from finder.sources.difference import SAME_AS, Difference, TellRemark
from finder.sources.wording import counted
from finder.store.meeting import Meeting
from finder.store.place import Location
from finder.store.source import Source
from finder.store.vocabulary import Program

#: Cells of about a kilometre; what is near lies in the same or in the next.
CELL = 100
REACH = 0.02
#: Listings of one day in one cell, or behind one link, that are compared with one row.
MOST_TOGETHER = 100

Key = tuple[object, ...]
Held = tuple[int, Compared]


def twins_of(session: Session, drafts: Mapping[str, ListingDraft], *, source_id: int) -> dict[str, TellRemark]:
    """The likeliest twin of each new row, by its key, as the remark that tells of it: `SAME_AS`, its number, why."""
    there = _listings(session, list(drafts.values()), source_id)
    found = {}
    for key, draft in drafts.items() if there else ():
        fields = fields_of(draft)
        scored = []
        for number, held in _near(there, fields):
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


def _listings(session: Session, drafts: Sequence[ListingDraft], source_id: int) -> dict[Key, list[Held]]:
    """The published listings of other sources that could be twins, by where they are."""
    points = [
        (place.latitude, place.longitude)
        for place in (draft.location for draft in drafts)
        if place is not None and place.latitude is not None and place.longitude is not None
    ]
    ways: list[Any] = [Meeting.conference_url != ""]
    if points:
        norths, easts = zip(*points, strict=True)
        ways.append(
            and_(
                Location.latitude.between(min(norths) - REACH, max(norths) + REACH),
                Location.longitude.between(min(easts) - REACH, max(easts) + REACH),
            )
        )
    statement = (
        select(
            Meeting.id,
            Program.slug,
            Meeting.name,
            Meeting.weekdays,
            Meeting.start_minute,
            Meeting.conference_url,
            Location.latitude,
            Location.longitude,
        )
        .join(Program, Program.id == Meeting.program_id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(Meeting.published, or_(Meeting.source_id != source_id, Meeting.source_id.is_(None)), or_(*ways))
        .where(Program.slug.in_(sorted({draft.program for draft in drafts})))
        .order_by(Meeting.id)
    )
    there: dict[Key, list[Held]] = defaultdict(list)
    for number, program, name, weekdays, start, link, north, east in session.execute(statement) if drafts else ():
        held = Compared(
            name=name, weekdays=weekdays, start_minute=start, conference_url=link, latitude=north, longitude=east
        )
        keys = set(_room_keys(program, link))
        if north is not None and east is not None:
            cell = program, math.floor(north * CELL), math.floor(east * CELL)
            keys |= {(*cell, day) for day in range(7) if weekdays >> day & 1}
        for key in keys:
            there[key].append((number, held))
    return there


def _room_keys(program: str, link: str) -> Iterator[Key]:
    if link:
        yield program, "link", link
        if room := room_of(link):
            yield program, "room", room


def _near(there: dict[Key, list[Held]], fields: Fields) -> Iterator[Held]:
    """The listings of the same days in the same cell or a neighbouring one, or behind the same link, each once."""
    program = str(fields["program"])
    keys: list[Key] = list(_room_keys(program, str(fields["conference_url"])))
    north, east = fields["latitude"], fields["longitude"]
    if north is not None and east is not None:
        row, column = math.floor(north * CELL), math.floor(east * CELL)
        steps = [(up, right, day) for up in (-1, 0, 1) for right in (-1, 0, 1) for day in fields["weekdays"]]
        keys += [(program, row + up, column + right, day) for up, right, day in steps]
    seen: set[int] = set()
    for key in keys:
        for number, held in there.get(key, ())[:MOST_TOGETHER]:
            if number not in seen:
                seen.add(number)
                yield number, held
