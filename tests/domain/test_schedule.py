"""When a meeting sits: examples of each rule."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest

from finder.domain.errors import ScheduleError
from finder.domain.occurrences import in_progress, next_occurrence, occurrences, spans
from finder.domain.recurrence import dates, first_sitting
from finder.domain.schedule import Occurrence, Schedule
from finder.domain.vocabulary import RecurrenceKind

AUSTIN = "America/Chicago"
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
TUESDAY_AT_SEVEN = Schedule(weekdays=(2,), start=dt.time(19), duration=1.5 * HOUR, zone=AUSTIN)


def at(text: str) -> dt.datetime:
    """An instant; without an offset, in UTC."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def starts(found: Iterable[Occurrence]) -> list[str]:
    return [occurrence.start.isoformat(timespec="minutes") for occurrence in found]


def sittings(schedule: Schedule, start: str, end: str) -> list[str]:
    return starts(occurrences(schedule, start=at(start), end=at(end)))


def following(schedule: Schedule, after: str) -> str | None:
    found = next_occurrence(schedule, after=at(after))
    return None if found is None else found.start.isoformat(timespec="minutes")


def test_a_weekly_meeting_sits_at_its_wall_clock_time_in_winter_and_in_summer() -> None:
    assert sittings(TUESDAY_AT_SEVEN, "2026-03-01", "2026-03-15") == [
        "2026-03-03T19:00-06:00",
        "2026-03-10T19:00-05:00",
    ]


def test_start_and_end_are_aware_in_the_zone_of_the_meeting() -> None:
    found = next_occurrence(TUESDAY_AT_SEVEN, after=at("2026-03-01"))
    assert found == Occurrence(
        start=dt.datetime(2026, 3, 3, 19, tzinfo=ZoneInfo(AUSTIN)),
        end=dt.datetime(2026, 3, 3, 20, 30, tzinfo=ZoneInfo(AUSTIN)),
        date=dt.date(2026, 3, 3),
    )
    assert found.start.tzinfo is ZoneInfo(AUSTIN)


def test_a_window_takes_what_is_running_at_its_start_and_leaves_what_starts_at_its_end() -> None:
    assert sittings(TUESDAY_AT_SEVEN, "2026-03-03T20:29-06:00", "2026-03-10T19:00-05:00") == ["2026-03-03T19:00-06:00"]
    assert sittings(TUESDAY_AT_SEVEN, "2026-03-03T20:30-06:00", "2026-03-10T19:01-05:00") == ["2026-03-10T19:00-05:00"]
    assert sittings(TUESDAY_AT_SEVEN, "2026-03-03T20:30-06:00", "2026-03-03T20:30-06:00") == []


def test_a_limit_ends_the_list() -> None:
    found = occurrences(TUESDAY_AT_SEVEN, start=at("2026-01-01"), end=at("2036-01-01"), limit=3)
    assert [occurrence.date.day for occurrence in found] == [6, 13, 20]


def test_what_runs_past_midnight_is_in_progress_the_next_day() -> None:
    friday = Schedule(weekdays=(5,), start=dt.time(23), duration=1.5 * HOUR, zone=AUSTIN)
    running = in_progress(friday, at=at("2026-03-07T00:15-06:00"))
    assert running is not None
    assert running.date == dt.date(2026, 3, 6)
    assert running.end.isoformat() == "2026-03-07T00:30:00-06:00"
    assert in_progress(friday, at=at("2026-03-07T00:30-06:00")) is None
    assert in_progress(friday, at=at("2026-03-06T22:59-06:00")) is None


def test_saturday_night_runs_into_sunday_of_the_next_week() -> None:
    saturday = Schedule(weekdays=(6,), start=dt.time(23, 30), duration=2 * HOUR, zone="Asia/Tokyo")
    assert following(saturday, "2026-03-08T01:00+09:00") == "2026-03-07T23:30+09:00"
    assert following(saturday, "2026-03-08T01:30+09:00") == "2026-03-14T23:30+09:00"


