"""The order of an answer, as far as one page needs it."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from finder.domain.schedule import DAYS_IN_WEEK
from finder.search.bitmaps import rows_of
from finder.search.criteria import Sort
from finder.search.matching import Matching
from finder.search.sittings import Minutes
from finder.search.timing import NEVER, first_places, matching_places
from finder.search.windows import MINUTES_A_DAY

Keys = NDArray[np.integer] | NDArray[np.floating]
#: Later than every weekday and hour: meetings by appointment.
_NO_DAY = (DAYS_IN_WEEK + 1) * MINUTES_A_DAY


def rows_of_page(matching: Matching, first: int, stop: int) -> NDArray[np.intp]:
    """The rows (of the scope) from place *first* to before *stop* in the order asked for.

    Soonest: (start, distance, id), those without a sitting last. Nearest: (distance, start, id). Name: (name, id).
    Weekday: (the first weekday from Sunday among those that are asked for, wall-clock start, id).
    """
    scope, criteria = matching.scope, matching.criteria
    stop = min(stop, matching.total)
    if first >= stop:
        return np.empty(0, np.intp)
    if criteria.sort is Sort.NEAREST and scope.squared is not None:
        rows = rows_of(matching.found)
        return _smallest(
            rows, scope.millimetres(rows), lambda some: (next_starts(matching, some),), matching, first, stop
        )
    if criteria.sort is Sort.NAME:
        rows = rows_of(matching.found)
        return _smallest(rows, scope.column(scope.snapshot.name_rank)[rows], lambda _: (), matching, first, stop)
    if criteria.sort is Sort.WEEKDAY:
        rows = rows_of(matching.found)
        return _smallest(rows, _week_minute(matching, rows), lambda _: (), matching, first, stop)
    rows, starts = matching.timing.soonest(matching.found, matching.chosen, criteria.days, stop)
    return _smallest(rows, starts, lambda some: (scope.millimetres(some),), matching, first, stop)


def _smallest(
    rows: NDArray[np.intp],
    keys: Keys,
    ties: Callable[[NDArray[np.intp]], tuple[Keys, ...]],
    matching: Matching,
    first: int,
    stop: int,
) -> NDArray[np.intp]:
    """Places *first* to *stop* of *rows* by (*keys*, *ties* of a row, id); sorts no more than it has to."""
    smallest = np.partition(keys, stop - 1)[:stop]
    low, high = np.partition(smallest, first)[first], smallest[-1]
    before = int(np.count_nonzero(keys < low))
    places = np.flatnonzero((keys >= low) & (keys <= high))
    some = rows[places]
    ids = matching.scope.column(matching.scope.columns.ids)[some]
    order = np.lexsort((ids, *reversed(ties(some)), keys[places]))
    return some[order[first - before : stop - before]]


def _week_minute(matching: Matching, rows: NDArray[np.intp]) -> NDArray[np.int32]:
    scope, days = matching.scope, matching.criteria.days
    asked = sum(1 << day for day in days or range(DAYS_IN_WEEK))
    weekdays, start = scope.column(scope.columns.weekdays)[rows], scope.column(scope.columns.start)[rows]
    return _midnights(asked)[weekdays] + start


@lru_cache
def _midnights(asked: int) -> NDArray[np.int32]:
    """For each set of weekdays (bits) the minute of the week at which the first of them that is *asked* begins."""
    first = [(mask & asked & -(mask & asked)).bit_length() - 1 for mask in range(2**DAYS_IN_WEEK)]
    return np.array([_NO_DAY if day < 0 else day * MINUTES_A_DAY for day in first], np.int32)


def next_sittings(matching: Matching, rows: NDArray[np.intp]) -> tuple[Minutes, Minutes]:
    """Start and end of the next sitting of each of *rows* that answers the question; `NEVER` without one."""
    held = matching.scope.snapshot.table.of_rows(matching.scope.everywhere(rows))
    places = matching_places(held, matching.chosen, matching.criteria.days, matching.minute)
    owners, places = first_places(held, places)
    starts, ends = np.full(len(rows), NEVER), np.full(len(rows), NEVER)
    starts[owners], ends[owners] = held.start[places], held.end[places]
    return starts, ends


def next_starts(matching: Matching, rows: NDArray[np.intp]) -> Minutes:
    """The starts of `next_sittings`."""
    return next_sittings(matching, rows)[0]
