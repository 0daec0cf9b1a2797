"""A schedule as an RFC 5545 recurrence rule, for calendars: RRULE, the date of DTSTART, EXDATE, changed sittings.

A calendar expands the rule by wall clock, so every value that must match its expansion (DTSTART, EXDATE,
RECURRENCE-ID) is the nominal wall-clock start in the meeting's zone, even one inside a gap: RFC 5545, 3.3.5, then
reads it with the offset before the gap, which is the instant that ``occurrences`` gives.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from finder.domain.errors import ScheduleError
from finder.domain.occurrences import occurrence_on
from finder.domain.overrides import override_on
from finder.domain.recurrence import dates
from finder.domain.schedule import START_WANTED, Occurrence, Override, Schedule, zone_of
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

_DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")  # RFC 5545, 3.3.10, "weekday"


def to_rrule(schedule: Schedule) -> str | None:
    """The value of RRULE, such as ``FREQ=MONTHLY;BYDAY=1FR,3FR``; None for a one-off and by appointment.

    It holds for a zoned DTSTART on ``recurrence.first_sitting(schedule, not_before=...)``: with an interval, weeks
    are counted from the week of DTSTART, which is then one of the schedule's. UNTIL is in UTC, as RFC 5545 asks of a
    zoned DTSTART. Raises ScheduleError when a last date is to be turned into an instant and zone or start is missing.
    """
    if schedule.kind is RecurrenceKind.WEEKLY:
        parts = ["FREQ=WEEKLY"]
        if schedule.interval > 1:
            parts.append(f"INTERVAL={schedule.interval}")
        parts.append("BYDAY=" + ",".join(_DAY_CODES[weekday] for weekday in schedule.weekdays))
        if schedule.interval > 1:
            parts.append("WKST=SU")  # only here does the first day of the week matter
    elif schedule.kind is RecurrenceKind.MONTHLY:
        days = (f"{week}{_DAY_CODES[weekday]}" for week in schedule.weeks_of_month for weekday in schedule.weekdays)
        parts = ["FREQ=MONTHLY", "BYDAY=" + ",".join(days)]
    else:
        return None
    if schedule.last_date is not None:
        parts.extend(_until(schedule, schedule.last_date))
    return ";".join(parts)


def nominal_start(schedule: Schedule, day: dt.date) -> dt.datetime:
    """The wall-clock start on *day* in the meeting's zone, aware and unmoved by any gap.

    Raises ScheduleError without a zone or start.
    """
    if schedule.start is None:
        raise ScheduleError(START_WANTED)
    return dt.datetime.combine(day, schedule.start, zone_of(schedule.zone)).replace(fold=0)


def excluded_starts(
    schedule: Schedule, overrides: Sequence[Override], *, first: dt.date, last: dt.date
) -> Iterator[dt.datetime]:
    """The nominal starts of the cancelled sittings from *first* to *last* (inclusive), for EXDATE.

    Raises as ``nominal_start`` does.
    """
    for day, _override in _touched(schedule, overrides, first, last, cancelled=True):
        yield nominal_start(schedule, day)


def changed_sittings(
    schedule: Schedule, overrides: Sequence[Override], *, first: dt.date, last: dt.date
) -> Iterator[tuple[dt.datetime, Occurrence]]:
    """The nominal start, for RECURRENCE-ID, and the sitting as it is, of each changed but not cancelled one.

    Dates from *first* to *last* (inclusive). Raises as ``nominal_start`` does.
    """
    for day, override in _touched(schedule, overrides, first, last, cancelled=False):
        yield nominal_start(schedule, day), occurrence_on(schedule, day, override)


def _touched(
    schedule: Schedule, overrides: Sequence[Override], first: dt.date, last: dt.date, *, cancelled: bool
) -> Iterator[tuple[dt.date, Override]]:
    if not overrides:
        return
    first = max(first, min(override.first_date for override in overrides))
    last = min(last, max(override.last_date for override in overrides))
    for day in dates(schedule, first=first, last=last):
        override = override_on(overrides, day)
        if override is not None and (override.kind is OverrideKind.CANCELLED) is cancelled:
            yield day, override


def _until(schedule: Schedule, last_date: dt.date) -> list[str]:
    try:
        last = nominal_start(schedule, last_date).astimezone(dt.UTC)
    except OverflowError:  # a last date at the end of the calendar ends nothing
        return []
    return [f"UNTIL={last:%Y%m%dT%H%M%SZ}"]
