"""Times of day as tables hold them: what is read, what is not, and that nothing is guessed."""

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.domain.listing import ListingDraft
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.clock import read_clock
from finder.feeds.rows import Row
from finder.feeds.tabular import decode_table
from tests.feeds.test_tabular import OPTIONS
from tests.feeds.workbooks import Cell, workbook

HEADINGS = ("Name", "City", "Day", "Time", "End Time")
HALF_PAST_SEVEN = dt.time(19, 30)

READ = {
    "19:30": ("19:30", "19.30", "19:30:00", "19:30:00.000", " 19:30 ", "1930"),
    "at 19:30 by the word for hours": ("19.30 Uhr", "19:30 uhr", "19h30", "19 h 30", "19:30h"),
    "at 19:00 by the word for hours": ("19 Uhr", "19h", "19 h."),
    "at 07:30 by the word for hours": ("7.30 Uhr", "7h30", "07h30"),
    "07:30": ("7:30", "07:30", "0730", "7:30 am", "7:30a", "7.30 AM"),
    "7:30 in the evening": (
        "7:30 PM",
        "7:30pm",
        "7:30 p.m.",
        "7:30 P. M.",
        "7:30p",
        "7:30 p",
        "730pm",
        "730 PM",
        "0730p",
    ),
    "19:00": ("7p", "7 p", "7pm", "7 P.M.", "7 p.m", "19:00 PM", "1900"),
    "10:00": ("10a", "1000am", "10 AM", "1000"),
    "00:00": ("midnight", "Midnight", "12 midnight", "12:00 midnight", "12am", "12 a", "0:00", "0000", "0.0", "0.00"),
    "12:00": ("noon", "Noon", "12 noon", "12:00 noon", "12n", "12 N", "12pm", "12p", "1200", "0.5", ".5", "0.50"),
}
MEANT = {
    "19:30": HALF_PAST_SEVEN,
    "at 19:30 by the word for hours": HALF_PAST_SEVEN,
    "at 19:00 by the word for hours": dt.time(19),
    "at 07:30 by the word for hours": dt.time(7, 30),
    "07:30": dt.time(7, 30),
    "7:30 in the evening": HALF_PAST_SEVEN,
    "19:00": dt.time(19),
    "10:00": dt.time(10),
    "00:00": dt.time(),
    "12:00": dt.time(12),
}


@pytest.mark.parametrize(("written", "time"), [(text, MEANT[name]) for name, texts in READ.items() for text in texts])
def test_a_time_is_read_however_people_write_it(written: str, time: dt.time) -> None:
    assert read_clock(written) == time


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("0.8125", HALF_PAST_SEVEN),
        (".8125", HALF_PAST_SEVEN),
        ("0,8125", HALF_PAST_SEVEN),
        ("1.8125", HALF_PAST_SEVEN),  # on day 1, which a time of day is to some programs
        ("45292.8125", HALF_PAST_SEVEN),  # on 1 January 2024
        ("45292.5", dt.time(12)),
        ("0.25", dt.time(6)),
        ("0.75", dt.time(18)),
        ("0.791666666666667", dt.time(19)),
        ("0.79166666666666663", dt.time(19)),
        ("0.7917", dt.time(19)),
        ("0.8056", dt.time(19, 20)),
        ("0.999305555555556", dt.time(23, 59)),
        ("0.354166666666667", dt.time(8, 30)),
    ],
)
def test_a_fraction_of_a_day_is_the_time_that_a_spreadsheet_shows(written: str, time: dt.time) -> None:
    assert read_clock(written) == time


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("1899-12-30 19:30:00", HALF_PAST_SEVEN),
        ("1899-12-30T19:30:00.000", HALF_PAST_SEVEN),
        ("1900-01-01 19:30:00", HALF_PAST_SEVEN),
        ("2024-01-01T19:30", HALF_PAST_SEVEN),
        ("2024-01-01 7:30 PM", HALF_PAST_SEVEN),
        ("1/1/1900 7:30 PM", HALF_PAST_SEVEN),
        ("1/0/1900 7:30:00 PM", HALF_PAST_SEVEN),
        ("12/30/1899, 7:30p", HALF_PAST_SEVEN),
        ("30.12.1899 19:30", HALF_PAST_SEVEN),
        ("1/1/24 19:30", HALF_PAST_SEVEN),
        ("1899-12-30 00:00:00", dt.time()),
        ("1/1/1904 12:00 AM", dt.time()),
    ],
)
def test_the_date_that_a_program_puts_before_a_time_is_passed_over(written: str, time: dt.time) -> None:
    assert read_clock(written) == time


@pytest.mark.parametrize(
    "written",
    [
        *("7", "19", "0", "12", "730", "730.0", "7.5", "19.5", "7:5 pm", "7:60", "25:00", "24:00", "2460", "99999"),
        *(
            "0.3",
            "0.81",
            "0.813",
            "0.9999",
            "1.0",
            "1.5",
            "1.000",
            "45292.0",
            "2.8125",
            "7.8125",
            "123.8125",
            "-0.8125",
            "0.8125 PM",
        ),
        *("13/2024 19:30", "2024-01-01", "1/1/1900", "2024-01-01 00:00:00", "1/1/24 12:00 AM", "1899-12-30"),
        *("1899-12-30T19:30:00Z", "2024-01-01T19:30:00+01:00", "7:30 PM CST", "7:30 - 8:30 pm", "7 or 8 pm"),
        *(
            "",
            " ",
            "n",
            "p",
            "pm",
            ":30",
            "12m",
            "evening",
            "TBD",
            "Noon-ish",
            "7h",
            "7 Uhr",
            "25h30",
            "24h",
            "7½ pm",
            "\x00",
            "²",
            "1e-1",
        ),
    ],
)
def test_what_could_be_two_times_or_none_is_not_read(written: str) -> None:
    assert read_clock(written) is None


