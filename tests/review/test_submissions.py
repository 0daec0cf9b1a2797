"""A request from the form to the queue: stored, proven, corresponded about, withdrawn."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from finder.directory.check import faults
from finder.directory.publish import unpublish
from finder.domain.asked import fields_of
from finder.domain.errors import BadInputError, GoneError, NotFoundError, TooManyError
from finder.domain.review import Action, AlreadyDecidedError, Kind, Risk, Status
from finder.domain.vocabulary import AddressVisibility, JoinPolicy
from finder.review import tokens
from finder.review.correspondence import answer, prove, status_of, withdraw
from finder.review.decisions import decide
from finder.review.sending import listing_to_change, submit
from finder.store.database import Database
from finder.store.review import LinkToken, Submission
from finder.store.shelf import DirectoryRevision, PublicListing
from tests.conftest import NOW
from tests.factories import a_listing, a_location
from tests.review.people import (
    HEAD,
    SUBMITTER,
    a_published,
    a_request,
    an_administrator,
    in_queue,
    looking,
    mails,
    secret_mailed,
    send,
    submission,
)

HOUR = dt.timedelta(hours=1)


def test_a_request_is_stored_and_asks_for_proof_and_the_shelf_stays_as_it_is(database: Database) -> None:
    received = send(database, a_request())
    assert received.proof_mailed
    assert received.status_secret == ""
    with database.reading() as session:
        row = submission(session, received.reference)
        assert (row.status, row.email, row.waiting_since) == (Status.UNPROVEN, SUBMITTER, None)
        assert session.execute(select(func.count()).select_from(PublicListing)).scalar_one() == 0
        assert session.execute(select(DirectoryRevision.revision)).scalar() in {None, 1}
        assert list(faults(session)) == []
    [mail] = mails(database)
    assert "/prove/" in mail


def test_a_link_is_kept_as_a_digest_and_works_once(database: Database) -> None:
    send(database, a_request())
    secret = secret_mailed(database, "prove")
    with database.unit_of_work() as session:
        kept = session.execute(select(LinkToken)).scalar_one()
        assert secret not in str(vars(kept))
        assert len(secret) * 6 >= 128
        tokens.look(session, "prove", secret, now=NOW)
        tokens.look(session, "prove", secret, now=NOW)
        prove(session, secret, letterhead=HEAD, now=NOW)
    with database.unit_of_work() as session, pytest.raises(GoneError):
        prove(session, secret, letterhead=HEAD, now=NOW)
    with database.unit_of_work() as session, pytest.raises(NotFoundError):
        prove(session, "made-up", letterhead=HEAD, now=NOW)


def test_an_old_link_is_gone(database: Database) -> None:
    send(database, a_request())
    secret = secret_mailed(database, "prove")
    late = NOW + tokens.LIFETIMES["prove"]
    with database.unit_of_work() as session, pytest.raises(GoneError):
        prove(session, secret, letterhead=HEAD, now=late)


def test_a_form_that_is_sent_twice_is_one_request(database: Database) -> None:
    first = send(database, a_request(form_key="form-1"))
    second = send(database, a_request(form_key="form-1"))
    assert first.reference == second.reference
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(Submission)).scalar_one() == 1
    assert len(mails(database)) == 1


def test_a_change_keeps_the_listing_as_it_was_when_it_was_asked(database: Database) -> None:
    with database.unit_of_work() as session:
        meeting = a_published(session)
        slug, name = meeting.slug, meeting.name
    reference = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked={"start": "20:00"}))
    with database.reading() as session:
        row = submission(session, reference)
        assert row.then is not None
        assert (row.then["start"], row.asked, row.title) == ("19:00", {"start": "20:00"}, name)
        assert (row.status, row.then_revision) == (Status.PENDING, 1)


def test_what_no_listing_can_be_made_of_is_refused_by_its_field(database: Database) -> None:
    asked = fields_of(a_listing())
    for wrong, field in (({"weekdays": []}, "kind"), ({"attendance": "?"}, "attendance"), ({"x": 1}, "x")):
        with database.unit_of_work() as session, pytest.raises(BadInputError) as refused:
            submit(session, a_request(asked={**asked, **wrong}), letterhead=HEAD, now=NOW)
        assert refused.value.parameter == field


def test_a_listing_that_is_not_published_cannot_be_asked_about(database: Database) -> None:
    with database.unit_of_work() as session:
        meeting = a_published(session)
        unpublish(session, meeting.id, actor="test", reason="", now=NOW)
    for slug in (meeting.slug, "never-was"):
        with database.unit_of_work() as session, pytest.raises(NotFoundError):
            submit(session, a_request(kind=Kind.CLOSE, meeting_slug=slug, asked={}), letterhead=HEAD, now=NOW)


def test_a_problem_needs_no_address(database: Database) -> None:
    with database.unit_of_work() as session:
        slug = a_published(session).slug
    request = a_request(kind=Kind.PROBLEM, meeting_slug=slug, asked={"problem": "nobody_there"}, email="")
    received = send(database, request)
    assert not received.proof_mailed
    assert not any(mails(database))
    with database.reading() as session:
        assert submission(session, received.reference).status is Status.PENDING


def test_too_many_from_one_network_or_address_are_refused(database: Database) -> None:
    for request, most in ((a_request(network="n1", email=""), 60), (a_request(email="often@example.org"), 20)):
        for _ in range(most):
            send(database, request)
        with pytest.raises(TooManyError):
            send(database, request)
    send(database, a_request(network="n1", email=""), now=NOW + 2 * HOUR)


def test_what_is_hidden_is_empty_for_those_who_may_not_see_it(database: Database) -> None:
    hidden = a_location(address_visibility=AddressVisibility.AREA)
    with database.unit_of_work() as session:
        slug = a_published(
            session, location=hidden, conference_url="https://zoom.us/j/5550100", join_policy=JoinPolicy.ON_REQUEST
        ).slug
    with database.reading() as session:
        public = listing_to_change(session, slug, private=False).fields
        private = listing_to_change(session, slug, private=True).fields
    assert private["street"] == "12 Example Street"
    for name in ("street", "place_name", "formatted_address", "postal_code", "conference_url"):
        assert public[name] == ""
    assert (public["latitude"], public["longitude"], public["city"]) == (None, None, "Austin")


def test_risks_say_what_wants_a_careful_look(database: Database) -> None:
    with database.unit_of_work() as session:
        slug = a_published(session).slug
    asked = {"venmo": "@example", "name": "C\u0430lm Tuesday", "notes": "come\u202e!", "latitude": 30.3}
    reference = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked=asked))
    with database.reading() as session:
        marks = set(submission(session, reference).risks)
    assert marks == {Risk.PAYMENT, Risk.LOOK_ALIKE, Risk.HIDDEN_CHARACTERS, Risk.ADDRESS, Risk.NEW_SUBMITTER}


def test_a_new_request_goes_to_the_body_of_the_nearest_listing_of_its_program(database: Database) -> None:
    far = a_location(latitude=32.7, longitude=-96.8, city="Dallas", name="Far Hall")
    with database.unit_of_work() as session:
        near_body = a_published(session, service_body="Capital Area").service_body_id
        a_published(session, service_body="North Area", location=far)
        a_published(session, service_body="Other", program="na")
    reference = in_queue(database)
    with database.reading() as session:
        assert submission(session, reference).service_body_id == near_body


def test_a_question_is_answered_and_the_request_keeps_its_place(database: Database) -> None:
    first, second = in_queue(database), in_queue(database, now=NOW + HOUR)
    with database.unit_of_work() as session:
        moderator = an_administrator(session)
        ask = looking(session, first, Action.ASK, text="Which door?")
        decide(session, first, ask, by=moderator, letterhead=HEAD, now=NOW + 2 * HOUR)
    secret = secret_mailed(database, "status")
    with database.unit_of_work() as session:
        view = status_of(session, secret, now=NOW)
        assert (view.status, [said.text for said in view.messages]) == (Status.QUESTION, ["Which door?"])
        answer(session, secret, "The side door.", letterhead=HEAD, now=NOW + 3 * HOUR)
    with database.reading() as session:
        view = status_of(session, secret, now=NOW)
        assert view.status is Status.PENDING
        assert [(said.mine, said.text) for said in view.messages] == [(False, "Which door?"), (True, "The side door.")]
        assert view.ahead == 0
        assert submission(session, second).waiting_since == NOW + HOUR
    assert any("was answered" not in mail and "answered your question" in mail for mail in mails(database))


def test_the_status_page_counts_those_before_and_tells_how_long_it_takes(database: Database) -> None:
    done = in_queue(database)
    with database.unit_of_work() as session:
        by = an_administrator(session)
        decide(session, done, looking(session, done), by=by, letterhead=HEAD, now=NOW + 11 * HOUR)
    in_queue(database)
    in_queue(database, now=NOW + HOUR)
    with database.reading() as session:
        view = status_of(session, secret_mailed(database, "status"), now=NOW)
    assert (view.ahead, view.usual_hours) == (1, 11.0)


def test_withdrawing_takes_everything_personal_along(database: Database) -> None:
    reference = in_queue(database, a_request(note="Call Robin", contact_name="Robin K."))
    secret = secret_mailed(database, "status")
    with database.unit_of_work() as session:
        answer(session, secret, "More words", letterhead=HEAD, now=NOW)
        withdraw(session, secret, now=NOW)
    with database.reading() as session:
        row = submission(session, reference)
        assert row.status is Status.WITHDRAWN
        assert (row.email, row.contact_name, row.note, row.asked, row.title) == ("", "", "", {}, "")
        assert list(faults(session)) == []
    assert not any(mails(database))
    with database.unit_of_work() as session, pytest.raises(AlreadyDecidedError):
        withdraw(session, secret, now=NOW)


def test_empty_and_endless_answers_are_refused(database: Database) -> None:
    in_queue(database)
    secret = secret_mailed(database, "status")
    for text in ("", " \u200b ", "x" * 5000):
        with database.unit_of_work() as session, pytest.raises(BadInputError):
            answer(session, secret, text, letterhead=HEAD, now=NOW)
