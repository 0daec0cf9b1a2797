"""Meetings of a district: on the page, in the API and in feeds, with the plugin's own word for it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from finder.config import Settings
from finder.store.database import Database
from tests.conftest import BuildSite
from tests.sources.feeds import a_feed, a_row
from tests.sources.test_importer import imported


@pytest.fixture
def client(build_site: BuildSite, settings_for: Callable[..., Settings], demo_url: str) -> FlaskClient:
    return build_site(settings_for(demo_url)).test_client()


@pytest.fixture
def moved_in(database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]) -> FlaskClient:
    """A site with two groups of district 1, one of district 12, and one of none."""
    rows = [
        a_row(1, group="Larks", district="District 1"),
        a_row(2, group="Owls", district="district 1"),
        a_row(3, group="Walkers", district="District 12", day=5),
        a_row(4, group="Runners"),
    ]
    assert imported(database, a_feed(*rows)).applied
    return build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()


def groups_of(client: FlaskClient, query: str) -> set[str]:
    return {each["group"] for each in client.get(f"/api/v1/meetings?{query}").get_json()["meetings"]}


def test_a_district_is_that_one_alone(moved_in: FlaskClient) -> None:
    assert groups_of(moved_in, "district=district-1") == {"Larks", "Owls"}
    assert groups_of(moved_in, "district=district-12") == {"Walkers"}
    assert groups_of(moved_in, "district=district-1,district-12") == {"Larks", "Owls", "Walkers"}
    assert groups_of(moved_in, "") == {"Larks", "Owls", "Walkers", "Runners"}


def test_a_district_that_is_renamed_is_known_by_its_new_name(moved_in: FlaskClient, database: Database) -> None:
    assert groups_of(moved_in, "district=district-12") == {"Walkers"}
    rows = [a_row(3, group="Walkers", district="North"), a_row(4, group="Runners")]
    assert imported(database, a_feed(*rows), allow_mass_removal=True).applied
    assert groups_of(moved_in, "district=north") == {"Walkers"}
    assert moved_in.get("/api/v1/meetings?district=district-12").status_code == 400


def test_the_page_names_the_district_and_takes_it_back(moved_in: FlaskClient) -> None:
    text = moved_in.get("/?district=district-1&day=1").text
    assert "in District 1</h1>" in text
    assert '<a class="chip small off" href="/?day=1"><span class="visually-hidden">Remove </span>District 1</a>' in text
    assert '<input type="hidden" name="district" value="district-1">' in text


def test_a_district_that_finds_nothing_is_offered_to_be_left(moved_in: FlaskClient) -> None:
    text = moved_in.get("/?district=district-1&day=5").text
    assert '<a href="/?day=5"><span>Of any district</span>' in text


def test_a_district_that_there_is_not_is_left_out_on_the_page_and_refused_elsewhere(client: FlaskClient) -> None:
    page = client.get("/?district=seventh")
    assert page.status_code == 200
    assert "There is no district “seventh” here, so it was left out." in page.text
    for path in ("/api/v1/meetings", "/meetings.json", "/meetings.ics", "/export/meetings.csv", "/embed"):
        assert client.get(f"{path}?district=seventh").status_code == 400, path


def test_the_description_names_the_districts(moved_in: FlaskClient) -> None:
    asked = moved_in.get("/api/v1/openapi.json").get_json()["paths"]["/api/v1/meetings"]["get"]["parameters"]
    schema = next(each for each in asked if each["name"] == "district")["schema"]
    assert schema["items"]["enum"] == ["district-1", "district-12"]
