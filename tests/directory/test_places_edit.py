"""Places, trees and twins are changed with one act each, and every one of these acts can be taken back."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from finder.directory.audit import last_entry
from finder.directory.check import faults
from finder.directory.merging import merge_listings
from finder.directory.places import location_of, meetings_at, revise_location
from finder.directory.publish import override_location, publish, rename_slug, revise, unpublish
from finder.directory.revert import TooLateError, revert
from finder.directory.vocabulary_edit import BODIES, REGIONS, NodeDraft, Tree, merge_nodes, revise_node
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import ListingDraft
from finder.domain.review import StaleError
from finder.domain.roles import Role
from finder.domain.schedule import Override
from finder.domain.vocabulary import OverrideKind
from finder.store.accounts import Grant
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.place import Region
from finder.store.shelf import PublicListing, PublicVocabulary
from finder.store.shelf_reader import ShelfReader
from tests.conftest import NOW
from tests.factories import a_listing, a_location
from tests.review.people import a_user

WHO: dict[str, Any] = {"actor": "user:1", "reason": "asked", "now": NOW}
CLOSED = Override(
    kind=OverrideKind.CANCELLED, first_date=dt.date(2026, 4, 1), last_date=dt.date(2026, 4, 2), note="Shut"
)
UNDO: dict[str, Any] = {"actor": "user:2", "reason": "taken back", "now": NOW}


def made(session: Session, *drafts: ListingDraft) -> list[int]:
    return [publish(session, draft, **WHO) for draft in drafts]


def place_of(session: Session, meeting: int) -> int:
    number = session.execute(select(Meeting.location_id).where(Meeting.id == meeting)).scalar_one()
    assert number is not None
    return number


def shown(session: Session) -> list[tuple[object, ...]]:
    """What the public sees, apart from how new it is."""
    rows = session.execute(select(PublicListing).order_by(PublicListing.id)).scalars()
    return [(row.id, row.slug, row.gone, row.document.replace(f'"revision":{row.revision}', "")) for row in rows]


def vocabulary(session: Session) -> list[str]:
    statement = select(PublicVocabulary.document).where(PublicVocabulary.kind.in_(["region", "service_body"]))
    return sorted(session.execute(statement).scalars())


def acts(session: Session) -> int:
    return session.execute(select(func.count()).select_from(AuditEntry)).scalar_one()


def holds(database: Database) -> None:
    with database.reading() as session:
        assert list(faults(session)) == []


def named(session: Session, tree: Tree, name: str) -> int:
    return session.execute(select(tree.table.id).where(tree.table.name == name)).scalar_one()


def test_a_new_address_holds_for_every_meeting_there_with_one_act_and_is_taken_back(database: Database) -> None:
    with database.unit_of_work() as session:
        first, second, elsewhere = made(session, a_listing(), a_listing(), a_listing(location=a_location(name="Other")))
        place, before, entries = place_of(session, first), shown(session), acts(session)
        revisions = [session.get_one(Meeting, number).revision for number in (first, second, elsewhere)]
        new = replace(location_of(session, place), street="99 New Street", formatted_address="99 New Street, Austin")
        assert revise_location(session, place, new, **WHO) == place
        assert acts(session) == entries + 1
        documents = {row[0]: str(row[3]) for row in shown(session)}
        assert ["99 New Street" in documents[number] for number in (first, second, elsewhere)] == [True, True, False]
        session.expire_all()
        after = [session.get_one(Meeting, number).revision for number in (first, second, elsewhere)]
        assert [new - old for new, old in zip(after, revisions, strict=True)] == [1, 1, 0]
        assert revise_location(session, place, new, **WHO) == place
        assert acts(session) == entries + 1
        revert(session, last_entry(session), **UNDO)
        assert shown(session) == before
    holds(database)


def test_meetings_follow_the_clock_of_their_place(database: Database) -> None:
    with database.unit_of_work() as session:
        (number,) = made(session, a_listing())
        place = place_of(session, number)
        revise_location(session, place, replace(location_of(session, place), zone="America/Denver"), **WHO)
        session.expire_all()
        assert session.get_one(Meeting, number).zone == "America/Denver"
        revert(session, last_entry(session), **UNDO)
        session.expire_all()
        assert session.get_one(Meeting, number).zone == "America/Chicago"


def test_a_place_that_becomes_like_another_joins_it_and_parts_again(database: Database) -> None:
    with database.unit_of_work() as session:
        first, second = made(session, a_listing(location=a_location(name="Larkspur Hal")), a_listing())
        wrong, right = place_of(session, first), place_of(session, second)
        override_location(session, wrong, CLOSED, **WHO)
        before = shown(session)
        assert revise_location(session, wrong, location_of(session, right), **WHO) == right
        assert meetings_at(session, right) == [first, second]
        assert all("Shut" in str(row[3]) for row in shown(session))
        revert(session, last_entry(session), **UNDO)
        assert shown(session) == before
    holds(database)


@pytest.mark.parametrize(
    "bad", [{"latitude": 91.0}, {"longitude": -181.0}, {"longitude": None}, {"zone": "Mars/Olympus"}]
)
def test_a_place_that_is_nowhere_is_refused(database: Database, bad: dict[str, Any]) -> None:
    with database.unit_of_work() as session:
        place = place_of(session, made(session, a_listing())[0])
        with pytest.raises(BadInputError):
            revise_location(session, place, replace(location_of(session, place), **bad), **WHO)


def test_what_was_changed_again_is_not_taken_back_over(database: Database) -> None:
    with database.unit_of_work() as session:
        place = place_of(session, made(session, a_listing())[0])
        held = location_of(session, place)
        revise_location(session, place, replace(held, unit="2"), **WHO)
        entry = last_entry(session)
        revise_location(session, place, replace(held, unit="3"), **WHO)
        with pytest.raises(StaleError):
            revert(session, entry, **UNDO)
        with pytest.raises(TooLateError):
            revert(session, entry, actor="user:1", reason="", now=NOW + dt.timedelta(days=31))


def test_a_building_is_closed_for_dates_with_one_act_and_opened_by_taking_it_back(database: Database) -> None:
    with database.unit_of_work() as session:
        first, _ = made(session, a_listing(), a_listing())
        before = shown(session)
        override_location(session, place_of(session, first), CLOSED, **WHO)
        entry = last_entry(session)
        assert [str(row[3]).count("Shut") for row in shown(session)] == [1, 1]
        revert(session, entry, **UNDO)
        assert shown(session) == before
        with pytest.raises(StaleError, match="already"):
            revert(session, entry, **UNDO)
    holds(database)


def test_of_two_listings_one_stays_and_the_other_address_leads_to_it_until_taken_back(database: Database) -> None:
    with database.unit_of_work() as session:
        gone, kept = made(session, a_listing(name="Twin"), a_listing(name="Twin"))
        rename_slug(session, gone, "first-name", **WHO)
        before, entries = shown(session), acts(session)
        merge_listings(session, gone, into=kept, **WHO)
        assert acts(session) == entries + 1
    reader = ShelfReader(database.url)
    slug = next(row[1] for row in before if row[0] == kept)
    assert [reader.successor("meeting", old) for old in ("first-name", "twin")] == [slug, slug]
    assert reader.listing("first-name") is None
    with database.unit_of_work() as session:
        revert(session, last_entry(session), **UNDO)
        assert shown(session) == before
    assert [reader.successor("meeting", old) for old in ("first-name", "twin")] == [None, "first-name"]
    reader.close()
    holds(database)


def test_merging_needs_two_published_listings(database: Database) -> None:
    with database.unit_of_work() as session:
        first, second = made(session, a_listing(), a_listing())
        with pytest.raises(BadInputError):
            merge_listings(session, first, into=first, **WHO)
        unpublish(session, second, **WHO)
        for one, other in ((first, second), (second, first)):
            with pytest.raises(NotFoundError):
                merge_listings(session, one, into=other, **WHO)


def test_a_merged_listing_that_came_back_otherwise_is_left_alone(database: Database) -> None:
    with database.unit_of_work() as session:
        draft = a_listing()
        gone, kept = made(session, draft, a_listing())
        merge_listings(session, gone, into=kept, **WHO)
        entry = last_entry(session)
        revise(session, gone, draft, **WHO)
        with pytest.raises(StaleError):
            revert(session, entry, **UNDO)


TREE = ("United States", "Texas", "Austin")


def test_a_region_is_renamed_for_all_listings_below_it_and_its_old_address_leads_to_the_new(database: Database) -> None:
    with database.unit_of_work() as session:
        made(session, a_listing(region=TREE), a_listing(region=("United States", "Utah")))
        before, words = shown(session), vocabulary(session)
        texas = named(session, REGIONS, "Texas")
        parent = session.get_one(Region, texas).parent_id
        assert revise_node(session, REGIONS, texas, NodeDraft(name="Lone Star", parent_id=parent), **WHO)
        documents = [str(row[3]) for row in shown(session)]
        assert ['"slug":"lone-star","name":"Lone Star"' in text for text in documents] == [True, False]
    reader = ShelfReader(database.url)
    assert reader.successor("region", "texas") == "lone-star"
    holds(database)
    with database.unit_of_work() as session:
        revert(session, last_entry(session), **UNDO)
        assert (shown(session), vocabulary(session)) == (before, words)
    assert reader.successor("region", "lone-star") == "texas"
    reader.close()
    holds(database)


def test_a_name_never_parts_the_path_that_it_stands_in(database: Database) -> None:
    with database.unit_of_work() as session:
        made(session, a_listing(region=TREE))
        texas = named(session, REGIONS, "Texas")
        parent = session.get_one(Region, texas).parent_id
        revise_node(session, REGIONS, texas, NodeDraft(name="Plains > Coast", parent_id=parent), **WHO)
        assert session.get_one(Region, texas).name == "Plains › Coast"


def test_a_region_moves_in_the_tree_with_everything_below_it_and_back(database: Database) -> None:
    with database.unit_of_work() as session:
        made(session, a_listing(region=TREE), a_listing(region=("Canada", "Ontario")))
        before = shown(session)
        texas, canada = named(session, REGIONS, "Texas"), named(session, REGIONS, "Canada")
        revise_node(session, REGIONS, texas, NodeDraft(name="Texas", parent_id=canada), **WHO)
        assert '{"slug":"canada","name":"Canada"},{"slug":"texas"' in str(shown(session)[0][3])
        revert(session, last_entry(session), **UNDO)
        assert shown(session) == before
    holds(database)


def test_a_tree_stays_a_tree_without_twins_side_by_side(database: Database) -> None:
    with database.unit_of_work() as session:
        made(session, a_listing(region=TREE), a_listing(region=("United States", "Utah")))
        texas, austin, utah = (named(session, REGIONS, name) for name in ("Texas", "Austin", "Utah"))
        top = session.get_one(Region, texas).parent_id
        for draft in (
            NodeDraft(name="Texas", parent_id=austin),
            NodeDraft(name="Texas", parent_id=texas),
            NodeDraft(name="  ", parent_id=top),
            NodeDraft(name="UTAH", parent_id=top),
        ):
            with pytest.raises(BadInputError):
                revise_node(session, REGIONS, texas, draft, **WHO)
        with pytest.raises(NotFoundError):
            revise_node(session, REGIONS, texas, NodeDraft(name="Texas", parent_id=9999), **WHO)
        with pytest.raises(BadInputError):
            merge_nodes(session, REGIONS, texas, into=austin, **WHO)
        assert not revise_node(session, REGIONS, utah, NodeDraft(name="Utah", parent_id=top), **WHO)


def test_two_regions_become_one_and_two_again(database: Database) -> None:
    with database.unit_of_work() as session:
        made(session, a_listing(region=TREE), a_listing(region=("USA", "Utah")), a_listing(region=("USA",)))
        before, words = shown(session), vocabulary(session)
        usa, states = named(session, REGIONS, "USA"), named(session, REGIONS, "United States")
        merge_nodes(session, REGIONS, usa, into=states, **WHO)
        documents = [str(row[3]) for row in shown(session)]
        assert not any('"USA"' in text for text in documents)
    reader = ShelfReader(database.url)
    assert reader.successor("region", "usa") == "united-states"
    holds(database)
    with database.unit_of_work() as session:
        revert(session, last_entry(session), **UNDO)
        assert (shown(session), vocabulary(session)) == (before, words)
    assert reader.successor("region", "usa") is None
    reader.close()
    holds(database)


def test_two_service_bodies_become_one_with_their_people_and_two_again(database: Database) -> None:
    with database.unit_of_work() as session:
        made(session, a_listing(service_body="Area 1 > District 5"), a_listing(service_body="Area 2"))
        before, words = shown(session), vocabulary(session)
        one, two = named(session, BODIES, "Area 1"), named(session, BODIES, "Area 2")
        moved = a_user(session, role=Role.MODERATOR, body=one)
        both = a_user(session, role=Role.READER, body=one)
        session.execute(insert(Grant).values(user_id=both, role=Role.READER, service_body_id=two))
        grants = held_grants(session)
        merge_nodes(session, BODIES, one, into=two, **WHO)
        assert held_grants(session) == {(moved, Role.MODERATOR, two), (both, Role.READER, two)}
        assert session.execute(select(ServiceBody.parent_id).where(ServiceBody.name == "District 5")).scalar() == two
        revert(session, last_entry(session), **UNDO)
        assert (shown(session), vocabulary(session), held_grants(session)) == (before, words, grants)
    holds(database)


def held_grants(session: Session) -> set[tuple[int, Role, int | None]]:
    found = session.execute(select(Grant.user_id, Grant.role, Grant.service_body_id))
    return {(user_id, role, body_id) for user_id, role, body_id in found}
