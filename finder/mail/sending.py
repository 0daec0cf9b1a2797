"""Sends what is due, each mail once.

A mail is taken in a short transaction by setting its time ahead: that is a lease, and nobody else takes it meanwhile.
It is sent while no transaction is open, and marked in another one. Whoever is stopped between sending and marking
leaves a mail that is sent once more when the lease is over; its Message-ID is the same.
"""

import datetime as dt
import time
from dataclasses import dataclass

import structlog
from sqlalchemy import Select, select, update

from finder.mail.carriers import Carrier, Deliver, NotCarriedError
from finder.mail.message import Sender, message
from finder.store.database import Database
from finder.store.mail import OutboxMail

#: Pauses after the first, the second ... failure; the last one goes on.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
MOST_TRIES = 8
#: Far longer than a batch and its last mail can take.
LEASE = dt.timedelta(minutes=15)
BATCH = 10
#: No further mail of a batch is begun after this: whoever stops the worker does not wait for a slow server.
BATCH_SECONDS = 20

_WAITS = (OutboxMail.sent_at.is_(None), OutboxMail.failed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Sent:
    """How many mails were sent, put off and given up."""

    sent: int = 0
    retried: int = 0
    gave_up: int = 0


def send_due(database: Database, carrier: Carrier, *, sender: Sender, now: dt.datetime, limit: int = BATCH) -> Sent:
    """Send at most *limit* mails that are due at *now* (aware), the longest due first; several may do so side by side.

    It ends early when the server cannot be reached: what was not begun stays due. Raises NotSavedError.
    """
    with database.reading() as session:  # most of the time there is nothing, and nobody is kept from writing
        if session.scalar(_due(now)) is None:
            return Sent()
    outcomes: list[str] = []
    begun = time.monotonic()
    with carrier.batch() as deliver:
        while len(outcomes) < limit and time.monotonic() - begun < BATCH_SECONDS:
            mail = _take(database, now)
            if mail is None:
                break
            outcome, line_down = _send(database, deliver, mail, sender=sender, now=now)
            outcomes.append(outcome)
            if line_down:
                break
    return Sent(*(outcomes.count(outcome) for outcome in ("sent", "retried", "gave_up")))


def _due(now: dt.datetime) -> Select[OutboxMail]:
    oldest = select(OutboxMail).order_by(OutboxMail.due_at, OutboxMail.id).limit(1)
    return oldest.where(*_WAITS, OutboxMail.due_at <= now)


def _take(database: Database, now: dt.datetime) -> OutboxMail | None:
    """Lease the next mail that is due. The try counts from here: a mail that ends its worker is given up, too."""
    with database.unit_of_work() as session:
        mail = session.execute(_due(now).with_for_update(skip_locked=True)).scalar_one_or_none()
        if mail is not None:
            mail.due_at = now + LEASE
            mail.attempts += 1
        return mail


def _send(
    database: Database, deliver: Deliver, mail: OutboxMail, *, sender: Sender, now: dt.datetime
) -> tuple[str, bool]:
    """Send one mail and note what became of it: "sent", "retried" or "gave_up", and whether the line is down."""
    log = structlog.get_logger()
    if mail.attempts > MOST_TRIES:  # its last try was never finished
        _note(database, mail, failed_at=now, recipient="", body="")
        log.warning("mail_given_up", id=mail.id, error="Interrupted")
        return "gave_up", False
    try:
        deliver(mail.id, message(mail, sender, now=now))
    except NotCarriedError as error:
        if error.lasting or mail.attempts >= MOST_TRIES:
            _note(database, mail, failed_at=now, recipient="", body="", last_error=error.kind)
            log.warning("mail_given_up", id=mail.id, error=error.kind)
            return "gave_up", error.line_down
        pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
        _note(database, mail, due_at=now + pause, last_error=error.kind)
        log.warning("mail_put_off", id=mail.id, error=error.kind)
        return "retried", error.line_down
    _note(database, mail, sent_at=now, recipient="", body="", last_error="")
    return "sent", False


def _note(database: Database, mail: OutboxMail, **values: object) -> None:
    """Write down what became of *mail*; who lost the lease meanwhile only says what is final."""
    statement = update(OutboxMail).where(OutboxMail.id == mail.id, *_WAITS)
    if "due_at" in values:
        statement = statement.where(OutboxMail.attempts == mail.attempts)
    with database.unit_of_work() as session:
        session.execute(statement.values(**values))
