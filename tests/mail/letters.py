"""Puts mail into a database's outbox and looks at what became of it."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from finder.mail import outbox
from finder.mail.message import Sender
from finder.store.database import Database
from finder.store.mail import OutboxMail

SENDER = Sender(
    address="no-reply@meetings.example.org", site_name="Example Meetings", public_url="https://meetings.example.org"
)


def put(database: Database, *, now: dt.datetime, **changes: Any) -> bool:  # noqa: ANN401 - whatever `put` takes
    """Put a mail to Robin, in a transaction of its own."""
    given = {"to": "robin@example.org", "subject": "Your request has arrived", "body": "It waits for a moderator."}
    with database.unit_of_work() as session:
        return outbox.put(session, now=now, **(given | changes))


def rows(database: Database) -> list[OutboxMail]:
    """Every mail, oldest first."""
    with database.reading() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))
