"""M7: one act that changes more than twenty listings, or a twentieth, wants a second moderator, too."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from finder.accounts.sessions import Device, start
from finder.directory.places import location_of
from finder.domain.listing import GroupDraft
from finder.domain.roles import Role
from finder.store.accounts import Grant
from finder.store.meeting import Meeting
from tests.conftest import NOW
from tests.factories import a_location
from tests.review.people import a_user
from tests.web.desk import Desk, form_of

HALL = a_location(name="Example Hall", street="7 Example Street")


@pytest.fixture
def desk(served_desk: Desk) -> Desk:
    return served_desk


def a_hall(desk: Desk, listings: int, body: str = "own") -> int:
    """A place with so many meetings; gives its number."""
    return [desk.listing(body, location=HALL) for _ in range(listings)][-1].location_id or 0


def send(client: FlaskClient, page: str, action: str, **said: str) -> TestResponse:
    return client.post(action, data={**form_of(client.get(page).text, action), **said})


def name_of(desk: Desk, place: int) -> str:
    with desk.database.reading() as session:
        return location_of(session, place).name


def rename(desk: Desk, place: int, who: str = "moderator") -> str:
    """Ask for another name of the place; gives where that leads."""
    path = f"/moderate/place/{place}"
    answer = send(desk.client(who), path, path, name="New Hall", reason="It was renamed")
    assert answer.status_code == 303
    return answer.location


def test_m7_a_place_of_few_listings_is_changed_by_one_moderator(desk: Desk) -> None:
    place = a_hall(desk, 5)
    assert rename(desk, place) == f"/moderate/place/{place}"
    assert name_of(desk, place) == "New Hall"


def test_m7_a_place_of_many_listings_waits_for_a_second_moderator(desk: Desk) -> None:
    place = a_hall(desk, 21)
    where = rename(desk, place)
    assert re.fullmatch(r"/moderate/wide/\d+", where)
    assert name_of(desk, place) == "Example Hall"
    assert desk.asked_to_look_at(where) == {"body_administrator", "second", "weak"}

    own = desk.client("moderator")
    assert "another than you" in own.get("/moderate").text
    assert "/confirm" not in own.get(where).text
    token = form_of(own.get(where).text, f"{where}/call-off")
    forged = own.post(f"{where}/confirm", data=token)
    assert (forged.status_code, "another moderator" in forged.text) == (409, True)
    assert name_of(desk, place) == "Example Hall"

    second = desk.client("second")
    assert "Change of a place: Example Hall, 21 listings" in second.get("/moderate").text
    page = second.get(where).text
    assert "<del>Example Hall</del> <ins>New Hall</ins>" in page
    assert send(second, where, f"{where}/confirm").status_code == 303
    assert name_of(desk, place) == "New Hall"
    assert "wide/" not in second.get("/moderate").text
    again = own.post(f"{where}/call-off", data=token)
    assert again.status_code == 409

    history = own.get(f"/moderate/place/{place}").text
    assert "It was renamed (asked for by moderator" in history
    act = re.search(r"/moderate/acts/(\d+)/undo", history)
    assert act is not None
    assert send(own, f"/moderate/place/{place}", act[0]).status_code == 303
    assert name_of(desk, place) == "Example Hall"


def test_m7_closing_a_big_building_waits_and_can_be_called_off(desk: Desk) -> None:
    place = a_hall(desk, 21)
    path = f"/moderate/place/{place}"
    client = desk.client("moderator")
    said = {"first_date": "2026-03-20", "last_date": "2026-03-22", "note": "Flood", "reason": "Water in the cellar"}
    where = send(client, path, f"{path}/close", **said).location
    second = desk.client("second")
    assert "A building is closed for dates" in second.get(where).text
    assert send(second, where, f"{where}/call-off").status_code == 303
    assert "called off" in second.get(where).text
    assert "Closed for dates" not in second.get(path).text

    where = send(client, path, f"{path}/close", **said).location
    assert send(second, where, f"{where}/confirm").status_code == 303
    assert "Closed for dates" in second.get(path).text


def test_m7_what_was_changed_since_is_not_overwritten_by_the_second_moderator(desk: Desk) -> None:
    place = a_hall(desk, 6)
    desk_path = f"/moderate/place/{place}"
    where = rename(desk, place)
    assert where.startswith("/moderate/wide/")
    other = rename_notes(desk, place)
    second = desk.client("administrator")
    assert send(second, other, f"{other}/confirm").status_code == 303
    late = send(second, where, f"{where}/confirm")
    assert (late.status_code, "Somebody has changed this place" in late.text) == (409, True)
    assert name_of(desk, place) == "Example Hall"
    assert second.get(desk_path).status_code == 200


def rename_notes(desk: Desk, place: int) -> str:
    path = f"/moderate/place/{place}"
    return send(desk.client("second"), path, path, notes="Ring twice", reason="A new bell").location


def test_m7_bad_input_is_told_at_once_and_does_not_wait(desk: Desk) -> None:
    place = a_hall(desk, 21)
    path = f"/moderate/place/{place}"
    answer = send(desk.client("moderator"), path, path, latitude="123", longitude="0", reason="A new pin")
    assert (answer.status_code, "A latitude lies between -90 and 90." in answer.text) == (400, True)
    assert "wide/" not in desk.client("second").get("/moderate").text


def test_m7_it_is_nobodys_who_may_not_do_it(desk: Desk) -> None:
    where = rename(desk, a_hall(desk, 21))
    for who, status in (("other", 404), ("reader", 404), ("weak", 303), ("nobody", 303), ("second", 200)):
        assert desk.client(who).get(where).status_code == status, who
    assert where not in desk.client("other").get("/moderate").text


def test_m7_merging_service_bodies_of_many_listings_wants_two_administrators(desk: Desk) -> None:
    for _ in range(6):
        desk.listing("own")
    gone, into = desk.bodies["own"], desk.bodies["foreign"]
    path = f"/moderate/trees/bodies/{gone}"
    where = send(desk.client("administrator"), path, f"{path}/merge", into=str(into), reason="One area now").location
    assert where.startswith("/moderate/wide/")
    assert bodies_of(desk) == {gone}
    second = another_administrator(desk)
    assert desk.client("moderator").get(where).status_code == 404
    assert send(second, where, f"{where}/confirm").status_code == 303
    assert bodies_of(desk) == {into}
    assert second.get(where).status_code == 200


def grants_of(desk: Desk, who: str, role: Role | None, body: int | None = None) -> None:
    """Have somebody hold that role, and no other; None: none at all."""
    with desk.database.unit_of_work() as session:
        session.execute(delete(Grant).where(Grant.user_id == desk.users[who]))
        if role is not None:
            session.add(Grant(user_id=desk.users[who], role=role, service_body_id=body))


@pytest.mark.parametrize("held", [None, Role.READER])
def test_m7_nothing_is_done_for_somebody_who_may_not_do_it_any_more(desk: Desk, held: Role | None) -> None:
    place = a_hall(desk, 21)
    where = rename(desk, place)
    second = desk.client("second")
    form = form_of(second.get(where).text, f"{where}/confirm")
    grants_of(desk, "moderator", held, desk.bodies["own"])

    late = second.post(f"{where}/confirm", data=form)
    assert (late.status_code, "Mo asked for this and may not do it any more" in late.text) == (409, True)
    assert name_of(desk, place) == "Example Hall"
    page = second.get(where).text
    assert ("It cannot be done any more: Mo, who asked for it" in page, f"{where}/confirm" in page) == (True, False)
    assert where not in second.get("/moderate").text
    assert send(second, where, f"{where}/call-off").status_code == 303

    anew = rename(desk, place, "second")
    assert send(desk.client("body_administrator"), anew, f"{anew}/confirm").status_code == 303
    assert name_of(desk, place) == "New Hall"


def test_m7_a_moderator_of_another_body_by_now_has_no_group_changed_here(desk: Desk) -> None:
    group = [desk.listing("own") for _ in range(21)][-1].group_id
    path = f"/moderate/groups/{group}"
    where = send(desk.client("moderator"), path, path, name="Courage Together", reason="A vote").location
    grants_of(desk, "moderator", Role.MODERATOR, desk.bodies["foreign"])
    second = desk.client("second")
    assert "It cannot be done any more" in second.get(where).text
    grants_of(desk, "moderator", Role.MODERATOR, desk.bodies["top"])
    assert send(second, where, f"{where}/confirm").status_code == 303
    assert "Courage Together" in second.get(path).text


def another_administrator(desk: Desk) -> FlaskClient:
    with desk.database.unit_of_work() as session:
        number = a_user(session, name="Ann")
        desk.secrets["another"] = start(session, number, Device(network="", browser="Firefox"), strong=True, now=NOW)
    return desk.client("another")


def bodies_of(desk: Desk) -> set[int | None]:
    with desk.database.reading() as session:
        return {meeting.service_body_id for meeting in session.query(Meeting)}


def test_m7_a_new_name_of_a_region_is_one_persons_a_new_place_in_the_tree_is_not(desk: Desk) -> None:
    for _ in range(6):
        desk.listing("own")
    path = f"/moderate/trees/bodies/{desk.bodies['own']}"
    client = desk.client("administrator")
    assert send(client, path, path, name="Renamed Area", reason="A vote").location == path
    moved = send(client, path, path, parent=str(desk.bodies["foreign"]), reason="A vote")
    assert moved.location.startswith("/moderate/wide/")


def test_m7_a_group_of_many_listings_waits_too(desk: Desk) -> None:
    group = [desk.listing("own") for _ in range(21)][-1].group_id
    path = f"/moderate/groups/{group}"
    where = send(desk.client("moderator"), path, path, name="Courage Together", reason="A vote").location
    second = desk.client("second")
    assert "<ins>Courage Together</ins>" in second.get(where).text
    assert send(second, where, f"{where}/confirm").status_code == 303
    assert "Courage Together" in second.get(path).text


def test_m7_two_groups_of_many_listings_become_one_when_a_second_moderator_says_so(desk: Desk) -> None:
    many = [desk.listing("own") for _ in range(20)][-1].group_id
    few = desk.listing("own", group=GroupDraft(name="Courage Together")).group_id
    path = f"/moderate/groups/{few}/merge/{many}"
    where = send(desk.client("moderator"), path, path, reason="One and the same").location
    assert re.fullmatch(r"/moderate/wide/\d+", where)
    second = desk.client("second")
    page = second.get(where).text
    assert "It changes 21 listings." in page
    assert f"<ins>Courage Group ({many})</ins>" in page
    assert "Courage Group" not in desk.client("nobody").get(f"/meetings/{slug_of(desk, few)}").text
    assert send(second, where, f"{where}/confirm").status_code == 303
    assert second.get(where).status_code == 200
    assert second.get(f"/moderate/groups/{few}").status_code == 404
    assert "21 of your listings belong" in second.get(f"/moderate/groups/{many}").text


def slug_of(desk: Desk, group: int | None) -> str:
    with desk.database.reading() as session:
        return session.execute(select(Meeting.slug).where(Meeting.group_id == group)).scalars().first() or ""
