"""Who answers for a group, and new regions and service bodies: edited by moderators, with audit and undo."""

import datetime as dt
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from finder.directory.check import faults
from finder.directory.contacts import contacts_of, unremove
from finder.directory.publish import publish
from finder.domain.listing import ContactDraft, GroupDraft
from finder.domain.review import StaleError
from finder.review.purge import purge
from finder.store import dump
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting
from finder.store.people import RemovedContact, ServiceBody
from tests.conftest import NOW
from tests.factories import a_listing
from tests.web.desk import Desk, form_of

ROBIN = ContactDraft(name="Robin K.", email="robin@example.org", phone="512-555-0101")


@pytest.fixture
def group(desk: Desk) -> int:
    """A group of the own body, for which Robin answers."""
    with desk.database.unit_of_work() as session:
        group = GroupDraft(name="Early Group", contacts=(ROBIN,))
        draft = a_listing(group=group, service_body="Capital Area > Hill Country")
        number = publish(session, draft, actor="test", reason="", now=NOW)
        return session.get_one(Meeting, number).group_id or 0


def send(client: FlaskClient, page: str, action: str, **said: str) -> TestResponse:
    return client.post(action, data={**form_of(client.get(page).text, action), **said})


def answering(desk: Desk, group: int) -> list[str]:
    with desk.database.reading() as session:
        return [each.email for each in contacts_of(session, group)]


def undo_last(client: FlaskClient, page: str) -> TestResponse:
    action = re.search(r'action="(/moderate/acts/\d+/undo)"', client.get(page).text)
    assert action is not None
    return send(client, page, action[1])


def test_moderators_see_who_answers_for_a_group_and_nobody_else_does(desk: Desk, group: int) -> None:
    path = f"/moderate/groups/{group}"
    assert "robin@example.org" in desk.client("moderator").get(path).text
    for who, status in (("other", 404), ("reader", 404), ("weak", 303), ("nobody", 303)):
        assert desk.client(who).get(path).status_code == status, who


def test_somebody_is_added_and_removed_and_both_are_taken_back(desk: Desk, group: int) -> None:
    path, client = f"/moderate/groups/{group}", desk.client("moderator")
    said = {"contact_name": "Sam B.", "contact_email": "Sam@Example.org", "contact_reason": "A new secretary"}
    assert send(client, path, f"{path}/contacts", **said).status_code == 303
    assert answering(desk, group) == ["robin@example.org", "sam@example.org"]
    assert "Contact added by Mo" in client.get(path).text
    assert undo_last(client, path).status_code == 303
    assert answering(desk, group) == ["robin@example.org"]

    remove = re.search(rf'action="({path}/contacts/\d+/remove)"', client.get(path).text)
    assert remove is not None
    assert send(client, path, remove[1]).status_code == 303
    assert answering(desk, group) == []
    assert "Nobody: no mail asks" in client.get(path).text
    assert undo_last(client, path).status_code == 303
    assert answering(desk, group) == ["robin@example.org"]
    with desk.database.reading() as session:
        assert list(faults(session)) == []
        told = session.execute(select(AuditEntry)).scalars()
        texts = " ".join(
            f"{entry.before} {entry.after} {entry.reason}" for entry in told if entry.target_kind == "group"
        )
        assert "robin" not in texts.lower()
        assert "sam@" not in texts.lower()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"contact_email": ""}, "Enter your mail address"),
        ({"contact_email": "robin@example.org"}, "This address answers for the group already."),
        ({"contact_email": "a@example.org, b@example.org"}, "Enter one mail address and nothing else"),
        ({"contact_email": "sam@example.org", "contact_name": "Sam Baxter"}, "First name and an initial at most"),
        ({"contact_email": "sam@example.org", "contact_reason": ""}, "Say why"),
    ],
)
def test_what_cannot_be_is_refused_with_everything_kept(
    desk: Desk, group: int, said: dict[str, str], words: str
) -> None:
    path, client = f"/moderate/groups/{group}", desk.client("moderator")
    values = {"contact_phone": "512-555-0102", "contact_reason": "A new secretary", **said}
    answer = send(client, path, f"{path}/contacts", **values)
    assert answer.status_code == 400
    assert words in answer.text
    assert "512-555-0102" in answer.text
    assert answering(desk, group) == ["robin@example.org"]


def test_a_removed_contact_is_forgotten_after_thirty_days(desk: Desk, group: int) -> None:
    path, client = f"/moderate/groups/{group}", desk.client("moderator")
    remove = re.search(rf'action="({path}/contacts/\d+/remove)"', client.get(path).text)
    assert remove is not None
    send(client, path, remove[1])
    for days, left in ((29, 1), (31, 0)):
        purge(desk.database, mail_dir=NOWHERE, now=NOW + dt.timedelta(days=days))
        with desk.database.reading() as session:
            assert len(session.execute(select(RemovedContact.id)).all()) == left
    with desk.database.reading() as session:
        assert b"robin@example.org" not in b"".join(dump.lines(session))
        entry = session.execute(select(AuditEntry).where(AuditEntry.act == "remove_contact")).scalar_one()
    with desk.database.unit_of_work() as session, pytest.raises(StaleError, match="not there any more"):
        unremove(session, entry, actor="user:1", reason="", now=NOW)


NOWHERE = Path("/nonexistent")


def test_a_new_service_body_is_made_and_taken_back_while_nothing_belongs_to_it(desk: Desk) -> None:
    client = desk.client("administrator")
    tree = "/moderate/trees/bodies"
    said = {"name": "Lake Area", "parent": str(desk.bodies["top"]), "reason": "A new area"}
    made = send(client, tree, tree, **said)
    assert made.status_code == 303
    assert "The service body is there now." in client.get(made.location).text
    assert "Capital Area &gt; Lake Area" in client.get(tree).text
    twice = send(client, tree, tree, **said)
    assert (twice.status_code, "of that name beside it already" in twice.text) == (400, True)
    assert undo_last(client, made.location).status_code == 303
    with desk.database.reading() as session:
        assert "Lake Area" not in session.execute(select(ServiceBody.name)).scalars().all()
        assert list(faults(session)) == []


def test_what_listings_belong_to_is_not_unmade(desk: Desk) -> None:
    client = desk.client("administrator")
    tree = "/moderate/trees/bodies"
    made = send(client, tree, tree, name="Lake Area", parent="", reason="A new area").location
    desk.bodies["lake"] = int(made.rpartition("/")[2])
    desk.listing("lake")
    refused = undo_last(client, made)
    assert refused.status_code == 409
    assert "is in use since" in refused.text


def test_a_new_region_can_be_searched_for(desk: Desk) -> None:
    client = desk.client("administrator")
    made = send(client, "/moderate/trees/regions", "/moderate/trees/regions", name="Big Bend", reason="Asked for")
    assert made.status_code == 303
    assert client.get("/regions/big-bend").status_code in {200, 404}
    for who in ("moderator", "body_administrator", "reader"):
        assert desk.client(who).get("/moderate/trees/regions").status_code == 404
