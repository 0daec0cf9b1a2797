"""Deciding: one winner, nothing over newer data, part of it, two people, a date, undo."""

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, update

from finder.directory.check import faults
from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.directory.revert import TooLateError
from finder.domain.asked import fields_of
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import Action, AlreadyDecidedError, Kind, StaleError, Status
from finder.domain.roles import Role
from finder.domain.vocabulary import AddressVisibility
from finder.review.case import read_case, timeline
from finder.review.decisions import Decision, apply_scheduled, decide, undo
from finder.review.queue import QueueQuestion, claim, list_queue, release
from finder.store.accounts import Grant, User
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from finder.store.people import Contact
from finder.store.review import Submission
from finder.store.shelf import PublicListing
from tests.conftest import NOW
from tests.factories import a_listing, a_location
from tests.review.people import (
    HEAD,
    SUBMITTER,
    a_body,
    a_published,
    a_request,
    a_user,
    an_administrator,
    in_queue,
    looking,
    mails,
    seen_as,
    send,
    submission,
)

LATER = NOW + dt.timedelta(hours=1)


def decided(database: Database, reference: str, action: Action = Action.APPROVE, **changes: object) -> Status:
    with database.unit_of_work() as session:
        decision = looking(session, reference, action, **changes)
        return decide(session, reference, decision, by=an_administrator(session), letterhead=HEAD, now=LATER)


def a_change(database: Database, asked: Mapping[str, object], **listing: object) -> tuple[str, int]:
    with database.unit_of_work() as session:
        meeting = a_published(session, **listing)
    return in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=meeting.slug, asked=dict(asked))), meeting.id


def fields(database: Database, number: int) -> dict[str, object]:
    with database.reading() as session:
        return fields_of(draft_of(next(read_register(session, [number]))))


def test_an_approved_new_meeting_is_on_the_shelf_and_its_group_has_a_contact(database: Database) -> None:
    reference = in_queue(database, a_request(contact_name="Robin K."))
    assert decided(database, reference) is Status.APPROVED
    with database.reading() as session:
        row = submission(session, reference)
        listing = session.get_one(PublicListing, row.meeting_id)
        assert not listing.gone
        assert SUBMITTER not in listing.document
        assert session.execute(select(Contact.email)).scalar_one() == SUBMITTER
        assert session.get_one(Meeting, row.meeting_id).confirmed_at == LATER
        assert list(faults(session)) == []
    assert any("approved and in the finder now" in mail for mail in mails(database))


def test_nobody_comes_to_answer_for_a_group_by_giving_its_name(database: Database) -> None:
    decided(database, in_queue(database, a_request()))
    again = fields_of(a_listing(name="Another Evening"))
    decided(database, in_queue(database, a_request(asked=again, email="kim@example.org")))
    with database.reading() as session:
        groups = session.execute(select(Meeting.group_id).order_by(Meeting.id)).scalars().all()
        assert len(set(groups)) == 2
        answering = session.execute(select(Contact.email, Contact.group_id).order_by(Contact.id)).all()
        assert list(answering) == [(SUBMITTER, groups[0]), ("kim@example.org", groups[1])]


def test_a_new_listing_belongs_to_the_body_and_the_region_of_its_neighbours(database: Database) -> None:
    with database.unit_of_work() as session:
        neighbour = a_published(session, service_body="Lone Star > Capital Area")
    asked = {**fields_of(a_listing()), "region": []}
    reference = in_queue(database, a_request(asked=asked))
    decided(database, reference)
    with database.reading() as session:
        made = session.get_one(Meeting, submission(session, reference).meeting_id)
        assert (made.service_body_id, made.region_id) == (neighbour.service_body_id, neighbour.region_id)


def test_no_request_moves_a_listing_to_another_service_body(database: Database) -> None:
    reference, number = a_change(database, {"service_body": "Elsewhere", "start": "20:00"}, service_body="Capital Area")
    decided(database, reference)
    after = fields(database, number)
    assert (after["service_body"], after["start"]) == ("Capital Area", "20:00")


