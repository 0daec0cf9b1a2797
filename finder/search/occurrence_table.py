"""The sittings of a snapshot, laid out twice: by row, for few rows; by time, for many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from finder.search.columns import Columns
from finder.search.sittings import Minutes, Sittings, weekly_sittings
from finder.search.windows import MINUTES_A_DAY

#: How far ahead the sittings of plainly weekly listings are held, and how long before they began.
HORIZON_MINUTES = 14 * MINUTES_A_DAY
LOOKBACK_MINUTES = 60
#: No sitting is longer, so one that has not ended began less than this ago.
LONGEST_MINUTES = MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Expansion:
    """Some sittings, side by side; ``owner`` numbers the row of each as the asker does."""

    owner: NDArray[np.integer]
    start: Minutes
    end: Minutes
    weekday: NDArray[np.uint8]

    def taken(self, places: NDArray[np.intp]) -> "Expansion":
        """The sittings at *places*."""
        return Expansion(
            self.owner.take(places), self.start.take(places), self.end.take(places), self.weekday.take(places)
        )

    def owned_by(self, owners: NDArray[np.intp]) -> "Expansion":
        """The same, owned by *owners* in place of their numbers."""
        return replace(self, owner=owners[self.owner])


@dataclass(frozen=True, slots=True)
class OccurrenceTable:
    """All sittings: ``by_row`` by (row, start), those of row r from place ``first[r]``; ``by_time`` by (start, row)."""

    first: NDArray[np.int32]
    by_row: Sittings
    by_time: Sittings

    @classmethod
    def of(cls, sittings: Sittings, rows: int) -> "OccurrenceTable":
        """The table of *sittings*, in any order, of so many rows."""
        base = int(sittings.start.min(initial=0))
        span = int(sittings.start.max(initial=0)) - base + 1
        by_row = sittings.taken(
            np.argsort(sittings.row.astype(np.int64) * span + (sittings.start - base), kind="stable")
        )
        return cls(_firsts(by_row.row, rows), by_row, by_row.taken(np.argsort(by_row.start, kind="stable")))

    def with_more(self, sittings: Sittings, rows: int) -> "OccurrenceTable":
        """This and the sittings of rows that come after all rows that have any; *rows* in all."""
        more = OccurrenceTable.of(sittings, rows)
        by_row = Sittings.together((self.by_row, more.by_row))
        places = np.searchsorted(self.by_time.start, more.by_time.start, side="right")
        return OccurrenceTable(_firsts(by_row.row, rows), by_row, self.by_time.with_others(places, more.by_time))

    def of_runs(self, runs: Sequence[tuple[int, int]]) -> Expansion:
        """The sittings of runs of rows (first, one past the last), owned by their place in all runs together."""
        parts, before = [], 0
        for first, end in runs:
            part = self.by_row.taken(slice(int(self.first[first]), int(self.first[end])))
            parts.append(part._replace(row=part.row + np.int32(before - first)))
            before += end - first
        return Expansion(*Sittings.together(parts))

    def seen_by_time(self, places: slice) -> Expansion:
        """The sittings at *places* of ``by_time``, owned by their rows."""
        return Expansion(*self.by_time.taken(places))

    def of_rows(self, rows: NDArray[np.intp]) -> Expansion:
        """The sittings of *rows*, in that order and then of their start, owned by the place of the row in *rows*."""
        first = self.first[rows]
        lengths = self.first[rows + 1] - first
        before = np.cumsum(lengths) - lengths
        owner = np.repeat(np.arange(len(rows)), lengths)
        places = np.arange(len(owner)) + (first - before)[owner]
        return Expansion(owner, self.by_row.start[places], self.by_row.end[places], self.by_row.weekday[places])

    def between(self, first: int, before: int, alive: int) -> slice:
        """The places in ``by_time`` of all sittings that start from *first* to *before* and may end after *alive*."""
        start = self.by_time.start
        low = int(np.searchsorted(start, np.int32(max(first, alive - LONGEST_MINUTES))))
        return slice(low, max(low, int(np.searchsorted(start, np.int32(min(before, 2**31 - 1))))))


def _firsts(row: NDArray[np.int32], rows: int) -> NDArray[np.int32]:
    """Where the sittings of each row begin, and at the end how many there are."""
    firsts = np.zeros(rows + 1, np.int32)
    np.cumsum(np.bincount(row, minlength=rows), out=firsts[1:])
    return firsts


def weekly_table(columns: Columns, zones: Sequence[str], minute: int, more: Sittings) -> OccurrenceTable:
    """The table as of *minute*: of the plainly weekly rows, and of those whose sittings are given as *more*."""
    weekly = weekly_sittings(columns, zones, first=minute - LOOKBACK_MINUTES, until=minute + HORIZON_MINUTES)
    return OccurrenceTable.of(Sittings.together((weekly, more)), len(columns.ids))
