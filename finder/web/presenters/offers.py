"""The next best thing: nearby questions that do find something, as links with their counts."""

import math
from collections.abc import Iterable, Mapping, Sequence

from finder.domain.geo import KM_PER_MILE
from finder.search.answer import Relaxation
from finder.web.forms.query import to_query
from finder.web.presenters.ask import Link, link
from finder.web.presenters.distances import within_words
from finder.web.presenters.labels import WHEN_PHRASES

Asked = Mapping[str, Sequence[str]]
Changes = dict[str, str | Sequence[str] | None]

#: What a relaxation does without: the parameters it takes back, and how that reads. The rest are told by their values.
TAKEN_BACK: dict[str, tuple[tuple[str, ...], str]] = {
    "when": (("when",), "At any time"),
    "days": (("day",), "On any day"),
    "time": (("time", "from", "until"), "At any time of the day"),
    "programs": (("program",), "Of any program"),
    "approaches": (("approach",), "Of any approach"),
    "audience": (("audience",), "For anybody"),
    "focus": (("focus",), "About anything"),
    "style": (("style",), "Of any style"),
    "openness": (("openness",), "Open or closed"),
    "language": (("language",), "In any language"),
    "access": (("access",), "Without the access you chose"),
    "formats": (("format",), "Of any topic and place"),
    "attendance": (("attendance",), "In person or online"),
    "words": (("q",), "Without the words you gave"),
    "region": (("region",), "Anywhere"),
    "district": (("district",), "Of any district"),
}
#: What several things at once are called, when no single one helps.
KIND = (
    "program",
    "approach",
    "audience",
    "focus",
    "style",
    "openness",
    "language",
    "access",
    "format",
    "attendance",
    "q",
)
TIME = ("when", "day", "time", "from", "until")
TAKEN_BACK |= {
    "kind": (KIND, "Any kind of meeting"),
    "kind_online": (KIND, "Any kind of meeting, online from anywhere"),
    "anything": (KIND + TIME, "Any kind of meeting, at any time"),
    "anything_online": (KIND + TIME, "Any online meeting, at any time"),
}
ONLINE = "Online, from anywhere"


def online_anywhere(zone: str) -> Changes:
    """The changes that ask a question of online meetings, in the clock of *zone*."""
    return {
        **dict.fromkeys(("near", "lat", "lon", "within", "region", "sort")),
        "attendance": "online",
        "tz": zone,
    }


def offers(relaxations: Iterable[Relaxation], asked: Asked, *, unit: str, zone: str) -> list[Link]:
    """The relaxations that find something as links, in their order. *zone* is the seeker's."""
    found = []
    for relaxation in relaxations:
        if relaxation.total:
            words, changes = _change(relaxation, unit, zone)
            found.append(Link(words, link(to_query(asked, **changes)), relaxation.total))
    return found


def _change(relaxation: Relaxation, unit: str, zone: str) -> tuple[str, Changes]:
    """What a relaxation changes: in words, and the parameters."""
    kind, criteria = relaxation.kind, relaxation.criteria
    if kind == "within":
        within = round(criteria.within_km / KM_PER_MILE if unit == "mi" else criteria.within_km, 1)
        return f"Within {within_words(within, unit)}", {"within": f"{within:g}"}
    if kind == "online":
        return ONLINE, online_anywhere(zone)
    if kind == "when" and criteria.when:
        words = " or ".join(WHEN_PHRASES[value] for value in criteria.when)
        return words.capitalize(), {"when": tuple(value.value for value in criteria.when)}
    if kind == "anywhere" and not criteria.has_place:
        return "Any meeting anywhere", _given_up(*KIND, *TIME, "region")
    if kind == "anywhere":
        farthest = math.floor(10 * criteria.within_km / (KM_PER_MILE if unit == "mi" else 1)) / 10
        changes = {**_given_up(*KIND, *TIME, "region"), "within": f"{farthest:g}", "sort": "nearest"}
        return "The nearest of any kind, however far", changes
    parameters, words = TAKEN_BACK[kind]
    changes = _given_up(*parameters)
    return words, changes | online_anywhere(zone) if kind.endswith("online") else changes


def _given_up(*parameters: str) -> Changes:
    """The changes that take *parameters* back."""
    return dict.fromkeys(_keyword(name) for name in parameters)


def _keyword(parameter: str) -> str:
    """A parameter as `to_query` takes it."""
    return f"{parameter}_" if parameter == "from" else parameter
