"""The engine: a question in, an answer out, from a snapshot and an instant; it never writes and asks no database."""

import datetime as dt

from finder.search.answer import Answer, Hit
from finder.search.bitmaps import count
from finder.search.criteria import SearchCriteria
from finder.search.facets import facets_of
from finder.search.matching import Matching, matching, matching_online
from finder.search.ordering import next_sittings, rows_of_page
from finder.search.snapshot import Snapshot
from finder.search.tags import ONLINE_ONLY
from finder.search.timing import NEVER
from finder.search.windows import instant_of


def find(snapshot: Snapshot, criteria: SearchCriteria, *, now: dt.datetime) -> Answer:
    """What answers *criteria* at *now* (aware): the total, one page, and the count beside every choice.

    A page beyond the last is empty, with the total. What each condition means is said in ``criteria``, ``windows``,
    ``word_index``, ``facets`` and ``ordering``. Raises ScheduleError for a zone that nobody knows.
    """
    found = matching(snapshot, criteria, now=now)
    per_page = max(1, criteria.per_page)
    first = (max(1, criteria.page) - 1) * per_page
    if found.scope.squared is None:
        online_total = count(found.found & found.scope.tag(ONLINE_ONLY))
    else:
        online_total = matching_online(snapshot, criteria, now=now).total
    return Answer(
        total=found.total,
        online_total=online_total,
        page=criteria.page,
        pages=-(-found.total // per_page),
        hits=_hits(found, first, first + per_page),
        facets=facets_of(found),
        revision=snapshot.revision,
    )


def total_of(snapshot: Snapshot, criteria: SearchCriteria, *, now: dt.datetime) -> int:
    """How many listings answer *criteria* at *now* (aware), and nothing else of the answer."""
    return matching(snapshot, criteria, now=now).total


def _hits(found: Matching, first: int, stop: int) -> tuple[Hit, ...]:
    scope = found.scope
    rows = rows_of_page(found, first, stop)
    starts, ends = next_sittings(found, rows)
    everywhere = scope.everywhere(rows)
    ids, revisions = scope.columns.ids[everywhere], scope.columns.revision[everywhere]
    return tuple(
        Hit(number, revision, None, None, False, distance)
        if start == NEVER
        else Hit(number, revision, instant_of(start), instant_of(end), start <= found.minute, distance)
        for number, revision, start, end, distance in zip(
            ids.tolist(), revisions.tolist(), starts.tolist(), ends.tolist(), scope.kilometres(rows), strict=True
        )
    )
