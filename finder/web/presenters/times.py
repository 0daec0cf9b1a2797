"""Instants and clocks as people say them.

All functions take the zone they speak in; none reads the clock. Weekday names and months are English.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from finder.domain.errors import ScheduleError
from finder.domain.schedule import weekday_of
from finder.domain.schedule import zone_of as known_zone
from finder.domain.schedule_words import MONTH_NAMES, WEEKDAY_NAMES, describe_time

HOUR = 60
#: A sitting that begins within this many minutes is told by the minutes left, not by its day.
COUNTED_MINUTES = 6 * HOUR
EVENING = 17

#: 0 = Sunday, as listings count.
WEEKDAYS = WEEKDAY_NAMES


def clock(moment: dt.datetime | dt.time) -> str:
    """The time of day: ``6:30 pm``, ``noon``, ``midnight``."""
    return _clock(moment.hour, moment.minute)


@lru_cache(maxsize=1440)
def _clock(hour: int, minute: int) -> str:
    return describe_time(dt.time(hour, minute))


def unbroken(words: str) -> str:
    """*words* whose clocks stay on one line: a no-break space before am and pm."""
    return words.replace(" am", "\N{NO-BREAK SPACE}am").replace(" pm", "\N{NO-BREAK SPACE}pm")


def day_name(date: dt.date) -> str:
    """``Thursday``."""
    return WEEKDAY_NAMES[weekday_of(date)]


def long_date(date: dt.date, *, now: dt.date | None = None) -> str:
    """``Thursday, November 26``; with its year when that is not the year of *now*."""
    year = f", {date.year}" if now is not None and date.year != now.year else ""
    return f"{day_name(date)}, {MONTH_NAMES[date.month - 1]} {date.day}{year}"


def short_date(date: dt.date) -> str:
    """``Thu, Nov 26``."""
    return f"{day_name(date)[:3]}, {MONTH_NAMES[date.month - 1][:3]} {date.day}"


def day_heading(date: dt.date, today: dt.date) -> str:
    """The heading over one day's meetings: ``Later today``, ``Tomorrow, Tuesday``, ``Thursday, November 26``."""
    ahead = (date - today).days
    if ahead <= 0:
        return "Later today"
    return f"Tomorrow, {day_name(date)}" if ahead == 1 else long_date(date)


def minutes_between(start: dt.datetime, end: dt.datetime) -> int:
    """Whole minutes from one aware instant to another, rounded down so that nobody comes too late."""
    return int((end - start).total_seconds() // 60)


def in_minutes(minutes: int) -> str:
    """``in 25 min``, ``in 1 h 25 min``; ``starting now`` when there is nothing left."""
    if minutes <= 0:
        return "starting now"
    hours, rest = divmod(minutes, HOUR)
    if not hours:
        return f"in {rest} min"
    return f"in {hours} h {rest} min" if rest else f"in {hours} h"


def day_words(start: dt.datetime, now: dt.datetime) -> str:
    """The day of *start* seen from *now*, both in one zone: ``tonight``, ``tomorrow``, ``Thu, Nov 26``."""
    ahead = (start.date() - now.date()).days
    if ahead == 0:
        return "tonight" if start.hour >= EVENING else "today"
    return "tomorrow" if ahead == 1 else short_date(start.date())


def ago(then: dt.datetime, now: dt.datetime) -> str:
    """How long ago, roughly: ``today``, ``yesterday``, ``3 weeks ago``, ``7 months ago``."""
    days = max(0, (now.date() - then.astimezone(now.tzinfo).date()).days)
    for limit, unit, name in ((2, 0, ""), (14, 1, "day"), (61, 7, "week"), (730, 30.44, "month")):
        if days < limit:
            return f"{int(days // unit)} {name}s ago" if unit else ("today", "yesterday")[days]
    return f"{int(days // 365.25)} years ago"


@lru_cache(maxsize=1024)
def zone_words(zone: str) -> str:
    """A zone by the city it is named after: ``New York time``; ``UTC`` stays as it is."""
    area, _, city = zone.rpartition("/")
    if not area or area == "Etc":
        return city or zone
    return f"{city.replace('_', ' ')} time"


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; UTC for a name this machine does not know, so that a page is still a page."""
    try:
        return known_zone(name)
    except ScheduleError:
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a sitting is, for a card: clock, how soon, until when. ``on``: it is going on.

    ``day`` is its date where ``soon`` tells the day rather than the hours left. ``zone`` is what to add where the
    meeting's own clock and the seeker's differ.
    """

    clock: str
    soon: str
    until: str
    on: bool
    day: dt.date | None
    zone: str


def moment(
    start: dt.datetime, end: dt.datetime, *, now: dt.datetime, own: str, seeker: str, online: bool, on: bool
) -> Moment:
    """The words for a sitting from *start* to *end* (aware).

    A meeting that one goes to is told in its *own* zone, one online in the *seeker*'s with its own beside it.
    """
    shown = zone_of(seeker if online else own)
    start, end, now = start.astimezone(shown), end.astimezone(shown), now.astimezone(shown)
    left = minutes_between(now, start)
    day = None
    if on:
        soon = "on now"
    elif left <= COUNTED_MINUTES:
        soon = in_minutes(left)
    else:
        soon, day = day_words(start, now), start.date()
    until = f"{'ends' if on else 'until'} {clock(end)}"
    return Moment(clock(start), soon, until, on, day, _zone_note(start, own=own, seeker=seeker, online=online))


def _zone_note(start: dt.datetime, *, own: str, seeker: str, online: bool) -> str:
    """``6:00 pm New York time`` for a meeting online, ``New York time`` for one to go to; empty for equal clocks."""
    other = start.astimezone(zone_of(own if online else seeker))
    if other.utcoffset() == start.utcoffset():
        return ""
    return f"{clock(other)} {zone_words(own)}" if online else zone_words(own)
