"""The drawn map: every pin inside, nothing that is not a number, nothing hidden, and words for all of it."""

import itertools
import math
import random
import re
from pathlib import Path

import pytest
from flask import Flask

from finder.domain.review import Kind
from finder.domain.vocabulary import AddressVisibility
from finder.search.place import Place
from finder.search.places import Gazetteer
from finder.web.presenters.pin_map import HEIGHT, WIDTH, direction, how_far, pin_map
from tests.factories import a_listing, a_location
from tests.web.desk import Desk
from tests.web.submitting import NEW, post

AUSTIN = Place(
    name="Austin",
    label="Austin, TX",
    latitude=30.267,
    longitude=-97.743,
    zone="America/Chicago",
    country="US",
    kind="city",
)
ODD = [(0.0, 0.0), (90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (0.0, -180.0), (12.0, 179.999), (12.0, -179.999)]


def positions(count: int) -> list[tuple[float, float]]:
    maker = random.Random(11)  # noqa: S311 - places, not secrets
    return [(maker.uniform(-90, 90), maker.uniform(-180, 180)) for _ in range(count)]


@pytest.mark.parametrize("unit", ["mi", "km"])
def test_every_pin_is_inside_wherever_it_lies(unit: str) -> None:
    places = [*ODD, *positions(300)]
    for old, new in [*itertools.pairwise(places), *((each, each) for each in places), (None, (1.0, 1.0))]:
        drawn = pin_map(old, new, [AUSTIN], unit=unit)
        assert drawn is not None
        assert len(drawn.pins) == (1 if old in {None, new} else 2)
        for pin in drawn.pins:
            assert 0 <= pin.x <= WIDTH, (old, new, pin)
            assert 0 <= pin.y <= HEIGHT, (old, new, pin)
        assert 0 < drawn.bar <= WIDTH / 2
        assert math.isfinite(drawn.bar)
        assert drawn.words


def test_without_a_point_there_is_no_map() -> None:
    assert pin_map(None, None, [AUSTIN], unit="mi") is None


@pytest.mark.parametrize(
    ("new", "words"),
    [((31.0, -97.743), "north"), ((31.0, -97.0), "north-east"), ((30.267, -98.0), "west"), ((29.0, -97.74), "south")],
)
def test_the_way_is_told_by_the_compass(new: tuple[float, float], words: str) -> None:
    assert direction((30.267, -97.743), new) == words


def test_the_way_over_the_date_line_is_the_short_one() -> None:
    assert direction((0.0, 179.5), (0.0, -179.5)) == "east"
    drawn = pin_map((0.0, 179.5), (0.0, -179.5), [], unit="km")
    assert drawn is not None
    assert "moves 111 km to the east" in drawn.words


@pytest.mark.parametrize(
    ("distance", "unit", "words"),
    [
        (0.12, "km", "120 m"),
        (3.44, "km", "3.4 km"),
        (83.2, "km", "83 km"),
        (0.03, "mi", "98 feet"),
        (1.93, "mi", "1.2 mi"),
    ],
)
def test_distances_are_said_as_people_say_them(distance: float, unit: str, words: str) -> None:
    assert how_far(distance, unit) == words


def test_a_pin_in_the_middle_of_nowhere_is_asked_about() -> None:
    drawn = pin_map(None, (30.0, -40.0), [AUSTIN], unit="km")
    assert drawn is not None
    assert "is it in the right place?" in drawn.words


def test_names_of_towns_do_not_cover_each_other(gazetteer_path: Path) -> None:
    towns = Gazetteer(gazetteer_path).towns_about(30.267, -97.743, reach_km=60, limit=40)
    drawn = pin_map((30.1, -97.9), (30.5, -97.6), towns, unit="mi")
    assert drawn is not None
    assert drawn.towns[0].name == "Austin"
    for one in drawn.towns:
        assert not any(abs(one.y - other.y) < 12 and abs(one.x - other.x) < 20 for other in drawn.towns if other != one)


def test_a_moderator_sees_the_old_and_the_new_pin(desk: Desk) -> None:
    meeting = desk.listing("own", location=a_location(latitude=30.2, longitude=-97.7431))
    asked = {"latitude": 30.4, "longitude": -97.7431}
    page = desk.client("moderator").get(f"/moderate/{desk.request(Kind.CHANGE, meeting, asked, email='')}").text
    assert len(re.findall(r'<circle class="pin (?:old|new)"', page)) == 2
    assert "The pin moves 14 mi to the north." in page
    assert ">Austin</text>" in page
    assert "style=" not in page


def test_a_place_shows_where_it_is(desk: Desk) -> None:
    meeting = desk.listing("own", location=a_location(latitude=30.2672, longitude=-97.7431))
    page = desk.client("moderator").get(f"/moderate/place/{meeting.location_id}").text
    assert len(re.findall(r'<circle class="pin new"', page)) == 1


def test_a_facilitator_sees_the_pin_before_sending(desk: Desk) -> None:
    assert desk.app is not None
    checked = post(desk.app.test_client(), "/submit", {**NEW, "pin": "30.2672, -97.7431"}).text
    assert '<circle class="pin new"' in checked
    assert "The pin is in the middle of Austin." in checked
    elsewhere = post(desk.app.test_client(), "/submit", {**NEW, "pin": "30.2811, -97.7199"}).text
    assert "mi from the middle of " in elsewhere
    online = {**NEW, "attendance": "online", "conference_url": "https://zoom.us/j/5550100", "zone": "America/Chicago"}
    assert "<svg" not in post(desk.app.test_client(), "/submit", online).text.partition("<main")[2]


def test_a_hidden_point_is_on_no_map_of_the_public(desk: Desk) -> None:
    app: Flask | None = desk.app
    assert app is not None
    location = a_location(latitude=30.2811, longitude=-97.7199, address_visibility=AddressVisibility.AREA)
    desk.listing("own", slug="hidden", location=location)
    path = "/meetings/hidden/change"
    changed = post(app.test_client(), path, {"notes": "Bring a cup.", "email": "robin@example.org"})
    assert "Bring a cup." in changed.text
    assert "30.281" not in changed.text
    assert "-97.7199" not in changed.text


def test_a_name_that_is_hostile_is_only_text() -> None:
    assert a_listing().name
    odd = Place(name="<script>", label="", latitude=30.28, longitude=-97.74, zone="UTC", country="US", kind="city")
    drawn = pin_map(None, (30.267, -97.743), [odd], unit="mi")
    assert drawn is not None
    assert drawn.towns[0].name == "<script>"  # escaped by the template, as everything is
