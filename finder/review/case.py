"""Everything that a moderator looks at to decide about one submission, in a bounded number of statements."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow, read_register
from finder.domain.asked import Compared, Fields, compare, fields_of, with_fields
from finder.domain.errors import BadInputError
from finder.domain.listing import ListingDraft
from finder.domain.review import OPEN, Kind, Status
from finder.domain.roles import Right
from finder.review.decisions import for_decision
from finder.review.duplicates import Twin, likely
from finder.review.queue import CLAIM_LASTS
from finder.store.accounts import User
from finder.store.audit import AuditEntry
from finder.store.review import SavedReply, Submission, SubmissionMessage

HISTORY = 30


@dataclass(frozen=True, slots=True)
class Said:
    """A message; ``by`` is a moderator's name, "" for the submitter."""

    by: str
    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One act in a timeline; ``by`` is a name or what acted ("import", "submitter")."""

    entry: int
    at: dt.datetime
    by: str
    act: str
    target: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Other:
    """Another submission: about the same listing, or by the same submitter."""

    reference: str
    kind: Kind
    status: Status
    title: str
    sent_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One submission for a decision. ``meeting_revision`` and ``now`` are None for a new listing or one that has gone.

    ``preview`` is the draft that approving everything would make, None when none can be made: ``fault`` then says why.
    """

    submission: Submission
    body_id: int | None
    compared: list[Compared]
    now: Fields | None
    meeting: RegisterRow | None
    preview: ListingDraft | None
    fault: str
    twins: list[Twin]
    about_same: list[Other]
    by_same: list[Other]
    said: list[Said]
    steps: list[Step]
    replies: list[SavedReply]
    claimed_by: str
    first_approver: str
    decided_by: str

    @property
    def meeting_revision(self) -> int | None:
        """The revision of the listing that is looked at."""
        return self.meeting.meeting.revision if self.meeting else None


def read_case(session: Session, reference: str, *, viewer: Viewer, now: dt.datetime) -> Case:
    """The case of submission *reference*. Raises NotFoundError when the viewer may not see it."""
    row = for_decision(session, reference, viewer, right=Right.SEE_QUEUE)
    held = next(read_register(session, [row.meeting_id]), None) if row.meeting_id is not None else None
    if held is not None and not held.meeting.published:
        held = None
    present = fields_of(draft_of(held)) if held else None
    wanted = {**row.asked, **(row.edited or {})} if row.kind is not Kind.PROBLEM else dict(row.edited or {})
    preview, fault = _preview(held, row, wanted)
    names = _names(session, row)
    compares = row.kind in {Kind.NEW, Kind.CHANGE, Kind.PROBLEM}
    return Case(
        submission=row,
        body_id=held.meeting.service_body_id if held else row.service_body_id,
        compared=compare(row.then, present, wanted) if compares else [],
        now=present,
        meeting=held,
        preview=preview,
        fault=fault,
        twins=_twins(session, row, present, wanted),
        about_same=_others(session, row, viewer, same_listing=True),
        by_same=_others(session, row, viewer, same_listing=False),
        said=_said(session, row),
        steps=timeline(session, submission_id=row.id, meeting_id=row.meeting_id),
        replies=_replies(session, held.meeting.service_body_id if held else row.service_body_id),
        claimed_by=names.get(row.claimed_by or 0, "") if _is_claimed(row, now) else "",
        first_approver=names.get(row.first_approver or 0, ""),
        decided_by=names.get(row.decided_by or 0, ""),
    )


def _is_claimed(row: Submission, now: dt.datetime) -> bool:
    return row.claimed_at is not None and now - row.claimed_at < CLAIM_LASTS


def _preview(held: RegisterRow | None, row: Submission, wanted: Fields) -> tuple[ListingDraft | None, str]:
    if row.kind not in {Kind.NEW, Kind.CHANGE} or (held is None and row.kind is Kind.CHANGE):
        return None, ""
    try:
        return with_fields(draft_of(held) if held else None, wanted), ""
    except BadInputError as error:
        return None, error.message


def _twins(session: Session, row: Submission, present: Fields | None, wanted: Fields) -> list[Twin]:
    if row.kind not in {Kind.NEW, Kind.CHANGE}:
        return []
    return likely(session, {**(present or {}), **wanted}, limit=5, but=[row.meeting_id] if row.meeting_id else [])


def _names(session: Session, row: Submission) -> dict[int, str]:
    ids = [number for number in (row.claimed_by, row.first_approver, row.decided_by) if number is not None]
    found = session.execute(select(User.id, User.name, User.email).where(User.id.in_(ids))) if ids else ()
    return {number: name or email for number, name, email in found}


def _others(session: Session, row: Submission, viewer: Viewer, *, same_listing: bool) -> list[Other]:
    """Open ones about the same listing, or what the same address has sent to bodies of the viewer's."""
    statement = select(Submission).where(Submission.id != row.id, Submission.status != Status.UNPROVEN)
    if same_listing:
        if row.meeting_id is None:
            return []
        statement = statement.where(Submission.meeting_id == row.meeting_id, Submission.status.in_(OPEN))
    else:
        if not row.email:
            return []
        bodies = viewer.bodies(Right.SEE_QUEUE)
        own = Submission.service_body_id.in_(sorted(bodies)) if bodies is not None else Submission.id > 0
        statement = statement.where(Submission.email == row.email, own)
    found = session.execute(statement.order_by(Submission.sent_at.desc()).limit(10)).scalars()
    return [Other(each.reference, each.kind, each.status, each.title, each.sent_at) for each in found]


def _said(session: Session, row: Submission) -> list[Said]:
    statement = (
        select(SubmissionMessage, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == SubmissionMessage.user_id)
        .where(SubmissionMessage.submission_id == row.id)
        .order_by(SubmissionMessage.id)
    )
    return [
        Said((name or "moderator") if each.user_id is not None else "", each.at, each.text)
        for each, name in session.execute(statement)
    ]


def _replies(session: Session, body_id: int | None) -> list[SavedReply]:
    own = or_(SavedReply.service_body_id.is_(None), SavedReply.service_body_id == body_id)
    return list(session.execute(select(SavedReply).where(own).order_by(SavedReply.title).limit(50)).scalars())


def timeline(session: Session, *, submission_id: int | None = None, meeting_id: int | None = None) -> list[Step]:
    """What was done to a submission and to its listing, the newest first, with people by their names."""
    targets = []
    for kind, number in (("submission", submission_id), ("meeting", meeting_id)):
        if number is not None:
            targets.append(and_(AuditEntry.target_kind == kind, AuditEntry.target_id == number))
    if not targets:
        return []
    statement = select(AuditEntry).where(or_(*targets)).order_by(AuditEntry.id.desc()).limit(HISTORY)
    entries = list(session.execute(statement).scalars())
    ids = {int(entry.actor[5:]) for entry in entries if entry.actor.startswith("user:") and entry.actor[5:].isdigit()}
    names = {
        f"user:{number}": name or email
        for number, name, email in (
            session.execute(select(User.id, User.name, User.email).where(User.id.in_(sorted(ids)))) if ids else ()
        )
    }
    return [
        Step(
            entry=entry.id,
            at=entry.at,
            by=names.get(entry.actor, entry.actor),
            act=entry.act,
            target=entry.target_kind,
            reason=entry.reason,
            before=entry.before,
            after=entry.after,
        )
        for entry in entries
    ]
