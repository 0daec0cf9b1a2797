import sqlite3
import threading
from pathlib import Path

import pytest

from finder.domain.errors import BadInputError
from finder.domain.listing import LocationDraft
from finder.search.gazetteer_build import is_current
from finder.search.local_places import LocalPlaces
from finder.search.place import Place, PlaceAnswer
from finder.search.places import Gazetteer
from finder.search.zones import zone_at


def look(gazetteer: Gazetteer, text: str, home: str = "US", local: LocalPlaces | None = None) -> PlaceAnswer:
    return gazetteer.lookup(text, default_country=home, local=local)


def place(gazetteer: Gazetteer, text: str, home: str = "US") -> str:
    found = look(gazetteer, text, home).place
    return found.label if found else "-"


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Austin", "Austin, TX"),
        ("  austin ", "Austin, TX"),
        ("Austin, TX", "Austin, TX"),
        ("austin texas", "Austin, TX"),
        ("Austin, Texas, USA", "Austin, TX"),
        ("Portland, Maine", "Portland, ME"),
        ("portland or", "Portland, OR"),
        ("NYC", "New York City, NY"),
        ("New York", "New York City, NY"),
        ("St. Louis", "St. Louis, MO"),
        ("Saint Louis, MO", "St. Louis, MO"),
        ("St Paul, MN", "Saint Paul, MN"),
        ("Ft. Worth", "Fort Worth, TX"),
        ("Mt Vernon, NY", "Mount Vernon, NY"),
        ("Montréal", "Montréal, QC"),
        ("montreal", "Montréal, QC"),
        ("Montreal, Quebec, Canada", "Montréal, QC"),
        ("Zürich", "Zürich, Switzerland"),
        ("Zuerich", "Zürich, Switzerland"),
        ("Munich", "Munich, Germany"),
        ("München", "Munich, Germany"),
        ("東京", "Tokyo, Japan"),
        ("Москва", "Moscow, Russia"),
        ("Paris", "Paris, France"),
        ("Paris, Texas", "Paris, TX"),
        ("London, ON", "London, ON"),
        ("Cambridge, UK", "Cambridge, United Kingdom"),
        ("78701", "Austin, TX 78701"),
        ("78701-1234", "Austin, TX 78701"),
        ("Austin TX 78701", "Austin, TX 78701"),
        ("Texas", "Texas, United States"),
        ("Sydney, NSW", "Sydney, NSW"),
    ],
)
def test_what_people_type_is_understood(gazetteer: Gazetteer, typed: str, label: str) -> None:
    assert place(gazetteer, typed) == label


@pytest.mark.parametrize("name", ["Portland", "Springfield", "Columbus"])
def test_a_name_that_several_places_share_becomes_a_choice(gazetteer: Gazetteer, name: str) -> None:
    answer = look(gazetteer, name)
    assert answer.place is None
    assert len(answer.choices) > 2
    assert "Choose" in answer.message


def test_the_home_country_comes_first(gazetteer: Gazetteer) -> None:
    assert look(gazetteer, "Dublin", "IE").place == look(gazetteer, "Dublin, Ireland").place
    choices = look(gazetteer, "Dublin", "US").choices
    assert {"Dublin, Ireland", "Dublin, OH"} <= {choice.label for choice in choices}


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Philadephia", "Philadelphia, PA"),
        ("Los Angelos", "Los Angeles, CA"),
        ("Chcago", "Chicago, IL"),
        ("Sanfransisco", "San Francisco, CA"),
        ("Pitsburgh, PA", "Pittsburgh, PA"),
        ("Minneaplis MN", "Minneapolis, MN"),
    ],
)
def test_misspellings_are_corrected_and_said_to_be(gazetteer: Gazetteer, typed: str, label: str) -> None:
    answer = look(gazetteer, typed)
    assert answer.place is not None
    assert answer.place.label == label
    assert answer.corrected


@pytest.mark.parametrize("typed", ["Qqqqqqqq", "zz", "!!!", "", "the hall behind the church"])
def test_an_unknown_place_gets_an_answer_that_helps(gazetteer: Gazetteer, typed: str) -> None:
    answer = look(gazetteer, typed)
    assert answer.place is None
    assert "ZIP" in answer.message


def test_a_country_alone_asks_for_a_town_and_names_some(gazetteer: Gazetteer) -> None:
    answer = look(gazetteer, "Germany")
    assert answer.place is None
    assert "Enter a town" in answer.message
    assert "Berlin, Germany" in {suggestion.label for suggestion in answer.suggestions}


def test_a_typed_position_is_cut_to_two_decimals(gazetteer: Gazetteer) -> None:
    found = look(gazetteer, "30.26743, -97.74318").place
    assert found is not None
    assert (found.latitude, found.longitude, found.zone) == (30.27, -97.74, "America/Chicago")
    assert found.label == "near Austin, TX"


ROWS = [
    (
        "Edmonton",
        "Alberta",
        "Canada",
        "T6E 4E8",
        ("Canada", "Edmonton", "Old Strathcona"),
        53.52,
        -113.50,
        "America/Edmonton",
        1,
    ),
    (
        "Edmonton",
        "Alberta",
        "Canada",
        "T6E 4E9",
        ("Canada", "Edmonton", "Old Strathcona"),
        53.54,
        -113.52,
        "America/Edmonton",
        1,
    ),
    ("London", "", "United Kingdom", "SW1A 1AA", ("London", "Qwertyhood"), 51.50, -0.14, "Europe/London", 1),
]


