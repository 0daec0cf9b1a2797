"""A group's own listings behind a mailed link."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from finder.config import Settings
from finder.directory.groups import add_contact
from finder.directory.publish import publish
from finder.domain.listing import ContactDraft, GroupDraft
from finder.store.database import Database, pairs
from finder.store.meeting import Meeting
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing
from tests.web.submitting import link_mailed, post, press


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    with database.unit_of_work() as session:
        publish(session, a_listing(slug="larkspur", name="Larkspur"), actor="test", reason="", now=NOW)
        other = a_listing(slug="other", name="Not theirs", group=GroupDraft(name="Other"))
        publish(session, other, actor="test", reason="", now=NOW)
        group = session.execute(select(Meeting.group_id).where(Meeting.slug == "larkspur")).scalar_one()
        assert group is not None
        add_contact(session, group, ContactDraft(name="Robin K.", email="robin@example.org"))
    return build_site(settings_for(database.url.render_as_string(hide_password=False)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def opened(app: Flask, client: FlaskClient) -> str:
    """The path of the group's listings."""
    assert post(client, "/manage", {"email": "Robin@Example.org"}).headers["Location"] == "/manage/mail"
    link = link_mailed(app, "manage")
    assert client.get(link).status_code == 200
    answer = press(client, link)
    assert answer.status_code == 303
    assert client.get(link).status_code == 410
    return answer.headers["Location"]


def test_the_link_opens_the_groups_listings_and_no_others(client: FlaskClient, opened: str) -> None:
    page = client.get(opened).text
    assert "Larkspur" in page
    assert "Not theirs" not in page
    assert client.get(opened).headers["Cache-Control"] == "no-store"


def test_one_press_confirms_at_once(client: FlaskClient, opened: str, database: Database) -> None:
    with database.reading() as session:
        numbers = pairs(session, select(Meeting.slug, Meeting.id))
    pressed = press(client, opened, f"{opened}/confirm/{numbers['larkspur']}")
    assert (pressed.status_code, pressed.headers["Location"]) == (303, opened)
    with database.reading() as session:
        found = pairs(session, select(Meeting.slug, Meeting.confirmed_at))
    assert found == {"larkspur": NOW, "other": None}
    assert press(client, opened, f"{opened}/confirm/{numbers['other']}").status_code == 404


def test_the_history_names_no_moderator(client: FlaskClient, opened: str, database: Database) -> None:
    with database.reading() as session:
        number = session.execute(select(Meeting.id).where(Meeting.slug == "larkspur")).scalar_one()
    page = client.get(f"{opened}/history/{number}").text
    assert "publish" in page
    assert "test" not in page.split("<ol", 1)[1].split("</ol>", 1)[0]


def test_a_made_up_secret_opens_nothing(client: FlaskClient) -> None:
    for path in ("/manage/made-up", "/managing/made-up", "/status/made-up", "/prove/made-up"):
        assert client.get(path).status_code == 404, path
