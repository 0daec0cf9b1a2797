"""Deciding about a submission: one statement that only the first moderator wins, the change and the mail, together."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer, may_now
from finder.directory.draft import draft_of
from finder.directory.revert import UNDO_DAYS, TooLateError, revert
from finder.directory.revision import take_lock
from finder.domain.asked import FIELDS, Fields, fields_of
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import WORDS, Action, Kind, Risk, StaleError, Status
from finder.domain.roles import Right
from finder.domain.text import clean_multiline
from finder.review import letters, notices, tokens
from finder.review.applying import apply, present
from finder.review.history import act, already_decided, submission_of
from finder.review.letters import Letterhead
from finder.review.sending import write
from finder.store.meeting import Meeting
from finder.store.review import Submission, SubmissionMessage

#: What a decision is called in a mail.
OUTCOMES = {
    Status.APPROVED: "approved and in the finder now",
    Status.SCHEDULED: "approved and takes effect on its date",
    Status.REJECTED: "rejected",
    Status.MERGED: "settled together with another one about the same meeting",
    Status.UNDONE: "taken back after it was approved",
}
#: What a decision has left in the row, once it is taken back: the request waits as if nobody had decided.
UNDECIDED: dict[str, object] = {
    **dict.fromkeys(("decided_by", "decided_at", "merged_into", "first_approver", "accepted")),
    "reason": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a moderator decides, and what they were looking at.

    ``seen_revision`` is the submission's, ``seen_meeting_revision`` the listing's (None without one). ``accepted``
    names the fields taken (None: all), ``edited`` a moderator's wording in place of the submitter's, field by field.
    ``text`` is a reason or a question; ``on`` the date from which it holds; ``into`` the reference it is merged with.
    """

    action: Action
    seen_revision: int
    seen_meeting_revision: int | None = None
    accepted: frozenset[str] | None = None
    edited: Fields | None = None
    text: str = ""
    on: dt.date | None = None
    into: str = ""


def body_of(session: Session, row: Submission) -> int | None:
    """Whose a submission is: that of its listing as it is now, else the body it was sent to."""
    if row.meeting_id is None:
        return row.service_body_id
    meeting = session.get(Meeting, row.meeting_id, populate_existing=True)
    return meeting.service_body_id if meeting else row.service_body_id


def for_decision(session: Session, reference: str, by: Viewer, *, right: Right = Right.DECIDE) -> Submission:
    """The submission, for somebody who may see it. Raises NotFoundError: what is foreign is not there."""
    row = submission_of(session, reference)
    if row.status is Status.UNPROVEN or not by.may(right, body_of(session, row)):
        raise NotFoundError("There is no such request here.")
    return row


def decide(
    session: Session, reference: str, decision: Decision, *, by: Viewer, letterhead: Letterhead, now: dt.datetime
) -> Status:
    """Carry *decision* out; gives where the submission stands now.

    Raises NotFoundError, AlreadyDecidedError when somebody was first, StaleError when the listing has changed since it
    was looked at, BadInputError when a reason is missing or no listing can be made of the fields. The caller commits.
    """
    take_lock(session)
    row = for_decision(session, reference, by)
    if row.revision != decision.seen_revision:
        raise already_decided(session, row)
    words = clean_multiline(decision.text)
    if decision.action in {Action.REJECT, Action.ASK} and not words:
        raise BadInputError("text", "Write a reason or a question: the submitter reads it.")
    actor = f"user:{by.user_id}"
    if decision.action is Action.APPROVE:
        _approve(session, row, decision, by=by, actor=actor, now=now)
    elif decision.action is Action.MERGE:
        other = for_decision(session, decision.into, by) if decision.into else None
        if other is not None and other.id == row.id:
            raise BadInputError("into", "Choose another request to settle this one with.")
        act(
            session,
            row,
            Action.MERGE,
            actor=actor,
            now=now,
            reason=words,
            values={**_decided(by, now, words), "merged_into": other and other.id},
        )
    elif decision.action is Action.REJECT:
        act(session, row, Action.REJECT, actor=actor, now=now, reason=words, values=_decided(by, now, words))
    elif decision.action is Action.ASK:
        act(session, row, Action.ASK, actor=actor, now=now)
        session.execute(insert(SubmissionMessage).values(submission_id=row.id, user_id=by.user_id, at=now, text=words))
    else:
        raise BadInputError("action", "Approve, ask, reject or settle together with another.")
    if row.status is Status.SECOND_LOOK:
        bodies, path = [body_of(session, row)], f"/moderate/{reference}"
        notices.ask_second(session, bodies, path, asked_by=by.user_id, letterhead=letterhead, now=now)
    else:
        _tell(session, row, decision.action, words, letterhead=letterhead, now=now)
    return row.status


