"""The first visit: a place box, what is on soon, and a word to somebody who has never been to a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass

from finder.search.answer import Answer, Hit
from finder.search.criteria import Sort
from finder.web.forms.query import to_query
from finder.web.forms.search import SearchRequest
from finder.web.presenters.ask import FIRST_TIME, Ask, Link, ask, link, quick_choices
from finder.web.presenters.cards import Card, Seeker
from finder.web.presenters.groups import Group, groups
from finder.web.presenters.labels import counted

#: How many meetings greet a first visit.
SHOWN = 6
#: What there is for whom, as a question: words, and the parameter that asks for it.
KINDS = (
    ("12 steps: AA, NA and their relatives", {"approach": "12-step"}),
    ("SMART Recovery: tools, no steps", {"approach": "smart"}),
    ("Other ways: secular, Buddhist, for women", {"approach": "other"}),
    ("Mental health and addiction together", {"focus": "dual-recovery"}),
    ("Young people", {"audience": "young-people"}),
    ("Women", {"audience": "women"}),
    ("Men", {"audience": "men"}),
    ("Family and friends", {"audience": "family-friends"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """What ``templates/seek/home.html`` shows."""

    ask: Ask
    groups: list[Group]
    next: str
    first_time: Link | None
    kinds: list[Link]


def home_page(request: SearchRequest, answer: Answer, shown: Sequence[tuple[Hit, Card]], seeker: Seeker) -> HomePage:
    """The page of a first visit, with the meetings that come next anywhere."""
    counts = answer.facets
    quick = quick_choices({}, counts, seeker.zone)
    newcomers = counts.get("audience", {}).get(FIRST_TIME, 0)
    first = f"{counted(newcomers)} where newcomers are welcome"
    found = [
        Link(
            words,
            link(to_query({}, **ask_for)),
            sum(counts.get(name, {}).get(value, 0) for name, value in ask_for.items()),
        )
        for words, ask_for in KINDS
    ]
    return HomePage(
        ask=ask({}, near="", within=request.within, unit=request.unit, quick=quick, first=True),
        groups=groups(shown, seeker, Sort.SOONEST),
        next=link(to_query({}, sort="soonest")) if answer.total > len(shown) else "",
        first_time=Link(first, link(to_query({}, audience=FIRST_TIME))) if newcomers else None,
        kinds=[kind for kind in found if kind.count],
    )
