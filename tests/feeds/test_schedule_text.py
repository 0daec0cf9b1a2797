"""Rules and exceptions as text: read back as they were, whatever they say."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.domain.schedule import Override, Schedule
from finder.domain.text import clean_multiline
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.cells import neutralised, restored
from finder.feeds.schedule_text import Rhythm, exceptions_text, read_exceptions, read_rhythm, rhythm_text

DATES = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
TEXTS = st.text(alphabet="ab \";=:\\\n\t'é静\u2028", max_size=20).map(clean_multiline)
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
LENGTHS = st.integers(1, 1440).map(lambda minutes: dt.timedelta(minutes=minutes))


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    first, last = sorted((draw(DATES), draw(DATES)))
    return Override(
        kind=draw(st.sampled_from(OverrideKind)),
        first_date=first,
        last_date=last,
        start=draw(st.none() | TIMES),
        duration=draw(st.none() | LENGTHS),
        place=draw(TEXTS),
        note=draw(TEXTS),
    )


@given(st.lists(overrides(), max_size=5).map(tuple))
def test_exceptions_are_read_back_as_they_were(held: tuple[Override, ...]) -> None:
    text = exceptions_text(held)

    assert read_exceptions(text) == held
    assert read_exceptions(text.replace("\n", "\r\n")) == held
    assert len(text.splitlines()) >= len(held)


@given(
    st.sampled_from(RecurrenceKind),
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.sampled_from((-1, 1, 2, 3, 4, 5)), min_size=1),
    st.integers(1, 9),
)
def test_a_rule_is_read_back_as_it_was(kind: RecurrenceKind, days: set[int], weeks: set[int], interval: int) -> None:
    monthly, weekly = kind is RecurrenceKind.MONTHLY, kind is RecurrenceKind.WEEKLY
    schedule = Schedule(
        kind=kind,
        weekdays=tuple(sorted(days)),
        start=dt.time(19),
        zone="UTC",
        interval=interval if weekly else 1,
        weeks_of_month=tuple(sorted(weeks)) if monthly else (),
        last_date=dt.date(2030, 1, 1),
    )
    read = read_rhythm(rhythm_text(schedule))

    assert (read.kind, read.interval, read.weeks_of_month) == (kind, schedule.interval, schedule.weeks_of_month)
    assert read.weekdays in {(), schedule.weekdays}
    assert bool(read.weekdays) is (monthly or (weekly and schedule.interval > 1))


def test_a_rule_may_be_typed_as_calendars_have_it() -> None:
    assert read_rhythm("rrule:freq=weekly;byday=we,tu") == Rhythm(weekdays=(2, 3))
    assert read_rhythm(" Weekly ") == Rhythm()


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYDAY=FR",
        "FREQ=MONTHLY;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=1FR",
        "FREQ=WEEKLY;BYDAY=XX",
    ],
)
def test_a_rule_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no rule known here"):
        read_rhythm(text)


@given(st.text(alphabet="'=+-@\t\n\r ab1\uff1d", max_size=8))
def test_a_cell_is_restored_to_what_it_was(text: str) -> None:
    cell = neutralised(text)

    assert restored(cell) == text
    assert cell[:1] not in set("=+-@\t\r\n\uff1d")
