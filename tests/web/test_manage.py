"""A group's own listings behind a mailed link."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.config import Settings
from finder.directory.groups import add_contact
from finder.directory.publish import publish, revise
from finder.domain.listing import ContactDraft, GroupDraft
from finder.domain.review import Kind, Status
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy
from finder.store.database import Database, pairs
from finder.store.meeting import Meeting
from finder.store.review import Submission
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location
from tests.web.submitting import NEW, carry_on, inputs, link_mailed, post, press


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


def test_the_history_names_no_moderator_and_no_reason(client: FlaskClient, opened: str, database: Database) -> None:
    number = own(database)
    with database.unit_of_work() as session:
        again = a_listing(slug="larkspur", name="Larkspur")
        revise(session, number, again, actor="Morgan", reason="Robin rang us", now=NOW)
    page = client.get(f"{opened}/history/{number}").text
    assert re.findall(r"<dd>\s*([^<]*?)\s*</dd>", page) == ["Changed", "Put into the finder"]
    assert "March 10, 2026" in page
    for private in ("Morgan", "Robin rang us"):
        assert private not in page


def test_a_made_up_secret_opens_nothing(client: FlaskClient) -> None:
    for path in ("/manage/made-up", "/managing/made-up", "/status/made-up", "/prove/made-up"):
        assert client.get(path).status_code == 404, path


def own(database: Database, slug: str = "larkspur") -> int:
    with database.reading() as session:
        return session.execute(select(Meeting.id).where(Meeting.slug == slug)).scalar_one()


def hide(database: Database) -> None:
    """Hide the address and the join details of the group's listing."""
    place = a_location(address_visibility=AddressVisibility.AREA, notes="Blue door")
    hidden = a_listing(
        slug="larkspur",
        name="Larkspur",
        location=place,
        attendance=Attendance.HYBRID,
        conference_url="https://zoom.us/j/5550100?pwd=sesame",
        join_policy=JoinPolicy.ON_REQUEST,
    )
    with database.unit_of_work() as session:
        revise(session, own_of(session), hidden, actor="test", reason="", now=NOW)


def own_of(session: Session) -> int:
    return session.execute(select(Meeting.id).where(Meeting.slug == "larkspur")).scalar_one()


def the_only(database: Database) -> Submission:
    with database.reading() as session:
        return session.execute(select(Submission)).scalar_one()


def test_the_group_sees_what_is_hidden_of_its_listing_and_the_public_does_not(
    client: FlaskClient, opened: str, database: Database
) -> None:
    hide(database)
    private = client.get(f"{opened}/{own(database)}/change").text
    public = client.get("/meetings/larkspur/change").text
    for secret in ("12 Example Street", "Blue door", "sesame"):
        assert secret in private
        assert secret not in public


@pytest.mark.parametrize(
    ("what", "values", "kind"),
    [
        ("close", {"note": "We moved away."}, Kind.CLOSE),
        ("dates", {"exception_kind": "cancelled", "first_date": "2026-03-17"}, Kind.EXCEPTION),
    ],
)
def test_what_the_group_asks_wants_no_second_proof(
    client: FlaskClient, opened: str, database: Database, what: str, values: dict[str, str], kind: Kind
) -> None:
    path = f"{opened}/{own(database)}/{what}"
    assert 'name="email"' not in client.get(path).text
    answer = post(client, path, values)
    if what == "dates":
        answer = carry_on(client, path, answer)
    assert answer.status_code == 303
    assert "waiting for a decision" in client.get(answer.headers["Location"]).text
    row = the_only(database)
    assert (row.kind, row.status, row.email) == (kind, Status.PENDING, "robin@example.org")


def test_the_group_changes_its_hidden_listing(client: FlaskClient, opened: str, database: Database) -> None:
    hide(database)
    path = f"{opened}/{own(database)}/change"
    place = {"attendance": "hybrid", "street": "12 Example Street", "city": "Austin", "state": "TX", "country": "US"}
    place |= {"place_name": "Larkspur Hall", "postal_code": "78701", "place_notes": "Red door"}
    rest = {"name": "Larkspur", "program": "aa", "group_name": "Courage Group", "kind": "weekly", "day": "2"}
    rest |= {"start": "19:00", "end": "20:00", "format": "open", "address_visibility": "area"}
    rest |= {"join_policy": "on_request", "conference_url": "https://zoom.us/j/5550100?pwd=sesame"}
    checked = post(client, path, {**place, **rest})
    assert checked.status_code == 200
    assert "Blue door" in checked.text
    assert carry_on(client, path, checked).status_code == 303
    assert the_only(database).asked == {"place_notes": "Red door"}


def test_a_new_meeting_of_the_group_joins_it(client: FlaskClient, opened: str, database: Database) -> None:
    with database.reading() as session:
        group = session.execute(select(Meeting.group_id).where(Meeting.slug == "larkspur")).scalar_one()
        other = session.execute(select(Meeting.group_id).where(Meeting.slug == "other")).scalar_one()
    path = f"{opened}/groups/{group}/new"
    assert f'href="{path}"' in client.get(opened).text
    form = client.get(path).text
    assert "It is listed as a meeting of Courage Group." in form
    for asked in ("group_name", "group_notes", "venmo", "email"):
        assert f'name="{asked}"' not in form
    wanted = {name: value for name, value in NEW.items() if name not in {"group_name", "email"}}
    checked = post(client, path, {**wanted, "name": "Early Larkspur"})
    assert checked.status_code == 200
    assert "Courage Group" in checked.text
    answer = carry_on(client, path, checked)
    assert "waiting for a decision" in client.get(answer.headers["Location"]).text
    row = the_only(database)
    assert (row.kind, row.status, row.email, row.group_id) == (Kind.NEW, Status.PENDING, "robin@example.org", group)
    assert row.asked["group_name"] == "Courage Group"
    for foreign in (other, 9_999):
        assert client.get(f"{opened}/groups/{foreign}/new").status_code == 404
    assert client.get(f"/managing/made-up/groups/{group}/new").status_code == 404


def test_a_group_reaches_no_listing_of_another(client: FlaskClient, opened: str, database: Database) -> None:
    for what in ("change", "dates", "close"):
        path = f"{opened}/{own(database, 'other')}/{what}"
        assert client.get(path).status_code == 404
        token = inputs(client.get("/manage").text)
        assert client.post(path, data=token).status_code == 404
    assert client.get(f"/managing/made-up/{own(database)}/change").status_code == 404


def test_after_two_hours_the_listings_are_shut(
    database: Database, opened: str, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    later = settings_for(
        database.url.render_as_string(hide_password=False), now=(NOW + dt.timedelta(hours=2)).isoformat()
    )
    client = build_site(later).test_client()
    for path in (opened, f"{opened}/{own(database)}/change"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "new one" in answer.text
