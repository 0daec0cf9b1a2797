import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from finder.domain.listing import LocationDraft
from finder.search.gazetteer_build import build_gazetteer
from finder.search.place import PlaceAnswer
from finder.search.places import Gazetteer


def look(gazetteer: Gazetteer, text: str, home: str = "US") -> PlaceAnswer:
    return gazetteer.lookup(text, default_country=home)


def label(gazetteer: Gazetteer, text: str, home: str = "US") -> str:
    found = look(gazetteer, text, home).place
    return found.label if found else "-"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("California", "California, United States"),
        ("Calif.", "California, United States"),
        ("Scotland", "Scotland, United Kingdom"),
        ("Bavaria", "Bayern, Germany"),
        ("Washington State", "Washington State, United States"),
        ("Washington, D.C.", "Washington, DC"),
        ("Trenton, N.J.", "Trenton, NJ"),
        ("Travis County", "Travis County, TX"),
        ("Orange County, California", "Orange County, CA"),
        ("Hyde Park, Chicago", "Hyde Park, IL"),
        ("downtown Austin", "Austin, TX"),
        ("city of Austin", "Austin, TX"),
        ("near Austin TX", "Austin, TX"),
        ("Austin area", "Austin, TX"),
        ("Toronto ON M5V 2T6", "Toronto, ON"),
        ("12 Example St, Austin, TX", "Austin, TX"),
        ("Singapore", "Singapore, Singapore"),
        ("L.A.", "Los Angeles, CA"),
        ("Old Glory, TX", "Old Glory, TX"),
    ],
)
def test_more_of_what_people_type_is_understood(gazetteer: Gazetteer, typed: str, found: str) -> None:
    assert label(gazetteer, typed) == found


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        ("Orange County", {"Orange County, CA", "Orange County, FL", "Orange County, NY"}),
        ("Kansas City", {"Kansas City, MO", "Kansas City, KS"}),
        ("Washington", {"Washington, DC", "Washington State, United States"}),
        ("Ontario", {"Ontario, CA", "Ontario, Canada"}),
    ],
)
def test_areas_and_towns_of_one_name_become_a_choice(gazetteer: Gazetteer, typed: str, among: set[str]) -> None:
    answer = look(gazetteer, typed)
    assert answer.place is None
    assert among <= {choice.label for choice in answer.choices}


def test_taking_a_choice_leads_to_that_place(gazetteer: Gazetteer) -> None:
    for name in (
        "Portland",
        "San Jose",
        "London",
        "Orange County",
        "Richmond",
        "San Francisco",
        "Washington",
        "Ontario",
    ):
        answer = look(gazetteer, name)
        labels = [choice.label for choice in answer.choices]
        assert len(labels) == len(set(labels))
        for choice in answer.choices:
            assert look(gazetteer, choice.label).place == choice


def test_the_label_of_any_place_leads_to_a_place_of_that_label(gazetteer: Gazetteer, gazetteer_path: Path) -> None:
    with closing(sqlite3.connect(gazetteer_path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM place")]
    for name in random.Random(7).sample(names, 150):  # noqa: S311 - a sample, no secret
        for place in look(gazetteer, name).choices:
            assert label(gazetteer, place.label) == place.label


def test_a_choice_is_never_of_one(gazetteer: Gazetteer) -> None:
    for name in ("Salt Lake", "USA", "Guam", "Puerto Rico", "California"):
        answer = look(gazetteer, name)
        assert answer.place is not None or len(answer.choices) != 1


@pytest.mark.parametrize("name", ["Canada", "USA", "Deutschland", "Lebanon", "Peru"])
def test_a_country_asks_for_a_town_whatever_hamlet_bears_its_name(gazetteer: Gazetteer, name: str) -> None:
    answer = look(gazetteer, name)
    assert answer.place is None
    assert "Enter a town" in answer.message
    assert answer.suggestions


def test_towns_at_home_that_are_called_like_a_country_are_suggested(gazetteer: Gazetteer) -> None:
    suggested = {suggestion.label for suggestion in look(gazetteer, "Lebanon").suggestions}
    assert {"Lebanon, PA", "Beirut, Lebanon"} <= suggested


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Tuscon", "Tucson, AZ"),
        ("Seatle", "Seattle, WA"),
        ("Dever", "Denver, CO"),
        ("Californa", "California, United States"),
        ("Austin, Texass", "Austin, TX"),
    ],
)
def test_short_names_and_states_are_corrected_too(gazetteer: Gazetteer, typed: str, found: str) -> None:
    answer = look(gazetteer, typed)
    assert answer.place is not None
    assert (answer.place.label, answer.corrected) == (found, True)


