"""Moderators are told of what waits for them: nothing untold, nobody flooded, and nobody about a foreign queue."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory.publish import unpublish
from finder.domain.review import Kind, Status
from finder.domain.roles import Role
from finder.review.decisions import decide
from finder.review.scheduled import apply_due, tell_daily
from finder.store.accounts import User
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from finder.store.review import Submission
from tests.conftest import NOW
from tests.factories import a_listing
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
    seen_as,
)

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def a_moderator(session: Session, body: int | None, *, daily: bool = False) -> str:
    """Somebody who decides for a body (None: for everything); gives the mail address."""
    user = session.get_one(User, a_user(session, role=Role.MODERATOR if body else Role.ADMINISTRATOR, body=body))
    user.digest_daily = daily
    return user.email


def a_problem(database: Database, *, body: int | None, now: dt.datetime = NOW) -> str:
    """A seeker without an address reports a problem with a listing of a body; gives the reference."""
    with database.unit_of_work() as session:
        slug = a_published(session).slug
        session.execute(update(Meeting).where(Meeting.slug == slug).values(service_body_id=body))
    wanted = a_request(kind=Kind.PROBLEM, meeting_slug=slug, asked={"problem": "nobody_there"}, email="")
    return in_queue(database, wanted, now=now)


def told(database: Database) -> list[tuple[str, dt.datetime, str]]:
    """Every mail to moderators: to whom, when it goes, and its subject."""
    statement = select(OutboxMail).where(OutboxMail.recipient != SUBMITTER).order_by(OutboxMail.id)
    with database.reading() as session:
        return [(mail.recipient, mail.due_at, mail.subject) for mail in session.execute(statement).scalars()]


def test_a_report_without_an_address_is_told_of_at_once(database: Database) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Hill Country")
        moderator = a_moderator(session, body)
        a_moderator(session, a_body(session, "River Area"))
        a_moderator(session, None)
    a_problem(database, body=body)
    assert told(database) == [(moderator, NOW, "One request waits for a moderator")]


def test_what_comes_within_an_hour_is_told_of_when_it_is_over(database: Database) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Hill Country")
        moderator = a_moderator(session, body)
    times = [NOW, NOW + 10 * HOUR / 60, NOW + 20 * HOUR / 60, NOW + 70 * HOUR / 60]
    for at in times:
        a_problem(database, body=body, now=at)
    begins = NOW.replace(minute=0)
    assert told(database) == [
        (moderator, NOW, "One request waits for a moderator"),
        (moderator, begins + HOUR, "More requests for a moderator"),
        (moderator, begins + 2 * HOUR, "More requests for a moderator"),
    ]


def test_administrators_are_told_of_what_nobody_else_decides_about_however_others_want_to_be_told(
    database: Database,
) -> None:
    with database.unit_of_work() as session:
        looked_after, alone = a_body(session, "Hill Country"), a_body(session, "River Area")
        below = a_body(session, "Creek District", parent=looked_after)
        a_moderator(session, looked_after, daily=True)
        administrator = a_moderator(session, None)
    a_problem(database, body=below)
    assert told(database) == []
    a_problem(database, body=alone)
    a_problem(database, body=None)
    assert [to for to, _, _ in told(database)] == [administrator, administrator]


def test_one_mail_a_day_tells_of_every_queue(database: Database) -> None:
    with database.unit_of_work() as session:
        hills, rivers = a_body(session, "Hill Country"), a_body(session, "River Area")
        administrator = a_moderator(session, None, daily=True)
        moderator = a_moderator(session, rivers, daily=True)
    for body in (hills, hills, None, rivers):
        a_problem(database, body=body)
    for hours in (0, 0, 24, 25):
        tell_daily(database, letterhead=HEAD, now=NOW.replace(hour=6) + hours * HOUR)
    subjects = [(administrator, "3 requests wait for a moderator"), (moderator, "One request waits for a moderator")]
    assert sorted((to, subject) for to, _, subject in told(database)) == sorted(2 * subjects)
    with database.reading() as session:
        wanted = select(OutboxMail.body).where(OutboxMail.recipient == administrator).limit(1)
        text = session.execute(wanted).scalar_one()
    assert text.startswith(
        "3 requests wait in your queues.\n- Hill Country: 2\n- Meeting Finder: 1\n\nOpen the queue:\nhttps://"
    )


def test_nobody_is_told_that_nothing_waits(database: Database) -> None:
    with database.unit_of_work() as session:
        a_moderator(session, None, daily=True)
    assert tell_daily(database, letterhead=HEAD, now=NOW) == 0
    assert told(database) == []


@pytest.mark.parametrize("others", [True, False], ids=["another moderator", "no other moderator"])
def test_a_second_person_is_asked_and_not_the_first_again(database: Database, *, others: bool) -> None:
    with database.unit_of_work() as session:
        body = a_body(session, "Hill Country")
        first = a_user(session, role=Role.MODERATOR, body=body)
        second = a_moderator(session, body) if others else None
        a_moderator(session, body, daily=True)
        administrator = a_moderator(session, None)
        if not others:
            session.execute(update(User).where(User.digest_daily).values(active=False))
        slug = a_published(session, formats=("young-people",)).slug
        session.execute(update(Meeting).values(service_body_id=body))
    reference = in_queue(database, a_request(kind=Kind.CHANGE, meeting_slug=slug, asked={"notes": "Ring twice"}))
    before = len(told(database))
    with database.unit_of_work() as session:
        session.execute(update(Submission).values(risks=["protected"]))
        by = seen_as(session, first)
        assert decide(session, reference, looking(session, reference), by=by, letterhead=HEAD, now=NOW) is (
            Status.SECOND_LOOK
        )
    asked = told(database)[before:]
    assert asked == [(second or administrator, NOW, "Something waits for a second moderator")]


def test_what_comes_back_because_its_listing_has_gone_is_told_of(database: Database) -> None:
    with database.unit_of_work() as session:
        meeting = a_published(session)
    wanted = a_request(kind=Kind.CHANGE, meeting_slug=meeting.slug, asked={"name": "Renamed Then"})
    reference = in_queue(database, wanted)
    with database.unit_of_work() as session:
        decision = looking(session, reference, on=dt.date(2026, 3, 20))
        by = an_administrator(session)
        assert decide(session, reference, decision, by=by, letterhead=HEAD, now=NOW) is Status.SCHEDULED
        unpublish(session, meeting.id, actor="test", reason="", now=NOW)
    later = NOW + 20 * DAY
    apply_due(database, letterhead=HEAD, now=later)
    assert told(database) == [(by.email, later, "One request waits for a moderator")]


def test_no_subject_holds_a_word_of_a_request(database: Database) -> None:
    with database.unit_of_work() as session:
        by = an_administrator(session)
        a_moderator(session, None, daily=True)
    wanted = a_request(contact_name="Robin Quillfeather", note="Quillfeather")
    reference = in_queue(database, wanted)
    with database.unit_of_work() as session:
        decide(session, reference, looking(session, reference), by=by, letterhead=HEAD, now=NOW)
    tell_daily(database, letterhead=HEAD, now=NOW)
    with database.reading() as session:
        subjects = list(session.execute(select(OutboxMail.subject)).scalars())
    assert len(subjects) >= 4
    private = {"quillfeather", SUBMITTER, *a_listing().name.casefold().split()} - {"at", "the", "of", "a"}
    assert [subject for subject in subjects if private & set(subject.casefold().split())] == []
