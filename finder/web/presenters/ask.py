"""The question as it stands at the head of a page: the place box, how far, and the quick choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finder.web.forms.query import to_query, with_, without
from finder.web.presenters.distances import radius_choices
from finder.web.presenters.labels import WHEN

Asked = Mapping[str, Sequence[str]]

#: Parameters with a control of their own on a page of results; a page number does not outlive its question.
CONTROLLED = frozenset({"near", "lat", "lon", "within", "q", "from", "until", "day", "page"})
QUICK_WHEN = ("now", "tonight", "tomorrow", "weekend")
FIRST_TIME = "newcomers"


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere; ``count`` is how many meetings, None when nobody counted; ``note`` follows them."""

    label: str
    href: str
    count: int | None = None
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The place box and what stands around it. ``kept`` are hidden values, ``first`` a visit without a question."""

    near: str
    radii: list[tuple[str, str, bool]]
    kept: list[tuple[str, str]]
    quick: list[Link]
    errors: Mapping[str, str] = field(default_factory=dict)
    first: bool = False
    title: str = "Find a meeting that fits you"


def link(query: str) -> str:
    """The address of the search page with that query."""
    return f"/?{query}" if query else "/"


def ask(
    asked: Asked,
    *,
    near: str,
    within: float,
    unit: str,
    quick: list[Link],
    shown: frozenset[tuple[str, str]] = frozenset(),
    errors: Mapping[str, str] | None = None,
    first: bool = False,
) -> Ask:
    """The head of a page for what was *asked*; *shown* are the values that the filters of the page have a tick for."""
    kept = [
        (name, value)
        for name, values in asked.items()
        if name not in CONTROLLED
        for value in values
        if (name, value) not in shown
    ]
    return Ask(near=near, radii=radius_choices(unit, within), kept=kept, quick=quick, errors=errors or {}, first=first)


def quick_choices(asked: Asked, counts: Mapping[str, Mapping[str, int]], zone: str) -> list[Link]:
    """The row of quick choices; *counts* are those of the answer, *zone* the seeker's.

    Online meetings are found by time and not by place, so that choice leaves the place behind and takes its zone along.
    """
    found = []
    for value in QUICK_WHEN:
        chosen = value in asked.get("when", ())
        query = without(asked, "when") if chosen else to_query(asked, when=value)
        found.append(Link(WHEN[value], link(query), counts.get("when", {}).get(value, 0), chosen))
    online = {"when": "now", "attendance": "online", "tz": zone}
    nowhere: dict[str, None] = dict.fromkeys(("near", "lat", "lon", "within", "region"))
    chosen = tuple(asked.get("attendance", ())) == ("online",) and tuple(asked.get("when", ())) == ("now",)
    found.append(Link("Online now", link(to_query(asked, **online, **nowhere)), None, chosen))
    first_time = FIRST_TIME in asked.get("audience", ())
    query = without(asked, "audience", FIRST_TIME) if first_time else with_(asked, "audience", FIRST_TIME)
    count = counts.get("audience", {}).get(FIRST_TIME, 0)
    found.append(Link("Good for a first time", link(query), count, first_time))
    return [choice for choice in found if choice.count != 0 or choice.chosen]
