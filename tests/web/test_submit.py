"""Facilitators' forms, from the first page to the queue, as a browser without JavaScript sends them."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from finder.config import Settings
from finder.directory.publish import publish
from finder.domain.review import Kind, Status
from finder.domain.vocabulary import AddressVisibility, JoinPolicy
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.review import Submission
from finder.web.headers import parts_of
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location
from tests.web.desk import form_of
from tests.web.submitting import NEW, carry_on, inputs, link_mailed, post, press


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    return build_site(settings_for(database.url.render_as_string(hide_password=False)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def listed(database: Database, **changes: object) -> str:
    with database.unit_of_work() as session:
        publish(session, a_listing(slug="larkspur", **changes), actor="test", reason="", now=NOW)
    return "larkspur"


def the_only(database: Database) -> Submission:
    with database.reading() as session:
        return session.execute(select(Submission)).scalar_one()


def count(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(Submission)).scalar_one()


def test_a_new_meeting_is_looked_over_sent_proven_and_waits(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    checked = post(client, "/submit", NEW)
    assert checked.status_code == 200
    for words in (
        "Is everything right?",
        "Mondays and Wednesdays",
        "7:00 pm",
        "8:15 pm",
        "Larkspur Hall",
        "robin@example.org",
    ):
        assert words in checked.text
    assert re.findall(r"<li>(\w+), March (\d+), 2026, 7:00 pm</li>", checked.text) == [
        ("Wednesday", "11"),
        ("Monday", "16"),
        ("Wednesday", "18"),
    ]
    assert "in the town only" in checked.text
    sent = carry_on(client, "/submit", checked)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/submit/mail")
    row = the_only(database)
    assert (row.status, row.kind, row.email) == (Status.UNPROVEN, Kind.NEW, "robin@example.org")
    assert (row.asked["start"], row.asked["duration_min"], row.asked["zone"]) == ("19:00", 75, "America/Chicago")
    assert row.asked["precision"] == "approximate"
    prove = link_mailed(app, "prove")
    assert client.get(prove).status_code == client.head(prove).status_code == 200
    assert the_only(database).status is Status.UNPROVEN
    proven = press(client, prove)
    assert proven.status_code == 303
    assert the_only(database).status is Status.PENDING
    status = client.get(proven.headers["Location"])
    assert "waiting for a decision" in status.text
    assert "It is the next in line" in status.text
    assert client.get(prove).status_code == 410


def test_every_fault_is_named_at_its_field_and_every_value_is_kept(client: FlaskClient, database: Database) -> None:
    wrong = {**NEW, "start": "noonish", "email": "a@b, c@d", "contact_name": "Robin Kestrel", "city": "", "day": []}
    answer = post(client, "/submit", wrong)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    for field in ("start", "email", "contact_name", "city", "day"):
        assert f'href="#{field}"' in answer.text, field
        assert f'id="{field}"' in answer.text, field
    assert "Robin K." in answer.text
    for value in ("noonish", "a@b, c@d", "Quiet Morning", "12 Example Street", "Ring the bell."):
        assert value in answer.text
    assert count(database) == 0


def test_what_was_written_is_kept_when_something_is_changed_once_more(client: FlaskClient) -> None:
    checked = post(client, "/submit", {**NEW, "notes": 'Ring "twice" <b>'})
    again = carry_on(client, "/submit", checked, step="edit")
    assert again.status_code == 200
    assert "Ring &#34;twice&#34; &lt;b&gt;" in again.text
    assert 'value="12 Example Street"' in again.text


def test_online_wants_a_link_or_a_phone_and_a_zone(client: FlaskClient, database: Database) -> None:
    online = {**NEW, "attendance": "online", "street": "", "city": "", "zone": "Europe/Dublin"}
    assert "Enter the join link or a phone number" in post(client, "/submit", online).text
    assert "Enter the time zone" in post(client, "/submit", {**online, "zone": ""}).text
    for link in ("http://zoom.us/j/1", "https://me@zoom.us/j/1", "javascript:alert(1)", "https://zoom.us/j/1?zak=host"):
        assert post(client, "/submit", {**online, "conference_url": link}).status_code == 422, link
    checked = post(client, "/submit", {**online, "conference_url": "zoom.us/j/5550100?pwd=abc"})
    assert "holds a passcode" in checked.text
    carry_on(client, "/submit", checked)
    asked = the_only(database).asked
    assert (asked["conference_url"], asked["zone"]) == ("https://zoom.us/j/5550100?pwd=abc", "Europe/Dublin")


def test_meetings_of_the_young_show_their_area_and_give_details_on_request_unless_said_otherwise(
    client: FlaskClient, database: Database
) -> None:
    carry_on(client, "/submit", post(client, "/submit", {**NEW, "format": ["young-people"]}))
    asked = the_only(database).asked
    assert (asked["address_visibility"], asked["join_policy"]) == ("area", "on_request")


def test_an_unknown_town_is_told_and_a_position_helps(client: FlaskClient, database: Database) -> None:
    lost = {**NEW, "city": "Xqzzyvale", "state": "", "postal_code": ""}
    assert "We do not know this town" in post(client, "/submit", lost).text
    checked = post(client, "/submit", {**lost, "pin": "https://maps.example.org/@30.2672,-97.7431,17z"})
    assert "Shown at 30.26720, -97.74310" in checked.text
    carry_on(client, "/submit", checked)
    assert the_only(database).asked["precision"] == "exact"


def test_a_change_asks_for_what_is_changed_and_nothing_else(client: FlaskClient, database: Database) -> None:
    slug = listed(database)
    form = client.get(f"/meetings/{slug}/change").text
    assert 'value="12 Example Street"' in form
    values = {"start": "20:00", "end": "21:00", "email": "robin@example.org", "day": ["2"], "format": ["open"]}
    shown = {**NEW, "name": "", "place_name": "Larkspur Hall", "notes": "", "group_name": "Courage Group"}
    name = re.search(r'name="name" type="text" value="([^"]*)"', form)
    assert name is not None
    checked = post(client, f"/meetings/{slug}/change", {**shown, **values, "name": name[1]})
    assert checked.status_code == 200, re.findall(r'class="fault"[^>]*>([^<]*)', checked.text)
    carry_on(client, f"/meetings/{slug}/change", checked)
    row = the_only(database)
    assert (row.kind, row.asked) == (Kind.CHANGE, {"start": "20:00"})
    same = post(
        client, f"/meetings/{slug}/change", {**shown, **values, "name": name[1], "start": "19:00", "end": "20:00"}
    )
    assert "Nothing is changed yet" in same.text


def test_whoever_changes_the_notes_does_not_move_the_pin(client: FlaskClient, database: Database) -> None:
    """A source gives more decimals than a form holds, and an address in other words than ours."""
    told = "12 Example Street, Austin, TX 78701, USA"
    slug = listed(
        database, location=a_location(latitude=30.2672041, longitude=-97.7430608, formatted_address=told, zone="")
    )
    path = f"/meetings/{slug}/change"
    form = form_of(client.get(path).text, path)
    checked = post(client, path, {**form, "notes": "Use the side door.", "email": "robin@example.org"})
    carry_on(client, path, checked)
    assert the_only(database).asked == {"notes": "Use the side door."}


def test_a_hidden_address_is_not_in_the_form_and_stays_when_it_is_left_empty(
    client: FlaskClient, database: Database
) -> None:
    hidden = a_location(address_visibility=AddressVisibility.AREA, notes="Blue door")
    slug = listed(
        database, location=hidden, conference_url="https://zoom.us/j/1?pwd=x", join_policy=JoinPolicy.ON_REQUEST
    )
    form = client.get(f"/meetings/{slug}/change").text
    for secret in ("12 Example Street", "Larkspur Hall", "Blue door", "78701", "pwd=x"):
        assert secret not in form
    values = {"name": "Renamed", "program": "aa", "kind": "weekly", "day": ["2"], "start": "19:00", "end": "20:00"}
    place = {"attendance": "in_person", "city": "Austin", "state": "TX", "country": "US", "address_visibility": "area"}
    sender = {
        "join_policy": "on_request",
        "format": ["open"],
        "group_name": "Courage Group",
        "email": "robin@example.org",
    }
    checked = post(client, f"/meetings/{slug}/change", {**values, **place, **sender})
    carry_on(client, f"/meetings/{slug}/change", checked)
    assert the_only(database).asked == {"name": "Renamed"}


@pytest.mark.parametrize("what", ["close", "confirm"])
def test_closing_and_confirming_want_an_address(client: FlaskClient, database: Database, what: str) -> None:
    path = f"/meetings/{listed(database)}/{what}"
    assert post(client, path, {"email": ""}).status_code == 422
    assert post(client, path, {"email": "robin@example.org"}).status_code == 303
    assert the_only(database).kind.value == what


def test_dates_are_looked_over_and_sent(client: FlaskClient, database: Database) -> None:
    path = f"/meetings/{listed(database)}/dates"
    values = {
        "exception_kind": "moved",
        "first_date": "2026-04-07",
        "last_date": "2026-04-01",
        "email": "robin@example.org",
    }
    faults = post(client, path, values).text
    assert "The last date lies before the first" in faults
    assert "Enter where it meets instead" in faults
    checked = post(client, path, {**values, "last_date": "", "place": "Magnolia Annex"})
    assert "Magnolia Annex" in checked.text
    assert carry_on(client, path, checked).status_code == 303
    asked = the_only(database).asked
    assert (asked["first_date"], asked["last_date"], asked["place"]) == ("2026-04-07", "2026-04-07", "Magnolia Annex")


def test_a_problem_is_told_without_an_address(client: FlaskClient, database: Database) -> None:
    path = f"/meetings/{listed(database)}/problem"
    assert "Choose what is wrong" in post(client, path, {"note": "dark"}).text
    sent = post(client, path, {"problem": "door_locked", "note": "All was dark."})
    assert sent.status_code == 303
    thanks = client.get(sent.headers["Location"])
    row = the_only(database)
    assert row.reference in thanks.text
    assert (row.status, row.asked, row.note) == (Status.PENDING, {"problem": "door_locked"}, "All was dark.")


def test_what_a_program_may_have_sent_is_not_stored_and_says_so(client: FlaskClient, database: Database) -> None:
    checked = post(client, "/submit", NEW)
    form = inputs(checked.text)
    form.update({"step": "send", "homepage": "https://spam.example.org"})
    answer = client.post("/submit", data=form)
    assert answer.status_code == 422
    assert "Not sent yet" in answer.text
    assert "spam.example.org" not in answer.text
    assert count(database) == 0
    assert carry_on(client, "/submit", answer).status_code == 303
    assert count(database) == 1


def test_a_form_sent_twice_is_one_request(client: FlaskClient, database: Database) -> None:
    checked = post(client, "/submit", NEW)
    for _ in range(2):
        assert carry_on(client, "/submit", checked).status_code == 303
    assert count(database) == 1
    with parts_of(client.application).database.reading() as session:
        assert session.execute(select(func.count()).select_from(OutboxMail)).scalar_one() == 1


def test_withdrawing_ends_it_and_the_page_says_so(app: Flask, client: FlaskClient, database: Database) -> None:
    carry_on(client, "/submit", post(client, "/submit", NEW))
    status = press(client, link_mailed(app, "prove")).headers["Location"]
    said = press(client, status, f"{status}/answer", text="One more word")
    assert said.status_code == 303
    assert "One more word" in client.get(status).text
    assert press(client, status, f"{status}/withdraw").status_code == 303
    assert the_only(database).status is Status.WITHDRAWN
    after = client.get(status)
    assert "withdrawn" in after.text
    assert "Quiet Morning" not in after.text
    assert press(client, "/submit", f"{status}/withdraw").status_code == 409


def test_listings_that_are_not_there_have_no_forms(client: FlaskClient) -> None:
    for what in ("change", "dates", "close", "confirm", "problem"):
        assert client.get(f"/meetings/never-was/{what}").status_code == 404


HOSTILE = [
    "\x00",
    "\u202e\u200b",
    "<script>alert(1)</script>",
    "%00",
    "'; DROP TABLE submission; --",
    "x" * 20_000,
    "\ud800",
    "-1",
    "NaN",
    "9" * 400,
    "\r\nBcc: x@example.org",
    "{{7*7}}",
    "\u0645\u0631\u062d\u0628\u0627",
]


@pytest.mark.parametrize(
    "field", [*NEW, "pin", "zone", "conference_url", "conference_phone", "first_date", "form", "step", "week", "venmo"]
)
def test_hostile_text_in_any_field_is_never_our_fault(client: FlaskClient, field: str) -> None:
    form = inputs(client.get("/submit").text)
    for text in HOSTILE:
        values = form.copy()
        for name, value in {**NEW, field: text}.items():
            values.setlist(name, value if isinstance(value, list) else [value])
        body = "&".join(f"{name}={_quoted(value)}" for name, value in values.items(multi=True))
        answer = client.post("/submit", data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500, (field, text[:20])
        assert "<script>alert" not in answer.text


def _quoted(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(text.encode("utf-8", "surrogatepass"), safe="")
