"""Windows of time mean what a seeker says."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from finder.domain.errors import ScheduleError
from finder.search.criteria import When
from finder.search.windows import LONG_AGO, instant_of, minutes_of, windows_at


def at(text: str, zone: str = "America/Chicago") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def local(minutes: int, zone: str = "America/Chicago") -> str:
    return instant_of(minutes).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def test_tonight_is_last_evenings_night_until_four() -> None:
    late = windows_at(at("2026-03-11T03:59"), "America/Chicago")[When.TONIGHT]
    assert local(late.before) == "2026-03-11T04:00"
    early = windows_at(at("2026-03-11T04:00"), "America/Chicago")[When.TONIGHT]
    assert (local(early.alive), local(early.before)) == ("2026-03-11T17:00", "2026-03-12T04:00")


def test_tonight_follows_the_seekers_zone_and_not_the_servers() -> None:
    now = at("2026-03-10T19:00")
    there = windows_at(now, "Europe/London")[When.TONIGHT]  # midnight there
    assert local(there.before, "Europe/London") == "2026-03-11T04:00"
    assert there.alive == minutes_of(now)


def test_what_is_over_is_in_no_window() -> None:
    now = at("2026-03-10T22:00")
    assert all(window.alive >= minutes_of(now) for window in windows_at(now, "America/Chicago").values())


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-03-09T08:00", "2026-03-14T00:00"),  # Monday
        ("2026-03-13T23:59", "2026-03-14T00:00"),  # Friday
        ("2026-03-14T00:00", "2026-03-14T00:00"),
        ("2026-03-15T23:59", "2026-03-14T00:00"),  # Sunday: the weekend that is running
    ],
)
def test_the_weekend_is_the_running_or_the_next_one(now: str, first: str) -> None:
    weekend = windows_at(at(now), "America/Chicago")[When.WEEKEND]
    assert local(weekend.first) == first
    assert local(weekend.before) == "2026-03-16T00:00"


def test_tomorrow_has_23_hours_when_the_clocks_go_forward() -> None:
    tomorrow = windows_at(at("2026-03-07T12:00"), "America/Chicago")[When.TOMORROW]
    assert tomorrow.before - tomorrow.first == 23 * 60


def test_a_day_that_begins_at_one_begins_with_its_first_instant() -> None:
    tomorrow = windows_at(at("2026-09-05T12:00", "America/Santiago"), "America/Santiago")[When.TOMORROW]
    assert local(tomorrow.first, "America/Santiago") == "2026-09-06T01:00"


def test_seconds_do_not_lose_a_minute() -> None:
    now = at("2026-03-10T18:00:30")
    windows = windows_at(now, "America/Chicago")
    assert local(windows[When.NEXT24H].before - 1) == "2026-03-11T18:00"
    assert local(windows[When.NOW].before - 1) == "2026-03-10T20:00"
    assert windows[When.NOW].first == LONG_AGO


def test_an_unknown_zone_is_said_so() -> None:
    with pytest.raises(ScheduleError):
        windows_at(at("2026-03-10T18:00"), "Mars/Olympus")
