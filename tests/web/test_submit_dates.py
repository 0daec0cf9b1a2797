"""Facilitators see the meeting that they speak of: its sittings on some dates, what is confirmed, closed for now."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from finder.config import Settings
from finder.directory.publish import publish
from finder.domain.schedule import Schedule
from finder.domain.vocabulary import AddressVisibility, RecurrenceKind
from finder.store.database import Database
from finder.store.review import Submission
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location, a_schedule
from tests.web.submitting import NEW, carry_on, post
from tests.web.test_submit_care import as_it_is

DATES = "/meetings/larkspur/dates"
CHANGE = "/meetings/larkspur/change"
CANCELLED = {"exception_kind": "cancelled", "email": "robin@example.org"}


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    return build_site(settings_for(database.url.render_as_string(hide_password=False)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def listed(database: Database, **changes: object) -> None:
    with database.unit_of_work() as session:
        draft = a_listing(**{"slug": "larkspur", "name": "Larkspur Evening", **changes})
        publish(session, draft, actor="test", reason="", now=NOW)


def asked(database: Database) -> dict[str, object]:
    with database.reading() as session:
        return session.execute(select(Submission)).scalar_one().asked


def test_a_slip_of_the_day_is_told_with_the_days_on_which_it_meets(client: FlaskClient, database: Database) -> None:
    listed(database)
    slip = post(client, DATES, {**CANCELLED, "first_date": "2026-03-18"})
    assert slip.status_code == 422
    assert "It meets: Every Tuesday, 7:00 pm to 8:00 pm." in slip.text
    assert 'href="#first_date"' in slip.text
    assert 'value="2026-03-18"' in slip.text
    right = post(client, DATES, {**CANCELLED, "first_date": "2026-03-16", "last_date": "2026-03-25"})
    assert right.status_code == 200
    assert "<li>Tuesday, March 17, 2026, 7:00 pm</li>" in right.text
    assert right.text.count(", 2026, 7:00 pm</li>") == 2


def test_the_date_of_a_sitting_is_that_on_which_it_begins(client: FlaskClient, database: Database) -> None:
    listed(database, schedule=a_schedule(start=dt.time(23, 30), duration=dt.timedelta(hours=2)))
    assert post(client, DATES, {**CANCELLED, "first_date": "2026-03-18"}).status_code == 422
    assert post(client, DATES, {**CANCELLED, "first_date": "2026-03-17"}).status_code == 200


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-03-11", "2026-12-31", "and 36 more"),
        ("0001-01-01", "2026-03-17", "<li>Tuesday, March 17, 2026, 7:00 pm</li>"),
        ("9999-12-28", "9999-12-31", "Is everything right?"),
        ("2026-03-17", "9999-12-31", "more</li>"),
    ],
)
def test_any_span_of_dates_is_answered(
    client: FlaskClient, database: Database, first: str, last: str, words: str
) -> None:
    listed(database)
    answer = post(client, DATES, {**CANCELLED, "first_date": first, "last_date": last})
    assert answer.status_code == 200
    assert words in answer.text


def test_what_a_listing_without_a_group_lacks_is_said_before_it_is_sent(client: FlaskClient) -> None:
    words = "Without a group nobody can be asked"
    assert words in post(client, "/submit", {**NEW, "group_name": ""}).text
    assert words not in post(client, "/submit", NEW).text


def test_what_meets_by_appointment_can_be_closed_on_any_day(client: FlaskClient, database: Database) -> None:
    listed(database, schedule=Schedule(kind=RecurrenceKind.APPOINTMENT, zone="America/Chicago"))
    assert post(client, DATES, {**CANCELLED, "first_date": "2026-03-18"}).status_code == 200


def test_whoever_changes_something_else_leaves_a_day_without_a_time_as_it_is(
    client: FlaskClient, database: Database
) -> None:
    listed(database, schedule=a_schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=(2,), start=None))
    sent = {**as_it_is(client, CHANGE), "notes": "Ring twice.", "email": "robin@example.org"}
    carry_on(client, CHANGE, post(client, CHANGE, sent))
    assert asked(database) == {"notes": "Ring twice."}


@pytest.mark.parametrize("what", ["confirm", "close"])
def test_whoever_confirms_or_closes_a_listing_sees_it(client: FlaskClient, database: Database, what: str) -> None:
    listed(database, notes="Ring twice.", location=a_location(notes="Blue door"))
    page = client.get(f"/meetings/larkspur/{what}").text
    for words in ("Larkspur Evening", "Every Tuesday, 7:00 pm to 8:00 pm", "12 Example Street", "Ring twice."):
        assert words in page


def test_what_is_hidden_of_a_listing_is_hidden_from_whoever_confirms_it(
    client: FlaskClient, database: Database
) -> None:
    listed(database, location=a_location(address_visibility=AddressVisibility.AREA, notes="Blue door"))
    page = client.get("/meetings/larkspur/confirm").text
    assert "Austin" in page
    for secret in ("12 Example Street", "Larkspur Hall", "Blue door", "78701"):
        assert secret not in page


@pytest.mark.parametrize("closed", [False, True])
def test_a_meeting_is_closed_for_the_time_being_and_opened_again(
    client: FlaskClient, database: Database, *, closed: bool
) -> None:
    listed(database, temporarily_closed=closed)
    values = {**as_it_is(client, CHANGE), "email": "robin@example.org", "closed": [] if closed else ["yes"]}
    checked = post(client, CHANGE, values)
    assert "Closed for the time being" in checked.text
    assert (", 2026, 7:00 pm</li>" in checked.text) is closed
    assert carry_on(client, CHANGE, checked).status_code == 303
    assert asked(database) == {"temporarily_closed": not closed}
