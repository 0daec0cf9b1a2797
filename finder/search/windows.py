"""Windows of time: what a seeker says ("tonight") as instants, in whole minutes of UTC since 1970.

- ``now``: in progress, or starting within two hours, those two hours inclusive.
- ``tonight``: overlaps 17:00 to 04:00 of the seeker's zone, from now on; before 04:00 it is still last evening's night.
- ``tomorrow``: starts on tomorrow's date in the seeker's zone.
- ``weekend``: starts from Saturday 00:00 to Monday 00:00 in that zone: the present weekend while it is running.
- ``next24h``: starts within 24 hours.

In every one of them only sittings that have not ended count.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from finder.domain.schedule import weekday_of, zone_of
from finder.search.criteria import When

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Earlier than every sitting.
LONG_AGO = -(2**31)
MINUTES_A_DAY = 24 * 60
SOON_MINUTES = 120

_NIGHT_BEGINS, _NIGHT_ENDS = dt.time(17), dt.time(4)
_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Window:
    """Sittings that start from ``first`` (inclusive) to ``before`` (exclusive) and end after ``alive``."""

    first: int
    before: int
    alive: int


def minutes_of(instant: dt.datetime) -> int:
    """Whole minutes from 1970 to *instant* (aware), rounded down."""
    return (instant - EPOCH) // _MINUTE


def instant_of(minutes: int) -> dt.datetime:
    """The aware UTC instant that many minutes after 1970."""
    return EPOCH + dt.timedelta(minutes=minutes)


def windows_at(now: dt.datetime, zone_name: str) -> dict[When, Window]:
    """Every window as a seeker in that zone means it at *now* (aware). Raises ScheduleError for an unknown zone."""
    zone = zone_of(zone_name)
    minute = minutes_of(now)
    begun = minute + (instant_of(minute) < now)  # of the next 24 hours the last minute may have begun
    local = now.astimezone(zone)
    today = local.date()
    evening = today - _DAY if local.time() < _NIGHT_ENDS else today
    since_saturday = (weekday_of(today) - _SATURDAY) % 7
    saturday = today - since_saturday * _DAY if since_saturday <= 1 else today + (7 - since_saturday) * _DAY
    nightfall = _local(evening, _NIGHT_BEGINS, zone)
    return {
        When.NOW: Window(LONG_AGO, minute + SOON_MINUTES + 1, minute),
        When.TONIGHT: Window(LONG_AGO, _local(evening + _DAY, _NIGHT_ENDS, zone), max(minute, nightfall)),
        When.TOMORROW: Window(_local(today + _DAY, dt.time(), zone), _local(today + 2 * _DAY, dt.time(), zone), minute),
        When.WEEKEND: Window(_local(saturday, dt.time(), zone), _local(saturday + 2 * _DAY, dt.time(), zone), minute),
        When.NEXT24H: Window(LONG_AGO, begun + MINUTES_A_DAY, minute),
    }


def _local(day: dt.date, time: dt.time, zone: ZoneInfo) -> int:
    return minutes_of(dt.datetime.combine(day, time, zone).astimezone(dt.UTC))
