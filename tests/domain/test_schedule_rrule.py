"""Schedules as RFC 5545 rules, and what other software makes of them."""

import datetime as dt
import random
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import vRecur

from finder.domain.errors import ScheduleError
from finder.domain.occurrences import occurrences
from finder.domain.recurrence import first_sitting
from finder.domain.rrule import changed_sittings, excluded_starts, nominal_start, to_rrule
from finder.domain.schedule import Override, Schedule
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from tests.domain import schedule_oracle as oracle

AUSTIN = ZoneInfo("America/Chicago")
WEEKLY = Schedule(weekdays=(2, 4), start=dt.time(19), zone="America/Chicago")
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("schedule", "rule"),
    [
        (WEEKLY, "FREQ=WEEKLY;BYDAY=TU,TH"),
        (replace(WEEKLY, last_date=dt.date(2026, 3, 31)), "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20260401T000000Z"),
        (
            replace(WEEKLY, weekdays=(1,), interval=2, first_date=FIRST, last_date=dt.date(2026, 2, 28)),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU;UNTIL=20260301T010000Z",
        ),
        (
            replace(WEEKLY, kind=RecurrenceKind.MONTHLY, weekdays=(5,), weeks_of_month=(1, 3)),
            "FREQ=MONTHLY;BYDAY=1FR,3FR",
        ),
        (
            replace(WEEKLY, kind=RecurrenceKind.MONTHLY, weekdays=(0,), weeks_of_month=(-1,)),
            "FREQ=MONTHLY;BYDAY=-1SU",
        ),
        (replace(WEEKLY, kind=RecurrenceKind.ONCE, first_date=FIRST), None),
        (Schedule(kind=RecurrenceKind.APPOINTMENT), None),
        (replace(WEEKLY, last_date=dt.date.max), "FREQ=WEEKLY;BYDAY=TU,TH"),
    ],
)
def test_a_schedule_is_one_rule(schedule: Schedule, rule: str | None) -> None:
    assert to_rrule(schedule) == rule


def test_a_last_date_needs_a_zone_and_a_start_to_become_an_instant() -> None:
    with pytest.raises(ScheduleError, match="time zone"):
        to_rrule(replace(WEEKLY, zone="", last_date=LAST))
    with pytest.raises(ScheduleError, match="time at which"):
        to_rrule(replace(WEEKLY, start=None, last_date=LAST))


def test_the_first_sitting_is_never_before_the_first_date_nor_before_what_is_asked() -> None:
    later = replace(WEEKLY, first_date=dt.date(2026, 3, 11))
    assert first_sitting(WEEKLY, not_before=dt.date(2026, 3, 4)) == dt.date(2026, 3, 5)
    assert first_sitting(later, not_before=dt.date(2026, 3, 4)) == dt.date(2026, 3, 12)
    assert first_sitting(replace(later, last_date=dt.date(2026, 3, 11)), not_before=FIRST) is None
    assert first_sitting(Schedule(kind=RecurrenceKind.APPOINTMENT), not_before=FIRST) is None


@settings(max_examples=250, deadline=None)
@given(source=st.randoms(use_true_random=False), zone=st.sampled_from(oracle.ZONES))
def test_other_software_expands_the_rule_to_the_same_instants(source: random.Random, zone: str) -> None:
    schedule, asked = oracle.random_case(source, zone)
    rule = to_rrule(schedule)
    day = first_sitting(schedule, not_before=asked.date())
    if rule is None or day is None:
        return
    parsed = vRecur.from_ical(rule).to_ical().decode()
    expansion = rrulestr(parsed, dtstart=nominal_start(schedule, day))
    start = dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC) + oracle.DAY
    end = start + 40 * oracle.DAY
    expanded = {moment.astimezone(dt.UTC) for moment in expansion.xafter(start - 3 * oracle.DAY, count=60)}
    found = {occurrence.start.astimezone(dt.UTC) for occurrence in occurrences(schedule, start=start, end=end)}
    assert {moment for moment in found if moment >= start} == {moment for moment in expanded if start <= moment < end}


def override(kind: OverrideKind, first: int, last: int, start: dt.time | None = None) -> Override:
    return Override(kind=kind, first_date=FIRST.replace(day=first), last_date=FIRST.replace(day=last), start=start)


def test_cancelled_sittings_are_excluded_by_their_wall_clock_start_even_inside_a_gap() -> None:
    sunday = Schedule(weekdays=(0,), start=dt.time(2, 30), zone="America/Chicago")
    cancelled = [override(OverrideKind.CANCELLED, 2, 21)]
    found = list(excluded_starts(sunday, cancelled, first=FIRST, last=LAST))
    assert found == [dt.datetime(2026, 3, 8, 2, 30, tzinfo=AUSTIN), dt.datetime(2026, 3, 15, 2, 30, tzinfo=AUSTIN)]
    assert list(excluded_starts(sunday, cancelled, first=dt.date(2026, 3, 9), last=LAST)) == found[1:]


def test_changed_sittings_come_with_the_start_they_would_have_had() -> None:
    changes = [
        override(OverrideKind.OTHER_TIME, 3, 4, dt.time(18)),
        override(OverrideKind.MOVED, 10, 10),
        override(OverrideKind.CANCELLED, 12, 12),
    ]
    found = list(changed_sittings(WEEKLY, changes, first=FIRST, last=LAST))
    assert [nominal for nominal, _sitting in found] == [
        dt.datetime(2026, 3, 3, 19, tzinfo=AUSTIN),
        dt.datetime(2026, 3, 10, 19, tzinfo=AUSTIN),
    ]
    assert [sitting.start.hour for _nominal, sitting in found] == [18, 19]
    assert [sitting.override for _nominal, sitting in found] == changes[:2]


def test_without_overrides_nothing_is_excluded_or_changed() -> None:
    assert list(excluded_starts(WEEKLY, [], first=FIRST, last=dt.date.max)) == []
    assert list(changed_sittings(WEEKLY, [], first=FIRST, last=dt.date.max)) == []
