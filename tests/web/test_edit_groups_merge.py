"""Making one group of two: found, looked at, done with one act, and taken back."""

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from finder.directory.bodies import body_path
from finder.directory.check import faults
from finder.directory.contacts import contacts_of
from finder.directory.draft import draft_of
from finder.directory.groups import add_contact
from finder.directory.publish import publish, revise, unpublish
from finder.directory.register import read_register
from finder.directory.resolve import new_own
from finder.directory.revert import revert
from finder.domain.listing import ContactDraft, GroupDraft
from finder.domain.review import StaleError
from finder.review import tokens
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.review import Reminder
from finder.store.source import Source
from tests.conftest import NOW
from tests.factories import a_listing
from tests.web.desk import Desk, form_of

ROBIN, KIM, SAM = (ContactDraft(name=name, email=f"{name.lower()}@example.org") for name in ("Robin", "Kim", "Sam"))


def a_group(desk: Desk, *contacts: ContactDraft, body: str = "own", listings: int = 1, **words: str) -> int:
    """A group with so many listings, for which *contacts* answer."""
    group = GroupDraft(**{"name": "Serenity", "own": new_own(), **words})  # type: ignore[arg-type]
    with desk.database.unit_of_work() as session:
        drafts = [a_listing(group=group, service_body=body_path(session, desk.bodies[body])) for _ in range(listings)]
        made = [publish(session, draft, actor="test", reason="", now=NOW) for draft in drafts]
        number = session.get_one(Meeting, made[0]).group_id or 0
        for contact in contacts:
            add_contact(session, number, contact)
    return number


@pytest.fixture
def two(desk: Desk) -> tuple[int, int]:
    """Robin and Kim answer for the first, Kim and Sam for the second."""
    gone = a_group(desk, ROBIN, KIM, listings=2, notes="Room 2")
    return gone, a_group(desk, SAM, KIM, name="Serenity Group", website="https://serenity.example.org")


def made_one(desk: Desk, gone: int, into: int, who: str = "moderator", **changes: str) -> tuple[int, str]:
    """Look at both and press the button; gives status and text, or where it leads."""
    path, client = f"/moderate/groups/{gone}/merge/{into}", desk.client(who)
    said = {**form_of(client.get(path).text, path), "reason": "One and the same", **changes}
    answer = client.post(path, data=said)
    return answer.status_code, answer.location or answer.text


def listings(desk: Desk, group: int) -> list[int]:
    with desk.database.reading() as session:
        return list(session.execute(select(Meeting.id).where(Meeting.group_id == group).order_by(Meeting.id)).scalars())


def answering(desk: Desk, group: int) -> list[str]:
    with desk.database.reading() as session:
        return [each.email for each in contacts_of(session, group)]


def last_act(desk: Desk) -> AuditEntry:
    with desk.database.reading() as session:
        return session.execute(select(AuditEntry).order_by(AuditEntry.id.desc())).scalars().first() or AuditEntry()


def whole(desk: Desk) -> list[str]:
    with desk.database.reading() as session:
        return list(faults(session))


