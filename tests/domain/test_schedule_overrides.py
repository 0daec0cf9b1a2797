"""What dated exceptions do to sittings."""

import datetime as dt
from dataclasses import replace

import pytest

from finder.domain.occurrences import in_progress, next_occurrence, occurrences
from finder.domain.schedule import Occurrence, Override, Schedule
from finder.domain.vocabulary import OverrideKind

HOUR = dt.timedelta(hours=1)
WEEKLY = Schedule(weekdays=(5,), start=dt.time(23), duration=HOUR, zone="America/Chicago")
FRIDAY = dt.date(2026, 12, 25)


def override(
    kind: OverrideKind,
    first: int = 25,
    last: int = 25,
    *,
    start: dt.time | None = None,
    duration: dt.timedelta | None = None,
    place: str = "",
    note: str = "",
) -> Override:
    return Override(
        kind=kind,
        first_date=FRIDAY.replace(day=first),
        last_date=FRIDAY.replace(day=last),
        start=start,
        duration=duration,
        place=place,
        note=note,
    )


def december(*overrides: Override) -> list[Occurrence]:
    start, end = dt.datetime(2026, 12, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    return list(occurrences(WEEKLY, start=start, end=end, overrides=overrides))


def on_friday(*overrides: Override) -> Occurrence:
    return next(occurrence for occurrence in december(*overrides) if occurrence.date == FRIDAY)


def test_a_cancelled_sitting_is_gone_and_the_others_stay() -> None:
    assert [occurrence.date.day for occurrence in december(override(OverrideKind.CANCELLED))] == [4, 11, 18]


def test_first_and_last_date_of_an_override_are_inclusive() -> None:
    assert [occurrence.date.day for occurrence in december(override(OverrideKind.CANCELLED, 11, 18))] == [4, 25]
    assert len(december(override(OverrideKind.CANCELLED, 12, 17))) == 4


def test_the_date_of_a_sitting_is_the_local_one_though_it_is_tomorrow_in_utc() -> None:
    # 23:00 in Chicago on the 25th is 05:00 UTC on the 26th.
    assert len(december(override(OverrideKind.CANCELLED, 26, 26))) == 4


@pytest.mark.parametrize("kind", [OverrideKind.MOVED, OverrideKind.ONLINE_ONLY])
def test_a_moved_or_online_sitting_stays_and_says_so(kind: OverrideKind) -> None:
    change = override(kind, place="Hall B")
    found = december(change)
    assert [occurrence.override for occurrence in found] == [None, None, None, change]
    assert found[-1].start.time() == dt.time(23)


def test_another_time_replaces_what_it_gives_and_nothing_else() -> None:
    earlier = on_friday(override(OverrideKind.OTHER_TIME, start=dt.time(18)))
    assert (earlier.start.hour, earlier.end - earlier.start) == (18, HOUR)
    longer = on_friday(override(OverrideKind.OTHER_TIME, duration=2 * HOUR))
    assert (longer.start.hour, longer.end - longer.start) == (23, 2 * HOUR)


def test_another_time_at_midnight_is_a_time() -> None:
    midnight = on_friday(override(OverrideKind.OTHER_TIME, start=dt.time(0)))
    assert midnight.start.isoformat() == "2026-12-25T00:00:00-06:00"


@pytest.mark.parametrize("duration", [dt.timedelta(0), -HOUR, dt.timedelta.max])
def test_a_duration_that_cannot_be_leaves_the_usual_one(duration: dt.timedelta) -> None:
    found = on_friday(override(OverrideKind.OTHER_TIME, duration=duration))
    assert found.end - found.start == HOUR


def test_a_cancellation_wins_over_every_other_override() -> None:
    moved = override(OverrideKind.MOVED, place="Hall B")
    cancelled = override(OverrideKind.CANCELLED)
    assert len(december(moved, cancelled)) == len(december(cancelled, moved)) == 3


def test_the_last_of_several_wins_for_each_thing_that_it_gives() -> None:
    first = override(OverrideKind.OTHER_TIME, 1, 26, start=dt.time(18), duration=2 * HOUR, note="early")
    second = override(OverrideKind.OTHER_TIME, 20, 31, start=dt.time(19))
    found = on_friday(first, second)
    assert (found.start.hour, found.end - found.start) == (19, 2 * HOUR)
    assert found.override == replace(second, last_date=dt.date(2026, 12, 26), duration=2 * HOUR, note="early")


def test_a_new_hour_does_not_hide_a_new_hall() -> None:
    found = on_friday(
        override(OverrideKind.MOVED, place="Hall B"),
        override(OverrideKind.OTHER_TIME, start=dt.time(18), place="Hall A"),
    )
    assert found.override is not None
    assert (found.override.kind, found.override.place) == (OverrideKind.MOVED, "Hall B")
    assert found.start.hour == 18


def test_online_only_after_a_move_names_no_hall() -> None:
    found = on_friday(override(OverrideKind.MOVED, place="Hall B"), override(OverrideKind.ONLINE_ONLY))
    assert found.override is not None
    assert (found.override.kind, found.override.place) == (OverrideKind.ONLINE_ONLY, "")


def test_a_sitting_lengthened_past_midnight_is_in_progress_the_next_day() -> None:
    asked = dt.datetime(2026, 12, 26, 22, 30, tzinfo=dt.timezone(-6 * HOUR))
    assert in_progress(WEEKLY, at=asked) is None
    long = override(OverrideKind.OTHER_TIME, duration=24 * HOUR)
    running = in_progress(WEEKLY, at=asked, overrides=[long])
    assert running is not None
    assert running.date == FRIDAY


def test_a_closure_without_end_has_no_next_sitting_and_a_long_one_is_passed_in_one_step() -> None:
    now = dt.datetime(2026, 12, 20, tzinfo=dt.UTC)
    closed = replace(override(OverrideKind.CANCELLED), last_date=dt.date.max)
    assert next_occurrence(WEEKLY, after=now, overrides=[closed]) is None
    centuries = replace(closed, last_date=dt.date(2526, 12, 25))
    found = next_occurrence(WEEKLY, after=now, overrides=[centuries])
    assert found is not None
    assert found.date == dt.date(2526, 12, 27)


def test_sittings_come_in_order_of_start_when_a_lost_day_and_a_new_hour_turn_them_round() -> None:
    # Samoa had no 30 December 2011: the sitting of that date falls on the 31st, after the one held early.
    daily = Schedule(weekdays=tuple(range(7)), start=dt.time(19), duration=HOUR, zone="Pacific/Apia")
    early = Override(
        kind=OverrideKind.OTHER_TIME,
        first_date=dt.date(2011, 12, 31),
        last_date=dt.date(2011, 12, 31),
        start=dt.time(10),
    )
    start, end = dt.datetime(2011, 12, 30, 12, tzinfo=dt.UTC), dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
    found = occurrences(daily, start=start, end=end, overrides=[early])
    assert [(sitting.date.day, sitting.start.hour) for sitting in found] == [(31, 10), (30, 19)]