@pytest.mark.parametrize(
    ("typed", "latitude"), [("T6E 4E8", 53.52), ("t6e4e8", 53.52), ("T6E", 53.53), ("SW1A", 51.5), ("sw1a 1aa", 51.5)]
)
def test_postcodes_of_listings_are_known_whole_and_by_their_first_half(
    gazetteer: Gazetteer, typed: str, latitude: float
) -> None:
    found = look(gazetteer, typed, local=LocalPlaces.from_rows(ROWS)).place
    assert found is not None
    assert found.latitude == pytest.approx(latitude)
    assert found.zone


def test_regions_and_neighbourhoods_of_listings_are_known(gazetteer: Gazetteer) -> None:
    local = LocalPlaces.from_rows(ROWS)
    found = look(gazetteer, "old strathcona", local=local).place
    assert found is not None
    assert found.label == "Old Strathcona, Edmonton"
    corrected = look(gazetteer, "Qwertyhod", local=local)
    assert corrected.corrected
    assert corrected.place is not None
    assert corrected.place.name == "Qwertyhood"


def test_suggestions_are_primary_names_the_largest_first(gazetteer: Gazetteer) -> None:
    names = [found.name for found in gazetteer.suggest("phil")]
    assert names[0] == "Philadelphia"
    assert "Amman" not in names
    assert all(name.lower().startswith("phil") for name in names)
    assert gazetteer.suggest("p") == ()


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ud800",
        '" OR 1',
        "a" * 100,
        "*" * 90,
        "NEAR(a b)",
        "🙂🙂🙂🙂",
        "\u202eAustin",
        "-91,0",
        "1e9,4",
        "a,b,c,d,e,,,,",
    ],
)
def test_no_text_makes_it_stumble(gazetteer: Gazetteer, text: str) -> None:
    look(gazetteer, text)
    gazetteer.suggest(text)


def test_hidden_characters_do_not_matter(gazetteer: Gazetteer) -> None:
    assert place(gazetteer, "\u202eAus\u200btin\x00") == "Austin, TX"


def test_a_very_long_text_is_refused_with_what_to_do(gazetteer: Gazetteer) -> None:
    with pytest.raises(BadInputError, match="at most 100 characters"):
        look(gazetteer, "x" * 101)


@pytest.mark.parametrize(
    ("address", "latitude", "longitude"),
    [
        ("102 E Example St, Georgetown, DE 19947, USA", 38.68, -75.39),
        ("8318 104 Street NW, Edmonton, Alberta, T6E 4E8, Canada", 53.55, -113.47),
        ("1 Example Road, SW1A 1AA London, UK", 51.51, -0.13),
    ],
)
def test_an_address_is_placed_by_postcode_or_town(
    gazetteer: Gazetteer, address: str, latitude: float, longitude: float
) -> None:
    found = gazetteer.locate_address(LocationDraft(formatted_address=address), default_country="US")
    assert found is not None
    assert [found.latitude, found.longitude] == pytest.approx([latitude, longitude], abs=0.05)


def test_an_address_of_nowhere_is_not_placed(gazetteer: Gazetteer) -> None:
    for address in ("", "ZOOM", "Qqqq, Wwww, Eeee", "Canada"):
        assert gazetteer.locate_address(LocationDraft(formatted_address=address), default_country="US") is None


def test_a_point_has_a_zone_on_land_and_at_sea() -> None:
    assert zone_at(30.27, -97.74) == "America/Chicago"
    assert zone_at(-17.7, 178.0) == "Pacific/Fiji"
    for latitude, longitude in ((90, 0), (-90, 180), (0, -180), (0, 0)):
        assert isinstance(zone_at(latitude, longitude), str)


def test_a_point_in_the_middle_of_an_ocean_is_a_place_too(gazetteer: Gazetteer) -> None:
    assert gazetteer.nearby(0.0, -150.0).label == "your position"


def test_threads_ask_side_by_side(gazetteer: Gazetteer) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(place(gazetteer, "Austin"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Austin, TX"] * 8


def test_a_file_of_another_layout_is_not_current(gazetteer_path: Path, tmp_path: Path) -> None:
    assert is_current(gazetteer_path)
    assert not is_current(tmp_path / "absent.db")
    (tmp_path / "broken.db").write_bytes(b"not a database at all, not at all" * 100)
    assert not is_current(tmp_path / "broken.db")
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.execute("CREATE TABLE meta (version TEXT)")
        connection.execute("INSERT INTO meta VALUES ('0')")
    connection.close()
    assert not is_current(tmp_path / "old.db")


def test_a_file_stays_within_its_size(gazetteer_path: Path) -> None:
    assert gazetteer_path.stat().st_size <= 60_000_000


def test_two_entries_of_one_town_are_one_place(gazetteer: Gazetteer) -> None:
    answer = look(gazetteer, "Austin")
    assert isinstance(answer.place, Place)
    assert all(choice.label != "Austin, TX" for choice in answer.choices)
