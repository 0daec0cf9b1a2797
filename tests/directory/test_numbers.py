"""Numbers that BMLT clients know, and what the shelf tells of its own changes."""

import datetime as dt

from sqlalchemy import select

from finder.directory.batch import Batch, apply_batch
from finder.directory.numbers import bmlt_numbers
from finder.directory.publish import publish, revise, unpublish
from finder.directory.vocabulary_edit import BODIES, REGIONS, NodeDraft, all_nodes, revise_node
from finder.domain.listing import ListingDraft
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.shelf import PublicChange, PublicListing, PublicRevision
from tests.conftest import NOW
from tests.factories import a_listing


def _published(database: Database, *drafts: ListingDraft) -> list[int]:
    with database.unit_of_work() as session:
        return apply_batch(session, Batch(source="A feed", new=drafts), actor="import", reason="", now=NOW)


def _numbers(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.execute(select(Meeting.bmlt_id).order_by(Meeting.id)).scalars())


def _changes(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(PublicChange).order_by(PublicChange.id)).scalars()
        return [(row.kind.value, row.fields) for row in rows]


def test_a_new_listing_keeps_the_number_it_brings_when_it_is_free(database: Database) -> None:
    _published(database, a_listing(bmlt_id=818), a_listing(bmlt_id=None), a_listing(bmlt_id=17))
    assert _numbers(database) == [818, 819, 17]


def test_a_number_that_is_taken_is_given_to_nobody_twice(database: Database) -> None:
    _published(database, a_listing(bmlt_id=818), a_listing(bmlt_id=818))
    _published(database, a_listing(bmlt_id=818))
    assert _numbers(database) == [818, 819, 820]


def test_numbers_that_no_database_could_hold_are_replaced(database: Database) -> None:
    with database.reading() as session:
        assert bmlt_numbers(session, Meeting, [0, -3, 2**31, 5]) == [6, 7, 8, 5]


def test_whoever_follows_the_listings_is_not_told_of_new_names_of_what_they_belong_to(database: Database) -> None:
    """Of five hundred meetings none has changed because their region is called otherwise."""
    _published(database, a_listing(region=("United States", "Texas", "Austin"), service_body="Old Area"))
    before = _changes(database)
    for tree, told in ((REGIONS, "Austin"), (BODIES, "Old Area")):
        with database.unit_of_work() as session:
            number, parent = next(
                (number, parent) for number, (name, parent) in all_nodes(session, tree).items() if name == told
            )
            draft = NodeDraft(name=f"New {told}", parent_id=parent)
            revise_node(session, tree, number, draft, actor="user:1", reason="", now=NOW)
    assert _changes(database) == before
    with database.reading() as session:
        document = session.execute(select(PublicListing.document)).scalar_one()
    assert "New Austin" in document
    assert "New Old Area" in document


def test_a_revision_of_a_listing_leaves_its_number(database: Database) -> None:
    (number,) = _published(database, a_listing(bmlt_id=818))
    with database.unit_of_work() as session:
        revise(session, number, a_listing(name="Another name", bmlt_id=4), actor="import", reason="", now=NOW)
    assert _numbers(database) == [818]


def test_the_shelf_tells_which_parts_changed_but_not_what_they_said(database: Database) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(source_key="k", notes="Ring twice"), actor="import", reason="", now=NOW)
    with database.unit_of_work() as session:
        revise(
            session,
            number,
            a_listing(source_key="k", notes="Ring once", name="New"),
            actor="import",
            reason="",
            now=NOW,
        )
    with database.unit_of_work() as session:
        revise(
            session,
            number,
            a_listing(source_key="k", notes="Ring once", name="New"),
            actor="import",
            reason="",
            now=NOW,
        )
    with database.unit_of_work() as session:
        unpublish(session, number, actor="import", reason="", now=NOW)
    assert _changes(database) == [("new", ""), ("change", "name notes"), ("delete", "")]


def test_a_listing_that_left_keeps_its_numbers_and_nothing_else(database: Database) -> None:
    (number,) = _published(database, a_listing(bmlt_id=818, world_id="G00091078", notes="Ring twice"))
    with database.unit_of_work() as session:
        unpublish(session, number, actor="import", reason="", now=NOW)
    with database.reading() as session:
        row = session.get_one(PublicListing, number)
        assert (row.gone, row.bmlt_id, row.world_id, row.document, row.words) == (True, 818, "G00091078", "", "")


def test_every_revision_has_its_instant(database: Database) -> None:
    later = NOW + dt.timedelta(hours=1)
    with database.unit_of_work() as session:
        number = publish(session, a_listing(), actor="import", reason="", now=later)
    with database.reading() as session:
        listing = session.get_one(PublicListing, number)
        assert session.get_one(PublicRevision, listing.revision).at == later