def test_what_no_column_holds_is_refused_before_it_is_stored(database: Database) -> None:
    for name in ("name", "program", "notes", "conference_url", "formatted_address"):
        asked = {**fields_of(a_listing()), name: "x" * 20_000}
        with pytest.raises(BadInputError) as refused:
            send(database, a_request(asked=asked))
        assert refused.value.parameter == name


def test_of_fifty_who_decide_at_once_one_wins_and_one_mail_goes_out(database: Database) -> None:
    reference = in_queue(database)
    with database.unit_of_work() as session:
        by = [an_administrator(session) for _ in range(8)]
        seen = looking(session, reference)

    def attempt(number: int) -> str:
        decision = seen if number % 2 else replace(seen, action=Action.REJECT, text="A duplicate.")
        try:
            with database.unit_of_work() as session:
                decide(session, reference, decision, by=by[number % 8], letterhead=HEAD, now=LATER)
        except AlreadyDecidedError as refused:
            return str(refused)
        return "won"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(50)))
    assert outcomes.count("won") == 1
    [told] = set(outcomes) - {"won"}
    assert "Moderator" in told
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(Meeting)).scalar_one() <= 1
        decisions = select(func.count()).where(OutboxMail.key.like("decision:%"))
        assert session.execute(decisions).scalar_one() == 1
        assert list(faults(session)) == []


def test_nothing_is_approved_over_newer_data_and_both_texts_are_told(database: Database) -> None:
    reference, number = a_change(database, {"start": "20:00"})
    with database.unit_of_work() as session:
        by, decision = an_administrator(session), looking(session, reference)
        held = draft_of(next(read_register(session, [number])))
        changed = replace(held, schedule=replace(held.schedule, start=dt.time(18, 30)))
        revise(session, number, changed, actor="user:1", reason="", now=NOW)
    with database.unit_of_work() as session, pytest.raises(StaleError) as refused:
        decide(session, reference, decision, by=by, letterhead=HEAD, now=LATER)
    assert refused.value.now == {"start": "18:30"}
    with database.reading() as session:
        case = read_case(session, reference, viewer=by, now=LATER)
        [compared] = case.compared
        assert (compared.then, compared.now, compared.asked, compared.clash) == ("19:00", "18:30", "20:00", True)
    assert decided(database, reference) is Status.APPROVED
    assert fields(database, number)["start"] == "20:00"


def test_a_part_is_taken_in_the_moderators_words_and_the_submitters_stay_beside(database: Database) -> None:
    asked = {"start": "20:00", "notes": "ring teh bell", "name": "Not this"}
    reference, number = a_change(database, asked)
    accepted = frozenset({"start", "notes"})
    decided(database, reference, accepted=accepted, edited={"notes": "Ring the bell."}, text="The name stays.")
    after = fields(database, number)
    assert (after["start"], after["notes"]) == ("20:00", "Ring the bell.")
    assert after["name"] != "Not this"
    with database.reading() as session:
        row = submission(session, reference)
        assert row.asked == asked
        assert row.edited == {"notes": "Ring the bell."}
        assert row.accepted == {"start": "20:00", "notes": "Ring the bell."}


def test_a_rejection_and_a_question_want_words(database: Database) -> None:
    reference = in_queue(database)
    for action in (Action.REJECT, Action.ASK):
        with pytest.raises(BadInputError):
            decided(database, reference, action)
    assert decided(database, reference, Action.REJECT, text="Listed already.") is Status.REJECTED
    assert any("Listed already." in mail for mail in mails(database))
    with database.reading() as session:
        newest = timeline(session, submission_id=submission(session, reference).id)[0]
    assert (newest.act, newest.reason) == ("reject", "Listed already.")
    with pytest.raises(AlreadyDecidedError):
        decided(database, reference)


