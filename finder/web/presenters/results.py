"""The page of an answer: its heading, filters, cards under headings, and the next best thing when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from finder.search.answer import Answer, Hit, Relaxation
from finder.search.place import Place, PlaceAnswer
from finder.web.forms.query import to_query
from finder.web.forms.search import SearchRequest
from finder.web.presenters.ask import Ask, Asked, Link, ask, link, quick_choices
from finder.web.presenters.cards import Card, Seeker
from finder.web.presenters.distances import within_words
from finder.web.presenters.facets import Filters, TickBox, filters
from finder.web.presenters.groups import Group, groups
from finder.web.presenters.headings import chips, heading, online_label, place_name, sorts, without_point
from finder.web.presenters.labels import SORTS, Labels, counted
from finder.web.presenters.offers import offers, online_anywhere
from finder.web.presenters.take_along import TakeAlong, take_along
from finder.web.presenters.times import in_minutes, minutes_between

#: The next online meeting is told when it begins within this many minutes.
SOON_MINUTES = 180
#: Other places of the same name that are offered.
OTHERS = 4
#: The name of a position that is near no town.
NOWHERE = "your position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for a question: the answer, its cards in order, what lies beside it, and where the site is.

    ``notices`` tell which parts of the question were left out: they stand before everything that was found.
    """

    answer: Answer
    shown: Sequence[tuple[Hit, Card]]
    relaxations: Sequence[Relaxation] = ()
    online: tuple[int, Hit | None] = (0, None)
    public_url: str = ""
    notices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage:
    """What ``templates/seek/results.html`` shows."""

    ask: Ask
    filters: Filters
    heading: str
    remarks: list[str]
    notices: list[str]
    others: list[Link]
    sub: str
    sorts: list[Link]
    chips: list[Link]
    clear: str
    groups: list[Group]
    empty: bool
    offers: list[Link]
    online: Link | None
    previous: str
    next: str
    where: str
    along: TakeAlong | None


def results_page(request: SearchRequest, found: Found, seeker: Seeker, labels: Labels, ticks: TickBox) -> ResultsPage:
    """The page for *request*, for that seeker."""
    asked, answer, criteria = request.asked, found.answer, request.criteria
    place, labels = place_name(request.place), labels.with_districts(request.districts)
    quick = quick_choices(asked, answer.facets, seeker.zone)
    shown = filters(
        asked, answer.facets, labels, ticks, total=counted(answer.total), has_place=request.place is not None
    )
    chosen = chips(asked, labels, place if request.exact_place else "")
    near = town_of(request.place) if request.exact_place else request.near
    return ResultsPage(
        ask=ask(asked, near=near, within=request.within, unit=request.unit, quick=quick, shown=shown.shown),
        filters=shown,
        heading=heading(asked, answer.total, place, labels),
        remarks=remarks(request.place_answer, request.near, place),
        notices=list(found.notices),
        others=_others(request),
        sub=_sub(request, answer),
        sorts=sorts(asked, criteria.sort.value, has_place=criteria.has_place) if answer.total > 1 else [],
        chips=chosen,
        clear=link(_only_place(asked)) if len(chosen) > 1 else "",
        groups=groups(found.shown, seeker, criteria.sort),
        empty=not found.shown,
        offers=_offers(request, found, seeker),
        online=_online(request, found, seeker),
        previous=link(to_query(asked, page=str(answer.page - 1))) if answer.page > 1 else "",
        next=link(to_query(asked, page=str(answer.page + 1))) if answer.page < answer.pages else "",
        where=f"Page {answer.page:,} of {answer.pages:,}",
        along=_along(request, found) if answer.total else None,
    )


def _along(request: SearchRequest, found: Found) -> TakeAlong | None:
    """The list to take along; one about a bare position is told by the town it is near, and not without one."""
    town, total = town_of(request.place), found.answer.total
    if not request.exact_place:
        return take_along(request.asked, found.public_url, total=total)
    by_town = without_point(request.asked) | {"near": (town,)}
    return take_along(by_town, found.public_url, total=total) if town else None


def town_of(place: Place | None) -> str:
    """What the place box says of a bare position: the town it is near, which may be asked for again."""
    near = place_name(place)
    return "" if near == NOWHERE else near


def remarks(place_answer: PlaceAnswer | None, near: str, place: str) -> list[str]:
    """What to tell about how the place was understood."""
    if place_answer is None or not place_answer.corrected or not place:
        return []
    return [f"Showing {place} (you typed “{near}”)."]


def _others(request: SearchRequest) -> list[Link]:
    """Other places of that name, for somebody who meant one of them."""
    answer = request.place_answer
    if answer is None or request.place is None:
        return []
    return [Link(place.label, link(to_query(request.asked, near=place.label))) for place in answer.choices[:OTHERS]]


def _sub(request: SearchRequest, answer: Answer) -> str:
    order = SORTS[request.criteria.sort.value]
    if not answer.total:
        return f"Within {within_words(request.within, request.unit)}." if request.place else ""
    if not request.place:
        return f"{order[:1].upper()}{order[1:]}."
    return f"Within {within_words(request.within, request.unit)}, {order}."


def _offers(request: SearchRequest, found: Found, seeker: Seeker) -> list[Link]:
    """What to try when there is nothing to show: nearby questions, or the first page for one that is too far on."""
    if found.answer.total:
        return [Link("Go to the first page", link(to_query(request.asked)), found.answer.total)]
    return offers(found.relaxations, request.asked, unit=request.unit, zone=seeker.zone)


def _only_place(asked: Asked) -> str:
    """The question with its place alone."""
    kept = ("near", "lat", "lon", "within", "unit", "tz")
    return to_query({name: values for name, values in asked.items() if name in kept})


def _online(request: SearchRequest, found: Found, seeker: Seeker) -> Link | None:
    """The online meetings that answer the same question, beside a search for a place."""
    total, first = found.online
    if not request.place or not total:
        return None
    note = ""
    if first is not None and first.start is not None:
        left = minutes_between(seeker.now, first.start)
        if first.in_progress:
            note = ", one of them on now"
        elif left <= SOON_MINUTES:
            note = f", the next {in_minutes(left)}"
    href = link(to_query(request.asked, **online_anywhere(seeker.zone)))
    return Link(online_label(request.asked, total), href, total, note=note + ".")
