"""Moderators and requests for tests; a test names only what matters to it."""

import datetime as dt
import re
from itertools import count
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer, viewer
from finder.directory.numbers import bmlt_numbers
from finder.directory.publish import publish
from finder.domain.asked import fields_of
from finder.domain.review import Action, Kind
from finder.domain.roles import Role
from finder.review.correspondence import prove
from finder.review.decisions import Decision
from finder.review.letters import Letterhead
from finder.review.sending import Received, Request, submit
from finder.store.accounts import Grant, User
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.review import Submission
from tests.conftest import NOW
from tests.factories import a_listing

HEAD = Letterhead(site_name="Meeting Finder", public_url="https://finder.example.org")
SUBMITTER = "robin@example.org"

_numbers = count(1)


def a_user(session: Session, *, role: Role = Role.ADMINISTRATOR, body: int | None = None, name: str = "") -> int:
    """Somebody with a role; gives the id."""
    number = next(_numbers)
    user = User(
        email=f"moderator{number}@example.org",
        name=name or f"Moderator {number}",
        created_at=NOW,
        active=True,
        fs_uniquifier=f"uniquifier-{number}",
    )
    session.add(user)
    session.flush()
    session.execute(insert(Grant).values(user_id=user.id, role=role, service_body_id=body))
    return user.id


def seen_as(session: Session, user_id: int, *, strong: bool = True) -> Viewer:
    """What somebody may do, after a second factor unless said otherwise."""
    found = viewer(session, user_id, strong=strong)
    assert found is not None
    return found


def an_administrator(session: Session) -> Viewer:
    """Somebody who may do everything."""
    return seen_as(session, a_user(session))


def a_body(session: Session, name: str, parent: int | None = None) -> int:
    """A service body; gives the id."""
    number = bmlt_numbers(session, ServiceBody, [None])[0]
    body = ServiceBody(name=name, slug=name.lower().replace(" ", "-"), parent_id=parent, bmlt_id=number)
    session.add(body)
    session.flush()
    return body.id


def a_published(session: Session, **changes: Any) -> Meeting:  # noqa: ANN401 - whatever the field takes
    """A listing in the finder."""
    number = publish(session, a_listing(**changes), actor="test", reason="", now=NOW)
    return session.get_one(Meeting, number, populate_existing=True)


def a_request(**changes: Any) -> Request:  # noqa: ANN401 - whatever the field takes
    """A new meeting, sent by somebody with an address."""
    values: dict[str, Any] = {"kind": Kind.NEW, "asked": fields_of(a_listing()), "email": SUBMITTER}
    return Request(**{**values, **changes})


def send(database: Database, request: Request, *, now: dt.datetime = NOW) -> Received:
    """Send a request, in a transaction of its own."""
    with database.unit_of_work() as session:
        return submit(session, request, letterhead=HEAD, now=now)


def in_queue(database: Database, request: Request | None = None, *, now: dt.datetime = NOW) -> str:
    """Send a request and prove its address by the mailed link; gives the reference."""
    received = send(database, request or a_request(), now=now)
    if received.proof_mailed:
        secret = secret_mailed(database, "prove")
        with database.unit_of_work() as session:
            prove(session, secret, letterhead=HEAD, now=now)
    return received.reference


def secret_mailed(database: Database, purpose: str) -> str:
    """The secret of the newest mail with a link for *purpose*."""
    for body in reversed(mails(database)):
        found = re.search(rf"/{purpose}/(\S+)", body)
        if found:
            return found[1]
    raise AssertionError(f"No mail holds a link for {purpose}.")


def mails(database: Database) -> list[str]:
    """The texts of the outbox, oldest first."""
    with database.reading() as session:
        return list(session.execute(select(OutboxMail.body).order_by(OutboxMail.id)).scalars())


def submission(session: Session, reference: str) -> Submission:
    """A submission by its reference."""
    statement = select(Submission).where(Submission.reference == reference)
    return session.execute(statement.execution_options(populate_existing=True)).scalar_one()


def looking(session: Session, reference: str, action: Action = Action.APPROVE, **changes: Any) -> Decision:  # noqa: ANN401
    """A decision of somebody who sees everything as it is now."""
    row = submission(session, reference)
    meeting = session.get(Meeting, row.meeting_id, populate_existing=True) if row.meeting_id else None
    seen = {"seen_revision": row.revision, "seen_meeting_revision": meeting.revision if meeting else None}
    return Decision(action=action, **{**seen, **changes})