def _decided(by: Viewer, now: dt.datetime, reason: str) -> dict[str, object]:
    return {"decided_by": by.user_id, "decided_at": now, "reason": reason, "claimed_by": None, "claimed_at": None}


def _approve(
    session: Session, row: Submission, decision: Decision, *, by: Viewer, actor: str, now: dt.datetime
) -> None:
    fields = accepted_fields(row, decision)
    _refuse_stale(session, row, decision, fields)
    edited = {**(row.edited or {}), **(decision.edited or {})} or None
    words = clean_multiline(decision.text)
    if row.status is Status.SECOND_LOOK and row.first_approver == by.user_id:
        raise BadInputError("action", "You have approved this already: another person has to look at it too.")
    if needs_two(row) and not is_second(session, row):
        kept = {"first_approver": by.user_id, "edited": edited, "accepted": fields}
        act(session, row, Action.APPROVE_FIRST, actor=actor, now=now, values=kept)
        return
    values = {**_decided(by, now, words), "edited": edited, "accepted": fields}
    if decision.on is not None and decision.on > now.date():
        act(session, row, Action.SCHEDULE, actor=actor, now=now, values={**values, "effective_date": decision.on})
        return
    number, entries = apply(session, row, fields, actor=actor, now=now)
    values |= {"meeting_id": number, "entries": entries}
    act(session, row, Action.APPROVE, actor=actor, now=now, reason=words, values=values)


def needs_two(row: Submission) -> bool:
    """Whether two people decide about it."""
    return Risk.PROTECTED.value in (row.risks or ()) and row.kind is not Kind.CONFIRM and row.kind is not Kind.PROBLEM


def is_second(session: Session, row: Submission) -> bool:
    """Whether an approval is the second of two: one was given, by somebody who may still decide about the request."""
    waits = row.status is Status.SECOND_LOOK
    return waits and may_now(session, row.first_approver, Right.DECIDE, body_of(session, row))


def accepted_fields(row: Submission, decision: Decision) -> Fields:
    """What is taken of a submission: the fields accepted, in the moderator's words where there are some.

    At a second look without a choice of its own, what the first person accepted. Raises BadInputError for a field that
    no listing has.
    """
    edited = {**(row.edited or {}), **(decision.edited or {})}
    if decision.accepted is None and row.status is Status.SECOND_LOOK and row.accepted is not None:
        return {**row.accepted, **(decision.edited or {})}
    asked = {**(row.asked if row.kind is not Kind.PROBLEM else {}), **edited}
    for name in edited:
        if name not in FIELDS and row.kind is not Kind.EXCEPTION:
            raise BadInputError(name, f"A listing has no field {name!r}.")
    taken = asked if decision.accepted is None else {name: asked[name] for name in asked if name in decision.accepted}
    if row.kind is Kind.CHANGE and not taken:
        raise BadInputError("accepted", "Choose at least one field to take, or reject the request with a reason.")
    return taken


