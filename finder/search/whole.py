"""The whole of an answer, for feeds and exports: every listing that answers a question, not a page of them."""

import datetime as dt

from finder.search.bitmaps import rows_of
from finder.search.criteria import SearchCriteria
from finder.search.matching import matching
from finder.search.snapshot import Snapshot


def every_id(snapshot: Snapshot, criteria: SearchCriteria, *, now: dt.datetime) -> list[int]:
    """Ids of all listings that answer *criteria* at *now* (aware), ascending; its order and page do not matter."""
    found = matching(snapshot, criteria, now=now)
    scope = found.scope
    everywhere = scope.everywhere(rows_of(found.found))
    return sorted(scope.columns.ids[everywhere].tolist())
