"""M7: more than twenty at once, or a twentieth, want a second moderator; and many acts are taken back as one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from finder.directory.draft import draft_of
from finder.directory.register import read_register
from finder.domain.review import Kind, Status
from finder.domain.roles import Role
from finder.store.accounts import Grant
from tests.review.people import submission
from tests.web.desk import Desk, form_of, press

MANY = 21


@pytest.fixture
def desk(served_desk: Desk) -> Desk:
    return served_desk


def asked(desk: Desk, count: int = MANY) -> tuple[list[str], str]:
    """So many harmless requests, all ticked and looked at by a moderator; gives them and where they wait."""
    references = [
        desk.request(Kind.CHANGE, desk.listing("own"), {"notes": f"Cup {number}"}, email="") for number in range(count)
    ]
    client = desk.client("moderator")
    page = client.get("/moderate/bulk", query_string={"take": references}).text
    answer = client.post("/moderate/bulk", data=form_of(page, "/moderate/bulk"))
    assert answer.status_code == 303
    return references, answer.location


def push(client: FlaskClient, where: str, what: str) -> TestResponse:
    """Open the page and press one of its buttons."""
    return client.post(f"{where}/{what}", data=form_of(client.get(where).text, f"{where}/{what}"))


def statuses(desk: Desk, references: list[str]) -> set[Status]:
    with desk.database.reading() as session:
        return {submission(session, reference).status for reference in references}


def notes(desk: Desk, references: list[str]) -> set[str]:
    with desk.database.reading() as session:
        ids = [submission(session, reference).meeting_id or 0 for reference in references]
        return {draft_of(row).notes for row in read_register(session, ids)}


def test_m7_another_moderator_confirms_and_nothing_happens_before(desk: Desk) -> None:
    references, where = asked(desk)
    assert statuses(desk, references) == {Status.PENDING}
    assert desk.asked_to_look_at(where) == {"body_administrator", "second", "weak"}
    own = desk.client("moderator")
    assert "another than you" in own.get("/moderate").text
    assert "/confirm" not in own.get(where).text
    token = form_of(own.get(where).text, f"{where}/call-off")
    forged = own.post(f"{where}/confirm", data=token)
    assert (forged.status_code, "another moderator" in forged.text) == (409, True)
    assert statuses(desk, references) == {Status.PENDING}

    second = desk.client("second")
    page = second.get(where).text
    assert f"{MANY} approvals wait for a second moderator" in second.get("/moderate").text
    assert "Cup 0" in page
    done = push(second, where, "confirm")
    assert f"{MANY} of {MANY} approved" in second.get(done.location).text
    assert statuses(desk, references) == {Status.APPROVED}


def test_m7_many_approvals_are_taken_back_as_one_and_what_has_changed_since_is_left(desk: Desk) -> None:
    references, where = asked(desk, 3)
    second = desk.client("second")
    assert push(second, where, "confirm").status_code == 303
    assert notes(desk, references) == {"Cup 0", "Cup 1", "Cup 2"}
    with desk.database.reading() as session:
        meeting = submission(session, references[0]).meeting_id
    slug = slug_of(desk, meeting or 0)
    later = desk.client("moderator").get(f"/moderate/listing/{slug}/edit").text
    data = {**form_of(later, f"/moderate/listing/{slug}/edit"), "notes": "Later", "reason": "Asked"}
    mine = desk.client("moderator")
    data["csrf_token"] = form_of(mine.get(f"/moderate/listing/{slug}/edit").text, f"/moderate/listing/{slug}/edit")[
        "csrf_token"
    ]
    assert mine.post(f"/moderate/listing/{slug}/edit", data=data).status_code == 303
    back = push(second, where, "undo")
    told = second.get(back.location).text
    assert "2 of 3 taken back" in told
    assert "has changed since" in told
    assert notes(desk, references) == {"Later", ""} or "Later" in notes(desk, references)
    assert "Cup 1" not in notes(desk, references)


def slug_of(desk: Desk, number: int) -> str:
    with desk.database.reading() as session:
        return next(read_register(session, [number])).meeting.slug


def test_m7_a_bulk_that_one_may_approve_is_taken_back_as_one_too(desk: Desk) -> None:
    for _ in range(20):
        desk.listing("own")
    reference = desk.request(Kind.CHANGE, desk.listing("own"), {"notes": "Cup"}, email="")
    client = desk.client("moderator")
    page = client.get("/moderate/bulk", query_string={"take": [reference]}).text
    done = client.post("/moderate/bulk", data=form_of(page, "/moderate/bulk"))
    results = client.get(done.location).text
    assert statuses(desk, [reference]) == {Status.APPROVED}
    action = results.partition('action="/moderate/bulk/')[2].partition('"')[0]
    path = f"/moderate/bulk/{action}"
    assert client.post(path, data=form_of(results, path)).status_code == 303
    assert notes(desk, [reference]) != {"Cup"}


def test_m7_it_is_nobodys_who_may_not_decide_about_every_one(desk: Desk) -> None:
    _, where = asked(desk)
    for who, status in (("other", 404), ("reader", 404), ("weak", 303), ("nobody", 303), ("second", 200)):
        assert desk.client(who).get(where).status_code == status, who
    assert where not in desk.client("other").get("/moderate").text


def test_m7_nothing_is_approved_for_somebody_who_may_not_do_it_any_more(desk: Desk) -> None:
    references, where = asked(desk)
    second = desk.client("second")
    form = form_of(second.get(where).text, f"{where}/confirm")
    with desk.database.unit_of_work() as session:
        session.execute(update(Grant).where(Grant.user_id == desk.users["moderator"]).values(role=Role.READER))
    late = second.post(f"{where}/confirm", data=form)
    assert (late.status_code, "Mo asked for this and may not do it any more" in late.text) == (409, True)
    assert statuses(desk, references) == {Status.PENDING}
    page = second.get(where).text
    assert ("Mo, who asked for it, may not do it now" in page, f"{where}/confirm" in page) == (True, False)
    assert where not in second.get("/moderate").text
    assert push(second, where, "call-off").status_code == 303


def test_m7_of_two_who_confirm_at_once_one_does(desk: Desk) -> None:
    references, where = asked(desk, 3)
    people = [desk.client(who) for who in ("second", "administrator", "body_administrator")]
    forms = [form_of(client.get(where).text, f"{where}/confirm") for client in people]
    with ThreadPoolExecutor(3) as pool:
        pairs = zip(people, forms, strict=True)
        answers = list(pool.map(lambda pair: pair[0].post(f"{where}/confirm", data=pair[1]).status_code, pairs))
    assert sorted(answers) == [303, 409, 409]
    assert statuses(desk, references) == {Status.APPROVED}


def test_m7_it_can_be_called_off_and_the_requests_wait_as_before(desk: Desk) -> None:
    references, where = asked(desk)
    assert push(desk.client("moderator"), where, "call-off").status_code == 303
    second = desk.client("second")
    assert "Called off" in second.get(where).text
    assert "wait for a second moderator" not in second.get("/moderate").text
    assert press(second, references[0]).status_code == 303


def test_m7_more_than_five_hundred_are_not_looked_at_together(desk: Desk) -> None:
    take = [f"AAAA-{number:04}" for number in range(501)]
    answer = desk.client("moderator").get("/moderate/bulk", query_string={"take": take})
    assert (answer.status_code, "tick 500 or fewer" in answer.text) == (400, True)
