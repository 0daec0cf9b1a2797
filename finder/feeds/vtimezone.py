"""VTIMEZONE (RFC 5545, 3.6.5): the changes of a zone's clocks, for calendars that bring no zones of their own.

Each onset is told by the clock before the change, as the standard wants; a library that tells it by the clock after
it puts every meeting of that hour an hour wrong.
"""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

#: Years told ahead; what lies further is read from a calendar's own zones, as most do for everything.
YEARS_AHEAD = 12
_STEP = dt.timedelta(days=5)  # no zone has changed its clocks twice within this
_SECOND = dt.timedelta(seconds=1)


class Clock(NamedTuple):
    """How a zone's clocks stand: offset from UTC, whether that is summer time, and what it is called."""

    offset: dt.timedelta
    summer: bool
    name: str


class Change(NamedTuple):
    """A change of the clocks: when by the clock before it (naive), from what to what."""

    onset: dt.datetime
    before: Clock
    after: Clock


def clock_at(zone: ZoneInfo, instant: dt.datetime) -> Clock:
    """How the clocks of *zone* stand at *instant* (aware)."""
    local = instant.astimezone(zone)
    return Clock(local.utcoffset() or dt.timedelta(), bool(local.dst()), local.tzname() or "")


def changes(zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> Iterator[Change]:
    """The changes of the clocks of *zone* between two instants (aware UTC), in order."""
    before, low = clock_at(zone, start), start
    while low < end:
        high = low + _STEP
        after = clock_at(zone, high)
        if after != before:
            moment = _change_between(zone, low, high, before)
            after = clock_at(zone, moment)
            yield Change((moment + before.offset).replace(tzinfo=None), before, after)
            before, high = after, moment
        low = high


def _change_between(zone: ZoneInfo, low: dt.datetime, high: dt.datetime, before: Clock) -> dt.datetime:
    """The first second after *low* at which the clocks no longer stand as *before*."""
    while high - low > _SECOND:
        middle = low + ((high - low) // 2 // _SECOND) * _SECOND
        low, high = (middle, high) if clock_at(zone, middle) == before else (low, middle)
    return high


@lru_cache(maxsize=256)
def vtimezone(name: str, first_year: int) -> Timezone:
    """The zone *name* from the year before *first_year* on, `YEARS_AHEAD` years ahead. Share it, do not change it."""
    zone = ZoneInfo(name)
    start = dt.datetime(max(first_year - 1, 1), 1, 2, tzinfo=dt.UTC)
    end = dt.datetime(min(first_year + YEARS_AHEAD, 9999), 1, 1, tzinfo=dt.UTC)
    first = clock_at(zone, start)
    groups: dict[tuple[Clock, Clock], list[dt.datetime]] = {
        (first, first): [(start + first.offset).replace(tzinfo=None)]
    }
    for change in changes(zone, start, end):
        groups.setdefault((change.before, change.after), []).append(change.onset)
    component = Timezone()
    component.add("tzid", name)
    for (before, after), onsets in groups.items():
        observance = (TimezoneDaylight if after.summer else TimezoneStandard)()
        observance.add("dtstart", onsets[0])
        if onsets[1:]:
            observance.add("rdate", onsets[1:])
        observance.add("tzoffsetfrom", before.offset)
        observance.add("tzoffsetto", after.offset)
        observance.add("tzname", after.name)
        component.add_component(observance)
    return component
