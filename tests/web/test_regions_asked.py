"""Regions that an address names: those of today, those that are called otherwise now, and those that there are not."""

import html
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from finder.config import Settings
from finder.directory.publish import publish
from finder.directory.vocabulary_edit import REGIONS, NodeDraft, all_nodes, merge_nodes, revise_node
from finder.store.database import Database
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing

pytestmark = pytest.mark.one_database

LISTS = ("/meetings.json", "/meetings.ics", "/export/meetings.csv", "/feeds/changes.atom", "/embed", "/embed/code")
#: What only pages of all regions say.
WIDE = "This list is of all regions"


@pytest.fixture
def client(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> FlaskClient:
    """A site with a meeting in Austin, in what was called Old Dallas, and in Waco, which is a part of Temple now."""
    with database.unit_of_work() as session:
        for name, region in (("Larks", "Austin"), ("Owls", "Old Dallas"), ("Gulls", "Waco"), ("Wrens", "Temple")):
            draft = a_listing(name=name, region=("United States", "Texas", region))
            publish(session, draft, actor="seed", reason="", now=NOW)
        nodes = {name: (number, above) for number, (name, above) in all_nodes(session, REGIONS).items()}
        number, above = nodes["Old Dallas"]
        dallas = NodeDraft(name="Dallas", parent_id=above)
        revise_node(session, REGIONS, number, dallas, actor="user:1", reason="", now=NOW)
        merge_nodes(session, REGIONS, nodes["Waco"][0], into=nodes["Temple"][0], actor="user:1", reason="", now=NOW)
    return build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()


def page(client: FlaskClient, query: str, status: int = 200) -> str:
    response = client.get(f"/?{query}")
    assert response.status_code == status
    return html.unescape(response.get_data(as_text=True))


def names(text: str) -> set[str]:
    return {name for name in ("Larks", "Owls", "Gulls", "Wrens") if f">{name}<" in text or f'"{name}"' in text}


@pytest.mark.parametrize("query", ["region=nowhere", "region=no%20where&when=", "region=atlantis/nowhere"])
def test_a_region_that_there_is_not_is_named_and_left_out_of_the_page(client: FlaskClient, query: str) -> None:
    text = page(client, query)

    assert "There is no region “" in text
    assert WIDE in text
    assert names(text) == {"Larks", "Owls", "Gulls", "Wrens"}


def test_other_filters_stay_when_a_region_is_left_out(client: FlaskClient) -> None:
    text = page(client, "region=nowhere&region=austin")

    assert "There is no region “nowhere” here, so it was left out." in text
    assert WIDE not in text
    assert names(text) == {"Larks"}
    assert WIDE not in page(client, "region=nowhere&near=Austin,+TX")


def test_what_is_wrong_beside_it_is_still_said(client: FlaskClient) -> None:
    assert "Please change your question" in page(client, "region=nowhere&program=none", 400)


@pytest.mark.parametrize("path", [*LISTS, "/api/v1/meetings"])
@pytest.mark.parametrize("query", ["region=nowhere", "region=austin,nowhere"])
def test_a_list_of_a_region_that_there_is_not_is_refused_and_not_of_everything(
    client: FlaskClient, path: str, query: str
) -> None:
    assert client.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("slug", "found"), [("old-dallas", {"Owls"}), ("Old-Dallas", {"Owls"}), ("waco", {"Gulls", "Wrens"})]
)
def test_a_region_is_known_by_the_name_that_it_had(client: FlaskClient, slug: str, found: set[str]) -> None:
    text = page(client, f"region={slug}")

    assert names(text) == found
    assert "There is no region" not in text
    assert names(client.get(f"/meetings.json?region={slug}").get_data(as_text=True)) == found
    for path in LISTS:
        assert client.get(f"{path}?region={slug}").status_code == 200, path


@pytest.mark.parametrize(("slug", "today"), [("old-dallas", "dallas"), ("waco", "temple")])
def test_the_page_of_a_region_is_framed_under_the_name_that_it_had(client: FlaskClient, slug: str, today: str) -> None:
    told = client.get(f"/oembed?url=http%3A%2F%2F127.0.0.1%3A8000%2Fregions%2F{slug}").get_json()

    assert f'/embed?region={today}"' in told["html"]


def test_hostile_words_stay_words_when_they_are_no_region(client: FlaskClient) -> None:
    assert "<script>alert" not in client.get("/?region=%3Cscript%3Ealert(1)%3C/script%3E").get_data(as_text=True)
