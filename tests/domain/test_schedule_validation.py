"""Which schedules are refused, and what they are told."""

import datetime as dt
from dataclasses import replace

import pytest

from finder.domain.errors import ScheduleError
from finder.domain.schedule import Schedule, validate, weekday_of, weekdays_of, zone_of
from finder.domain.vocabulary import RecurrenceKind

WEEKLY = Schedule(weekdays=(2,), start=dt.time(19), zone="America/Chicago")
MONTHLY = replace(WEEKLY, kind=RecurrenceKind.MONTHLY, weeks_of_month=(1, -1))
ONCE = replace(WEEKLY, kind=RecurrenceKind.ONCE, weekdays=(), first_date=dt.date(2026, 3, 7))
APPOINTMENT = Schedule(kind=RecurrenceKind.APPOINTMENT)


@pytest.mark.parametrize("schedule", [WEEKLY, MONTHLY, ONCE, APPOINTMENT, replace(WEEKLY, interval=2)])
def test_a_usable_schedule_passes(schedule: Schedule) -> None:
    validate(schedule)


@pytest.mark.parametrize("minutes", [1, 24 * 60])
def test_a_minute_and_a_whole_day_are_lengths(minutes: int) -> None:
    validate(replace(WEEKLY, duration=dt.timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("schedule", "instruction"),
    [
        (replace(WEEKLY, zone=""), "time zone"),
        (replace(WEEKLY, zone="America/Nowhere"), "time zone .*'America/Nowhere' is not known"),
        (replace(APPOINTMENT, zone="Nowhere"), "time zone"),
        (replace(WEEKLY, weekdays=()), "at least one day"),
        (replace(MONTHLY, weekdays=()), "at least one day"),
        (replace(WEEKLY, weekdays=(7,)), "from 0 .Sunday. to 6"),
        (replace(WEEKLY, weekdays=(-1, 2)), "from 0 .Sunday. to 6"),
        (replace(MONTHLY, weeks_of_month=()), "weeks of the month"),
        (replace(MONTHLY, weeks_of_month=(0,)), "from 1 to 5, or -1"),
        (replace(MONTHLY, weeks_of_month=(1, 6)), "from 1 to 5, or -1"),
        (replace(WEEKLY, weeks_of_month=(1,)), "Choose a monthly meeting"),
        (replace(WEEKLY, interval=0), "1 or more"),
        (replace(MONTHLY, interval=2), "Choose a weekly meeting"),
        (replace(ONCE, first_date=None), "Give the date"),
        (replace(WEEKLY, first_date=dt.date(2026, 3, 2), last_date=dt.date(2026, 3, 1)), "not before the first"),
        (replace(WEEKLY, start=None), "time at which the meeting starts"),
        (replace(WEEKLY, duration=dt.timedelta(0)), "more than 0 minutes"),
        (replace(WEEKLY, duration=dt.timedelta(minutes=-5)), "more than 0 minutes"),
        (replace(WEEKLY, duration=dt.timedelta(hours=24, seconds=1)), "at most 24 hours"),
    ],
)
def test_a_fault_is_refused_with_what_to_do(schedule: Schedule, instruction: str) -> None:
    with pytest.raises(ScheduleError, match=instruction):
        validate(schedule)


@pytest.mark.parametrize(
    "name",
    [
        *("localtime", "posixrules", "Factory", "right/UTC", "posix/UTC"),
        *("../../etc/localtime", "/etc/localtime", "America", "a\0b", "\ud800", "x" * 5000, "America/Chicago/"),
    ],
)
def test_what_is_not_the_name_of_a_zone_is_refused_whatever_it_is(name: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        zone_of(name)
    assert len(str(raised.value)) < 200


def test_weekdays_count_from_sunday() -> None:
    sunday = dt.date(2026, 3, 1)
    assert [weekday_of(sunday + dt.timedelta(days=number)) for number in range(7)] == list(range(7))


def test_the_weekday_of_a_one_off_is_that_of_its_date() -> None:
    assert weekdays_of(replace(ONCE, weekdays=(1,))) == (6,)
    assert weekdays_of(replace(WEEKLY, weekdays=(4, 2, 4))) == (2, 4)
    assert weekdays_of(replace(APPOINTMENT, weekdays=(1,))) == ()
    assert weekdays_of(replace(ONCE, first_date=None)) == ()
