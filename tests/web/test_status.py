"""The submitter's page of a request: what was asked, where it stands, words both ways, used links."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.config import Settings
from finder.directory.publish import publish
from finder.domain.review import Kind, Status
from finder.review import correspondence
from finder.review.correspondence import Message, StatusView
from finder.store.database import Database
from finder.web.presenters.labels import labels_of
from finder.web.presenters.status import status_page
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing
from tests.web.submitting import NEW, carry_on, link_mailed, post, press

NOBODY = labels_of(1, [], [], [])


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    with database.unit_of_work() as session:
        publish(session, a_listing(slug="larkspur", name="Larkspur"), actor="test", reason="", now=NOW)
    return build_site(settings_for(database.url.render_as_string(hide_password=False)))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def proven(app: Flask, client: FlaskClient) -> str:
    """The path of the status page of a new meeting."""
    carry_on(client, "/submit", post(client, "/submit", {**NEW, "note": "We are new."}))
    return press(client, link_mailed(app, "prove")).headers["Location"]


def test_the_link_shows_what_was_asked_before_anything_is_pressed(app: Flask, client: FlaskClient) -> None:
    carry_on(client, "/submit", post(client, "/submit", {**NEW, "note": "We are new."}))
    page = client.get(link_mailed(app, "prove")).text
    for words in ("Quiet Morning", "Mondays and Wednesdays", "12 Example Street, Austin", "We are new."):
        assert words in page


def test_the_page_tells_everything_in_the_order_of_the_form(app: Flask, client: FlaskClient) -> None:
    page = client.get(proven(app, client)).text
    order = [
        page.index(words) for words in ("Quiet Morning", "7:00 pm", "Larkspur Hall", "Ring the bell.", "We are new.")
    ]
    assert order[1:] == sorted(order[1:])
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.parametrize(
    ("asked", "what", "words"),
    [
        (
            {"exception_kind": "cancelled", "first_date": "2026-03-17", "public_note": "Paint."},
            "dates",
            "March 17, 2026",
        ),
        ({}, "close", "Larkspur"),
        ({}, "confirm", "Larkspur"),
        ({"problem": "link_dead"}, "problem", "The link or phone does not work"),
    ],
)
def test_every_kind_of_request_has_its_page(
    app: Flask, client: FlaskClient, asked: dict[str, str], what: str, words: str
) -> None:
    path = f"/meetings/larkspur/{what}"
    answer = post(client, path, {**asked, "email": "robin@example.org"})
    if what == "dates":
        answer = carry_on(client, path, answer)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/submit/mail")
    prove = link_mailed(app, "prove")
    assert words in client.get(prove).text
    page = client.get(press(client, prove).headers["Location"])
    assert page.headers["Cache-Control"] == "no-store"
    assert words in page.text
    assert "waiting for a decision" in page.text


def test_an_empty_answer_is_met_kindly(app: Flask, client: FlaskClient) -> None:
    status = proven(app, client)
    answer = press(client, status, f"{status}/answer", text="  ")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert 'href="#text"' in answer.text
    long = press(client, status, f"{status}/answer", text="x" * 4001)
    assert long.status_code == 422
    assert "x" * 4001 in long.text


def test_more_answers_than_anybody_reads_are_declined_and_kept(app: Flask, client: FlaskClient) -> None:
    status = proven(app, client)
    codes = [press(client, status, f"{status}/answer", text=f"Word {number}.").status_code for number in range(20)]
    assert codes == [303] * 20
    more = press(client, status, f"{status}/answer", text="One word more.")
    assert more.status_code == 429
    assert "One word more." in more.text
    assert "There is a problem" in more.text


def test_a_used_link_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    carry_on(client, "/submit", post(client, "/submit", NEW))
    prove = link_mailed(app, "prove")
    press(client, prove)
    gone = client.get(prove)
    assert gone.status_code == 410
    assert "new one" in gone.text
    assert gone.headers["Cache-Control"] == "no-store"


def test_an_expired_link_is_gone(
    database: Database, app: Flask, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    client = app.test_client()
    carry_on(client, "/submit", post(client, "/submit", NEW))
    prove = link_mailed(app, "prove")
    later = settings_for(
        database.url.render_as_string(hide_password=False), now=(NOW + dt.timedelta(days=3)).isoformat()
    )
    assert build_site(later).test_client().get(prove).status_code == 410


def a_view(**changes: object) -> StatusView:
    values: dict[str, object] = {
        "reference": "ABCD-2345",
        "kind": Kind.CHANGE,
        "title": "Larkspur",
        "status": Status.PENDING,
        "then": None,
        "asked": {"name": "Renamed"},
        "accepted": None,
        "note": "",
        "messages": [],
        "ahead": 0,
        "usual_hours": None,
        "reason": "",
        "sent_at": NOW,
        "decided_at": None,
        "effective_date": None,
        "meeting_slug": "larkspur",
    }
    return StatusView(**{**values, **changes})  # type: ignore[arg-type]  # a view with what the test names


@pytest.mark.parametrize(
    ("ahead", "hours", "words"),
    [
        (0, None, "It is the next in line."),
        (1, 0.4, "One is before yours; usually decided in less than an hour."),
        (2, 11.2, "2 are before yours; usually decided in 11 hours."),
        (0, 1.2, "It is the next in line; usually decided in an hour."),
        (7, 73, "7 are before yours; usually decided in 3 days."),
        (None, 5, ""),
    ],
)
def test_how_long_it_takes_is_told(ahead: int | None, hours: float | None, words: str) -> None:
    assert status_page(a_view(ahead=ahead, usual_hours=hours), NOBODY, now=NOW).wait == words


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_its_words(status: Status) -> None:
    page = status_page(a_view(status=status, effective_date=dt.date(2026, 4, 1)), NOBODY, now=NOW)
    assert page.state.startswith("Your request is ")
    assert page.withdraws == (status in {Status.PENDING, Status.QUESTION, Status.SECOND_LOOK, Status.SCHEDULED})
    assert page.is_asked == (status is Status.QUESTION)


def test_that_moderators_took_only_a_part_is_said() -> None:
    taken = a_view(status=Status.APPROVED, accepted={})
    whole = a_view(status=Status.APPROVED, accepted={"name": "Renamed"})
    assert "took a part" in status_page(taken, NOBODY, now=NOW).changed
    assert status_page(whole, NOBODY, now=NOW).changed == ""


def test_words_of_both_sides_are_told_apart() -> None:
    messages = [Message(False, NOW, "Which door?"), Message(True, NOW, "The blue one.")]
    said = status_page(a_view(messages=messages), NOBODY, now=NOW).said
    assert [(each.who, each.text) for each in said] == [("The moderators", "Which door?"), ("You", "The blue one.")]


def test_the_median_of_nothing_is_not_told(database: Database) -> None:
    with database.reading() as session:
        assert correspondence.usual_hours(session, None) is None
