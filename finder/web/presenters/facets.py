"""The filters beside an answer: every choice with the number of meetings it would show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from markupsafe import Markup

from finder.web.presenters.labels import APPROACHES, ATTENDANCE, TIMES, Labels, chosen_label
from finder.web.presenters.pieces import Render, pieces_of
from finder.web.presenters.times import WEEKDAYS

Asked = Mapping[str, Sequence[str]]
Counts = Mapping[str, Mapping[str, int]]

#: A value, how many meetings it would show, and whether it is chosen.
Choice = tuple[str, int, bool]

#: Choices shown before "more".
FIRST = 8
#: Choices offered at all: the rest is found by words or place.
MOST = 40
TICK = "tick"


@dataclass(frozen=True, slots=True)
class FacetPlan:
    """One filter: its parameter (and facet of that name), its title, whether it is folded, the one kind of formats."""

    name: str
    title: str
    folded: bool = True
    kind: str = ""


PLANS = (
    FacetPlan("program", "Program", folded=False),
    FacetPlan("audience", "For", folded=False),
    FacetPlan("attendance", "How", folded=False),
    FacetPlan("time", "Time of day"),
    FacetPlan("focus", "What it is about"),
    FacetPlan("approach", "Approach"),
    FacetPlan("openness", "Who may come"),
    FacetPlan("language", "Language"),
    FacetPlan("access", "Access"),
    FacetPlan("style", "What happens"),
    FacetPlan("format", "Topic", kind="topic"),
    FacetPlan("format", "The place", kind="venue"),
    FacetPlan("region", "Region"),
)
#: Choices that have an order of their own; others go by how many they show.
ORDERED = {"time": tuple(TIMES), "attendance": tuple(ATTENDANCE), "approach": tuple(APPROACHES)}


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter as it is shown: ``body`` are its ticks, ``more`` those behind "more", ``more_count`` how many."""

    title: str
    folded: bool
    open: bool
    size: int
    body: Markup
    more: Markup
    more_count: int


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday to tick."""

    value: str
    name: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """All filters of a page. ``shown`` are the values that have a tick, by parameter."""

    facets: list[Facet]
    days: list[Day]
    chosen: str
    words: str
    start_from: str
    start_until: str
    apply: str
    shown: frozenset[tuple[str, str]]


@dataclass(slots=True)
class TickBox:
    """Ticks as HTML in pieces, by parameter and value; those of one vocabulary, which has a few hundred of them."""

    render: Render
    held: tuple[int, dict[tuple[str, str], tuple[str, ...]]] = (0, {})

    def ticks(self, name: str, values: Iterable[Choice], labels: Labels) -> list[str]:
        """A tick with its count for every one of *values*."""
        if self.held[0] != labels.revision:
            self.held = (labels.revision, {})
        held = self.held[1]
        html = []
        for value, count, chosen in values:
            pieces = held.get((name, value))
            if pieces is None:
                label = chosen_label(name, value, labels)
                pieces = held[name, value] = pieces_of(self.render, TICK, 2, name=name, value=value, label=label)
            html.append(f"{pieces[0]}{' checked' if chosen else ''}{pieces[1]}{count:,}{pieces[2]}")
        return html


def filters(asked: Asked, counts: Counts, labels: Labels, box: TickBox, *, total: str, has_place: bool) -> Filters:
    """The filters for an answer with *counts*; *total* says what pressing the button shows as things are."""
    facets: list[Facet] = []
    shown: set[tuple[str, str]] = {("day", value) for value in "0123456"}
    for plan in PLANS:
        if plan.name == "region" and has_place:
            continue  # the place says where
        values = _values(plan, asked, counts, labels)
        chosen = [value for value, _, is_chosen in values if is_chosen]
        if len(values) > 1 or chosen:
            facets.append(_facet(plan, values, labels, box, is_open=bool(chosen)))
            shown.update((plan.name, value) for value in chosen)
    return Filters(
        facets=facets,
        days=_days(asked, counts),
        chosen=", ".join(_chosen_words(asked, labels)),
        words=_one(asked, "q"),
        start_from=_one(asked, "from"),
        start_until=_one(asked, "until"),
        apply=f"Show {total}",
        shown=frozenset(shown),
    )


def _one(asked: Asked, name: str) -> str:
    return next(iter(asked.get(name, ())), "")


def _values(plan: FacetPlan, asked: Asked, counts: Counts, labels: Labels) -> list[Choice]:
    """Value, count, whether chosen: those that show something or are chosen, in their order."""
    found = counts.get(plan.name, {})
    chosen: Sequence[str] = asked.get(plan.name, ())
    if plan.kind:
        of_kind = labels.of_kind(plan.kind)
        chosen = [value for value in chosen if value in of_kind]
        found = {value: found[value] for value in of_kind if value in found}
    order = ORDERED.get(plan.name)
    if order:
        return [(value, found.get(value, 0), value in chosen) for value in order if value in found or value in chosen]
    first = _most_first([(value, found.get(value, 0), True) for value in dict.fromkeys(chosen)])
    return (first + _most_first([(value, count, False) for value, count in found.items() if value not in chosen]))[
        :MOST
    ]


def _most_first(values: list[Choice]) -> list[Choice]:
    """*values* in order: those that show most, then by value."""
    values.sort(key=itemgetter(0))
    values.sort(key=itemgetter(1), reverse=True)
    return values


def _facet(plan: FacetPlan, values: list[Choice], labels: Labels, box: TickBox, *, is_open: bool) -> Facet:
    html = box.ticks(plan.name, values, labels)
    first = len(html) if len(html) <= FIRST + 1 else FIRST
    return Facet(
        title=plan.title,
        folded=plan.folded,
        open=is_open,
        size=len(values),
        body=Markup("".join(html[:first])),  # noqa: S704 - rendered by the template
        more=Markup("".join(html[first:])),  # noqa: S704 - rendered by the template
        more_count=len(html) - first,
    )


def _days(asked: Asked, counts: Counts) -> list[Day]:
    found, chosen = counts.get("day", {}), asked.get("day", ())
    return [
        Day(str(number), name, name[:3], found.get(str(number), 0), str(number) in chosen)
        for number, name in enumerate(WEEKDAYS)
    ]


def _chosen_words(asked: Asked, labels: Labels) -> list[str]:
    """What is chosen, in words, for the fold on a phone."""
    names = dict.fromkeys(plan.name for plan in PLANS)
    words = [WEEKDAYS[int(day)] for day in asked.get("day", ())]
    return words + [chosen_label(name, value, labels) for name in names for value in asked.get(name, ())]