def test_a_hamlet_does_not_hide_the_town_that_was_meant(gazetteer: Gazetteer) -> None:
    answer = look(gazetteer, "Huston")
    assert answer.place is not None
    assert "Houston, TX" in {choice.label for choice in answer.choices}


def test_a_foreign_village_is_suggested_but_never_taken_for_a_misspelling(gazetteer: Gazetteer) -> None:
    answer = look(gazetteer, "Nowhereville")
    assert (answer.place, answer.corrected) == (None, False)


@pytest.mark.parametrize(
    ("typed", "home", "found"),
    [
        ("Berlin 10115", "DE", "Berlin, Germany"),
        ("Berlin 10115", "US", "Berlin, Germany"),
        ("10115 Berlin", "DE", "Berlin, Germany"),
        ("10115", "DE", "-"),
        ("10115", "US", "New York, NY 10115"),
        ("Austin, TX 78701", "DE", "Austin, TX 78701"),
        ("Austin, TX 99999", "US", "Austin, TX"),
    ],
)
def test_five_digits_are_a_zip_code_only_where_they_can_be(
    gazetteer: Gazetteer, typed: str, home: str, found: str
) -> None:
    assert label(gazetteer, typed, home) == found


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("austin, t", "Austin, TX"),
        ("austin, texas", "Austin, TX"),
        ("st. lou", "St. Louis, MO"),
        ("nyc", "New York City, NY"),
        ("787", "Austin, TX 78701"),
        ("東京", "Tokyo, Japan"),
    ],
)
def test_suggestions_follow_what_is_typed(gazetteer: Gazetteer, typed: str, first: str) -> None:
    assert gazetteer.suggest(typed)[0].label == first


def test_suggestions_prefer_home_and_repeat_no_label(gazetteer: Gazetteer) -> None:
    assert gazetteer.suggest("par", default_country="FR")[0].label == "Paris, France"
    labels = [place.label for place in gazetteer.suggest("san", 8, default_country="US")]
    assert labels[0].endswith((", TX", ", CA"))
    assert len(labels) == len(set(labels)) == 8


def test_a_town_beyond_the_date_line_is_near(gazetteer: Gazetteer) -> None:
    here, beyond = gazetteer.nearest_place(-17.7, 179.99), gazetteer.nearest_place(-17.7, -179.99)
    assert here == beyond
    assert here is not None
    assert here.country == "FJ"


def test_a_state_or_county_is_nobodys_address(gazetteer: Gazetteer) -> None:
    for address in ("California, USA", "Sussex County, DE, USA"):
        assert gazetteer.locate_address(LocationDraft(formatted_address=address), default_country="US") is None


def test_a_child_process_asks_for_itself(gazetteer: Gazetteer) -> None:
    assert label(gazetteer, "Austin") == "Austin, TX"
    child = os.fork()
    if child == 0:
        os._exit(0 if label(gazetteer, "Boston, MA") == "Boston, MA" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_folder_may_have_any_name(gazetteer_path: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a b?c#d%20é"
    odd.mkdir()
    (odd / "places.db").symlink_to(gazetteer_path)
    assert label(Gazetteer(odd / "places.db"), "Austin") == "Austin, TX"


def test_a_build_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "places.db"
    path.write_bytes(b"old")

    def stop(_step: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_gazetteer(path, progress=stop)
    assert [entry.name for entry in tmp_path.iterdir()] == ["places.db"]
    assert path.read_bytes() == b"old"
