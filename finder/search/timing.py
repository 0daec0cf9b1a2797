"""When the rows of a scope sit: which have a sitting in given windows, and the start of the next one.

Two ways to the same answer: going through the sittings of the rows one is interested in, while those are few, or
through all sittings of a time.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from finder.domain.schedule import DAYS_IN_WEEK
from finder.search.bitmaps import WORD, Words, count, pack, rows_of, unpack
from finder.search.occurrence_table import Expansion
from finder.search.scope import Scope
from finder.search.sittings import Minutes
from finder.search.windows import LONG_AGO, MINUTES_A_DAY, Window

#: Start of what has no sitting: after everything.
NEVER = np.int32(2**31 - 1)
#: Up to so many rows their own sittings are gone through, when most of the scope is wanted and it is read in one go ...
FEW_ROWS = 24_000
#: ... and when they are picked row by row.
FEW_PICKED_ROWS = 6_000

_HORIZONS = (60, 6 * 60, MINUTES_A_DAY, 7 * MINUTES_A_DAY)
#: Sittings of a scope are read whole when at least one row in so many is wanted, else row by row.
_WORTH_READING = 4

Days = tuple[int, ...]
Windows = Sequence[Window]
RowNumbers = NDArray[np.intp]


class Timing(Protocol):
    """Answers about the sittings that have not ended. No *windows* is any time, no *days* any weekday."""

    def sitting_in(self, windows: Windows, days: Days) -> Words:
        """The rows of the scope that have a sitting in one of *windows* on one of *days*."""

    def sitting_on(self, windows: Windows) -> Sequence[Words]:
        """For each weekday, the rows of the scope that have a sitting in one of *windows* on it."""

    def soonest(self, found: Words, windows: Windows, days: Days, stop: int) -> tuple[RowNumbers, Minutes]:
        """Rows of *found* with the start of their next such sitting, the *stop* soonest at least; `NEVER` without."""


def timing_of(scope: Scope, rows: Words, minute: int, until: int) -> Timing:
    """The timing of *rows* of *scope* at *minute*; others may be missing from its answers.

    No window that is asked about goes beyond *until*.
    """
    few = FEW_ROWS if _most_wanted(scope, rows) else FEW_PICKED_ROWS
    return FewRows(scope, rows, minute, until) if count(rows) <= few else ManyRows(scope, minute)


def _most_wanted(scope: Scope, rows: Words) -> bool:
    return count(rows) * _WORTH_READING >= scope.words * WORD


class FewRows:
    """Goes through the sittings of chosen rows."""

    def __init__(self, scope: Scope, rows: Words, minute: int, until: int) -> None:
        self._scope = scope
        self._minute = minute
        self._held = self._sittings(rows, until)

    def _sittings(self, rows: Words, until: int) -> Expansion:
        """The sittings of *rows* that have not ended and start before *until*; owners are rows of the scope."""
        scope, table = self._scope, self._scope.snapshot.table
        if _most_wanted(scope, rows):
            held = table.of_runs(scope.row_runs)
            wanted = unpack(rows).take(held.owner)
            wanted &= held.end > self._minute
            wanted &= held.start < until
            return held.taken(np.flatnonzero(wanted))
        numbers = rows_of(rows)
        held = table.of_rows(scope.everywhere(numbers))
        held = held.taken(np.flatnonzero((held.end > self._minute) & (held.start < until)))
        return held.owned_by(numbers)

    def sitting_in(self, windows: Windows, days: Days) -> Words:
        """See `Timing`."""
        flags = np.zeros(self._scope.words * WORD, np.bool_)
        places = matching_places(self._held, windows, days, self._minute)
        flags[self._held.owner.take(places).astype(np.intp)] = True
        return pack(flags)

    def sitting_on(self, windows: Windows) -> Sequence[Words]:
        """See `Timing`."""
        places = matching_places(self._held, windows, (), self._minute)
        flags = np.zeros((DAYS_IN_WEEK, self._scope.words * WORD), np.bool_)
        flags[self._held.weekday[places], self._held.owner[places]] = True
        return [pack(row) for row in flags]

    def soonest(self, found: Words, windows: Windows, days: Days, stop: int) -> tuple[RowNumbers, Minutes]:
        """See `Timing`."""
        wanted, flags = min(stop, count(found)), unpack(found)
        for held in self._growing(found, windows, days):
            places = matching_places(held, windows, days, self._minute)
            owners, places = first_places(held, places)
            here = flags[owners]
            owners, places = owners[here], places[here]
            if len(owners) >= wanted:
                return owners, held.start[places]
        rows = rows_of(found)  # some have no sitting
        starts = np.full(self._scope.words * WORD, NEVER)
        starts[owners] = held.start[places]
        return rows, starts[rows]

    def _growing(self, found: Words, windows: Windows, days: Days) -> Iterator[Expansion]:
        """The sittings of the next hours if they may do, then all that were read, then all there are."""
        soon = self._minute + _HORIZONS[1]
        if not days and (not windows or min(window.first for window in windows) < soon):
            yield self._held.taken(np.flatnonzero(self._held.start < soon))
        yield self._held
        yield self._sittings(found, int(NEVER))


def matching_places(held: Expansion, windows: Windows, days: Days, minute: int) -> RowNumbers:
    """The places of the sittings that have not ended at *minute*, are in one of *windows*, on one of *days*."""
    fits = np.zeros(len(held.start), np.bool_) if windows else held.end > minute
    for window in windows:
        inside = held.start < window.before
        if window.first != LONG_AGO:
            inside &= held.start >= window.first
        inside &= held.end > window.alive
        fits |= inside
    if days:
        fits &= np.array([day in days for day in range(DAYS_IN_WEEK)], np.bool_)[held.weekday]
    return np.flatnonzero(fits)


def first_places(held: Expansion, places: RowNumbers) -> tuple[RowNumbers, RowNumbers]:
    """Every owner of sittings at *places* (ascending), and the place of the first of its sittings there."""
    owners = held.owner[places].astype(np.intp)
    news = np.ones(len(owners), np.bool_)
    np.not_equal(owners[1:], owners[:-1], out=news[1:])
    return owners[news], places[news]


class ManyRows:
    """Goes through the sittings of a time, whosever they are."""

    def __init__(self, scope: Scope, minute: int) -> None:
        self._scope = scope
        self._minute = minute
        self._always = Window(LONG_AGO, int(NEVER), minute)

    def sitting_in(self, windows: Windows, days: Days) -> Words:
        """See `Timing`."""
        held = np.zeros(self._scope.words, np.uint64)
        for window in windows or (self._always,):
            held |= self._scope.limited(self._rows_in(window, days))
        return held

    def sitting_on(self, windows: Windows) -> Sequence[Words]:
        """See `Timing`."""
        return [self.sitting_in(windows, (day,)) for day in range(DAYS_IN_WEEK)]

    def _rows_in(self, window: Window, days: Days) -> Words:
        """The rows of the snapshot, remembered: questions of the same minute ask for the same windows."""
        snapshot = self._scope.snapshot
        known = snapshot.memory.get((window, days))
        if known is None:
            flags = np.zeros(snapshot.words * WORD, np.bool_)
            flags[snapshot.table.by_time.row[self._places((window,), days, int(NEVER))]] = True
            known = snapshot.memory.put((window, days), pack(flags))
        return known

    def soonest(self, found: Words, windows: Windows, days: Days, stop: int) -> tuple[RowNumbers, Minutes]:
        """See `Timing`."""
        wanted = min(stop, count(found))
        for horizon in _HORIZONS[2:] if days else _HORIZONS:  # the days asked for may be some way off
            starts = self._first_starts(windows or (self._always,), days, self._minute + horizon)
            rows = rows_of(found & pack(starts < NEVER))
            if len(rows) >= wanted:
                return rows, starts[rows]
        rows = rows_of(found)
        return rows, self._first_starts(windows or (self._always,), days, int(NEVER))[rows]

    def _first_starts(self, windows: Windows, days: Days, before: int) -> Minutes:
        by_time = self._scope.snapshot.table.by_time
        starts = np.full(self._scope.snapshot.words * WORD, NEVER)
        places = self._places(windows, days, before)[::-1]
        starts[by_time.row[places]] = by_time.start[places]  # the last one written stays: the earliest
        return self._scope.column(starts)

    def _places(self, windows: Windows, days: Days, before: int) -> RowNumbers:
        """The places of the sittings in one of *windows*, on one of *days*, that start before *before*; ascending."""
        table = self._scope.snapshot.table
        parts = [table.between(window.first, min(window.before, before), window.alive) for window in windows]
        low, high = min(part.start for part in parts), max(part.stop for part in parts)
        places: RowNumbers = low + matching_places(table.seen_by_time(slice(low, high)), windows, days, self._minute)
        return places
