"""Approving many at once: harmless ones only, after a second look, each by itself, and never too many."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from finder.config import Settings
from finder.directory.batch import Batch, apply_batch
from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.review import Kind, Status
from finder.review.bulk import KINDS, may_be_one_of_many, most_at_once
from finder.store.database import Database
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing
from tests.review.people import submission
from tests.web.desk import Desk, a_desk, form_of, press
from tests.web.test_moderate import text, words

ENOUGH = 440


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    """A directory of so many listings that twenty are less than a twentieth."""
    made = a_desk(database)
    with database.unit_of_work() as session:
        many = Batch(source="Many", new=tuple(a_listing() for _ in range(ENOUGH)))
        apply_batch(session, many, actor="seed", reason="", now=NOW)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    return made


def look(client: FlaskClient, references: list[str]) -> TestResponse:
    return client.get("/moderate/bulk", query_string={"take": references})


def approve(client: FlaskClient, page: TestResponse) -> str:
    """Press the button of a second look; gives the words of what came of it."""
    answer = client.post("/moderate/bulk", data=form_of(page.get_data(as_text=True), "/moderate/bulk"))
    assert answer.status_code == 303
    return words(client.get(answer.location).get_data(as_text=True))


def harmless(desk: Desk, count: int) -> list[str]:
    return [desk.request(Kind.CHANGE, desk.listing("own"), {"notes": f"Cup {n}"}, email="") for n in range(count)]


def status_of(desk: Desk, reference: str) -> Status:
    with desk.database.reading() as session:
        return submission(session, reference).status


def test_every_change_is_shown_before_anything_happens_and_then_each_is_approved(desk: Desk) -> None:
    references = harmless(desk, 2)
    references.append(desk.request(Kind.CONFIRM, desk.listing("own"), email=""))
    client = desk.client("moderator")
    page = look(client, references)
    shown = words(page.get_data(as_text=True))
    assert all(told in shown for told in ("Cup 0", "Cup 1", "Everything is still right", *references))
    assert {status_of(desk, each) for each in references} == {Status.PENDING}
    assert "3 of 3 approved" in approve(client, page)
    assert {status_of(desk, each) for each in references} == {Status.APPROVED}


def test_each_is_told_by_itself_who_was_first_and_what_has_changed(desk: Desk) -> None:
    first, changed, good = harmless(desk, 3)
    client = desk.client("moderator")
    page = look(client, [first, changed, good])
    assert press(desk.client("second"), first).status_code == 303
    with desk.database.unit_of_work() as session:
        number = submission(session, changed).meeting_id
        held = draft_of(next(read_register(session, [number or 0])))
        revise(session, number or 0, replace(held, name="Another"), actor="import", reason="", now=NOW)
    told = approve(client, page)
    assert f"{first} Somebody was first" in told
    assert f"{changed} The listing has changed since" in told
    assert f"{good} Approved" in told
    assert "1 of 3 approved" in told
    assert status_of(desk, changed) is Status.PENDING


def test_what_wants_a_look_by_itself_is_not_among_them(desk: Desk) -> None:
    meeting = desk.listing("own")
    risky = desk.request(Kind.CHANGE, meeting, {"conference_url": "https://zoom.us/j/5550100"})
    close = desk.request(Kind.CLOSE, desk.listing("own"), email="")
    foreign = desk.request(Kind.CHANGE, desk.listing("foreign"), {"notes": "Secretly"}, email="")
    client = desk.client("moderator")
    [good] = harmless(desk, 1)
    page = look(client, [risky, close, foreign, good])
    shown = words(page.get_data(as_text=True))
    assert shown.count("It wants a look by itself.") == 2
    assert foreign not in shown
    forged = form_of(page.get_data(as_text=True), "/moderate/bulk")
    forged |= {"take": [risky, close, foreign], f"seen-{risky}": ["2.1"], f"seen-{close}": ["1.1"]}
    answer = client.post("/moderate/bulk", data=forged)
    told = words(client.get(answer.location).get_data(as_text=True))
    assert "0 of 3 approved" in told
    assert f"{foreign} It is not here any more" in told
    assert {status_of(desk, each) for each in (risky, close, foreign)} == {Status.PENDING}


def test_more_than_twenty_are_refused_with_what_to_do(desk: Desk) -> None:
    references = harmless(desk, 21)
    client = desk.client("moderator")
    assert "Ask a second moderator" not in look(client, references[:20]).get_data(as_text=True)
    page = look(client, references)
    assert "Ask a second moderator" in page.get_data(as_text=True)
    asked = client.post("/moderate/bulk", data=form_of(page.get_data(as_text=True), "/moderate/bulk"))
    assert (asked.status_code, asked.location.startswith("/moderate/bulk/")) == (303, True)
    assert {status_of(desk, each) for each in references} == {Status.PENDING}


def test_of_a_small_directory_at_most_a_twentieth_is_approved_at_once(database: Database) -> None:
    counts: dict[int, int] = {}
    for size in (1, 40, 59):
        with database.unit_of_work() as session:
            new = tuple(a_listing() for _ in range(size - max(counts, default=0)))
            apply_batch(session, Batch(source="Some", new=new), actor="seed", reason="", now=NOW)
            counts[size] = most_at_once(session)
    assert counts == {1: 1, 40: 2, 59: 2}


def test_a_date_that_was_asked_for_is_kept(desk: Desk) -> None:
    on = (NOW + dt.timedelta(days=9)).date()
    reference = desk.request(Kind.CHANGE, desk.listing("own"), {"notes": "Cup"}, email="", effective_date=on)
    client = desk.client("moderator")
    approve(client, look(client, [reference]))
    assert status_of(desk, reference) is Status.SCHEDULED


def test_nothing_ticked_says_what_to_do(desk: Desk) -> None:
    assert "Tick at least one" in text(desk, "/moderate/bulk", status=400)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", Status)
def test_only_three_kinds_that_wait_and_bear_no_risk_can_be_one_of_many(kind: Kind, status: Status) -> None:
    expected = kind in {Kind.CHANGE, Kind.CONFIRM, Kind.EXCEPTION} and status is Status.PENDING
    assert may_be_one_of_many(kind, status, ["new_submitter"]) is expected
    assert may_be_one_of_many(kind, status, ["new_submitter", "link"]) is False
    assert {Kind.CHANGE, Kind.CONFIRM, Kind.EXCEPTION} == KINDS
