import pytest

from finder.search.local_places import LocalPlaces, LocalRow
from finder.search.places import Gazetteer

EDMONTON: LocalRow = (
    "Edmonton",
    "Alberta",
    "CA",
    "T6E 4E8",
    ("Northern Alberta", "Garneau Corner"),
    53.52,
    -113.50,
    "America/Edmonton",
    3,
)


def row(**changes: object) -> LocalRow:
    names = ("city", "state", "country", "postcode", "regions", "latitude", "longitude", "zone", "count")
    values = dict(zip(names, EDMONTON, strict=True)) | changes
    return tuple(values.values())  # type: ignore[return-value]  # the values of a row in its order


def test_a_centre_is_the_mean_of_the_listings_not_of_the_rows() -> None:
    local = LocalPlaces.from_rows([row(latitude=50.0, count=3), row(latitude=54.0, count=1)])
    found = local.postcode("t6e4e8")
    assert found is not None
    assert found.latitude == pytest.approx(51.0)


def test_a_centre_across_the_date_line_lies_on_it() -> None:
    rows = [row(longitude=179.9, count=1), row(longitude=-179.9, count=1)]
    found = LocalPlaces.from_rows(rows).postcode("T6E 4E8")
    assert found is not None
    assert abs(found.longitude) == pytest.approx(180.0)


def test_an_outward_part_is_not_the_beginning_of_another() -> None:
    local = LocalPlaces.from_rows([row(postcode="E1 6AN", latitude=51.5), row(postcode="E11 2AA", latitude=51.9)])
    found = local.postcode("E1")
    assert found is not None
    assert found.latitude == pytest.approx(51.5)


@pytest.mark.parametrize("text", ["7", "78", "T", "Edmonton", "", "99999"])
def test_what_is_no_part_of_a_postcode_is_not_taken_for_one(text: str) -> None:
    assert LocalPlaces.from_rows([row(postcode="78701")]).postcode(text) is None


def test_towns_of_one_name_in_two_states_stay_apart(gazetteer: Gazetteer) -> None:
    rows = [row(city="Qwertyville", state="AB"), row(city="Qwertyville", state="ON", latitude=45.0)]
    answer = gazetteer.lookup("Qwertyville", default_country="CA", local=LocalPlaces.from_rows(rows))
    assert {choice.label for choice in answer.choices} == {"Qwertyville, AB", "Qwertyville, ON"}


@pytest.mark.parametrize(
    "typed",
    ["Garneau Corner", "garneau corner, Edmonton", "Garneau Corner, Alberta", "Garneau Corner, Northern Alberta"],
)
@pytest.mark.parametrize("country", ["CA", "Canada"])
def test_a_region_is_found_with_what_stands_behind_it(gazetteer: Gazetteer, typed: str, country: str) -> None:
    found = gazetteer.lookup(typed, default_country="CA", local=LocalPlaces.from_rows([row(country=country)])).place
    assert found is not None
    assert (found.label, found.kind, found.country) == ("Garneau Corner, Northern Alberta", "region", "CA")


def test_a_postcode_behind_its_town_is_known(gazetteer: Gazetteer) -> None:
    found = gazetteer.lookup("Edmonton T6E 4E8", default_country="CA", local=LocalPlaces.from_rows([EDMONTON])).place
    assert found is not None
    assert (found.name, found.kind) == ("T6E 4E8", "postcode")


def test_a_town_that_only_the_listings_know_is_a_venue_city(gazetteer: Gazetteer) -> None:
    local = LocalPlaces.from_rows([row(city="Qwertyville")])
    found = gazetteer.lookup("qwertyville", default_country="CA", local=local).place
    assert found is not None
    assert found.kind == "venue_city"


def test_a_town_with_meetings_is_meant_before_its_namesakes(gazetteer: Gazetteer) -> None:
    orange = row(city="Laguna Beach", state="CA", country="US", postcode="92651", latitude=33.54, longitude=-117.78)
    rows = [tuple(["LAGUNA BEACH"] if value == EDMONTON[4] else value for value in orange)]
    local = LocalPlaces.from_rows(rows)  # type: ignore[arg-type]  # the values of a row in its order
    without = gazetteer.lookup("Laguna Beach", default_country="US")
    assert [place.label for place in without.choices] == ["Laguna Beach, CA", "Laguna Beach, FL"]
    found = gazetteer.lookup("Laguna Beach", default_country="US", local=local)
    assert found.place is not None
    assert found.place.label == "Laguna Beach, CA"
    assert [place.label for place in found.choices] == ["Laguna Beach, FL"]


def test_two_cities_of_one_name_stay_a_choice_wherever_meetings_are(gazetteer: Gazetteer) -> None:
    oregon = row(
        city="Portland", state="OR", country="US", postcode="97201", regions=(), latitude=45.5, longitude=-122.7
    )
    found = gazetteer.lookup("Portland", default_country="US", local=LocalPlaces.from_rows([oregon]))
    assert found.place is None
    assert [place.label for place in found.choices][:2] == ["Portland, OR", "Portland, ME"]
