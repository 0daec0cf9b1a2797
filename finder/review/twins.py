"""Pairs of listings of one service body that may be one and the same meeting."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.likeness import ENOUGH, likeness
from finder.store.meeting import Meeting
from finder.store.place import Location

#: Of a body with more listings than that, those published last are compared.
MOST_LISTINGS = 5000
#: Meetings of one program at one spot on one day, or behind one link: a club house has dozens, no group has more.
MOST_TOGETHER = 40
MOST_PAIRS = 100

Held = tuple[Meeting, Location | None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two listings, the older first, and in words why they may be one. ``words`` hold no name."""

    one: str  # slugs
    other: str
    one_name: str
    other_name: str
    words: str


def twins_within(session: Session, body_id: int | None) -> list[Pair]:
    """The likeliest pairs among the published listings of a body (None: of no body), the likeliest first."""
    statement = (
        select(Meeting, Location)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(
            Meeting.published,
            Meeting.service_body_id.is_(None) if body_id is None else Meeting.service_body_id == body_id,
        )
        .order_by(Meeting.id.desc())
        .limit(MOST_LISTINGS)
    )
    listings = [(meeting, place) for meeting, place in session.execute(statement)]
    together: dict[tuple[object, ...], list[Held]] = defaultdict(list)
    for held in listings:
        for key in _keys(*held):
            together[key].append(held)
    scored: dict[tuple[int, int], tuple[int, Pair]] = {}
    for held_there in together.values():
        for (first, first_place), (second, second_place) in combinations(held_there[:MOST_TOGETHER], 2):
            older, newer = sorted(((first, first_place), (second, second_place)), key=lambda each: each[0].id)
            if (older[0].id, newer[0].id) not in scored:
                points, reasons, _ = likeness(_fields(*newer), *older)
                pair = Pair(older[0].slug, newer[0].slug, older[0].name, newer[0].name, ", ".join(reasons))
                scored[older[0].id, newer[0].id] = points, pair
    likely = [(-points, ids) for ids, (points, _) in scored.items() if points >= ENOUGH]
    return [scored[ids][1] for _, ids in sorted(likely)[:MOST_PAIRS]]


def _keys(meeting: Meeting, place: Location | None) -> Iterator[tuple[object, ...]]:
    """What twins have in common: the program with a spot (about a kilometre) and a day, or with a link."""
    days = [day for day in range(7) if meeting.weekdays >> day & 1]
    if place is not None and place.latitude is not None and place.longitude is not None:
        for day in days:
            yield "spot", meeting.program_id, round(place.latitude, 2), round(place.longitude, 2), day
    if meeting.conference_url:
        for day in days:
            yield "link", meeting.program_id, meeting.conference_url, day


def _fields(meeting: Meeting, place: Location | None) -> dict[str, object]:
    start = meeting.start_minute
    return {
        "name": meeting.name,
        "latitude": place and place.latitude,
        "longitude": place and place.longitude,
        "weekdays": [day for day in range(7) if meeting.weekdays >> day & 1],
        "start": None if start is None else f"{start // 60:02d}:{start % 60:02d}",
        "conference_url": meeting.conference_url,
    }
