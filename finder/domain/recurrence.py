"""Which local dates a rule names: date arithmetic on proleptic ordinals, without zones or instants.

Weeks begin on Sunday, so ``ordinal // 7`` numbers them and ``ordinal % 7`` is the weekday, 0 = Sunday.
"""

import calendar
import datetime as dt
from collections.abc import Iterator

from finder.domain.schedule import DAYS_IN_WEEK, LAST_WEEK, Schedule, weekday_of
from finder.domain.vocabulary import RecurrenceKind

# The days at both ends of Python's calendar are left out, so that no zone and no duration can step over its edge.
FIRST_ORDINAL = dt.date(1, 1, 4).toordinal()
LAST_ORDINAL = dt.date(9999, 12, 28).toordinal()
UNANCHORED = dt.date(1970, 1, 4)  # every n weeks of a rule without a first date are counted from this Sunday


def dates(schedule: Schedule, *, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The nominal local dates of the sittings from *first* to *last*, both inclusive, whatever overrides say."""
    ordinal = ordinal_on_or_after(schedule, first.toordinal(), schedule.weekdays)
    while ordinal is not None and ordinal <= last.toordinal():
        yield dt.date.fromordinal(ordinal)
        ordinal = ordinal_on_or_after(schedule, ordinal + 1, schedule.weekdays)


def first_sitting(schedule: Schedule, *, not_before: dt.date) -> dt.date | None:
    """The nominal local date of the first sitting on or after *not_before*, or None when there is none."""
    return next(dates(schedule, first=not_before, last=dt.date.max), None)


def ordinal_on_or_after(schedule: Schedule, at_least: int, weekdays: tuple[int, ...]) -> int | None:
    """The ordinal of the first nominal date from *at_least* that falls on one of *weekdays*, or None.

    *weekdays* are the schedule's own or some of them; a one-off is not held against them.
    """
    first, last = schedule.first_date, schedule.last_date
    at_least = max(at_least, FIRST_ORDINAL)
    if first is not None:
        at_least = max(at_least, first.toordinal())
    limit = LAST_ORDINAL if last is None else min(LAST_ORDINAL, last.toordinal())
    if at_least > limit:
        return None
    kind = schedule.kind
    if kind is RecurrenceKind.WEEKLY:
        found = _weekly(at_least, weekdays, schedule.interval, first)
    elif kind is RecurrenceKind.MONTHLY:
        found = _monthly(at_least, weekdays, schedule.weeks_of_month)
    elif kind is RecurrenceKind.ONCE and first is not None and at_least == first.toordinal():
        found = at_least
    else:
        found = None
    return None if found is None or found > limit else found


def weekdays_among(schedule: Schedule, wanted: frozenset[int]) -> tuple[int, ...] | None:
    """The schedule's weekdays that are *wanted*, or None when it never falls on one of them."""
    if schedule.kind is RecurrenceKind.ONCE:
        first = schedule.first_date
        return () if first is not None and weekday_of(first) in wanted else None
    return tuple(weekday for weekday in schedule.weekdays if weekday in wanted) or None


def _weekly(at_least: int, weekdays: tuple[int, ...], interval: int, first: dt.date | None) -> int | None:
    if not weekdays:
        return None
    if interval > 1:
        anchor = UNANCHORED if first is None else first
        ahead = (anchor.toordinal() // DAYS_IN_WEEK - at_least // DAYS_IN_WEEK) % interval
        if ahead == 0:
            sunday = at_least - at_least % DAYS_IN_WEEK
            left = [sunday + weekday for weekday in weekdays if sunday + weekday >= at_least]
            if left:
                return min(left)
            ahead = interval
        return (at_least // DAYS_IN_WEEK + ahead) * DAYS_IN_WEEK + min(weekdays)
    if len(weekdays) == 1:
        return at_least + (weekdays[0] - at_least) % DAYS_IN_WEEK
    return at_least + min([(weekday - at_least) % DAYS_IN_WEEK for weekday in weekdays])


def _monthly(at_least: int, weekdays: tuple[int, ...], weeks: tuple[int, ...]) -> int | None:
    if not weekdays or not weeks:
        return None
    day = dt.date.fromordinal(at_least)
    month_number = day.year * 12 + day.month - 1
    end = (dt.MAXYEAR + 1) * 12
    while month_number < end:
        year, month = divmod(month_number, 12)
        found = [
            ordinal for ordinal in _in_month(year, month + 1, weekdays, weeks) if at_least <= ordinal <= LAST_ORDINAL
        ]
        if found:
            return min(found)
        month_number += 1
    return None


def _in_month(year: int, month: int, weekdays: tuple[int, ...], weeks: tuple[int, ...]) -> Iterator[int]:
    first = dt.date(year, month, 1).toordinal()
    last = first + calendar.monthrange(year, month)[1] - 1
    for weekday in weekdays:
        for week in weeks:
            if week == LAST_WEEK:
                yield last - (last - weekday) % DAYS_IN_WEEK
            else:
                ordinal = first + (weekday - first) % DAYS_IN_WEEK + DAYS_IN_WEEK * (week - 1)
                if ordinal <= last:  # a fifth Friday is in four or five months of a year only
                    yield ordinal