def test_what_two_digits_behind_a_zero_mean_is_hours_unless_they_are_a_quarter_of_a_day() -> None:
    times = {f"0.{digits:02d}": read_clock(f"0.{digits:02d}") for digits in range(100)}
    quarters = {"0.00": dt.time(), "0.25": dt.time(6), "0.50": dt.time(12), "0.75": dt.time(18)}

    for text, time in times.items():
        minute = int(text[2:])
        assert time == quarters.get(text, dt.time(0, minute) if minute < 60 else None)


@given(st.integers(0, 24 * 60 - 1))
def test_every_minute_of_a_day_survives_a_spreadsheet(minute: int) -> None:
    time = dt.time(*divmod(minute, 60))
    half = "AM" if time.hour < 12 else "PM"
    fraction = minute / (24 * 60)
    written = (
        f"{time:%H:%M}",
        f"{time:%H%M}",
        f"{time.hour % 12 or 12}:{time:%M} {half}",
        f"{time.hour % 12 or 12}{time:%M}{half[0].lower()}",
        f"1899-12-30 {time:%H:%M:%S}",
        f"1/0/1900 {time.hour % 12 or 12}:{time:%M}:00 {half}",
        f"{fraction:.15f}",
        f"{fraction:.6f}",
        f"{45292 + fraction:.9f}" if minute else "0.0",  # on the minute of midnight it is a date
    )
    assert {text: read_clock(text) for text in written} == dict.fromkeys(written, time)


@given(st.floats(0, 1, exclude_max=True).map(lambda number: f"{number:.9f}"))
def test_a_fraction_is_the_time_that_it_is_nearest_to_or_none(text: str) -> None:
    found = read_clock(text)
    if found is not None:
        assert abs(float(text) * 24 * 60 - (found.hour * 60 + found.minute)) <= 0.1


LIKE_TIMES = st.text(alphabet=string.digits + " .,:/-TtZapmnPMN+noidght\u00a0\u0663²\x00", max_size=30)


@given(st.one_of(st.text(), LIKE_TIMES))
def test_no_text_stumbles(text: str) -> None:
    assert isinstance(read_clock(text), dt.time | None)


@given(st.one_of(st.text(), LIKE_TIMES), st.one_of(st.text(), LIKE_TIMES))
def test_no_text_in_a_table_stumbles(start: str, end: str) -> None:
    cells = (text.replace('"', "").replace("\x00", "") for text in (start, end))
    times = ",".join(f'"{cell}"' for cell in cells)
    (row,) = decode_table(f"{','.join(HEADINGS)}\nA,Springfield,Monday,{times}\n".encode(), options=OPTIONS).rows

    assert row.draft is not None
    assert row.draft.schedule.weekdays == (1,)


def rows(*lines: tuple[Cell, ...]) -> list[Row]:
    """The same from a table as text and from a workbook."""
    table = "\n".join(",".join("" if cell is None else f'"{cell}"' for cell in line) for line in (HEADINGS, *lines))
    plain = decode_table(table.encode(), options=OPTIONS).rows
    assert decode_table(workbook([HEADINGS, *lines]), options=OPTIONS).rows == plain
    return list(plain)


def drafts(*lines: tuple[Cell, ...]) -> list[ListingDraft]:
    return [row.draft for row in rows(*lines) if row.draft]


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (0.8125, 0.875, 90),
        ("0.8125", "0.875", 90),
        ("1899-12-30 19:30:00", "1899-12-30 21:00:00", 90),
        (1930, 2100, 90),
        ("7:30p", "9p", 90),
        ("730pm", "midnight", 270),
        (0.8125, "0.0", 270),
    ],
)
def test_start_and_end_are_read_alike_in_both_kinds_of_table(start: Cell, end: Cell, minutes: int) -> None:
    (draft,) = drafts(("A", "Springfield", "Monday", start, end))

    assert (draft.schedule.kind, draft.schedule.weekdays) == (RecurrenceKind.WEEKLY, (1,))
    assert (draft.schedule.start, draft.schedule.duration) == (HALF_PAST_SEVEN, dt.timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (7, "may be in the morning or in the evening"),
        ("730", "may be in the morning"),
        ("evening", "is not a time of day"),
    ],
)
def test_a_time_that_cannot_be_read_keeps_its_day_and_says_what_can(written: Cell, said: str) -> None:
    (row,) = rows(("A", "Springfield", "Monday", written, "9p"))

    assert row.draft is not None
    schedule = row.draft.schedule
    assert (schedule.kind, schedule.weekdays, schedule.start) == (RecurrenceKind.APPOINTMENT, (1,), None)
    first, second = (remark for remark in row.remarks if remark.field == "time")
    assert (first.value, second.reason) == (str(written), "has a day but no time: listed on that day without a time")
    assert said in first.reason
    assert first.reason.endswith("Write it as 19:30 or 7:30 PM")


def test_an_end_that_cannot_be_read_is_remarked_and_the_start_stays() -> None:
    (row,) = rows(("A", "Springfield", "Monday", "7p", "late"))

    assert row.draft is not None
    assert row.draft.schedule.start == dt.time(19)
    assert [(remark.field, remark.value) for remark in row.remarks if "time" in remark.field] == [("end_time", "late")]
