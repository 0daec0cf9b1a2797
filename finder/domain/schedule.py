"""The truth about time, as values: a meeting's rule, its dated exceptions, one sitting, and what makes a rule usable.

Weekdays are 0 = Sunday to 6 = Saturday, as in Meeting Guide. A start inside a spring-forward gap moves
forward by the gap (PEP 495, ``fold=0``); an ambiguous start is the first of the two. Which dates a rule names is
in ``recurrence``, the instants are in ``occurrences``, the words in ``schedule_words``, the RFC 5545 rule in ``rrule``.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from finder.domain.errors import ScheduleError
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

DEFAULT_DURATION = dt.timedelta(minutes=60)
LONGEST_DURATION = dt.timedelta(hours=24)
LAST_WEEK = -1
WEEKS_OF_MONTH = frozenset({LAST_WEEK, 1, 2, 3, 4, 5})
DAYS_IN_WEEK = 7
START_WANTED = "Give the time at which the meeting starts, or choose by appointment."
DURATION_WANTED = "Give a length of more than 0 minutes and at most 24 hours."

# Names that a time zone folder may hold beside the zones: they follow this machine's setting or count leap seconds.
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_NOT_ZONE_FOLDERS = ("posix/", "right/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A meeting's rule in wall-clock time of *zone* (IANA).

    ``weekdays``: sorted, 0 = Sunday. ``interval``: every n weeks, counted from the week (Sunday first) of
    ``first_date``, or from the week of 1970-01-04 when there is none. ``weeks_of_month``: for monthly rules, sorted,
    from 1 to 5, or -1 for the last. ``start`` is None only by appointment. ``first_date`` and ``last_date`` are
    inclusive local dates.
    """

    kind: RecurrenceKind = RecurrenceKind.WEEKLY
    weekdays: tuple[int, ...] = ()
    start: dt.time | None = None
    duration: dt.timedelta = DEFAULT_DURATION
    zone: str = ""
    interval: int = 1
    weeks_of_month: tuple[int, ...] = ()
    first_date: dt.date | None = None
    last_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A dated exception as it applies to one schedule; dates inclusive, in the meeting's zone."""

    kind: OverrideKind
    first_date: dt.date
    last_date: dt.date
    start: dt.time | None = None
    duration: dt.timedelta | None = None
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One sitting: aware start and end in the meeting's zone, its nominal local date, what changed it.

    ``end`` is ``start`` plus the duration in elapsed time. Python subtracts and compares two instants of one zone by
    their wall clocks: turn both into UTC before measuring across a change of the clocks.
    """

    start: dt.datetime
    end: dt.datetime
    date: dt.date
    override: Override | None = None


def weekday_of(day: dt.date) -> int:
    """The weekday of *day*, 0 = Sunday."""
    return day.toordinal() % DAYS_IN_WEEK  # ordinal 1, 0001-01-01, is a Monday


def weekdays_of(schedule: Schedule) -> tuple[int, ...]:
    """The weekdays a schedule can fall on, sorted, 0 = Sunday: for a one-off, the weekday of its date."""
    if schedule.kind is RecurrenceKind.APPOINTMENT:
        return ()
    if schedule.kind is RecurrenceKind.ONCE:
        return () if schedule.first_date is None else (weekday_of(schedule.first_date),)
    return tuple(sorted(set(schedule.weekdays)))


@lru_cache(maxsize=1024)  # ZoneInfo's own cache holds only eight zones that nothing else refers to
def zone_of(name: str) -> ZoneInfo:
    """The time zone called *name* (IANA). Raises ScheduleError, with an instruction, when there is none."""
    instruction = "Choose a time zone by its IANA name, such as America/Chicago"
    if not name:
        raise ScheduleError(f"{instruction}.")
    try:
        if name not in _NOT_ZONES and not name.startswith(_NOT_ZONE_FOLDERS):
            return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # unknown; not a path inside the data; a folder, or too long for a file name
        pass
    raise ScheduleError(f"{instruction}: {name[:60]!r} is not known.")


def validate(schedule: Schedule) -> None:
    """Nothing, when honest instants can be computed from *schedule*.

    Raises ScheduleError with what to do about the first fault: an unknown zone, no start, no weekday, a one-off
    without a date, a duration outside (0, 24 h], a last date before the first, an interval or week out of range.
    """
    for fault in (*_faults_of_days(schedule), *_faults_of_dates(schedule), *_faults_of_hours(schedule)):
        raise ScheduleError(fault)
    if schedule.zone or schedule.kind is not RecurrenceKind.APPOINTMENT:
        zone_of(schedule.zone)


def _faults_of_days(schedule: Schedule) -> Iterator[str]:
    kind = schedule.kind
    if kind in {RecurrenceKind.WEEKLY, RecurrenceKind.MONTHLY} and not schedule.weekdays:
        yield "Choose at least one day of the week."
    if any(weekday not in range(DAYS_IN_WEEK) for weekday in schedule.weekdays):
        yield "Give each day of the week as a number from 0 (Sunday) to 6 (Saturday)."
    if kind is RecurrenceKind.MONTHLY and not schedule.weeks_of_month:
        yield "Choose in which weeks of the month the meeting takes place: first to fifth, or last."
    if not WEEKS_OF_MONTH.issuperset(schedule.weeks_of_month):
        yield "Give each week of the month as a number from 1 to 5, or -1 for the last."
    if kind is not RecurrenceKind.MONTHLY and schedule.weeks_of_month:
        yield "Choose a monthly meeting, or leave the weeks of the month empty."
    if schedule.interval < 1:
        yield "Give the number of weeks between two meetings as 1 or more."
    if kind is not RecurrenceKind.WEEKLY and schedule.interval > 1:
        yield "Choose a weekly meeting, or leave the number of weeks between two meetings at 1."


def _faults_of_dates(schedule: Schedule) -> Iterator[str]:
    if schedule.kind is RecurrenceKind.ONCE and schedule.first_date is None:
        yield "Give the date on which the meeting takes place."
    first, last = schedule.first_date, schedule.last_date
    if first is not None and last is not None and last < first:
        yield "Give a last date that is not before the first date."


def _faults_of_hours(schedule: Schedule) -> Iterator[str]:
    if schedule.start is None and schedule.kind is not RecurrenceKind.APPOINTMENT:
        yield START_WANTED
    if not is_usable(schedule.duration):
        yield DURATION_WANTED


def is_usable(duration: dt.timedelta) -> bool:
    """Whether a sitting can last this long: more than nothing, and at most 24 hours."""
    return dt.timedelta(0) < duration <= LONGEST_DURATION
