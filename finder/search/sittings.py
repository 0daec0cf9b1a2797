"""Sittings as arrays: row, start, end (whole minutes of UTC since 1970) and weekday (0 = Sunday, of the nominal date).

Those of plainly weekly listings are computed for all rows of a date at once. The rules are the ones of
``domain.occurrences``: a start inside a spring-forward gap moves forward by the gap, when ambiguous it is the first.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from finder.domain.errors import ScheduleError
from finder.domain.schedule import DAYS_IN_WEEK, weekday_of, zone_of
from finder.search.bitmaps import Flags
from finder.search.columns import Columns
from finder.search.windows import EPOCH, MINUTES_A_DAY, instant_of, minutes_of

Minutes = NDArray[np.int32]

# A sitting of the local date D begins between D - 1 and D + 2 in UTC and ends before D + 3.
_DAYS_BACK, _DAYS_AHEAD = 3, 2


class Sittings(NamedTuple):
    """Parallel arrays, one place a sitting."""

    row: NDArray[np.int32]
    start: Minutes
    end: Minutes
    weekday: NDArray[np.uint8]

    @classmethod
    def together(cls, parts: Sequence["Sittings"]) -> "Sittings":
        """The sittings of all *parts*."""
        if not parts:
            return cls(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8))
        return cls(
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.end for part in parts]),
            np.concatenate([part.weekday for part in parts]),
        )

    def taken(self, places: NDArray[np.intp] | slice) -> "Sittings":
        """Those at *places*, in that order."""
        return Sittings(self.row[places], self.start[places], self.end[places], self.weekday[places])

    def with_others(self, places: NDArray[np.intp], others: "Sittings") -> "Sittings":
        """These, with each of the others put in before the sitting at its place."""
        return Sittings(
            np.insert(self.row, places, others.row),
            np.insert(self.start, places, others.start),
            np.insert(self.end, places, others.end),
            np.insert(self.weekday, places, others.weekday),
        )

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays take."""
        return self.row.nbytes + self.start.nbytes + self.end.nbytes + self.weekday.nbytes


def weekly_sittings(columns: Columns, zones: Sequence[str], *, first: int, until: int) -> Sittings:
    """Those that end after *first* and start before *until*, of every row that is plainly weekly and open.

    ``zones`` are names by number; a row whose zone nobody knows, or whose length is not usable, has none.
    """
    clocks = [_clock(name) for name in zones]
    known = np.array([clock is not None for clock in clocks], np.bool_)
    duration = columns.duration.astype(np.int32)
    plain = ~columns.special & ~columns.closed & (columns.start >= 0) & (columns.start < MINUTES_A_DAY)
    plain &= (columns.weekdays > 0) & (duration > 0) & (duration <= MINUTES_A_DAY) & (columns.ids >= 0)
    if len(zones):
        plain &= known[columns.zone]
    rows = np.flatnonzero(plain)
    by_weekday = [rows[(columns.weekdays[rows] >> weekday & 1).astype(np.bool_)] for weekday in range(DAYS_IN_WEEK)]
    day = instant_of(first).date() - dt.timedelta(days=_DAYS_BACK)
    last = instant_of(until).date() + dt.timedelta(days=_DAYS_AHEAD)
    parts = []
    while day <= last:
        weekday = weekday_of(day)
        row = by_weekday[weekday]
        start = _starts(day, clocks, columns.zone[row], columns.start[row])
        end: Minutes = np.add(start, duration[row], dtype=np.int32)
        sittings = Sittings(row.astype(np.int32), start, end, np.full(len(row), weekday, np.uint8))
        parts.append(sittings.taken(np.flatnonzero((end > first) & (start < until))))
        day += dt.timedelta(days=1)
    return Sittings.together(parts)


def _clock(name: str) -> ZoneInfo | None:
    try:
        return zone_of(name)
    except ScheduleError:
        return None


def _starts(
    day: dt.date, clocks: Sequence[ZoneInfo | None], zone: NDArray[np.uint16], wall: NDArray[np.int16]
) -> Minutes:
    """The instants at which wall-clock minutes of *day* come in their zones."""
    midnight = (dt.datetime.combine(day, dt.time(), dt.UTC) - EPOCH) // dt.timedelta(minutes=1)
    offsets = np.zeros(len(clocks), np.int32)
    changing: Flags = np.zeros(len(clocks), np.bool_)
    for number, clock in enumerate(clocks):
        if clock is not None:
            offset = _steady_offset(day, clock)
            changing[number] = offset is None
            offsets[number] = offset or 0
    starts: Minutes = np.int32(midnight) + wall.astype(np.int32) - offsets[zone]
    if changing.any():
        places = np.flatnonzero(changing[zone])
        keys, inverse = np.unique(zone[places].astype(np.int64) * MINUTES_A_DAY + wall[places], return_inverse=True)
        exact = [_start(day, clocks[key // MINUTES_A_DAY], key % MINUTES_A_DAY) for key in keys.tolist()]
        starts[places] = np.array(exact, np.int32)[inverse]
    return starts


def _steady_offset(day: dt.date, clock: ZoneInfo) -> int | None:
    """How many minutes the clock is ahead of UTC all day long; None on a day on which that changes."""
    moments = [dt.datetime.combine(day, dt.time(hour), clock) for hour in (0, 12)]
    moments.append(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock))
    seconds = {int((moment.utcoffset() or dt.timedelta()).total_seconds()) for moment in moments}
    steady = seconds.pop()
    return None if seconds or steady % 60 else steady // 60


def _start(day: dt.date, clock: ZoneInfo | None, minute: int) -> int:
    wall = dt.time(minute // 60, minute % 60)
    return minutes_of(dt.datetime.combine(day, wall, clock).astimezone(dt.UTC))
