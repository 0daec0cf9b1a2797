"""Pairs of listings that may be one and the same meeting: of one service body, or across all that a moderator edits."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import floor

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.likeness import COLUMNS, ENOUGH, MINUTES, Compared, address_keys, compared_row, likeness, spot_of
from finder.domain.roles import Right
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.place import Location

#: Meetings of one program on one day behind one link, or at one hour in one spot: a club house has dozens, none more.
MOST_TOGETHER = 40
#: A page names that many, the likeliest.
MOST_PAIRS = 100
CELLS_PER_DEGREE = 100  # about a kilometre
#: (id, slug, name of the body, what is compared)
Held = tuple[int, str, str, Compared]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two listings, the older first, and in words why they may be one. ``words`` hold no name."""

    one: str  # slugs
    other: str
    one_name: str
    other_name: str
    words: str
    one_body: str = ""
    other_body: str = ""


def twins_within(session: Session, body_id: int | None) -> list[Pair]:
    """The likeliest pairs among the published listings of a body (None: of no body), the likeliest first."""
    own = Meeting.service_body_id
    return _twins(session, own.is_(None) if body_id is None else own == body_id)


def twins_across(session: Session, viewer: Viewer) -> list[Pair]:
    """The likeliest pairs among all published listings that the viewer may edit, of whichever bodies."""
    bodies = viewer.bodies(Right.EDIT)
    return _twins(session, Meeting.id > 0 if bodies is None else Meeting.service_body_id.in_(sorted(bodies)))


def _twins(session: Session, where: ColumnElement[bool]) -> list[Pair]:
    """Pairs found in three steps: what lies together, of that what is at about the same time, of that what is alike."""
    together: dict[tuple[object, ...], list[Held]] = defaultdict(list)
    for program, held in _listings(session, where):
        for key in _keys(program, held[3]):
            together[key].append(held)
    scored: dict[tuple[int, int], tuple[int, Pair]] = {}
    for key, held_there in together.items():
        for first, second in _candidates(held_there, linked=key[0] == "link"):
            older, newer = sorted((first, second), key=lambda each: each[0])
            if (older[0], newer[0]) not in scored:
                points, reasons, _ = likeness(_fields(newer[3]), older[3])
                pair = Pair(older[1], newer[1], older[3].name, newer[3].name, ", ".join(reasons), older[2], newer[2])
                scored[older[0], newer[0]] = points, pair
    found = [(-points, ids) for ids, (points, _) in scored.items() if points >= ENOUGH]
    return [scored[ids][1] for _, ids in sorted(found)[:MOST_PAIRS]]


def _listings(session: Session, where: ColumnElement[bool]) -> Iterator[tuple[int, Held]]:
    """The program and what is compared of every published listing: columns alone, a directory has many."""
    statement = (
        select(Meeting.program_id, Meeting.id, Meeting.slug, ServiceBody.name, *COLUMNS)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .outerjoin(ServiceBody, ServiceBody.id == Meeting.service_body_id)
        .where(Meeting.published, where)
        .order_by(Meeting.id)
        .execution_options(yield_per=5000)
    )
    for program, number, slug, body, *values in session.execute(statement):
        yield program, (number, slug, body or "", compared_row(values))


def _keys(program: int, held: Compared) -> Iterator[tuple[object, ...]]:
    """What twins have in common: the program and a day with a spot, an address or a link.

    A spot is a cell of about a kilometre in each of two grids, the second moved by half a cell: what is close together
    is in one cell of one of them, but for rare corners. The middle of a town is no spot.
    """
    days = [day for day in range(7) if held.weekdays >> day & 1]
    if point := spot_of(held):
        for offset in (0.0, 0.5):
            cell = tuple(floor(each * CELLS_PER_DEGREE + offset) for each in point)
            for day in days:
                yield "spot", program, offset, *cell, day
    for key in address_keys(held.street, held.city, held.postal_code):
        for day in days:
            yield *key, program, day
    if held.conference_url:
        for day in days:
            yield "link", program, held.conference_url, day


def _candidates(together: Sequence[Held], *, linked: bool) -> Iterator[tuple[Held, Held]]:
    """Pairs at about the same time; behind one link every pair: there a like name is enough."""
    if linked:
        few = together[:MOST_TOGETHER]
        yield from ((first, second) for number, first in enumerate(few) for second in few[number + 1 :])
        return
    timed = sorted(_timed(together), key=lambda each: each[:2])
    for number, (start, _, first) in enumerate(timed):
        for later, _, second in timed[number + 1 : number + 1 + MOST_TOGETHER]:
            if later - start > MINUTES:
                break
            yield first, second


def _timed(together: Collection[Held]) -> Iterator[tuple[int, int, Held]]:
    """Start, id and listing of those with a start."""
    for each in together:
        if each[3].start_minute is not None:
            yield each[3].start_minute, each[0], each


def _fields(held: Compared) -> dict[str, object]:
    start = held.start_minute
    return {
        "name": held.name,
        "latitude": held.latitude,
        "longitude": held.longitude,
        "precision": held.precision,
        "street": held.street,
        "city": held.city,
        "state": held.state,
        "postal_code": held.postal_code,
        "weekdays": [day for day in range(7) if held.weekdays >> day & 1],
        "start": None if start is None else f"{start // 60:02d}:{start % 60:02d}",
        "conference_url": held.conference_url,
    }
