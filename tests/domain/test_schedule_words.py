"""Schedules in plain words."""

import datetime as dt
from dataclasses import replace

import pytest

from finder.domain.schedule import Schedule
from finder.domain.schedule_words import describe, describe_date, describe_days, describe_hours, describe_time
from finder.domain.vocabulary import RecurrenceKind

WEEKLY = Schedule(weekdays=(2,), start=dt.time(19), duration=dt.timedelta(minutes=90), zone="America/Chicago")
MONTHLY = replace(WEEKLY, kind=RecurrenceKind.MONTHLY)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (WEEKLY, "Every Tuesday"),
        (replace(WEEKLY, weekdays=(2, 4)), "Tuesdays and Thursdays"),
        (replace(WEEKLY, weekdays=(0, 2, 4)), "Sundays, Tuesdays, and Thursdays"),
        (replace(WEEKLY, weekdays=(0, 6)), "Saturdays and Sundays"),
        (replace(WEEKLY, weekdays=tuple(range(7))), "Every day"),
        (replace(WEEKLY, weekdays=(1,), interval=2), "Every other Monday"),
        (replace(WEEKLY, weekdays=(1, 3), interval=2), "Every other week on Monday and Wednesday"),
        (replace(WEEKLY, weekdays=tuple(range(7)), interval=2), "Every other week, every day"),
        (replace(WEEKLY, weekdays=(1,), interval=3), "Every 3 weeks on Monday"),
        (replace(WEEKLY, weekdays=(1, 3), interval=3), "Every 3 weeks on Monday and Wednesday"),
        (replace(MONTHLY, weekdays=(5,), weeks_of_month=(1, 3)), "First and third Friday of the month"),
        (replace(MONTHLY, weekdays=(0,), weeks_of_month=(-1,)), "Last Sunday of the month"),
        (replace(MONTHLY, weekdays=(0,), weeks_of_month=(-1, 2)), "Second and last Sunday of the month"),
        (replace(MONTHLY, weekdays=(1, 2), weeks_of_month=(1,)), "First Monday and Tuesday of the month"),
        (
            replace(WEEKLY, kind=RecurrenceKind.ONCE, first_date=dt.date(2026, 3, 7)),
            "Once, on Saturday, March 7, 2026",
        ),
        (Schedule(kind=RecurrenceKind.APPOINTMENT), "By appointment"),
        (
            Schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=(2,)),
            "Every Tuesday, at a time that is not listed",
        ),
    ],
)
def test_the_days_of_every_kind_of_rule_read_plainly(schedule: Schedule, words: str) -> None:
    assert describe_days(schedule) == words


def test_days_and_hours_make_one_phrase() -> None:
    assert describe(WEEKLY) == "Every Tuesday, 7:00 pm to 8:30 pm"


def test_first_and_last_date_end_the_phrase() -> None:
    season = replace(WEEKLY, first_date=dt.date(2026, 3, 3), last_date=dt.date(2026, 5, 26))
    assert describe(season) == "Every Tuesday, 7:00 pm to 8:30 pm, from March 3, 2026, until May 26, 2026"
    assert describe(replace(season, first_date=None)).endswith("8:30 pm, until May 26, 2026")


def test_a_one_off_names_its_date_once() -> None:
    once = replace(WEEKLY, kind=RecurrenceKind.ONCE, first_date=dt.date(2026, 3, 7), last_date=dt.date(2026, 3, 7))
    assert describe(once) == "Once, on Saturday, March 7, 2026, 7:00 pm to 8:30 pm"


def test_by_appointment_names_no_hours() -> None:
    assert describe(replace(WEEKLY, kind=RecurrenceKind.APPOINTMENT)) == "By appointment"


@pytest.mark.parametrize(
    ("start", "minutes", "words"),
    [
        (dt.time(23), 90, "11:00 pm until 12:30 am the next day"),
        (dt.time(22), 120, "10:00 pm to midnight"),
        (dt.time(11), 60, "11:00 am to noon"),
        (dt.time(0), 60, "midnight to 1:00 am"),
        (dt.time(0), 1440, "midnight until midnight the next day"),
        (dt.time(19), 1440, "7:00 pm until 7:00 pm the next day"),
    ],
)
def test_hours_say_when_they_reach_the_next_day(start: dt.time, minutes: int, words: str) -> None:
    assert describe_hours(start, dt.timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (dt.time(0), "midnight"),
        (dt.time(0, 1), "12:01 am"),
        (dt.time(9, 5), "9:05 am"),
        (dt.time(12), "noon"),
        (dt.time(12, 30), "12:30 pm"),
        (dt.time(19), "7:00 pm"),
    ],
)
def test_a_time_reads_as_it_is_said(time: dt.time, words: str) -> None:
    assert describe_time(time) == words


def test_a_date_reads_as_it_is_said() -> None:
    assert describe_date(dt.date(2028, 2, 29)) == "February 29, 2028"