def test_protected_listings_need_two_people(database: Database) -> None:
    asked = fields_of(a_listing(location=a_location(address_visibility=AddressVisibility.AREA)))
    reference = in_queue(database, a_request(asked=asked))
    with database.unit_of_work() as session:
        first = an_administrator(session)
        decide(session, reference, looking(session, reference), by=first, letterhead=HEAD, now=LATER)
        assert submission(session, reference).status is Status.SECOND_LOOK
        assert session.execute(select(func.count()).select_from(Meeting)).scalar_one() == 0
    with database.unit_of_work() as session, pytest.raises(BadInputError, match="another person"):
        decide(session, reference, looking(session, reference), by=first, letterhead=HEAD, now=LATER)
    assert decided(database, reference) is Status.APPROVED
    with database.reading() as session:
        [document] = session.execute(select(PublicListing.document)).scalars()
        assert "12 Example Street" not in document


@pytest.mark.parametrize("gone", ["closed", "removed", "other role"])
def test_an_approval_counts_no_more_of_somebody_who_may_not_decide_any_more(database: Database, gone: str) -> None:
    asked = fields_of(a_listing(location=a_location(address_visibility=AddressVisibility.AREA)))
    reference = in_queue(database, a_request(asked=asked))
    with database.unit_of_work() as session:
        first = an_administrator(session)
        decide(session, reference, looking(session, reference), by=first, letterhead=HEAD, now=LATER)
        if gone == "closed":
            session.execute(update(User).where(User.id == first.user_id).values(active=False))
        elif gone == "removed":
            session.execute(update(Submission).values(first_approver=None))
        else:
            session.execute(delete(Grant).where(Grant.user_id == first.user_id))
    with database.unit_of_work() as session:
        second = an_administrator(session)
        assert not read_case(session, reference, viewer=second, now=LATER).first_stands
        decide(session, reference, looking(session, reference), by=second, letterhead=HEAD, now=LATER)
        assert submission(session, reference).first_approver == second.user_id
        assert submission(session, reference).status is Status.SECOND_LOOK
        assert session.execute(select(func.count()).select_from(Meeting)).scalar_one() == 0
    with database.unit_of_work() as session, pytest.raises(BadInputError, match="another person"):
        decide(session, reference, looking(session, reference), by=second, letterhead=HEAD, now=LATER)
    assert decided(database, reference) is Status.APPROVED


def test_an_exception_a_closing_and_a_confirmation_do_what_they_say(database: Database) -> None:
    with database.unit_of_work() as session:
        meeting = a_published(session)
    away = {"exception_kind": "cancelled", "first_date": "2026-03-17", "last_date": "2026-03-24", "note": "Painting"}
    decided(database, in_queue(database, a_request(kind=Kind.EXCEPTION, meeting_slug=meeting.slug, asked=away)))
    with database.reading() as session:
        document = session.get_one(PublicListing, meeting.id).document
    assert '"2026-03-17"' in document
    assert "Painting" in document
    decided(database, in_queue(database, a_request(kind=Kind.CONFIRM, meeting_slug=meeting.slug, asked={})))
    with database.reading() as session:
        assert session.get_one(Meeting, meeting.id).confirmed_at == LATER
    decided(database, in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=meeting.slug, asked={})))
    with database.reading() as session:
        assert session.get_one(PublicListing, meeting.id).gone
        assert list(faults(session)) == []


def test_an_approval_is_undone_and_the_listing_is_as_before(database: Database) -> None:
    reference, number = a_change(database, {"name": "Renamed", "group_name": "Courage Group", "group_notes": "New"})
    before = fields(database, number)
    decided(database, reference)
    assert fields(database, number)["group_notes"] == "New"
    with database.unit_of_work() as session:
        by = an_administrator(session)
        undo(session, reference, by=by, reason="A mistake", letterhead=HEAD, now=LATER)
        assert submission(session, reference).status is Status.UNDONE
    assert fields(database, number) == before
    with database.unit_of_work() as session, pytest.raises(AlreadyDecidedError):
        undo(session, reference, by=by, reason="", letterhead=HEAD, now=LATER)


