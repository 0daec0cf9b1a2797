"""The next best thing: when nothing is found, the nearest questions that do find something."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from finder.domain.geo import KM_PER_MILE
from finder.domain.vocabulary import Attendance
from finder.search.answer import Relaxation
from finder.search.criteria import FORMAT_FACETS, SearchCriteria, When
from finder.search.engine import total_of
from finder.search.snapshot import Snapshot

#: Distances to look in when there is nothing nearer, in kilometres: 25, 50 and 100 miles.
WIDER_KM = tuple(miles * KM_PER_MILE for miles in (25, 50, 100))
#: The farthest that can be asked for: 500 miles.
FARTHEST_KM = 500 * KM_PER_MILE
#: A step has to be wider by this much, so that rounding is not offered as a distance.
_WIDER_BY = 1.01

#: What can be left out, as the field of the criteria.
_FACETS = ("programs", "approaches", "formats", *FORMAT_FACETS, "attendance")

Ask = Callable[[SearchCriteria], int]


def relaxations(
    snapshot: Snapshot, criteria: SearchCriteria, *, now: dt.datetime, limit: int = 4
) -> tuple[Relaxation, ...]:
    """At most *limit* questions near *criteria* that find something at *now* (aware), the most useful first.

    In this order: a little further away; tomorrow; online instead; any time, any hour, any day; without one of the
    facets, those first that leave most; without the words; in any region; in any district. Each gives up one thing
    only. Where none of them finds anything, several are given up at once: the kind of meeting, then the time too, then
    the distance too.
    """

    def ask(changed: SearchCriteria) -> int:
        return total_of(snapshot, changed, now=now)

    first_page = replace(criteria, page=1)
    found = tuple(islice(_offers(first_page, ask), limit))
    return found or tuple(islice(_last_resorts(first_page, ask), limit))


def _offers(criteria: SearchCriteria, ask: Ask) -> Iterator[Relaxation]:
    for kind, changed in _first_choices(criteria, ask):
        yield from _offer(kind, changed, ask)
    facets = [
        offer for name in _FACETS if getattr(criteria, name) for offer in _offer(name, _without(criteria, name), ask)
    ]
    yield from sorted(facets, key=lambda offer: -offer.total)
    if criteria.words:
        yield from _offer("words", replace(criteria, words=()), ask)
    if criteria.region_ids:
        yield from _offer("region", replace(criteria, region_ids=()), ask)
    if criteria.listing_ids is not None:
        yield from _offer("district", replace(criteria, listing_ids=None), ask)


def _last_resorts(criteria: SearchCriteria, ask: Ask) -> Iterator[Relaxation]:
    """What is left when no single thing helps: any meeting here, then, farther away, or online."""
    any_kind = criteria
    for name in (*_FACETS, "words"):
        any_kind = _without(any_kind, name)
    any_time = replace(any_kind, when=(), days=(), bands=(), start_from=None, start_until=None)
    anywhere = replace(any_time, region_ids=(), within_km=FARTHEST_KM)
    asked = {criteria}
    for kind, changed in (
        ("kind", any_kind),
        ("kind_online", online_instead(any_kind)),
        ("anything", any_time),
        ("anywhere", anywhere),
        ("anything_online", online_instead(any_time)),
    ):
        if changed not in asked:
            asked.add(changed)
            yield from _offer(kind, changed, ask)


def _offer(kind: str, changed: SearchCriteria, ask: Ask) -> Iterator[Relaxation]:
    total = ask(changed)
    if total:
        yield Relaxation(kind=kind, criteria=changed, total=total)


def _first_choices(criteria: SearchCriteria, ask: Ask) -> Iterator[tuple[str, SearchCriteria]]:
    """Another distance, another time, online: what changes least for the seeker."""
    if criteria.has_place:
        for within_km in WIDER_KM:
            wider = replace(criteria, within_km=within_km)
            if within_km > criteria.within_km * _WIDER_BY and ask(wider):
                yield "within", wider
                break
    if criteria.when and When.TOMORROW not in criteria.when:
        yield "when", replace(criteria, when=(When.TOMORROW,))
    if criteria.attendance != (Attendance.ONLINE,):
        yield "online", online_instead(criteria)
    if criteria.when:
        yield "when", replace(criteria, when=())
    if criteria.bands or criteria.start_from is not None or criteria.start_until is not None:
        yield "time", replace(criteria, bands=(), start_from=None, start_until=None)
    if criteria.days:
        yield "days", replace(criteria, days=())


def _without(criteria: SearchCriteria, name: str) -> SearchCriteria:
    nothing: dict[str, Any] = {name: ()}
    return replace(criteria, **nothing)


def online_instead(criteria: SearchCriteria) -> SearchCriteria:
    """The same question asked of meetings that one can join online, from anywhere."""
    return replace(criteria, latitude=None, longitude=None, region_ids=(), attendance=(Attendance.ONLINE,))
