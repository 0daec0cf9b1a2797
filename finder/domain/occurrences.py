"""When a meeting sits, in instants: the sittings of a window, the next one, the one in progress.

A rule gives local dates and one wall-clock start. The start becomes an instant by PEP 495 with ``fold=0``: inside a
spring-forward gap it moves forward by the gap, when ambiguous it is the first of the two. A sitting ends its duration
later in elapsed time, whatever the clocks do meanwhile. Two dates that a gap of a whole day brings to one instant are
one sitting (RFC 5545, 3.8.5.3: duplicates are ignored). Meetings by appointment have no sittings. Nothing here asks
whether a meeting is temporarily closed. Near the years 1 and 9999 there are no more sittings.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from finder.domain.errors import ScheduleError
from finder.domain.overrides import override_on
from finder.domain.recurrence import ordinal_on_or_after, weekdays_among
from finder.domain.schedule import DURATION_WANTED, START_WANTED, Occurrence, Override, Schedule, is_usable, zone_of
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

# An offset is less than a day, so a sitting of the date D begins between D - 1 and D + 2 in UTC, and, lasting at most a
# day, ends before D + 3: these are the dates that can matter to an instant, beside its own in UTC.
_DAYS_BACK = 2
_DAYS_AHEAD = 1
_EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
_LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


class Span(NamedTuple):
    """One sitting as two UTC instants, its nominal local date, and what changed it."""

    start: dt.datetime
    end: dt.datetime
    date: dt.date
    override: Override | None


class _Clock(NamedTuple):
    """What turns a date of a usable schedule into instants."""

    wall: dt.time
    duration: dt.timedelta
    zone: ZoneInfo


def occurrences(
    schedule: Schedule,
    *,
    start: dt.datetime,
    end: dt.datetime,
    overrides: Sequence[Override] = (),
    limit: int | None = None,
) -> Iterator[Occurrence]:
    """The sittings that overlap the half-open window from *start* to *end* (aware), in order of start.

    One that began before *start* and has not ended is among them. At most *limit* are given.
    Raises ScheduleError when the rule has no zone or no usable start or duration, ValueError for a naive instant;
    both at once, before the first item is asked for.
    """
    found = spans(schedule, start=start, end=end, overrides=overrides)
    return (_occurrence(span, schedule) for span in islice(found, limit))


def next_occurrence(
    schedule: Schedule,
    *,
    after: dt.datetime,
    overrides: Sequence[Override] = (),
    weekdays: frozenset[int] | None = None,
    horizon: dt.timedelta | None = None,
) -> Occurrence | None:
    """The first sitting that has not ended at *after* (aware), or None once the schedule is over.

    *weekdays* (0 = Sunday) keeps only sittings whose nominal date falls on one of them. With a *horizon*, the
    sitting must begin less than that after *after*; without, it is found however far away it is.
    Raises as ``occurrences`` does.
    """
    end = _LATEST
    if horizon is not None:
        after = _in_utc(after)
        end = after + max(dt.timedelta(0), min(horizon, _LATEST - after))
    for span in spans(schedule, start=after, end=end, overrides=overrides, weekdays=weekdays):
        return _occurrence(span, schedule)
    return None


def in_progress(schedule: Schedule, *, at: dt.datetime, overrides: Sequence[Override] = ()) -> Occurrence | None:
    """The sitting that has begun and not ended at *at* (aware), the earliest of several, or None.

    Raises as ``occurrences`` does.
    """
    at = _in_utc(at)  # two instants of one zone would compare by their wall clocks
    for span in spans(schedule, start=at, end=_LATEST, overrides=overrides):
        return _occurrence(span, schedule) if span.start <= at else None
    return None


def occurrence_on(schedule: Schedule, day: dt.date, override: Override | None = None) -> Occurrence:
    """The sitting of the nominal local date *day*, which the caller knows to be one, as *override* changes it.

    Raises ScheduleError as ``occurrences`` does, OverflowError within three days of the ends of the calendar.
    """
    return _occurrence(_span(_clock(schedule), day, override), schedule)


def spans(
    schedule: Schedule,
    *,
    start: dt.datetime,
    end: dt.datetime,
    overrides: Sequence[Override] = (),
    weekdays: frozenset[int] | None = None,
) -> Iterator[Span]:
    """What ``occurrences`` gives, as bare UTC instants: for those who expand many schedules.

    *weekdays* as in ``next_occurrence``. Raises as ``occurrences`` does.
    """
    start, end = _in_utc(start), _in_utc(end)
    if schedule.kind is RecurrenceKind.APPOINTMENT:
        return iter(())
    clock = _clock(schedule)
    days = schedule.weekdays if weekdays is None else weekdays_among(schedule, weekdays)
    if days is None:
        return iter(())
    first, last = start.toordinal() - _DAYS_BACK, end.toordinal() + _DAYS_AHEAD
    sittings = _on_dates(schedule, clock, overrides, days, first, last)
    return _in_order((span for span in sittings if span.end > start and span.start < end), clock.zone)


def _in_utc(instant: dt.datetime) -> dt.datetime:
    if instant.utcoffset() is None:
        # Python would read it in the machine's own zone, which must never matter.
        raise ValueError("A schedule is asked about aware instants only.")
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError:
        return _EARLIEST if instant.year == dt.MINYEAR else _LATEST


def _clock(schedule: Schedule) -> _Clock:
    if schedule.start is None:
        raise ScheduleError(START_WANTED)
    if not is_usable(schedule.duration):
        raise ScheduleError(DURATION_WANTED)
    return _Clock(schedule.start.replace(fold=0), schedule.duration, zone_of(schedule.zone))


def _on_dates(
    schedule: Schedule,
    clock: _Clock,
    overrides: Sequence[Override],
    weekdays: tuple[int, ...],
    first: int,
    last: int,
) -> Iterator[Span]:
    """The sittings of the nominal dates from *first* to *last* (ordinals), in order of date."""
    ordinal = ordinal_on_or_after(schedule, first, weekdays)
    while ordinal is not None and ordinal <= last:
        day = dt.date.fromordinal(ordinal)
        override = override_on(overrides, day) if overrides else None
        if override is not None and override.kind is OverrideKind.CANCELLED:
            ordinal = override.last_date.toordinal()  # over the whole closure in one step
        else:
            yield _span(clock, day, override)
        ordinal = ordinal_on_or_after(schedule, ordinal + 1, weekdays)


def _span(clock: _Clock, day: dt.date, override: Override | None) -> Span:
    wall, duration, zone = clock
    if override is not None:
        wall = wall if override.start is None else override.start.replace(fold=0)
        if override.duration is not None and is_usable(override.duration):
            duration = override.duration
    start = dt.datetime.combine(day, wall, zone).astimezone(dt.UTC)
    return Span(start, start + duration, day, override)


def _in_order(sittings: Iterator[Span], zone: ZoneInfo) -> Iterator[Span]:
    """The same in order of start, each instant once.

    Only a sitting that a gap moves into the next date can come after, or together with, the sitting of that date.
    """
    held: Span | None = None
    for span in sittings:
        if held is not None:
            if span.start < held.start:
                yield span
                continue
            if span.start > held.start:
                yield held
            held = None
        if span.start.astimezone(zone).toordinal() != span.date.toordinal():
            held = span
        else:
            yield span
    if held is not None:
        yield held


def _occurrence(span: Span, schedule: Schedule) -> Occurrence:
    zone = zone_of(schedule.zone)
    return Occurrence(
        start=span.start.astimezone(zone), end=span.end.astimezone(zone), date=span.date, override=span.override
    )
