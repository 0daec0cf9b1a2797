"""A moderator lists a meeting directly: in the finder at once, within their service bodies, and taken back."""

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from finder.directory.check import faults
from finder.directory.publish import unpublish
from finder.domain.listing import GroupDraft
from finder.store.database import pairs
from finder.store.meeting import Meeting
from tests.conftest import NOW
from tests.web.desk import Desk, form_of
from tests.web.submitting import NEW

PATH = "/moderate/new"


def send(desk: Desk, place: str = "own", **typed: Any) -> TestResponse:  # noqa: ANN401 - what a form holds
    """Fill in the form as it stands, with the listing that submitters of the tests send."""
    client = desk.client("moderator")
    form = {**form_of(client.get(PATH).text, PATH), **NEW, "reason": "They rang", "body": str(desk.bodies[place])}
    return client.post(PATH, data={**form, **typed})


def counted(desk: Desk) -> int:
    with desk.database.reading() as session:
        return session.execute(select(func.count()).select_from(Meeting)).scalar_one()


def test_a_listing_is_in_the_finder_at_once_and_taken_back(desk: Desk) -> None:
    answer = send(desk)
    assert (answer.status_code, answer.location) == (303, "/moderate/listing/quiet-morning")
    public = desk.client("nobody")
    assert "Larkspur Hall" in public.get("/meetings/quiet-morning").text
    assert "Quiet Morning" in public.get("/?q=quiet").text
    client, path = desk.client("moderator"), "/moderate/listing/quiet-morning"
    assert "They rang" in client.get(path).text
    with desk.database.reading() as session:
        meeting = session.execute(select(Meeting)).scalar_one()
        assert (meeting.service_body_id, meeting.confirmed_at) == (desk.bodies["own"], NOW)
        assert list(faults(session)) == []
    assert client.post(f"{path}/undo", data=form_of(client.get(path).text, f"{path}/undo")).status_code == 303
    assert public.get("/meetings/quiet-morning").status_code == 404


def test_what_lacks_is_said_and_the_rest_is_kept(desk: Desk) -> None:
    answer = send(desk, start="", reason="", body="nowhere", notes="Ring twice.")
    assert answer.status_code == 422
    for told in ("Enter when it starts", "Say why", "choose one of those offered", "Ring twice.", "Quiet Morning"):
        assert told in answer.text
    assert counted(desk) == 0


def test_one_that_looks_like_another_is_made_only_when_that_is_said(desk: Desk) -> None:
    assert send(desk).status_code == 303
    again = send(desk, notes="Side door.")
    assert again.status_code == 409
    assert "Is it one of these?" in again.text
    assert "/moderate/listing/quiet-morning" in again.text
    assert "Side door." in again.text
    assert counted(desk) == 1
    assert send(desk, sure="yes").location == "/moderate/listing/quiet-morning-2"
    assert counted(desk) == 2


@pytest.mark.parametrize("body", ["foreign", "top"])
def test_no_listing_is_made_for_a_foreign_body(desk: Desk, body: str) -> None:
    assert send(desk, body).status_code == 422
    assert counted(desk) == 0


@pytest.mark.parametrize("typed", [{"format": ["young-people"]}, {"address_visibility": "area"}])
def test_what_two_people_decide_about_is_sent_as_a_request(desk: Desk, typed: dict[str, Any]) -> None:
    answer = send(desk, **typed)
    assert answer.status_code == 422
    assert "Two people decide" in answer.text
    assert counted(desk) == 0


@pytest.mark.parametrize(("who", "status"), [("reader", 404), ("weak", 303), ("nobody", 303)])
def test_it_is_for_those_who_may_edit(desk: Desk, who: str, status: int) -> None:
    answer = desk.client(who).get(PATH)
    assert answer.status_code == status
    assert counted(desk) == 0


def test_it_joins_the_group_of_that_name_only_where_all_of_it_is_the_moderators(desk: Desk) -> None:
    desk.listing("foreign", name="Elsewhere", group=GroupDraft(name="Quiet Group"))
    assert send(desk).status_code == 303
    assert send(desk, name="Quiet Noon", start="12:00", group_name="quiet group").status_code == 303
    with desk.database.reading() as session:
        groups = pairs(session, select(Meeting.name, Meeting.group_id))
    assert groups["Quiet Morning"] == groups["Quiet Noon"] != groups["Elsewhere"]


def test_a_closed_listing_of_another_body_keeps_it_out_of_its_group(desk: Desk) -> None:
    group = GroupDraft(name="Quiet Group")
    closed, ours = desk.listing("foreign", name="Elsewhere", group=group), desk.listing("own", name="Here", group=group)
    assert closed.group_id == ours.group_id
    with desk.database.unit_of_work() as session:
        unpublish(session, closed.id, actor="test", reason="", now=NOW)
    assert send(desk).status_code == 303
    with desk.database.reading() as session:
        groups = pairs(session, select(Meeting.name, Meeting.group_id))
    assert groups["Quiet Morning"] != groups["Here"]


def test_a_name_that_is_taken_gives_another_address(desk: Desk) -> None:
    desk.listing("own", name="Quiet Morning", slug="quiet-morning")
    assert send(desk, sure="yes").location == "/moderate/listing/quiet-morning-2"
