import pytest

from finder.web.forms.query import to_query, with_, without
from finder.web.forms.values import (
    degrees,
    read_clock,
    read_day,
    read_distance,
    read_slug,
    read_zone,
    text_of,
    whole,
)

NUMBER_NONSENSE = ["nan", "inf", "-inf", "1e400", "0x10", "٣", "1_0", "--1", "1,5", "½", "1.2.3", "9" * 400, "."]


@pytest.mark.parametrize("text", [*NUMBER_NONSENSE, "90.01", "-91"])
def test_what_is_no_latitude_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="latitude") as refused:
        degrees(90, "latitude")(text)
    assert text not in str(refused.value).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30.267153", 30.27), ("-97.745", -97.75), ("0", 0.0), ("-0.001", 0.0), ("+12", 12.0), (".5", 0.5), ("90", 90.0)],
)
def test_a_coordinate_keeps_two_decimals(text: str, expected: float) -> None:
    read = degrees(180, "longitude")(text)

    assert read == pytest.approx(expected, abs=0.0051)
    assert round(read, 2) == read
    assert str(read) != "-0.0"


@pytest.mark.parametrize("text", [*NUMBER_NONSENSE, "-1"])
def test_what_is_no_distance_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="distance"):
        read_distance(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("6", 6), ("sun", 0), ("Tuesday", 2), ("TUES", 2), ("saturday", 6)]
)
def test_a_day_is_a_number_or_a_name(text: str, expected: int) -> None:
    assert read_day(text) == expected


@pytest.mark.parametrize("text", ["7", "-1", "٣", "su", "someday", "00", "1.0"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        read_day(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("00:00", 0), ("9:05", 545), ("23:59", 1439), ("18:30:00", 1110), ("24:00", None)]
)
def test_a_clock_is_hours_and_minutes(text: str, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="not a time"):
            read_clock(text)
    else:
        assert read_clock(text) == expected


@pytest.mark.parametrize("text", ["12", "12:60", "\uff11\uff12:00", "12:00pm", "-1:00", "12:00:01", "::"])
def test_what_is_no_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        read_clock(text)


@pytest.mark.parametrize("text", ["0", "101", "-1", "x", "1.5", "٣", "9" * 5000, ""])
def test_what_is_no_number_of_the_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 100"):
        whole(1, 100)(text)


def test_a_number_may_begin_with_zeros() -> None:
    assert whole(1, 100)("007") == 7


@pytest.mark.parametrize("text", ["localtime", "Mars/Olympus", "../../etc/passwd", "posixrules/x"])
def test_what_is_no_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        read_zone(text)


def test_a_zone_is_found_in_any_case() -> None:
    assert read_zone("america/chicago") == "America/Chicago"


@pytest.mark.parametrize("text", ["a b", "../x", "", "é", "x" * 129, "-x"])
def test_what_is_no_slug_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not one of the choices"):
        read_slug(text)


@pytest.mark.parametrize("text", ["x" * 201, "caf\N{REPLACEMENT CHARACTER}"])
def test_text_that_cannot_be_read_is_refused_with_an_instruction(text: str) -> None:
    with pytest.raises(ValueError, match=r"Shorten|UTF-8"):
        text_of(200)(text)


ASKED = {"near": ("Austin, TX",), "day": ("2", "4"), "page": ("3",)}


def test_a_query_has_one_order_and_starts_on_its_first_page() -> None:
    assert to_query(ASKED) == "near=Austin,+TX&day=2&day=4"
    assert to_query(dict(reversed(ASKED.items()))) == to_query(ASKED)


def test_a_query_is_changed_one_step_at_a_time() -> None:
    assert to_query(ASKED, page="2") == "near=Austin,+TX&day=2&day=4&page=2"
    assert to_query(ASKED, near=None, from_="18:00") == "day=2&day=4&from=18:00"
    assert with_(ASKED, "day", "4") == to_query(ASKED)
    assert with_(ASKED, "day", "5") == "near=Austin,+TX&day=2&day=4&day=5"
    assert without(ASKED, "day", "2") == "near=Austin,+TX&day=4"
    assert without(ASKED, "day") == "near=Austin,+TX"


def test_a_query_escapes_what_would_end_it() -> None:
    assert to_query({"q": ("a&b=c#d",)}) == "q=a%26b%3Dc%23d"
