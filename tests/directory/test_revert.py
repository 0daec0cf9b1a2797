"""Drafts out of the register, groups, and taking acts back."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.audit import last_entry
from finder.directory.check import faults
from finder.directory.draft import audited, draft_of, from_audit
from finder.directory.groups import add_contact, revise_group
from finder.directory.publish import publish, revise, unpublish
from finder.directory.register import read_register
from finder.directory.revert import TooLateError, revert
from finder.domain.asked import changed, fields_of, with_fields
from finder.domain.errors import NotFoundError
from finder.domain.listing import ContactDraft, GroupDraft, ListingDraft
from finder.domain.review import StaleError
from finder.domain.schedule import Override
from finder.domain.vocabulary import OverrideKind
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Contact
from finder.store.shelf import PublicListing
from tests.conftest import NOW
from tests.factories import a_listing, a_schedule

WHO: dict[str, Any] = {"actor": "user:1", "reason": "asked", "now": NOW}


def held(session: Session, number: int) -> ListingDraft:
    row = next(read_register(session, [number]))
    return draft_of(row)


def shelf(session: Session) -> list[tuple[object, ...]]:
    """What the public sees, apart from how new it is."""
    rows = session.execute(select(PublicListing).order_by(PublicListing.id)).scalars()
    return [(row.id, row.slug, row.gone, row.document.replace(f'"revision":{row.revision}', "")) for row in rows]


def test_every_listing_comes_out_of_the_register_as_a_draft_that_changes_nothing(demo_database: Database) -> None:
    with demo_database.unit_of_work() as session:
        before = shelf(session)
        for row in list(read_register(session, list(session.execute(select(Meeting.id).limit(120)).scalars()))):
            draft = draft_of(row)
            assert from_audit(audited(draft)) == draft
            assert with_fields(draft, fields_of(draft)) == draft
            revise(session, row.meeting.id, draft, **WHO)
        assert shelf(session) == before
    with demo_database.reading() as session:
        assert list(faults(session)) == []


def test_a_change_is_taken_back_to_what_was_before(database: Database) -> None:
    exception = Override(
        kind=OverrideKind.CANCELLED, first_date=dt.date(2026, 4, 1), last_date=dt.date(2026, 4, 2), note="Painting"
    )
    draft = a_listing(overrides=(exception,), service_body="Lone Star > Capital Area")
    with database.unit_of_work() as session:
        number = publish(session, draft, **WHO)
        before = shelf(session)
        wanted = replace(held(session, number), name="Another name", schedule=a_schedule(start=dt.time(20)))
        revise(session, number, wanted, **WHO)
        assert shelf(session) != before
        revert(session, last_entry(session), **WHO)
        assert shelf(session) == before


def test_closing_and_publishing_are_taken_back(database: Database) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(), **WHO)
        published, before = last_entry(session), shelf(session)
        unpublish(session, number, **WHO)
        revert(session, last_entry(session), **WHO)
        assert shelf(session) == before
        revert(session, published, **WHO)
        assert session.execute(select(PublicListing.gone)).scalar_one()


def test_what_was_changed_again_is_not_taken_back_over_the_later_change(database: Database) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(), **WHO)
        revise(session, number, replace(held(session, number), name="First"), **WHO)
        first = last_entry(session)
        revise(session, number, replace(held(session, number), name="Second"), **WHO)
        with pytest.raises(StaleError) as refused:
            revert(session, first, **WHO)
        assert refused.value.now["name"] == "Second"
        revert(session, last_entry(session), **WHO)
        revert(session, first, **WHO)


def test_after_thirty_days_nothing_is_taken_back(database: Database) -> None:
    with database.unit_of_work() as session:
        publish(session, a_listing(), **WHO)
        late = {**WHO, "now": NOW + dt.timedelta(days=30, minutes=1)}
        with pytest.raises(TooLateError):
            revert(session, last_entry(session), **late)
        with pytest.raises(NotFoundError):
            revert(session, 10_000, **WHO)


def test_a_local_change_does_not_make_a_source_think_that_its_row_has_changed(database: Database) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(), **WHO)
        before = session.execute(select(Meeting.source_digest)).scalar_one()
        revise(session, number, replace(held(session, number), name="Corrected here"), **WHO)
        assert session.execute(select(Meeting.source_digest)).scalar_one() == before


def test_a_group_is_changed_on_all_its_listings_and_keeps_its_contacts(database: Database) -> None:
    with database.unit_of_work() as session:
        numbers = [publish(session, a_listing(), **WHO) for _ in range(2)]
        rows = list(read_register(session, numbers))
        group = rows[0].group
        assert group is not None
        assert rows[1].group is group
        for _ in range(2):
            add_contact(session, group.id, ContactDraft(name="Robin K.", email="robin@example.org"))
        before = shelf(session)
        assert revise_group(session, group.id, GroupDraft(name="Courage Group", notes="New room"), **WHO)
        assert not revise_group(session, group.id, GroupDraft(name="Courage Group", notes="New room"), **WHO)
        entry = session.get_one(AuditEntry, last_entry(session))
        assert entry.target_kind == "group"
        assert "robin" not in str(entry.after) + str(entry.before)
        assert all('"notes":"New room"' in str(document) for *_, document in shelf(session))
        assert session.execute(select(Contact.email).where(Contact.group_id == group.id)).scalars().all() == [
            "robin@example.org"
        ]
        publish(session, a_listing(group=GroupDraft(name="Courage Group", notes="New room")), **WHO)
        assert {row.group.id for row in read_register(session, [*numbers, numbers[-1] + 1]) if row.group} == {group.id}
        unpublish(session, numbers[-1] + 1, **WHO)
        revert(session, entry.id, **WHO)
        assert shelf(session)[:2] == before


def test_fields_go_into_a_draft_and_out_again() -> None:
    draft = a_listing()
    wanted = {**fields_of(draft), "name": "New name", "weekdays": [1, 3], "latitude": 30.5}
    changes = changed(fields_of(draft), wanted)
    assert changes == {"name": "New name", "weekdays": [1, 3], "latitude": 30.5}
    assert fields_of(with_fields(draft, changes)) == wanted
    assert fields_of(with_fields(None, wanted)) == wanted
