import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from finder.directory import audit, check
from finder.directory.batch import Batch, apply_batch, held_listings
from finder.directory.draft import digest_of
from finder.directory.publish import override_location, publish, rename_slug, revise, unpublish
from finder.domain.errors import BadInputError
from finder.domain.listing import ContactDraft, GroupDraft, ListingDraft
from finder.domain.schedule import Override
from finder.domain.vocabulary import AddressVisibility, JoinPolicy, OverrideKind
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.place import Location, Region
from finder.store.shelf import PublicListing
from finder.store.shelf_reader import ShelfReader
from tests.conftest import NOW
from tests.factories import a_listing, a_location


def put(database: Database, *drafts: ListingDraft) -> list[int]:
    with database.unit_of_work() as session:
        return apply_batch(session, Batch(source="Test", new=drafts), actor="test", reason="", now=NOW)


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return list(check.faults(session))


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def shelf(database: Database) -> ShelfReader:
    return ShelfReader(database.url)


def document(database: Database, number: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(shelf(database).documents([number])[number])
    return found


def test_rows_that_mean_the_same_share_group_location_and_regions(database: Database) -> None:
    put(database, a_listing(), a_listing(location=a_location(name="LARKSPUR  hall")), a_listing())
    assert (count(database, Meeting), count(database, Group), count(database, Location)) == (3, 1, 1)
    assert count(database, Region) == 3
    assert faults(database) == []


def test_locations_whose_notes_differ_keep_their_notes(database: Database) -> None:
    put(database, a_listing(), a_listing(location=a_location(notes="Ring the bell.")))
    assert count(database, Location) == 2


def test_two_listings_of_one_name_get_slugs_of_their_own(database: Database) -> None:
    put(database, a_listing(name="Noon", slug="noon"), a_listing(name="Noon", slug="noon"))
    put(database, a_listing(name="Noon", slug="noon"))
    with database.reading() as session:
        assert set(session.execute(select(Meeting.slug)).scalars()) == {"noon", "noon-2", "noon-3"}


def test_slugs_stay_within_their_length_when_numbered(database: Database) -> None:
    put(database, *(a_listing(slug="x" * 64) for _ in range(12)))
    with database.reading() as session:
        slugs = list(session.execute(select(Meeting.slug)).scalars())
    assert len(set(slugs)) == 12
    assert max(map(len, slugs)) == 64


def test_an_area_only_address_leaves_nothing_of_the_street_on_the_shelf(database: Database) -> None:
    hidden = a_location(
        name="Qwxzsentinelhall",
        formatted_address="77 Qwxzsentinel Road, Austin, TX 78799, USA",
        street="77 Qwxzsentinel Road",
        unit="Qwxzunit",
        postal_code="78799",
        latitude=30.31111,
        longitude=-97.71111,
        notes="Qwxznotes",
        access_notes="Qwxzaccess",
        address_visibility=AddressVisibility.AREA,
    )
    seen, masked = put(database, a_listing(), a_listing(location=hidden))
    text = json.dumps(document(database, masked)).lower()
    assert "qwxz" not in text
    assert "78799" not in text
    assert "30.311" not in text
    with database.reading() as session:
        row = session.get_one(PublicListing, masked)
        assert "qwxz" not in row.words
        assert (row.latitude, row.longitude) == (30.267, -97.743)  # the region's centre, from public points alone
        assert row.location_id == 0
        assert session.get_one(PublicListing, seen).location_id


def test_joining_on_request_keeps_link_phone_and_notes_off_the_shelf(database: Database) -> None:
    joining = {"conference_url": "https://zoom.us/j/qwxz", "conference_phone": "555-0101"}
    notes = {"conference_url_notes": "Qwxz first", "conference_phone_notes": "Press qwxz"}
    for told in (joining, notes, joining | notes):
        (number,) = put(database, a_listing(**told, join_policy=JoinPolicy.ON_REQUEST))
        assert document(database, number)["conference"] is None
        assert "qwxz" not in json.dumps(document(database, number)).casefold()


def test_contacts_are_neither_on_the_shelf_nor_in_the_audit_chain(database: Database) -> None:
    contact = ContactDraft(name="Qwxz P.", email="qwxz@example.org", phone="555-0199")
    (number,) = put(database, a_listing(group=GroupDraft(name="Courage", contacts=(contact,))))
    assert "qwxz" not in json.dumps(document(database, number)).lower()
    with database.reading() as session:
        entry = session.execute(select(AuditEntry).where(AuditEntry.act == "publish")).scalar_one()
        assert "qwxz" not in json.dumps(entry.after).lower()


def test_a_changed_listing_keeps_its_slug_and_raises_its_revision(database: Database) -> None:
    draft = a_listing(slug="noon", formats=("open", "women"))
    (number,) = put(database, draft)
    changed = replace(draft, name="Noon and Night", formats=("closed",))
    with database.unit_of_work() as session:
        batch = Batch(source="Test", changed=((number, changed),))
        apply_batch(session, batch, actor="test", reason="", now=NOW)
    now = document(database, number)
    assert (now["slug"], now["name"], now["formats"]) == ("noon", "Noon and Night", ["closed"])
    with database.reading() as session:
        assert session.get_one(Meeting, number).revision == 2
        assert held_listings(session, "Test")[draft.source_key].digest == digest_of(changed)
    assert faults(database) == []


def test_a_batch_without_changes_leaves_the_revision_as_it_is(database: Database) -> None:
    before = shelf(database).revision()
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Test"), actor="test", reason="", now=NOW)
    assert shelf(database).revision() == before


def test_an_unknown_program_is_refused_and_nothing_is_kept(database: Database) -> None:
    with pytest.raises(BadInputError, match="no program 'nowhere'"):
        put(database, a_listing(), a_listing(program="nowhere"))
    assert count(database, Meeting) == 0
    assert count(database, Location) == 0


def test_what_is_unpublished_leaves_the_shelf_and_says_so_to_snapshots(database: Database) -> None:
    (number,) = put(database, a_listing())
    revision = shelf(database).revision().directory
    with database.unit_of_work() as session:
        unpublish(session, number, actor="test", reason="closed for good", now=NOW)
    assert shelf(database).documents([number]) == {}
    assert [row[:2] for row in shelf(database).rows_since(revision)] in ([(number, 1)], [(number, True)])
    assert faults(database) == []


def test_publish_and_revise_write_one_listing_each(database: Database) -> None:
    draft = a_listing(slug="alone")
    with database.unit_of_work() as session:
        number = publish(session, draft, actor="user:1", reason="approved", now=NOW)
    with database.unit_of_work() as session:
        revise(session, number, replace(draft, notes="New door code"), actor="user:1", reason="approved", now=NOW)
    assert document(database, number)["notes"] == "New door code"
    with database.reading() as session:
        acts = session.execute(select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert [tuple(act) for act in acts] == [("revise", "user:1"), ("publish", "user:1")]


def test_a_retired_slug_leads_to_the_new_one_and_is_never_given_again(database: Database) -> None:
    (number,) = put(database, a_listing(slug="old-name"))
    with database.unit_of_work() as session:
        assert rename_slug(session, number, "New name", actor="test", reason="", now=NOW) == "new-name"
    (other,) = put(database, a_listing(slug="old-name"))
    assert shelf(database).successor("meeting", "old-name") == "new-name"
    assert document(database, other)["slug"] == "old-name-2"
    assert faults(database) == []


def test_an_exception_of_a_building_covers_every_meeting_there(database: Database) -> None:
    here, there = put(database, a_listing(), a_listing(location=a_location(name="Other Hall")))
    with database.unit_of_work() as session:
        location = session.get_one(Meeting, here).location_id
        assert location is not None
        day = dt.date(2026, 12, 25)
        closed = Override(kind=OverrideKind.CANCELLED, first_date=day, last_date=day, note="Building closed")
        override_location(session, location, closed, actor="test", reason="", now=NOW)
    overrides = document(database, here)["overrides"]
    assert isinstance(overrides, list)
    assert overrides[0]["note"] == "Building closed"
    assert document(database, there)["overrides"] == []
    assert faults(database) == []


def test_check_names_a_shelf_that_differs_from_the_register(database: Database) -> None:
    (number,) = put(database, a_listing())
    with database.unit_of_work() as session:
        session.execute(update(Meeting).values(notes="changed behind the shelf"))
    assert faults(database) == [f"Listing {number} is not on the shelf as the register has it."]


def test_check_names_an_audit_entry_that_was_altered(database: Database) -> None:
    put(database, a_listing())
    with database.unit_of_work() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(actor="user:99"))
    with database.reading() as session:
        assert "Audit entry 2 was altered." in list(audit.faults(session))


def test_the_audit_chain_survives_forgetting_a_text(database: Database) -> None:
    put(database, a_listing())
    with database.unit_of_work() as session:
        session.execute(update(AuditEntry).values(after=None, before=None))
    with database.reading() as session:
        assert list(audit.faults(session)) == []
