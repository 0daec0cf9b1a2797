"""Two groups may be called the same and know nothing of another: each keeps its own listings, words and people."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.audit import last_entry
from finder.directory.check import faults
from finder.directory.draft import audited, digest_of, draft_of, from_audit
from finder.directory.groups import revise_group
from finder.directory.merging import merge_listings
from finder.directory.publish import revise, unpublish
from finder.directory.register import read_register
from finder.directory.revert import revert
from finder.domain.asked import fields_of
from finder.domain.listing import GroupDraft, ListingDraft, public_words
from finder.domain.review import Kind
from finder.domain.roles import Role
from finder.review import manage
from finder.review.decisions import decide, undo
from finder.review.editing_listing import edit_listing
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Contact, Group
from finder.store.shelf import PublicListing
from tests.conftest import NOW
from tests.factories import a_listing
from tests.review.people import (
    HEAD,
    a_body,
    a_published,
    a_request,
    a_user,
    an_administrator,
    in_queue,
    looking,
    secret_mailed,
    seen_as,
    send,
    submission,
)
from tests.web.desk import entrust

LATER = NOW + dt.timedelta(hours=1)
WHO: dict[str, Any] = {"actor": "user:1", "reason": "They rang", "now": LATER}
SERENITY = GroupDraft(name="Serenity")
ROBIN, KIM = "robin@example.org", "kim@example.org"


def approved(database: Database, email: str, *, group: GroupDraft = SERENITY, **changes: Any) -> int:  # noqa: ANN401
    """A new meeting that somebody sent and a moderator approved; gives the listing's id."""
    reference = in_queue(database, a_request(asked=fields_of(a_listing(group=group)), email=email, **changes))
    return decided(database, reference)


def decided(database: Database, reference: str, **changes: Any) -> int:  # noqa: ANN401
    with database.unit_of_work() as session:
        decision = looking(session, reference, **changes)
        decide(session, reference, decision, by=an_administrator(session), letterhead=HEAD, now=LATER)
        return submission(session, reference).meeting_id or 0


def held(session: Session, number: int) -> ListingDraft:
    return draft_of(next(read_register(session, [number])))


def group_of(database: Database, number: int) -> int:
    with database.reading() as session:
        return session.execute(select(Meeting.group_id).where(Meeting.id == number)).scalar_one() or 0


def answering(database: Database) -> dict[str, set[int]]:
    """The groups that people answer for, by their addresses."""
    with database.reading() as session:
        rows = session.execute(select(Contact.email, Contact.group_id)).all()
    return {email: {group for address, group in rows if address == email} for email, _ in rows}


def managed_by(database: Database, email: str) -> set[int]:
    """The listings that the link opens which is mailed to *email*."""
    with database.unit_of_work() as session:
        manage.ask_for_link(session, email, letterhead=HEAD, network=email, now=LATER)
    with database.unit_of_work() as session:
        opened = manage.open_link(session, secret_mailed(database, "manage"), now=LATER)
    with database.reading() as session:
        found = manage.managed(session, opened, now=LATER)
        return {each.listing.id for group in found.groups for each in group.listings}


def whole(database: Database) -> list[str]:
    with database.reading() as session:
        return list(faults(session))


@pytest.fixture
def two(database: Database) -> tuple[int, int]:
    """Listings of two groups called the same, which Robin and Kim sent."""
    return approved(database, ROBIN), approved(database, KIM)


def test_two_who_never_met_have_two_groups_and_each_manages_their_own(database: Database, two: tuple[int, int]) -> None:
    mine, theirs = two
    groups = group_of(database, mine), group_of(database, theirs)
    assert groups[0] != groups[1]
    assert answering(database) == {ROBIN: {groups[0]}, KIM: {groups[1]}}
    assert managed_by(database, ROBIN) == {mine}
    assert managed_by(database, KIM) == {theirs}
    assert whole(database) == []


def test_the_words_of_one_leave_the_other(database: Database, two: tuple[int, int]) -> None:
    mine, theirs = two
    groups = group_of(database, mine), group_of(database, theirs)
    with database.unit_of_work() as session:
        before = session.get_one(PublicListing, theirs).document
        assert revise_group(session, groups[0], replace(SERENITY, notes="New room"), **WHO)
        revise_act = last_entry(session)
    with database.unit_of_work() as session:
        assert held(session, mine).group == GroupDraft(
            name="Serenity", notes="New room", own=own_of(session, groups[0])
        )
        assert session.get_one(PublicListing, theirs).document == before
        revert(session, revise_act, **WHO)
        assert public_words(held(session, mine).group) == public_words(SERENITY)
    assert (group_of(database, mine), group_of(database, theirs)) == groups
    assert whole(database) == []


