"""Puts mail into the outbox, in the transaction that causes it: both are kept, or neither."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.domain.text import clean, clean_multiline
from finder.mail.address import one_address
from finder.store.mail import OutboxMail

LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """How the outbox is: mails that wait and since when the first is due, and mails that were given up."""

    waiting: int
    due_since: dt.datetime | None
    given_up: int


def standing(session: Session) -> Standing:
    """How the outbox is."""
    waits = (OutboxMail.sent_at.is_(None), OutboxMail.failed_at.is_(None))
    waiting, since = session.execute(select(func.count(), func.min(OutboxMail.due_at)).where(*waits)).one()
    lost = select(func.count()).select_from(OutboxMail).where(OutboxMail.failed_at.is_not(None))
    return Standing(waiting, since, session.execute(lost).scalar_one())


def put(
    session: Session,
    *,
    to: str,
    subject: str,
    body: str,
    now: dt.datetime,
    key: str | None = None,
    submission_id: int | None = None,
    due_at: dt.datetime | None = None,
) -> bool:
    """Have one mail sent to one address; False when there is one with that *key* already: one decision, one mail.

    Of two transactions that put the same key at once, the second waits for the first and adds nothing, unless the
    first was given up. *now* and *due_at* are aware; *due_at* is now unless said. The subject becomes one line.
    Raises BadInputError when *to* is not exactly one address.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(OutboxMail).values(
        key=key,
        recipient=one_address(to),
        subject=clean(subject)[:LONGEST_SUBJECT].strip(),
        body=clean_multiline(body),
        created_at=now,
        due_at=due_at or now,
        attempts=0,
        last_error="",
        submission_id=submission_id,
    )
    statement = statement.on_conflict_do_nothing(index_elements=[OutboxMail.key])
    return session.execute(statement.returning(OutboxMail.id)).first() is not None
