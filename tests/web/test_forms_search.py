from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from finder.domain.vocabulary import Approach, Attendance
from finder.search.criteria import Sort, TimeBand, When
from finder.web.forms.search import InvalidSearchError, SearchRequest, read_search, to_query
from finder.web.headers import parts_of

pytestmark = pytest.mark.one_database

Read = Callable[..., SearchRequest]


@pytest.fixture
def read(site: Flask) -> Read:
    """Read a question given as (parameter, value) pairs."""
    held = parts_of(site)
    snapshot = held.keeper.current()

    def reader(*pairs: tuple[str, str], max_per_page: int = 100) -> SearchRequest:
        return read_search(MultiDict(pairs), parts=held, snapshot=snapshot, max_per_page=max_per_page)

    return reader


def refused(read: Read, *pairs: tuple[str, str]) -> InvalidSearchError:
    with pytest.raises(InvalidSearchError) as caught:
        read(*pairs)
    return caught.value


def test_nothing_asked_asks_for_everything(read: Read) -> None:
    asked = read(("near", ""), ("day", ""), ("page", " "), ("utm_source", "x"))

    assert asked.asked == {}
    assert asked.criteria.page == 1
    assert asked.criteria.per_page == 25
    assert asked.criteria.sort is Sort.SOONEST
    assert not asked.criteria.has_place
    assert asked.criteria.zone == "America/New_York"


def test_everything_asked_is_understood(read: Read) -> None:
    asked = read(
        ("near", "Austin, TX"),
        ("within", "2.5"),
        ("unit", "km"),
        ("region", "texas"),
        ("when", "tonight"),
        ("day", "2"),
        ("day", "1"),
        ("time", "evening,night"),
        ("from", "18:00"),
        ("until", "02:00"),
        ("program", "AA"),
        ("approach", "12-step"),
        ("audience", "women"),
        ("format", "open"),
        ("attendance", "hybrid"),
        ("q", "Café Step"),
        ("sort", "nearest"),
        ("page", "2"),
        ("per_page", "10"),
    )

    criteria = asked.criteria
    assert criteria.within_km == 2.5
    assert len(criteria.region_ids) == 1
    assert criteria.when == (When.TONIGHT,)
    assert criteria.days == (1, 2)
    assert criteria.bands == (TimeBand.EVENING, TimeBand.NIGHT)
    assert (criteria.start_from, criteria.start_until) == (18 * 60, 2 * 60)
    assert criteria.programs == ("aa",)
    assert criteria.approaches == (Approach.TWELVE_STEP,)
    assert criteria.audience == ("women",)
    assert criteria.formats == ("open",)
    assert criteria.attendance == (Attendance.HYBRID,)
    assert criteria.words == ("cafe", "step")
    assert criteria.sort is Sort.NEAREST
    assert (criteria.page, criteria.per_page) == (2, 10)
    assert criteria.zone == "America/Chicago"
    assert asked.place is not None


def test_what_was_asked_reads_back_to_the_same_question(read: Read) -> None:
    first = read(("day", "tue"), ("program", "AA"), ("from", "9:00"), ("within", "10.0"), ("sort", "soonest"))

    pairs = [tuple(part.split("=")) for part in to_query(first.asked).split("&")]
    again = read(*[(name, value) for name, value in pairs])

    assert to_query(first.asked) == "day=2&from=09:00&program=aa"
    assert again.criteria == first.criteria


def test_coordinates_are_rounded_before_anything_else_sees_them(read: Read) -> None:
    asked = read(("lat", "30.267153"), ("lon", "-97.743057"), ("near", "Portland"))

    assert (asked.criteria.latitude, asked.criteria.longitude) == (30.27, -97.74)
    assert asked.exact_place
    assert asked.place is not None
    assert (asked.place.latitude, asked.place.longitude) == (30.27, -97.74)
    assert asked.criteria.zone == "America/Chicago"
    assert asked.near == ""
    assert asked.asked == {"lat": ("30.27",), "lon": ("-97.74",)}


def test_coordinates_typed_as_a_place_are_coordinates(read: Read) -> None:
    asked = read(("near", "30.267153, -97.743057"))

    assert asked.exact_place
    assert asked.near == ""
    assert asked.asked == {"lat": ("30.27",), "lon": ("-97.74",)}


@pytest.mark.parametrize(("given", "missing"), [("lat", "lon"), ("lon", "lat")])
def test_half_a_point_is_refused(read: Read, given: str, missing: str) -> None:
    assert list(refused(read, (given, "10")).errors) == [missing]


def test_a_refused_question_repeats_what_was_asked_but_never_a_point(read: Read) -> None:
    error = refused(read, ("lat", "30.267153"), ("lon", "-97.743057"), ("day", "9"), ("q", "step"))

    assert list(error.errors) == ["day"]
    assert error.asked == {"day": ("9",), "q": ("step",)}
    assert "30.26" not in str(error)


def test_the_distance_is_as_far_as_the_site_says_by_its_unit(read: Read) -> None:
    assert read().criteria.within_km == pytest.approx(16.09344)
    assert read(("unit", "km")).criteria.within_km == 15
    assert read(("within", "500")).criteria.within_km == pytest.approx(804.672)
    assert list(refused(read, ("within", "500.1")).errors) == ["within"]
    assert list(refused(read, ("within", "805"), ("unit", "km")).errors) == ["within"]


def test_several_places_of_one_name_are_a_choice_not_an_error(read: Read) -> None:
    asked = read(("near", "Springfield"))

    assert asked.place is None
    assert len(asked.choices) > 1
    assert not asked.criteria.has_place


def test_an_unknown_place_gets_an_instruction(read: Read) -> None:
    error = refused(read, ("near", "Qwxyzzyville"))

    assert list(error.errors) == ["near"]
    assert error.place_answer is not None


@pytest.mark.parametrize("name", ["region", "program", "audience", "focus", "style", "openness", "language", "access"])
def test_a_choice_that_does_not_exist_is_refused_by_name(read: Read, name: str) -> None:
    assert list(refused(read, (name, "no-such-thing")).errors) == [name]


def test_a_format_is_looked_for_in_its_own_kind(read: Read) -> None:
    assert list(refused(read, ("language", "women")).errors) == ["language"]
    assert read(("format", "women")).criteria.formats == ("women",)


def test_a_single_parameter_given_twice_with_different_values_is_refused(read: Read) -> None:
    assert list(refused(read, ("page", "1"), ("page", "2")).errors) == ["page"]
    assert read(("page", "2"), ("page", "2"), ("page", "")).criteria.page == 2


def test_a_page_is_never_larger_than_its_caller_allows(read: Read) -> None:
    assert read(("per_page", "100"), max_per_page=25).criteria.per_page == 25
    assert list(refused(read, ("per_page", "101")).errors) == ["per_page"]


def test_nearest_without_a_place_is_soonest(read: Read) -> None:
    assert read(("sort", "nearest")).criteria.sort is Sort.SOONEST


def test_the_zone_is_the_places_then_the_one_asked_for(read: Read) -> None:
    assert read(("tz", "europe/berlin")).criteria.zone == "Europe/Berlin"
    assert read(("tz", "Europe/Berlin"), ("near", "Austin, TX")).criteria.zone == "America/Chicago"