def own_of(session: Session, group: int) -> str:
    return session.get_one(Group, group).own


def test_the_second_listing_of_somebody_joins_their_group(database: Database, two: tuple[int, int]) -> None:
    mine, theirs = two
    again = approved(database, KIM, group=GroupDraft(name="SERENITY "))
    assert group_of(database, again) == group_of(database, theirs)
    assert managed_by(database, KIM) == {theirs, again}
    assert managed_by(database, ROBIN) == {mine}
    with database.reading() as session:
        assert public_words(held(session, again).group) == public_words(SERENITY)


def test_another_name_or_other_words_are_another_group(database: Database) -> None:
    first = approved(database, ROBIN, group=GroupDraft(name="Serenity", notes="Room 2"))
    same = approved(database, ROBIN)  # what was not given is no difference
    other = approved(database, ROBIN, group=GroupDraft(name="Serenity", notes="Room 9"))
    named = approved(database, ROBIN, group=GroupDraft(name="Courage"))
    groups = [group_of(database, each) for each in (first, same, other, named)]
    assert groups[0] == groups[1]
    assert len(set(groups)) == 3
    assert answering(database) == {ROBIN: set(groups)}


def test_who_answers_for_a_group_no_more_joins_it_no_more(database: Database, two: tuple[int, int]) -> None:
    with database.unit_of_work() as session:
        session.delete(session.execute(select(Contact).where(Contact.email == KIM)).scalar_one())
    again = approved(database, KIM)
    assert group_of(database, again) not in {group_of(database, each) for each in two}


def test_a_listing_sent_from_a_groups_page_joins_that_group_and_no_other(
    database: Database, two: tuple[int, int]
) -> None:
    mine, theirs = two
    own, foreign = group_of(database, mine), group_of(database, theirs)
    with database.unit_of_work() as session:
        revise_group(session, own, GroupDraft(name="Serenity Now", notes="Renamed meanwhile"), **WHO)
    sent: dict[str, Any] = {"proven_email": True, "group_id": own}
    again = approved(database, ROBIN, **sent)
    assert group_of(database, again) == own
    with database.reading() as session:
        assert held(session, again).group == held(session, mine).group
    forged = approved(database, ROBIN, **{**sent, "group_id": foreign})
    assert group_of(database, forged) not in {own, foreign}
    renamed = in_queue(database, a_request(asked=fields_of(a_listing(group=SERENITY)), email=ROBIN, **sent))
    assert group_of(database, decided(database, renamed, edited={"group_name": "Courage"})) not in {own, foreign}


def test_a_listing_joins_the_group_that_a_source_brought(database: Database) -> None:
    with database.unit_of_work() as session:
        brought = a_published(session, group=SERENITY)
        session.add(Contact(group_id=brought.group_id, email=ROBIN))
        key = session.get_one(Group, brought.group_id).key
    again = approved(database, ROBIN)
    assert group_of(database, again) == brought.group_id
    with database.unit_of_work() as session:
        revise(session, again, replace(held(session, again), notes="Ours."), **WHO)
        assert session.get_one(Group, brought.group_id).key == key  # its source finds it as before
    assert group_of(database, again) == brought.group_id
    assert whole(database) == []


def test_undoing_and_doing_again_leads_back_to_the_same_group(database: Database) -> None:
    reference = in_queue(database, a_request(asked=fields_of(a_listing(group=SERENITY)), email=ROBIN))
    number = decided(database, reference)
    group = group_of(database, number)
    approved(database, KIM)
    with database.unit_of_work() as session:
        undo(session, reference, by=an_administrator(session), reason="A slip", letterhead=HEAD, now=LATER)
        undone = last_entry_of(session, "unpublish")
    with database.unit_of_work() as session:
        revise_group(session, group, replace(SERENITY, notes="New room"), **WHO)
        revert(session, undone, **WHO)
        assert held(session, number).group == GroupDraft(name="Serenity", notes="New room", own=own_of(session, group))
    assert group_of(database, number) == group
    assert whole(database) == []


def last_entry_of(session: Session, act: str) -> int:
    return max(session.execute(select(AuditEntry.id).where(AuditEntry.act == act)).scalars())


