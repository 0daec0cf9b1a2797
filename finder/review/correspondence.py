"""The submitter's side: proving the address, seeing where a request stands, answering, withdrawing."""

import datetime as dt
from dataclasses import dataclass
from statistics import median

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from finder.directory.revision import take_lock
from finder.domain.asked import Fields
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import OPEN, Action, AlreadyDecidedError, Kind, Status
from finder.domain.text import clean_multiline
from finder.mail import outbox
from finder.review import letters, limits, tokens
from finder.review.history import SUBMITTER, act
from finder.review.letters import Letterhead
from finder.review.notices import announce
from finder.review.sending import write
from finder.store.accounts import User
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from finder.store.review import Submission, SubmissionMessage

LONGEST_MESSAGE = 4000
#: How many of the newest decisions tell how long one usually takes.
DECISIONS_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Message:
    """A word of either side; ``mine`` are the submitter's."""

    mine: bool
    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """Everything that its submitter may see of a request. ``usual_hours`` is a median of decisions of this queue."""

    reference: str
    kind: Kind
    title: str
    status: Status
    then: Fields | None
    asked: Fields
    accepted: Fields | None
    note: str
    messages: list[Message]
    ahead: int | None
    usual_hours: float | None
    reason: str
    sent_at: dt.datetime
    decided_at: dt.datetime | None
    effective_date: dt.date | None
    meeting_slug: str | None


def prove(session: Session, secret: str, *, letterhead: Letterhead, now: dt.datetime) -> str:
    """Use the mailed link up: the request enters the queue. Gives a fresh status secret, which is mailed as well.

    Raises NotFoundError, GoneError, and AlreadyDecidedError when it was withdrawn.
    """
    take_lock(session)
    token = tokens.use(session, "prove", secret, now=now)
    row = _of(session, token.submission_id)
    act(session, row, Action.PROVE, actor=SUBMITTER, now=now, values={"proven_at": now, "waiting_since": now})
    status = tokens.issue(session, "status", now=now, submission_id=row.id)
    write(session, row, letters.received(letterhead, row.kind, row.reference, status), now=now)
    announce(session, row, letterhead=letterhead, now=now)
    return status


def _of(session: Session, number: int | None) -> Submission:
    row = session.get(Submission, number) if number is not None else None
    if row is None:
        raise NotFoundError(tokens.UNKNOWN)
    return row


def _behind(session: Session, secret: str, *, now: dt.datetime) -> Submission:
    return _of(session, tokens.look(session, "status", secret, now=now).submission_id)


def status_of(session: Session, secret: str, *, now: dt.datetime) -> StatusView:
    """What there is to see behind a status link. Raises NotFoundError or GoneError."""
    row = _behind(session, secret, now=now)
    said = select(SubmissionMessage).where(SubmissionMessage.submission_id == row.id).order_by(SubmissionMessage.id)
    slug = session.execute(select(Meeting.slug).where(Meeting.id == row.meeting_id, Meeting.published)).scalar()
    return StatusView(
        reference=row.reference,
        kind=row.kind,
        title=row.title,
        status=row.status,
        then=row.then,
        asked=row.asked,
        accepted=row.accepted,
        note=row.note,
        messages=[Message(each.user_id is None, each.at, each.text) for each in session.execute(said).scalars()],
        ahead=_ahead(session, row) if row.status in OPEN else None,
        usual_hours=usual_hours(session, row.service_body_id),
        reason=row.reason,
        sent_at=row.sent_at,
        decided_at=row.decided_at,
        effective_date=row.effective_date,
        meeting_slug=slug,
    )


def _ahead(session: Session, row: Submission) -> int:
    """How many wait in the same queue since before this one."""
    same = Submission.service_body_id == row.service_body_id
    if row.service_body_id is None:
        same = Submission.service_body_id.is_(None)
    statement = select(func.count()).where(same, Submission.status.in_([Status.PENDING, Status.SECOND_LOOK]))
    statement = statement.where(
        (Submission.waiting_since < row.waiting_since)
        | ((Submission.waiting_since == row.waiting_since) & (Submission.id < row.id))
    )
    return session.execute(statement).scalar_one()


