"""Questions that cannot be answered as they came: several places, an unknown one, values that mean nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from finder.search.place import Place, PlaceAnswer
from finder.web.forms.query import PARAMETERS, to_query
from finder.web.forms.search import InvalidSearchError, SearchRequest
from finder.web.presenters.ask import Ask, Link, ask, link

TIPS = (
    "Write a city with its state or country: Springfield, Illinois.",
    "Try a ZIP or postcode, or a larger town nearby.",
    "Leave the place empty to see meetings everywhere, also those online.",
)
#: Kinds of places that are worth telling apart from a town.
KINDS = {"postcode": "postcode", "region": "region"}
#: How a parameter is called in a summary of faults.
NAMES = {"near": "Place", "within": "Within", "q": "Words", "from": "From", "until": "Before", "tz": "Time zone"}
#: Parameters with a field of their own on this page.
WITH_FIELD = ("near", "within")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to change, and where on the page."""

    words: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePage:
    """What ``templates/seek/choices.html`` shows."""

    ask: Ask
    heading: str
    faults: list[Fault] = field(default_factory=list)
    choices: list[Link] = field(default_factory=list)
    tips: Sequence[str] = ()


def choice_page(request: SearchRequest) -> TroublePage:
    """Several places of one name, to choose from."""
    return TroublePage(
        ask=ask(request.asked, near=request.near, within=request.within, unit=request.unit, quick=[]),
        heading=f"Which “{request.near}” do you mean?",
        choices=place_links(request.choices, request.asked),
    )


def place_links(places: Iterable[Place], asked: Mapping[str, Sequence[str]]) -> list[Link]:
    """Each place with the same question asked of it."""
    return [
        Link(place.label, link(to_query(asked, near=place.label)), note=KINDS.get(place.kind, "")) for place in places
    ]


def faulty_page(error: InvalidSearchError, *, within: float, unit: str) -> TroublePage:
    """A question with faults, each named and led to; every other value is kept."""
    unknown = error.place_answer is not None and error.errors.keys() == {"near"}
    asked = {name: values for name, values in error.asked.items() if name not in error.errors}
    kept_within = _number(asked.get("within", ()), within)
    return TroublePage(
        ask=ask(
            asked,
            near=next(iter(error.asked.get("near", ())), ""),
            within=kept_within,
            unit=unit,
            quick=[],
            errors={name: words for name, words in error.errors.items() if name in WITH_FIELD},
        ),
        heading="We could not find that place" if unknown else "Please change your question",
        faults=[
            Fault(f"{NAMES.get(name, name.capitalize())}: {error.errors[name]}", _target(name, asked))
            for name in sorted(error.errors, key=PARAMETERS.index)
        ],
        choices=_suggested(error.place_answer, asked),
        tips=TIPS if "near" in error.errors else (),
    )


def _target(name: str, asked: Mapping[str, Sequence[str]]) -> str:
    """The field to change; without one, the same question without that parameter."""
    return f"#{name}" if name in WITH_FIELD else link(to_query(asked))


def _number(values: Sequence[str], otherwise: float) -> float:
    try:
        number = float(next(iter(values), otherwise))
    except ValueError:
        return otherwise
    return number if 0 < number < 1000 else otherwise  # noqa: PLR2004 - what the form may have taken


def _suggested(answer: PlaceAnswer | None, asked: Mapping[str, Sequence[str]]) -> list[Link]:
    return place_links(answer.suggestions, asked) if answer is not None else []
