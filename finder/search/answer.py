"""The answer: what a search gives back, in values."""

import datetime as dt
from dataclasses import dataclass, field

from finder.search.criteria import SearchCriteria


@dataclass(frozen=True, slots=True)
class Hit:
    """One listing of a page, at a revision, with its next matching occurrence (aware UTC) and its distance."""

    id: int
    revision: int
    start: dt.datetime | None
    end: dt.datetime | None
    in_progress: bool
    distance_km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A nearby question that finds something: what was changed, the question, how many it gives.

    ``kind`` is one of: within, when, days, time, programs, approaches, a format facet's name, formats,
    attendance, words, region, online (the same question asked of online meetings only, anywhere).
    """

    kind: str
    criteria: SearchCriteria
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Total, one page of hits, and the count beside every choice of every facet.

    ``facets``: facet name -> choice (as in the URL) -> how many listings it would give when chosen alone in
    that facet, all other facets respected. Choices that would give none are absent. Facet names: day, time,
    when, program, approach, audience, focus, style, openness, language, access, format, attendance, region.
    ``online_total``: online-only listings that match everything but the place.
    """

    total: int
    online_total: int
    page: int
    pages: int
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    revision: int = 0