def _refuse_stale(session: Session, row: Submission, decision: Decision, fields: Fields) -> None:
    """Nothing, when the moderator saw the listing as it is now. Raises StaleError with its present fields."""
    if row.meeting_id is None:
        return
    held = present(session, row.meeting_id)
    if held.meeting.revision != decision.seen_meeting_revision:
        now = fields_of(draft_of(held))
        shown = {name: now[name] for name in fields if name in now} or now
        raise StaleError("This listing has changed since you opened the request: compare again, then decide.", shown)


def _tell(
    session: Session, row: Submission, action: Action, words: str, *, letterhead: Letterhead, now: dt.datetime
) -> None:
    if not row.email:
        return
    secret = tokens.issue(session, "status", now=now, submission_id=row.id)
    if action is Action.ASK:
        letter, key = letters.question(letterhead, row.reference, words, secret), ""
    elif row.status is Status.PENDING:
        letter, key = letters.waiting_again(letterhead, row.reference, words, secret), ""
    else:
        letter = letters.decision(letterhead, row.reference, OUTCOMES.get(row.status, WORDS[row.status]), words, secret)
        key = f"decision:{row.id}:{row.revision}"
    write(session, row, letter, now=now, key=key)


def undo(
    session: Session, reference: str, *, by: Viewer, reason: str, letterhead: Letterhead, now: dt.datetime
) -> Status:
    """Take a decision back within 30 days, and tell the submitter; gives where the request stands then.

    After an approval the listing is as it was; what was rejected, settled or approved for a date waits in the queue
    again. Raises NotFoundError, AlreadyDecidedError when nothing was decided, StaleError when the listing has changed
    since, TooLateError.
    """
    take_lock(session)
    row = for_decision(session, reference, by)
    if row.decided_at is not None and now - row.decided_at > dt.timedelta(days=UNDO_DAYS):
        raise TooLateError(f"This was decided more than {UNDO_DAYS} days ago and can no longer be undone.")
    entries = list(row.entries or ())
    values = {"entries": []} if row.status is Status.APPROVED else UNDECIDED
    act(session, row, Action.UNDO, actor=f"user:{by.user_id}", now=now, reason=reason, values=values)
    for entry in reversed(entries):
        revert(session, entry, actor=f"user:{by.user_id}", reason=f"undo of request {reference}", now=now)
    _tell(session, row, Action.UNDO, clean_multiline(reason), letterhead=letterhead, now=now)
    return row.status


def apply_scheduled(session: Session, reference: str, *, letterhead: Letterhead, now: dt.datetime) -> Status:
    """Let what was approved for a date take effect; back into the queue when the listing has changed otherwise."""
    take_lock(session)
    row = submission_of(session, reference)
    fields = row.accepted or {}
    if row.meeting_id is not None:
        held = present(session, row.meeting_id)
        now_fields = fields_of(draft_of(held))
        then = row.then or {}
        if any(now_fields[name] not in (then.get(name), value) for name, value in fields.items() if name in now_fields):
            _return(session, row, letterhead=letterhead, now=now)
            return row.status
    number, entries = apply(session, row, fields, actor=f"user:{row.decided_by}", now=now)
    act(session, row, Action.APPLY, actor="worker", now=now, values={"meeting_id": number, "entries": entries})
    _tell(session, row, Action.APPLY, "", letterhead=letterhead, now=now)
    return row.status


def return_scheduled(session: Session, reference: str, *, letterhead: Letterhead, now: dt.datetime) -> None:
    """Put what was approved for a date back into the queue, when it still waits for it, and tell the moderators."""
    take_lock(session)
    row = submission_of(session, reference)
    if row.status is Status.SCHEDULED:
        _return(session, row, letterhead=letterhead, now=now)


def _return(session: Session, row: Submission, *, letterhead: Letterhead, now: dt.datetime) -> None:
    values = {"waiting_since": now, "decided_by": None, "decided_at": None}
    act(session, row, Action.RETURN, actor="worker", now=now, values=values)
    notices.announce(session, row, letterhead=letterhead, now=now)