def test_a_change_that_was_asked_for_and_its_undoing_stay_in_the_group(
    database: Database, two: tuple[int, int]
) -> None:
    mine, theirs = two
    group = group_of(database, mine)
    with database.reading() as session:
        slug, before = session.get_one(Meeting, mine).slug, fields_of(held(session, theirs))
    asked = {"group_name": "Serenity at Noon", "notes": "Ring twice."}
    reference = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked=asked, email=ROBIN))
    decided(database, reference)
    with database.reading() as session:
        assert fields_of(held(session, mine))["group_name"] == "Serenity at Noon"
        assert fields_of(held(session, theirs)) == before
    with database.unit_of_work() as session:
        undo(session, reference, by=an_administrator(session), reason="A slip", letterhead=HEAD, now=LATER)
    with database.reading() as session:
        assert fields_of(held(session, mine))["group_name"] == "Serenity"
    assert group_of(database, mine) == group
    assert whole(database) == []


def test_a_change_to_the_name_of_another_group_does_not_join_it(database: Database) -> None:
    with database.unit_of_work() as session:
        one, other = a_published(session, source_key="", group=SERENITY), a_published(session, group=None)
        session.add(Contact(group_id=one.group_id, email=ROBIN))
        courage = a_published(session, source_key="", group=GroupDraft(name="Courage"))
    for slug in (other.slug, courage.slug):
        sent = a_request(kind=Kind.CHANGE, meeting_slug=slug, asked={"group_name": "Serenity"}, email=ROBIN)
        decided(database, in_queue(database, sent))
    groups = [group_of(database, each.id) for each in (one, other, courage)]
    assert len(set(groups)) == 3
    assert groups[2] == courage.group_id
    assert managed_by(database, ROBIN) == {one.id}
    assert whole(database) == []


def test_moderators_who_edit_one_listing_leave_it_in_its_group(database: Database, two: tuple[int, int]) -> None:
    mine, theirs = two
    groups = group_of(database, mine), group_of(database, theirs)
    with database.unit_of_work() as session:
        row = session.get_one(Meeting, mine)
        asked = {"group_name": "Serenity at Noon", "notes": "Ring twice."}
        by, seen = an_administrator(session), row.revision
        edit_listing(session, row.slug, asked, seen=seen, by=by, reason="They rang", now=LATER)
    assert (group_of(database, mine), group_of(database, theirs)) == groups
    with database.reading() as session:
        assert [fields_of(held(session, each))["group_name"] for each in two] == ["Serenity at Noon", "Serenity"]


def test_a_listing_that_leaves_a_shared_group_has_one_of_its_own(database: Database) -> None:
    first, second = approved(database, ROBIN), approved(database, ROBIN)
    other = approved(database, KIM, group=GroupDraft(name="Courage"))
    with database.unit_of_work() as session:
        body = a_body(session, "Capital Area")
        entrust(session, first, body)
        moderator = seen_as(session, a_user(session, role=Role.MODERATOR, body=body))
        row = session.get_one(Meeting, first, populate_existing=True)
        asked = {"group_name": "Courage"}
        edit_listing(session, row.slug, asked, seen=row.revision, by=moderator, reason="They rang", now=LATER)
    groups = [group_of(database, each) for each in (first, second, other)]
    assert len(set(groups)) == 3
    assert managed_by(database, KIM) == {other}


def test_merging_two_listings_and_parting_them_keeps_their_groups(database: Database, two: tuple[int, int]) -> None:
    mine, theirs = two
    groups = group_of(database, mine), group_of(database, theirs)
    with database.unit_of_work() as session:
        merge_listings(session, mine, into=theirs, **WHO)
        revert(session, last_entry(session), **WHO)
    assert (group_of(database, mine), group_of(database, theirs)) == groups
    assert whole(database) == []


def test_what_a_group_is_called_in_private_is_in_no_document(database: Database, two: tuple[int, int]) -> None:
    with database.unit_of_work() as session:
        for number in two:
            group = session.get_one(Group, group_of(database, number))
            assert group.own
            assert group.own not in session.get_one(PublicListing, number).document
            assert from_audit(audited(held(session, number))).group == held(session, number).group
            unpublish(session, number, **WHO)
    draft = a_listing(group=SERENITY)
    assert "own" not in audited(draft)["group"]
    assert digest_of(draft) != digest_of(replace(draft, group=replace(SERENITY, own="somebody")))


def test_a_proven_address_alone_joins_a_group(database: Database, two: tuple[int, int]) -> None:
    reference = send(database, a_request(asked=fields_of(a_listing(group=SERENITY)), email="")).reference
    number = decided(database, reference)
    assert group_of(database, number) not in {group_of(database, each) for each in two}
    assert set(answering(database)) == {ROBIN, KIM}
