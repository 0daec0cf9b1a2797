"""`finder check` names requests that cannot be as they are, links that lead nowhere, and words in the wrong place."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from finder.directory import audit, check
from finder.directory.check_requests import faults
from finder.directory.revision import take_lock
from finder.domain.review import Action, Kind
from finder.review.correspondence import withdraw
from finder.review.decisions import decide, undo
from finder.store.database import Database
from tests.conftest import NOW
from tests.review.people import (
    HEAD,
    a_published,
    a_request,
    an_administrator,
    in_queue,
    looking,
    secret_mailed,
    send,
    submission,
)
from tests.review.test_freshness import a_group_with, remind


def test_nothing_is_amiss_with_requests_of_every_fate(database: Database) -> None:
    send(database, a_request())
    in_queue(database)
    in_queue(database, a_request(kind=Kind.NEW))
    with database.unit_of_work() as session:
        withdraw(session, secret_mailed(database, "status"), now=NOW)
        slug = a_published(session).slug
        a_group_with(session, 200)
    in_queue(database, a_request(kind=Kind.PROBLEM, asked={"problem": "nobody there"}, meeting_slug=slug, email=""))
    for action in (Action.APPROVE, Action.REJECT, Action.ASK, Action.MERGE):
        reference = in_queue(database)
        with database.unit_of_work() as session:
            decision = looking(session, reference, action, text="A reason")
            decide(session, reference, decision, by=an_administrator(session), letterhead=HEAD, now=NOW)
    later = in_queue(database)
    with database.unit_of_work() as session:
        by = an_administrator(session)
        decision = replace(looking(session, later), on=NOW.date().replace(day=20))
        decide(session, later, decision, by=by, letterhead=HEAD, now=NOW)
    undone = in_queue(database)
    with database.unit_of_work() as session:
        decide(session, undone, looking(session, undone), by=by, letterhead=HEAD, now=NOW)
        undo(session, undone, by=by, reason="a slip", letterhead=HEAD, now=NOW)
    remind(database)
    with database.reading() as session:
        assert list(check.faults(session)) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE submission SET status = 'rejected'", "is decided, but at no time"),
        ("UPDATE submission SET status = 'second_look'", "there is no first"),
        ("UPDATE submission SET status = 'scheduled', decided_at = sent_at", "waits for a date, but for none"),
        ("UPDATE submission SET waiting_since = NULL", "is in the queue, but since no time"),
        ("UPDATE submission SET proven_at = NULL", "without a proven address"),
        ("UPDATE submission SET status = 'unproven', email = ''", "waits for proof of no address"),
        ("UPDATE submission SET status = 'withdrawn', decided_at = sent_at", "is not forgotten"),
        ("UPDATE submission SET kind = 'change'", "is about no listing"),
        ("UPDATE submission SET status = 'approved', decided_at = sent_at", "was approved, but is no listing"),
        ("UPDATE link_token SET submission_id = NULL WHERE purpose = 'status'", "leads nowhere"),
        ("UPDATE link_token SET purpose = 'other' WHERE purpose = 'status'", "leads nowhere"),
        ("UPDATE outbox_mail SET sent_at = created_at", "still says to whom"),
    ],
)
def test_what_cannot_be_is_named(database: Database, statement: str, said: str) -> None:
    in_queue(database)
    with database.unit_of_work() as session:
        session.execute(text(statement))
        assert any(said in fault for fault in faults(session))


def test_a_pending_request_is_no_listing(database: Database) -> None:
    reference = in_queue(database)
    with database.unit_of_work() as session:
        submission(session, reference).meeting_id = a_published(session).id
        session.flush()
        assert [fault.split(" ", 2)[2] for fault in faults(session)] == ["was not approved, but is a listing."]


@pytest.mark.parametrize("after", [{"email": "robin@example.org"}, {"status": "Robin"}])
def test_words_of_a_submitter_in_the_audit_chain_are_found(database: Database, after: dict[str, str]) -> None:
    in_queue(database)
    with database.unit_of_work() as session:
        take_lock(session)
        act = audit.Act(act="send", target_kind="submission", target_id=1, after=after)
        audit.append(session, [act], actor="submitter", reason="", now=NOW)
        assert [fault[-37:] for fault in faults(session)] == ["more of a request than where it stands."[-37:]]