@pytest.mark.parametrize(
    ("action", "said", "status"),
    [
        (Action.REJECT, {"text": "It is listed already."}, Status.REJECTED),
        (Action.MERGE, {}, Status.MERGED),
        (Action.APPROVE, {"on": (NOW + dt.timedelta(days=10)).date()}, Status.SCHEDULED),
    ],
)
def test_what_was_decided_by_mistake_waits_in_its_place_again(
    database: Database, action: Action, said: dict[str, object], status: Status
) -> None:
    reference, number = a_change(database, {"start": "20:00"})
    with database.reading() as session:
        since = submission(session, reference).waiting_since
    assert decided(database, reference, action, **said) is status
    with database.unit_of_work() as session:
        by = an_administrator(session)
        undo(session, reference, by=by, reason="The wrong one", letterhead=HEAD, now=LATER)
        row = submission(session, reference)
        assert (row.status, row.waiting_since) == (Status.PENDING, since)
        assert (row.decided_by, row.decided_at, row.reason) == (None, None, "")
        assert list(faults(session)) == []
    assert "It waits for a decision as before" in mails(database)[-1]
    assert "The wrong one" in mails(database)[-1]
    assert decided(database, reference) is Status.APPROVED
    assert fields(database, number)["start"] == "20:00"


def test_a_rejection_of_a_month_ago_stays(database: Database) -> None:
    reference, _ = a_change(database, {"start": "20:00"})
    decided(database, reference, Action.REJECT, text="No.")
    late = LATER + dt.timedelta(days=30, seconds=1)
    with database.unit_of_work() as session:
        by = an_administrator(session)
        with pytest.raises(TooLateError):
            undo(session, reference, by=by, reason="", letterhead=HEAD, now=late)


def test_what_is_scheduled_takes_effect_on_its_date_or_comes_back_when_it_no_longer_fits(database: Database) -> None:
    on = (NOW + dt.timedelta(days=10)).date()
    reference, number = a_change(database, {"start": "20:00"})
    other, changed = a_change(database, {"start": "20:00"})
    assert decided(database, reference, on=on) is Status.SCHEDULED
    decided(database, other, on=on)
    assert fields(database, number)["start"] == "19:00"
    with database.unit_of_work() as session:
        held = draft_of(next(read_register(session, [changed])))
        schedule = replace(held.schedule, start=dt.time(12))
        revise(session, changed, replace(held, schedule=schedule), actor="user:1", reason="", now=NOW)
        late = NOW + dt.timedelta(days=10)
        assert apply_scheduled(session, reference, letterhead=HEAD, now=late) is Status.APPROVED
        assert apply_scheduled(session, other, letterhead=HEAD, now=late) is Status.PENDING
    assert fields(database, number)["start"] == "20:00"
    assert fields(database, changed)["start"] == "12:00"


def test_requests_about_the_same_meeting_are_settled_together(database: Database) -> None:
    first, _ = a_change(database, {"start": "20:00"})
    with database.reading() as session:
        slug = session.execute(select(Meeting.slug)).scalar_one()
    second = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked={"start": "20:00"}))
    with database.unit_of_work() as session:
        by = an_administrator(session)
        assert [other.reference for other in read_case(session, second, viewer=by, now=NOW).about_same] == [first]
    assert decided(database, second, Action.MERGE, into=first) is Status.MERGED
    with pytest.raises(AlreadyDecidedError):
        decided(database, second, Action.MERGE, into=first)