def usual_hours(session: Session, body_id: int | None) -> float | None:
    """The median of hours from proof to decision, over the newest decisions of a queue; None when there were none."""
    same = Submission.service_body_id.is_(None) if body_id is None else Submission.service_body_id == body_id
    statement = (
        select(Submission.proven_at, Submission.decided_at)
        .where(same, Submission.decided_at.is_not(None), Submission.proven_at.is_not(None))
        .order_by(Submission.decided_at.desc())
        .limit(DECISIONS_LOOKED_AT)
    )
    hours = [
        (decided - proven).total_seconds() / 3600
        for proven, decided in session.execute(statement)
        if proven and decided
    ]
    return median(hours) if hours else None


def answer(session: Session, secret: str, text: str, *, letterhead: Letterhead, now: dt.datetime) -> None:
    """Answer the moderators, or add a word while the request waits: an asked one goes back to its place in the queue.

    Raises BadInputError for an empty or endless text, AlreadyDecidedError when nobody reads it any more, TooManyError.
    """
    words = clean_multiline(text)
    if not words:
        raise BadInputError("text", "Write your answer.")
    if len(words) > LONGEST_MESSAGE:
        raise BadInputError("text", f"Shorten your answer to {LONGEST_MESSAGE} characters.")
    take_lock(session)
    row = _behind(session, secret, now=now)
    limits.count(session, "answer_request", row.reference, now=now)
    if row.status is Status.QUESTION:
        act(session, row, Action.ANSWER, actor=SUBMITTER, now=now)
        _tell_asker(session, row, letterhead=letterhead, now=now)
    elif row.status not in OPEN:
        raise AlreadyDecidedError("This request has been decided: nobody would read your words. Send a new one.")
    session.execute(insert(SubmissionMessage).values(submission_id=row.id, user_id=None, at=now, text=words))


def _tell_asker(session: Session, row: Submission, *, letterhead: Letterhead, now: dt.datetime) -> None:
    asked = (
        select(User.email)
        .join(SubmissionMessage, SubmissionMessage.user_id == User.id)
        .where(SubmissionMessage.submission_id == row.id, User.active)
        .order_by(SubmissionMessage.id.desc())
        .limit(1)
    )
    address = session.execute(asked).scalar()
    if address:
        letter = letters.answered(letterhead, row.reference)
        outbox.put(session, to=address, subject=letter.subject, body=letter.body, now=now)


def withdraw(session: Session, secret: str, *, now: dt.datetime) -> None:
    """Take a request back, and everything personal with it. Raises AlreadyDecidedError when it was decided."""
    take_lock(session)
    row = _behind(session, secret, now=now)
    act(session, row, Action.WITHDRAW, actor=SUBMITTER, now=now, values={"decided_at": now})
    forget(session, row, now=now)


def forget(session: Session, row: Submission, *, now: dt.datetime) -> None:
    """Remove what is personal in a request: address, name, words. The chain keeps that there was one.

    Its mails stay as empty rows that are never sent, so that `purge` finds what was written of them to a folder.
    """
    session.execute(delete(SubmissionMessage).where(SubmissionMessage.submission_id == row.id))
    mails = update(OutboxMail).where(OutboxMail.submission_id == row.id)
    session.execute(mails.values(recipient="", body=""))
    unsent = (OutboxMail.sent_at.is_(None), OutboxMail.failed_at.is_(None))
    session.execute(mails.where(*unsent).values(failed_at=now))
    session.execute(
        update(Submission)
        .where(Submission.id == row.id)
        .values(email="", contact_name="", note="", asked={}, edited=None, accepted=None, then=None, title="")
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)
