"""The next best thing: nearby questions that do find something, as links with their counts."""

from collections.abc import Iterable, Mapping, Sequence

from finder.search.answer import Relaxation
from finder.web.forms.query import to_query
from finder.web.presenters.ask import Link, link
from finder.web.presenters.distances import KM_PER_MI, within_words
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
        within = round(criteria.within_km / KM_PER_MI if unit == "mi" else criteria.within_km, 1)
        return f"Within {within_words(within, unit)}", {"within": f"{within:g}"}
    if kind == "online":
        return ONLINE, online_anywhere(zone)
    if kind == "when" and criteria.when:
        words = " or ".join(WHEN_PHRASES[value] for value in criteria.when)
        return words.capitalize(), {"when": tuple(value.value for value in criteria.when)}
    parameters, words = TAKEN_BACK[kind]
    return words, dict.fromkeys(_keyword(name) for name in parameters)


def _keyword(parameter: str) -> str:
    """A parameter as `to_query` takes it."""
    return f"{parameter}_" if parameter == "from" else parameter