def test_service_bodies_are_walls(database: Database) -> None:
    with database.unit_of_work() as session:
        region = a_body(session, "Lone Star")
        area, other = a_body(session, "Capital Area", region), a_body(session, "Coast Area", region)
        slug = a_published(session, service_body="Lone Star > Capital Area").slug
        own = seen_as(session, a_user(session, role=Role.MODERATOR, body=area))
        above = seen_as(session, a_user(session, role=Role.MODERATOR, body=region))
        foreign = seen_as(session, a_user(session, role=Role.MODERATOR, body=other))
        reader = seen_as(session, a_user(session, role=Role.READER, body=area))
        weak = seen_as(session, own.user_id, strong=False)
    reference = in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=slug, asked={}))
    with database.unit_of_work() as session:
        for viewer, count in ((own, 1), (above, 1), (foreign, 0), (reader, 0)):
            assert list_queue(session, viewer, QueueQuestion(), now=NOW).total == count
        for viewer in (foreign, reader, weak):
            with pytest.raises(NotFoundError):
                decide(session, reference, looking(session, reference), by=viewer, letterhead=HEAD, now=NOW)
        for viewer in (foreign, reader):
            with pytest.raises(NotFoundError):
                read_case(session, reference, viewer=viewer, now=NOW)
        meeting = session.get_one(Meeting, submission(session, reference).meeting_id)
        meeting.service_body_id = other
        session.flush()
        with pytest.raises(NotFoundError):
            read_case(session, reference, viewer=own, now=NOW)
        assert list_queue(session, foreign, QueueQuestion(), now=NOW).total == 1
        decide(session, reference, looking(session, reference), by=foreign, letterhead=HEAD, now=NOW)


def test_an_unproven_request_is_in_no_queue(database: Database) -> None:
    received = send(database, a_request())
    with database.unit_of_work() as session:
        by = an_administrator(session)
        everything = QueueQuestion(statuses=tuple(Status))
        assert list_queue(session, by, everything, now=NOW).total == 0
        with pytest.raises(NotFoundError):
            read_case(session, received.reference, viewer=by, now=NOW)


def test_the_queue_shows_who_is_on_a_request_for_a_while(database: Database) -> None:
    reference = in_queue(database)
    with database.unit_of_work() as session:
        by = seen_as(session, a_user(session, name="Quinn"))
        claim(session, reference, by=by, revision=submission(session, reference).revision, now=NOW)
    with database.unit_of_work() as session:
        [row] = list_queue(session, by, QueueQuestion(), now=NOW).rows
        assert row.claimed_by == "Quinn"
        [row] = list_queue(session, by, QueueQuestion(), now=NOW + dt.timedelta(hours=1)).rows
        assert row.claimed_by == ""
        release(session, reference, by=by)
        [row] = list_queue(session, by, QueueQuestion(), now=NOW).rows
        assert row.claimed_by == ""


def test_the_queue_filters_searches_and_sorts(database: Database) -> None:
    with database.unit_of_work() as session:
        slug = a_published(session, name="Zebra 100%").slug
        by = an_administrator(session)
    close = in_queue(database, a_request(kind=Kind.CLOSE, meeting_slug=slug, asked={}))
    new = in_queue(database, a_request(asked=fields_of(a_listing(name="Apple"))), now=LATER)

    def found(**question: object) -> list[str]:
        with database.reading() as session:
            return [row.reference for row in list_queue(session, by, QueueQuestion(**question), now=LATER).rows]  # type: ignore[arg-type]

    assert found() == [close, new]
    assert found(order="newest") == [new, close]
    assert found(order="name") == [new, close]
    assert found(kinds=(Kind.CLOSE,)) == [close]
    assert found(words="100%") == [close]
    assert found(words="_") == []
    assert found(words=new.lower()) == [new]
    assert found(mine=True) == []
    assert found(statuses=(Status.APPROVED,)) == []


def test_a_twin_is_pointed_out(database: Database) -> None:
    with database.unit_of_work() as session:
        slug = a_published(session, name="Courage at Seven").slug
        a_published(session, name="Elsewhere", location=a_location(latitude=31.0, name="Far"))
        by = an_administrator(session)
    reference = in_queue(database, a_request(asked=fields_of(a_listing(name="Courage at 7"))))
    with database.reading() as session:
        assert [twin.slug for twin in read_case(session, reference, viewer=by, now=NOW).twins] == [slug]


def test_a_decision_about_a_revision_that_is_past_is_refused(database: Database) -> None:
    reference = in_queue(database)
    old = Decision(action=Action.APPROVE, seen_revision=1)
    with database.unit_of_work() as session:
        by = an_administrator(session)
        with pytest.raises(AlreadyDecidedError):
            decide(session, reference, old, by=by, letterhead=HEAD, now=LATER)
