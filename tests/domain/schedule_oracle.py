"""A second opinion on schedules: dates by python-dateutil, instants by searching the offsets of the zone.

Slow and plain on purpose, and sharing nothing with the product but its values.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from dateutil import rrule

from finder.domain.schedule import Override, Schedule
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
CODES = (rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA)
ZONES = tuple(
    sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    )
)
YEARS = (2005, 2035)


class Source(random.Random):
    """Repeatable choices: the same seed gives the same cases."""


class Sitting(NamedTuple):
    start: dt.datetime
    end: dt.datetime
    date: dt.date


class Transition(NamedTuple):
    instant: dt.datetime
    wall_before: dt.datetime


def expand(
    schedule: Schedule, start: dt.datetime, end: dt.datetime, overrides: Sequence[Override] = ()
) -> list[Sitting]:
    """Every sitting that overlaps the window, in order of start, each instant once."""
    zone = ZoneInfo(schedule.zone)
    by_start: dict[dt.datetime, Sitting] = {}
    for day in _dates(schedule, start.date() - 5 * DAY, end.date() + 5 * DAY):
        wall, duration = schedule.start, schedule.duration
        covering = [override for override in overrides if override.first_date <= day <= override.last_date]
        if any(override.kind is OverrideKind.CANCELLED for override in covering):
            continue
        for override in covering:
            wall = override.start or wall
            duration = override.duration or duration
        assert wall is not None
        began = instant(dt.datetime.combine(day, wall), zone)
        sitting = Sitting(began, began + duration, day)
        if sitting.start < end and sitting.end > start:
            by_start[began] = sitting
    return [by_start[began] for began in sorted(by_start)]


def instant(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The UTC instant of a wall-clock time: the first that shows it, or by the offset before the gap it is in."""
    as_if = wall.replace(tzinfo=dt.UTC)
    offsets = [_offset(as_if + hours * dt.timedelta(hours=1), zone) for hours in (-40, 40)]
    fitting = [as_if - offset for offset in offsets if _wall(as_if - offset, zone) == wall]
    return min(fitting) if fitting else as_if - offsets[0]


def _offset(moment: dt.datetime, zone: ZoneInfo) -> dt.timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _wall(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _dates(schedule: Schedule, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    lower = max(first, schedule.first_date or first)
    upper = min(last, schedule.last_date or last)
    for moment in _rule(schedule, lower, upper):
        if lower <= moment.date() <= upper:
            yield moment.date()


def _rule(schedule: Schedule, lower: dt.date, upper: dt.date) -> Iterator[dt.datetime]:
    until = dt.datetime.combine(upper, dt.time.max)
    weekdays = [CODES[weekday] for weekday in schedule.weekdays]
    if schedule.kind is RecurrenceKind.ONCE:
        assert schedule.first_date is not None
        return iter([dt.datetime.combine(schedule.first_date, dt.time())])
    if schedule.kind is RecurrenceKind.MONTHLY:
        begin = dt.datetime.combine(lower.replace(day=1), dt.time())
        nth = [weekday(week) for weekday in weekdays for week in schedule.weeks_of_month]
        return iter(rrule.rrule(rrule.MONTHLY, dtstart=begin, until=until, byweekday=nth))
    anchor = lower if schedule.interval == 1 else (schedule.first_date or dt.date(1970, 1, 4))
    sunday = dt.datetime.combine(anchor - (anchor.isoweekday() % 7) * DAY, dt.time())
    return iter(
        rrule.rrule(
            rrule.WEEKLY, dtstart=sunday, until=until, interval=schedule.interval, wkst=rrule.SU, byweekday=weekdays
        )
    )


@cache
def transitions(name: str) -> tuple[Transition, ...]:
    """The changes of a zone's offset in the years of interest, to the minute, with the wall clock just before."""
    zone = ZoneInfo(name)
    found = []
    moment = dt.datetime(YEARS[0], 1, 1, tzinfo=dt.UTC)
    before = _offset(moment, zone)
    while moment.year < YEARS[1]:
        after = _offset(moment + 5 * DAY, zone)
        if after != before:
            low, high = moment, moment + 5 * DAY
            while high - low > MINUTE:
                middle = low + (high - low) / 2
                low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
            change = high.replace(second=0, microsecond=0)
            found.append(Transition(change, (change + before).replace(tzinfo=None)))
        moment, before = moment + 5 * DAY, after
    return tuple(found)


def random_case(source: random.Random, zone: str) -> tuple[Schedule, dt.datetime]:
    """A random schedule in *zone* and an instant to ask about; most aim at a change of the zone's offset."""
    changes = transitions(zone)
    if changes and source.random() < 0.75:
        change = source.choice(changes)
        shift = source.choice([-1441, -61, -60, -59, -30, -1, 0, 1, 15, 29, 30, 59, 60, 61, 119, 120, 1439])
        wall = change.wall_before + shift * MINUTE
        asked = change.instant + source.randint(-9000, 600) * MINUTE
    else:
        asked = dt.datetime(2005, 1, 1, tzinfo=dt.UTC) + source.randint(0, 15_000_000) * MINUTE
        wall = asked.replace(tzinfo=None, hour=source.choice([0, 2, 12, 19, 23]), minute=source.choice([0, 15, 59]))
    return random_rule(source, zone, wall), asked


def random_rule(source: random.Random, zone: str, wall: dt.datetime) -> Schedule:
    """A random rule that names the date of *wall* more often than not, starting at its time."""
    weekday = wall.isoweekday() % 7
    kind = source.choices(
        [RecurrenceKind.WEEKLY, RecurrenceKind.MONTHLY, RecurrenceKind.ONCE], weights=[75, 20, 5], k=1
    )[0]
    weekdays = tuple(sorted({weekday, *source.sample(range(7), source.choice([0, 0, 0, 1, 2, 6]))}))
    interval = source.choice([1, 1, 1, 2, 3, 5]) if kind is RecurrenceKind.WEEKLY else 1
    weeks = tuple(sorted({(wall.day - 1) // 7 + 1, source.choice([-1, 1, 3, 5])}))
    first: dt.date | None = wall.date()
    if kind is not RecurrenceKind.ONCE:
        first = source.choice([None, wall.date() - source.randint(0, 60) * DAY]) if interval == 1 else wall.date()
        if interval > 1:
            first = wall.date() - (source.choice([0, 0, 1, 3]) * 7 * interval + source.randint(-8, 8)) * DAY
    last = wall.date() + source.randint(0, 30) * DAY if source.random() < 0.2 else None
    if first is not None and last is not None:
        last = max(first, last)
    return Schedule(
        kind=kind,
        weekdays=weekdays,
        start=wall.time(),
        duration=source.choice([15, 30, 60, 75, 90, 180, 719, 1440]) * MINUTE,
        zone=zone,
        interval=interval,
        weeks_of_month=weeks if kind is RecurrenceKind.MONTHLY else (),
        first_date=first,
        last_date=last,
    )