def test_two_groups_become_one_and_two_again(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    before = listings(desk, gone), listings(desk, into)
    assert made_one(desk, gone, into) == (303, f"/moderate/groups/{into}")
    assert listings(desk, into) == sorted([*before[0], *before[1]])
    assert sorted(answering(desk, into)) == ["kim@example.org", "robin@example.org", "sam@example.org"]
    assert answering(desk, gone) == []
    public, client = desk.client("nobody"), desk.client("moderator")
    with desk.database.reading() as session:
        slug = session.get_one(Meeting, before[0][0]).slug
    assert "Serenity Group" in public.get(f"/meetings/{slug}").text
    assert "Room 2" not in public.get(f"/meetings/{slug}").text
    assert whole(desk) == []

    page = client.get(f"/moderate/groups/{into}").text
    undo = f"/moderate/acts/{last_act(desk).id}/undo"
    assert client.post(undo, data=form_of(page, undo)).location == f"/moderate/groups/{into}"
    assert (listings(desk, gone), listings(desk, into)) == before
    assert (answering(desk, gone), answering(desk, into)) == (
        ["robin@example.org", "kim@example.org"],
        ["sam@example.org", "kim@example.org"],
    )
    assert "Room 2" in public.get(f"/meetings/{slug}").text
    assert whole(desk) == []


def test_the_audit_tells_of_it_by_numbers_alone(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    moved = listings(desk, gone)
    made_one(desk, gone, into)
    act = last_act(desk)
    assert (act.act, act.target_kind, act.target_id) == ("merge", "group", into)
    assert act.before is not None
    assert (act.before["group"], act.before["meetings"]) == (gone, moved)
    assert act.after == {"listings": 2, "contacts": 3}
    assert "example.org" not in f"{act.before}{act.after}"


def test_the_page_says_what_becomes_of_both(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    client = desk.client("moderator")
    assert f'href="/moderate/groups/{gone}/merge"' in client.get(f"/moderate/groups/{gone}").text
    page = client.get(f"/moderate/groups/{gone}/merge/{into}").text
    assert "These listings move: 2 meetings" in page
    assert "<del>Serenity</del> <ins>Serenity Group</ins>" in page
    assert "<del>Room 2</del> nothing" in page
    assert "3 people answer for all these listings then. Now: 2 for the one, 2 for the other." in page
    assert f'href="/moderate/groups/{into}/merge/{gone}"' in page


def test_groups_that_are_called_like_it_are_found_and_others_by_words(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    courage = a_group(desk, name="Courage Group")
    foreign = a_group(desk, body="foreign", name="Serenity of others")
    mixed = a_group(desk, name="Serenity of two bodies")
    desk.listing("foreign", group=GroupDraft(name="Serenity of two bodies", own=named(desk, mixed)))
    sourced = a_group(desk, name="Serenity of a source")
    brought_by_a_source(desk, sourced)

    def found(who: str, words: str = "") -> set[int]:
        page = desk.client(who).get(f"/moderate/groups/{gone}/merge", query_string={"q": words}).text
        return {each for each in (into, courage, foreign, mixed, sourced) if f'/merge/{each}"' in page}

    assert found("moderator") == {into}
    assert found("moderator", "COURAGE") == {courage}
    assert found("moderator", "of") == set()
    assert found("administrator") == {into, foreign, mixed}
    path = f"/moderate/groups/{gone}/merge"
    for number in (foreign, mixed, sourced, gone, 99_999):
        assert desk.client("moderator").get(f"{path}/{number}").status_code == 404, number
    assert "other service bodies" in desk.client("moderator").get(f"/moderate/groups/{mixed}/merge").text
    assert (
        "A data source brings listings of this group"
        in desk.client("moderator").get(f"/moderate/groups/{sourced}/merge").text
    )


def named(desk: Desk, group: int) -> str:
    with desk.database.reading() as session:
        return session.get_one(Group, group).own


def brought_by_a_source(desk: Desk, group: int) -> None:
    with desk.database.unit_of_work() as session:
        source = Source(name="Larks")
        session.add(source)
        session.flush()
        session.execute(update(Meeting).where(Meeting.group_id == group).values(source_id=source.id))


def test_what_became_of_a_source_after_it_was_looked_at_is_refused(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    path, client = f"/moderate/groups/{gone}/merge/{into}", desk.client("moderator")
    said = {**form_of(client.get(path).text, path), "reason": "One and the same"}
    brought_by_a_source(desk, into)
    assert client.post(path, data=said).status_code == 404
    assert len(listings(desk, gone)) == 2


def test_two_who_look_at_once_do_not_surprise_each_other(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    path, client = f"/moderate/groups/{gone}/merge/{into}", desk.client("moderator")
    said = {**form_of(client.get(path).text, path), "reason": "One and the same"}
    with desk.database.unit_of_work() as session:
        add_contact(session, into, ContactDraft(name="Toni", email="toni@example.org"))
    answer = client.post(path, data=said)
    assert (answer.status_code, "look at both again" in answer.text) == (409, True)
    assert "One and the same" in answer.text
    again = client.post(path, data={**said, **form_of(answer.text, path), "reason": "One and the same"})
    assert again.status_code == 303
    assert client.post(path, data=said).status_code == 404


def test_a_reason_is_wanted(desk: Desk, two: tuple[int, int]) -> None:
    status, text = made_one(desk, *two, reason="")
    assert (status, "There is a problem" in text) == (400, True)
    assert len(listings(desk, two[0])) == 2


def test_too_many_people_are_refused(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    with desk.database.unit_of_work() as session:
        for number in range(18):
            add_contact(session, into, ContactDraft(email=f"somebody{number}@example.org"))
    status, text = made_one(desk, gone, into)
    assert (status, "more than 20 contacts" in text) == (400, True)
    assert len(listings(desk, gone)) == 2


def test_links_and_reminders_go_along_and_come_back(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    with desk.database.unit_of_work() as session:
        secret = tokens.issue(session, "confirm", now=NOW, group_id=gone, email="robin@example.org")
        session.execute(insert(Reminder).values(group_id=gone, sent_at=NOW))
    confirming = f"/confirm/{secret}"
    assert desk.client("nobody").get(confirming).text.count('name="listing"') == 2
    made_one(desk, gone, into)
    assert desk.client("nobody").get(confirming).text.count('name="listing"') == 3
    with desk.database.unit_of_work() as session:
        assert session.execute(select(Reminder.group_id)).scalar_one() == into
        revert(session, last_act(desk).id, actor="user:1", reason="undo", now=NOW)
    assert desk.client("nobody").get(confirming).text.count('name="listing"') == 2


def test_a_closed_listing_goes_along_and_comes_back_in_the_group_that_stayed(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    number = listings(desk, gone)[0]
    who: dict[str, Any] = {"actor": "user:1", "reason": "", "now": NOW}
    with desk.database.unit_of_work() as session:
        unpublish(session, number, **who)
    closed = last_act(desk).id
    made_one(desk, gone, into)
    with desk.database.unit_of_work() as session:
        revert(session, closed, **who)
        draft = draft_of(next(read_register(session, [number])))
        revise(session, number, draft, **who)
    assert number in listings(desk, into)
    assert whole(desk) == []


def test_what_is_taken_back_to_a_group_that_is_gone_comes_to_the_one_that_stayed(
    desk: Desk, two: tuple[int, int]
) -> None:
    gone, into = two
    with desk.database.reading() as session:
        draft = draft_of(next(read_register(session, [listings(desk, gone)[0]])))
    made_one(desk, gone, into)
    third = a_group(desk, name="Serenity at last")
    assert made_one(desk, into, third)[0] == 303
    with desk.database.unit_of_work() as session:
        revise(session, listings(desk, third)[0], draft, actor="user:1", reason="", now=NOW)
    assert len(listings(desk, third)) == 4
    assert whole(desk) == []


def test_the_later_of_two_merges_is_taken_back_first(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    made_one(desk, gone, into)
    first = last_act(desk).id
    third = a_group(desk, name="Serenity at last")
    made_one(desk, into, third)
    second = last_act(desk).id
    who: dict[str, Any] = {"actor": "user:1", "reason": "", "now": NOW + dt.timedelta(days=1)}
    with pytest.raises(StaleError, match="undo that first"), desk.database.unit_of_work() as session:
        revert(session, first, **who)
    with desk.database.unit_of_work() as session:
        revert(session, second, **who)
        revert(session, first, **who)
    assert [len(listings(desk, each)) for each in (gone, into, third)] == [2, 1, 1]
    with pytest.raises(StaleError, match="undo that first"), desk.database.unit_of_work() as session:
        revert(session, first, **who)


def test_whoever_may_not_edit_all_of_both_takes_nothing_back(desk: Desk, two: tuple[int, int]) -> None:
    foreign = a_group(desk, body="foreign", name="Serenity of others")
    assert made_one(desk, two[0], foreign, who="administrator")[0] == 303
    act = last_act(desk).id
    assert desk.client("moderator").get(f"/moderate/acts/{act}").status_code == 404
    assert desk.client("administrator").get(f"/moderate/acts/{act}").status_code == 200


def test_the_check_names_what_is_left_in_a_group_that_is_gone(desk: Desk, two: tuple[int, int]) -> None:
    gone, into = two
    made_one(desk, gone, into)
    with desk.database.unit_of_work() as session:
        add_contact(session, gone, ROBIN)
    assert [fault for fault in whole(desk) if re.fullmatch(r"Contact \d+ belongs to a group that became .*", fault)]