def test_what_is_in_progress_does_not_depend_on_the_zone_of_the_question() -> None:
    early = Schedule(weekdays=(0,), start=dt.time(1, 30), duration=HOUR, zone="Europe/Berlin")
    second_half_past_one = dt.datetime(2026, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    assert in_progress(early, at=second_half_past_one) is None
    assert in_progress(early, at=second_half_past_one.replace(fold=0)) is not None


def test_a_start_inside_a_gap_moves_forward_by_the_gap() -> None:
    sunday = Schedule(weekdays=(0,), start=dt.time(2, 30), duration=HOUR, zone=AUSTIN)
    assert sittings(sunday, "2026-03-01", "2026-03-16") == [
        "2026-03-01T02:30-06:00",
        "2026-03-08T03:30-05:00",
        "2026-03-15T02:30-05:00",
    ]


def test_an_ambiguous_start_is_the_first_of_the_two() -> None:
    sunday = Schedule(weekdays=(0,), start=dt.time(1, 30), zone=AUSTIN)
    assert sittings(sunday, "2026-11-01", "2026-11-02") == ["2026-11-01T01:30-05:00"]
    second = Schedule(weekdays=(0,), start=dt.time(1, 30, fold=1), zone=AUSTIN)
    assert sittings(second, "2026-11-01", "2026-11-02") == ["2026-11-01T01:30-05:00"]


@pytest.mark.parametrize(
    ("date", "end"),
    [("2026-03-08", "2026-03-08T04:00:00-05:00"), ("2026-11-01", "2026-11-01T02:00:00-06:00")],
    ids=["across a gap", "across a fold"],
)
def test_the_end_is_the_duration_later_in_elapsed_time(date: str, end: str) -> None:
    night = Schedule(weekdays=(0,), start=dt.time(1), duration=2 * HOUR, zone=AUSTIN)
    found = next_occurrence(night, after=at(f"{date}T00:30-06:00"))
    assert found is not None
    assert found.end.isoformat() == end


def test_a_gap_at_midnight_keeps_the_nominal_date() -> None:
    # In Havana, 00:00 to 01:00 does not exist on 8 March 2026.
    found = next_occurrence(
        Schedule(weekdays=(0,), start=dt.time(0), zone="America/Havana"), after=at("2026-03-08T00:00-05:00")
    )
    assert found is not None
    assert (found.start.isoformat(), found.date) == ("2026-03-08T01:00:00-04:00", dt.date(2026, 3, 8))


def test_two_dates_that_a_lost_day_brings_together_are_one_sitting() -> None:
    # Samoa had no 30 December 2011.
    daily = Schedule(weekdays=tuple(range(7)), start=dt.time(19), zone="Pacific/Apia")
    assert sittings(daily, "2011-12-29T12:00", "2012-01-01T12:00") == [
        "2011-12-29T19:00-10:00",
        "2011-12-31T19:00+14:00",
        "2012-01-01T19:00+14:00",
    ]
    friday = Schedule(weekdays=(5,), start=dt.time(19), zone="Pacific/Apia")
    assert sittings(friday, "2011-12-29T12:00", "2012-01-01T12:00") == ["2011-12-31T19:00+14:00"]


def test_several_weekdays_come_in_the_order_of_the_week_and_wrap_round_it() -> None:
    both = Schedule(weekdays=(0, 6), start=dt.time(8), zone=AUSTIN)
    assert [day.day for day in dates(both, first=dt.date(2026, 3, 6), last=dt.date(2026, 3, 15))] == [7, 8, 14, 15]


def test_every_other_week_counts_from_the_week_of_the_first_date_sunday_first() -> None:
    # 4 March 2026 is a Wednesday: its Monday is past, so the first is two weeks after that one.
    fortnightly = Schedule(weekdays=(1, 4), interval=2, start=dt.time(19), zone=AUSTIN, first_date=dt.date(2026, 3, 4))
    found = dates(fortnightly, first=dt.date(2026, 1, 1), last=dt.date(2026, 4, 4))
    assert [day.isoformat() for day in found] == ["2026-03-05", "2026-03-16", "2026-03-19", "2026-03-30", "2026-04-02"]


def test_every_n_weeks_without_a_first_date_counts_from_4_january_1970() -> None:
    third = Schedule(weekdays=(0,), interval=3, start=dt.time(19), zone=AUSTIN)
    assert first_sitting(third, not_before=dt.date(1970, 1, 4)) == dt.date(1970, 1, 4)
    assert first_sitting(third, not_before=dt.date(1970, 1, 5)) == dt.date(1970, 1, 25)
    assert first_sitting(third, not_before=dt.date(1969, 12, 1)) == dt.date(1969, 12, 14)


def test_first_and_third_friday() -> None:
    schedule = Schedule(
        kind=RecurrenceKind.MONTHLY, weekdays=(5,), weeks_of_month=(1, 3), start=dt.time(19), zone=AUSTIN
    )
    found = dates(schedule, first=dt.date(2026, 1, 3), last=dt.date(2026, 3, 31))
    assert [(day.month, day.day) for day in found] == [(1, 16), (2, 6), (2, 20), (3, 6), (3, 20)]


def test_the_last_sunday_is_the_fourth_or_the_fifth() -> None:
    schedule = Schedule(kind=RecurrenceKind.MONTHLY, weekdays=(0,), weeks_of_month=(-1,), start=dt.time(9), zone=AUSTIN)
    found = dates(schedule, first=dt.date(2026, 1, 1), last=dt.date(2026, 6, 1))
    assert [day.day for day in found] == [25, 22, 29, 26, 31]


def test_a_fifth_friday_skips_the_months_that_have_none() -> None:
    schedule = Schedule(kind=RecurrenceKind.MONTHLY, weekdays=(5,), weeks_of_month=(5,), start=dt.time(9), zone=AUSTIN)
    found = dates(schedule, first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
    assert [(day.month, day.day) for day in found] == [(1, 30), (5, 29), (7, 31), (10, 30)]


def test_the_fifth_and_last_friday_of_one_month_are_one_sitting() -> None:
    schedule = Schedule(
        kind=RecurrenceKind.MONTHLY, weekdays=(5,), weeks_of_month=(-1, 5), start=dt.time(9), zone=AUSTIN
    )
    assert list(dates(schedule, first=dt.date(2026, 5, 1), last=dt.date(2026, 5, 31))) == [dt.date(2026, 5, 29)]


def test_a_one_off_on_29_february_is_found_once_and_from_far_away() -> None:
    leap = Schedule(kind=RecurrenceKind.ONCE, first_date=dt.date(2028, 2, 29), start=dt.time(12), zone=AUSTIN)
    assert following(leap, "1999-01-01") == "2028-02-29T12:00-06:00"
    assert following(leap, "2028-02-29T19:00") is None


def test_weekly_meetings_on_a_leap_day_and_the_day_after_do_not_slip() -> None:
    both = Schedule(weekdays=(2, 3), start=dt.time(12), zone="UTC")
    assert sittings(both, "2028-02-28", "2028-03-02") == ["2028-02-29T12:00+00:00", "2028-03-01T12:00+00:00"]


def test_first_and_last_dates_are_inclusive() -> None:
    season = Schedule(
        weekdays=(2,), start=dt.time(19), zone=AUSTIN, first_date=dt.date(2026, 3, 3), last_date=dt.date(2026, 3, 17)
    )
    assert [span.date.day for span in spans(season, start=at("2026-01-01"), end=at("2027-01-01"))] == [3, 10, 17]
    assert following(season, "2026-03-18T12:00") is None


def test_by_appointment_has_no_sittings_and_needs_no_zone() -> None:
    schedule = Schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=(1,))
    assert next_occurrence(schedule, after=at("2026-01-01")) is None
    assert list(occurrences(schedule, start=at("2026-01-01"), end=at("2027-01-01"))) == []
    assert in_progress(schedule, at=at("2026-01-01")) is None


def test_the_next_sitting_may_be_asked_for_on_some_weekdays_only() -> None:
    twice = Schedule(weekdays=(2, 4), start=dt.time(19), zone=AUSTIN)
    found = next_occurrence(twice, after=at("2026-03-02"), weekdays=frozenset({4, 5}))
    assert found is not None
    assert found.date == dt.date(2026, 3, 5)
    assert next_occurrence(twice, after=at("2026-03-02"), weekdays=frozenset({1})) is None


def test_a_horizon_bounds_the_start_of_the_next_sitting() -> None:
    soon = at("2026-03-03T20:31-06:00")
    assert next_occurrence(TUESDAY_AT_SEVEN, after=soon, horizon=6 * DAY) is None
    assert next_occurrence(TUESDAY_AT_SEVEN, after=soon, horizon=7 * DAY) is not None
    assert next_occurrence(TUESDAY_AT_SEVEN, after=soon, horizon=dt.timedelta.max) is not None
    assert next_occurrence(TUESDAY_AT_SEVEN, after=soon, horizon=dt.timedelta.min) is None


def test_what_is_years_away_is_still_found() -> None:
    rare = Schedule(weekdays=(1,), interval=520, start=dt.time(19), zone=AUSTIN, first_date=dt.date(2026, 3, 2))
    assert following(rare, "2026-03-04") == "2036-02-18T19:00-06:00"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@pytest.mark.parametrize("offset", [-14, 0, 14])
def test_the_ends_of_the_calendar_are_the_end_of_the_sittings(zone: str, offset: int) -> None:
    there = dt.timezone(offset * HOUR)
    earliest, latest = dt.datetime.min.replace(tzinfo=there), dt.datetime.max.replace(tzinfo=there)
    daily = Schedule(weekdays=tuple(range(7)), start=dt.time(23, 59), duration=24 * HOUR, zone=zone)
    fifth = Schedule(kind=RecurrenceKind.MONTHLY, weekdays=(0,), weeks_of_month=(5,), start=dt.time(0), zone=zone)
    assert next_occurrence(daily, after=latest) is None
    assert next_occurrence(fifth, after=latest) is None
    assert starts(occurrences(daily, start=earliest, end=latest, limit=1))[0].startswith("0001-01-04")


def test_a_naive_instant_is_refused_because_it_would_be_read_in_the_zone_of_the_machine() -> None:
    naive = dt.datetime.fromisoformat("2026-03-01")
    with pytest.raises(ValueError, match="aware"):
        next_occurrence(TUESDAY_AT_SEVEN, after=naive)
    with pytest.raises(ValueError, match="aware"):
        occurrences(TUESDAY_AT_SEVEN, start=at("2026-01-01"), end=naive)


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(weekdays=(2,), start=dt.time(19)),
        Schedule(weekdays=(2,), start=dt.time(19), zone="America/Nowhere"),
        Schedule(weekdays=(2,), zone=AUSTIN),
        Schedule(weekdays=(2,), start=dt.time(19), zone=AUSTIN, duration=25 * HOUR),
    ],
    ids=["no zone", "unknown zone", "no start", "too long"],
)
def test_an_unusable_schedule_is_refused_at_once(schedule: Schedule) -> None:
    with pytest.raises(ScheduleError):
        occurrences(schedule, start=at("2026-01-01"), end=at("2027-01-01"))
