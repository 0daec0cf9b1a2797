"""The product's expansion against the second opinion of schedule_oracle."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.domain.occurrences import in_progress, next_occurrence, occurrences, spans
from finder.domain.schedule import Occurrence, Override, Schedule, validate
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from tests.domain import schedule_oracle as oracle
from tests.domain.schedule_oracle import DAY, MINUTE, Sitting

WINDOW = 20 * DAY
SLICES = 5
CASES = 10_000


def as_sitting(occurrence: Occurrence) -> Sitting:
    return Sitting(occurrence.start.astimezone(dt.UTC), occurrence.end.astimezone(dt.UTC), occurrence.date)


@pytest.mark.parametrize("part", range(SLICES))
def test_ten_thousand_random_schedules_near_gaps_and_folds_match_the_independent_expansion(part: int) -> None:
    source = oracle.Source(part)
    zones = oracle.Source(0).sample(oracle.ZONES, min(500, len(oracle.ZONES)))[part::SLICES]
    for number in range(CASES // SLICES):
        schedule, asked = oracle.random_case(source, zones[number % len(zones)])
        validate(schedule)
        expected = oracle.expand(schedule, asked, asked + WINDOW)
        found = [as_sitting(occurrence) for occurrence in occurrences(schedule, start=asked, end=asked + WINDOW)]
        assert found == expected, (schedule, asked)
        following = next_occurrence(schedule, after=asked, horizon=WINDOW)
        assert (following and as_sitting(following)) == (expected[0] if expected else None), (schedule, asked)
        current = in_progress(schedule, at=asked)
        running = [sitting for sitting in expected if sitting.start <= asked]
        assert (current and as_sitting(current)) == (running[0] if running else None), (schedule, asked)


def test_the_random_schedules_do_reach_gaps_and_folds() -> None:
    source = oracle.Source(1)
    moved = ambiguous = 0
    for zone in oracle.ZONES:
        schedule, asked = oracle.random_case(source, zone)
        for occurrence in occurrences(schedule, start=asked, end=asked + WINDOW):
            start = occurrence.start
            moved += start.time() != schedule.start
            ambiguous += start.utcoffset() != start.replace(fold=1).utcoffset()
    assert min(moved, ambiguous) >= 5


minutes = st.integers(0, 1439).map(lambda minute: dt.time(minute // 60, minute % 60))
durations = st.integers(1, 1440).map(lambda minute: minute * MINUTE)
days = st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31))
instants = st.integers(0, 20_000_000).map(lambda minute: dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + minute * MINUTE)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    kind = draw(st.sampled_from([RecurrenceKind.WEEKLY, RecurrenceKind.MONTHLY, RecurrenceKind.ONCE]))
    first = draw(days if kind is RecurrenceKind.ONCE else st.none() | days)
    last = None if first is None else draw(st.none() | st.integers(0, 4000).map(lambda n: first + n * DAY))
    weeks = st.sets(st.sampled_from([-1, 1, 2, 3, 4, 5]), min_size=1)
    return Schedule(
        kind=kind,
        weekdays=tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)))),
        start=draw(minutes),
        duration=draw(durations),
        zone=draw(st.sampled_from(oracle.ZONES)),
        interval=draw(st.integers(1, 9)) if kind is RecurrenceKind.WEEKLY else 1,
        weeks_of_month=tuple(sorted(draw(weeks))) if kind is RecurrenceKind.MONTHLY else (),
        first_date=first,
        last_date=last,
    )


@st.composite
def overrides_near(draw: st.DrawFn, day: dt.date) -> list[Override]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first = day + draw(st.integers(-5, 45)) * DAY
        found.append(
            Override(
                kind=draw(st.sampled_from(OverrideKind)),
                first_date=first,
                last_date=first + draw(st.integers(0, 10)) * DAY,
                start=draw(st.none() | minutes.filter(bool)),
                duration=draw(st.none() | durations),
            )
        )
    return found


@settings(max_examples=300, deadline=None)
@given(schedule=schedules(), start=instants, length=st.integers(0, 45 * 1440), data=st.data())
def test_every_window_with_overrides_matches_the_independent_expansion(
    schedule: Schedule, start: dt.datetime, length: int, data: st.DataObject
) -> None:
    overrides = data.draw(overrides_near(start.date()))
    end = start + length * MINUTE
    expected = oracle.expand(schedule, start, end, overrides)
    found = list(occurrences(schedule, start=start, end=end, overrides=overrides))
    assert [as_sitting(occurrence) for occurrence in found] == expected
    assert [Sitting(*span[:3]) for span in spans(schedule, start=start, end=end, overrides=overrides)] == expected
    assert list(occurrences(schedule, start=start, end=end, overrides=overrides, limit=2)) == found[:2]


@settings(max_examples=200, deadline=None)
@given(schedule=schedules(), after=instants, wanted=st.frozensets(st.integers(0, 6)))
def test_the_next_sitting_on_some_weekdays_is_the_first_of_the_independent_expansion(
    schedule: Schedule, after: dt.datetime, wanted: frozenset[int]
) -> None:
    end = after + 400 * DAY
    expected = [sitting for sitting in oracle.expand(schedule, after, end) if sitting.date.isoweekday() % 7 in wanted]
    found = next_occurrence(schedule, after=after, weekdays=wanted, horizon=400 * DAY)
    assert (found and as_sitting(found)) == (expected[0] if expected else None)


EDGES = ((dt.datetime.min.replace(tzinfo=dt.UTC), MINUTE), (dt.datetime.max.replace(tzinfo=dt.UTC), -MINUTE))


@settings(max_examples=200, deadline=None)
@given(schedule=schedules(), edge=st.sampled_from(EDGES), steps=st.integers(0, 7 * 1440), offset=st.integers(-14, 14))
def test_no_instant_of_the_calendar_is_too_early_or_too_late_to_ask_about(
    schedule: Schedule, edge: tuple[dt.datetime, dt.timedelta], steps: int, offset: int
) -> None:
    at = edge[0] + steps * edge[1]
    at = at.replace(tzinfo=dt.timezone(60 * offset * MINUTE))
    found = next_occurrence(schedule, after=at)
    assert found is None or found.end > at
    assert in_progress(schedule, at=at) in {None, found}


PROBE = """
import datetime as dt
from finder.domain.occurrences import occurrences
from finder.domain.rrule import to_rrule
from tests.domain import schedule_oracle as oracle
source = oracle.Source(7)
for zone in oracle.ZONES[::25]:
    schedule, asked = oracle.random_case(source, zone)
    print(to_rrule(schedule), asked, *occurrences(schedule, start=asked, end=asked + dt.timedelta(days=10)))
"""


def test_the_time_zone_of_the_process_changes_nothing() -> None:
    root = Path(__file__).parents[2]
    printed = set()
    for zone in ("UTC", "Pacific/Apia", "America/St_Johns"):
        run = subprocess.run(
            [sys.executable, "-c", PROBE],
            cwd=root,
            env={**os.environ, "TZ": zone},
            capture_output=True,
            check=True,
            text=True,
        )
        printed.add(run.stdout)
    assert len(printed) == 1
    assert "Occurrence(" in printed.pop()
