"""Everything that a moderator looks at to decide about one submission, in a bounded number of statements."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from finder.accounts.permissions import Viewer, may_now
from finder.directory import one_listing
from finder.directory.audit import words_of
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow
from finder.domain.asked import Compared, Fields, compare, fields_of, with_fields
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import ListingDraft
from finder.domain.review import OPEN, Kind, Status
from finder.domain.roles import Right
from finder.review.applying import exception_of
from finder.review.duplicates import Twin, likely
from finder.review.queue import CLAIM_LASTS
from finder.store.accounts import User
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting
from finder.store.review import SavedReply, Submission, SubmissionMessage

HISTORY = 30
OTHERS = 10
#: Kinds that ask for fields of a listing.
COMPARED = frozenset({Kind.NEW, Kind.CHANGE, Kind.PROBLEM})


@dataclass(frozen=True, slots=True)
class Said:
    """A message; ``by`` is a moderator's name, "" for the submitter."""

    by: str
    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One act in a timeline; ``by`` is a name or what acted ("import", "submitter"). ``request``: that it is about."""

    entry: int
    at: dt.datetime
    by: str
    act: str
    target: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request: str = ""


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
    first_stands: bool
    decided_by: str

    @property
    def meeting_revision(self) -> int | None:
        """The revision of the listing that is looked at."""
        return self.meeting.meeting.revision if self.meeting else None


def read_case(session: Session, reference: str, *, viewer: Viewer, now: dt.datetime) -> Case:
    """The case of submission *reference*, in at most eight statements, and three where one of two people has approved.

    Raises NotFoundError when it is not theirs.
    """
    row, held, names = _submission(session, reference, viewer)
    if held is not None and not held.meeting.published:
        held = None
    present = fields_of(draft_of(held)) if held else None
    wanted = {**row.asked, **(row.edited or {})} if row.kind is not Kind.PROBLEM else dict(row.edited or {})
    preview, fault = _preview(held, row, wanted)
    body_id = held.meeting.service_body_id if held else row.service_body_id
    about_same, by_same = _others(session, row, viewer)
    return Case(
        submission=row,
        body_id=body_id,
        compared=compare(row.then, present, wanted) if row.kind in COMPARED else [],
        now=present,
        meeting=held,
        preview=preview,
        fault=fault,
        twins=_twins(session, row, present, wanted) if row.status in OPEN else [],
        about_same=about_same,
        by_same=by_same,
        said=_said(session, row),
        steps=timeline(session, submission_id=row.id, meeting_id=row.meeting_id),
        replies=_replies(session, body_id) if row.status in OPEN else [],
        claimed_by=names["claimed_by"] if _is_claimed(row, now) else "",
        first_approver=names["first_approver"],
        first_stands=row.status is Status.SECOND_LOOK and may_now(session, row.first_approver, Right.DECIDE, body_id),
        decided_by=names["decided_by"],
    )


def _submission(
    session: Session, reference: str, viewer: Viewer
) -> tuple[Submission, RegisterRow | None, dict[str, str]]:
    """The submission, its listing and the names of those who acted on it. Raises NotFoundError."""
    people = {name: aliased(User) for name in ("claimed_by", "first_approver", "decided_by")}
    told = [func.coalesce(func.nullif(each.name, ""), each.email) for each in people.values()]
    statement: Select[*tuple[Any, ...]] = select(Submission, *told, *one_listing.COLUMNS)
    statement = statement.outerjoin(Meeting, Meeting.id == Submission.meeting_id)
    for name, each in people.items():
        statement = statement.outerjoin(each, each.id == getattr(Submission, name))
    found = session.execute(one_listing.joined(statement).where(Submission.reference == reference)).first()
    if found is not None:
        row, claimed, first, decided, meeting, *rest = tuple(found)
        body_id = meeting.service_body_id if meeting else row.service_body_id
        if row.status is not Status.UNPROVEN and viewer.may(Right.SEE_QUEUE, body_id):
            held = one_listing.row_of(session, meeting, *rest) if meeting is not None else None
            names = dict(zip(people, (claimed or "", first or "", decided or ""), strict=True))
            return row, held, names
    raise NotFoundError("There is no such request here.")


def _is_claimed(row: Submission, now: dt.datetime) -> bool:
    return row.claimed_at is not None and now - row.claimed_at < CLAIM_LASTS


def _preview(held: RegisterRow | None, row: Submission, wanted: Fields) -> tuple[ListingDraft | None, str]:
    if row.kind not in {Kind.NEW, Kind.CHANGE, Kind.EXCEPTION} or (held is None and row.kind is not Kind.NEW):
        return None, ""
    try:
        if row.kind is Kind.EXCEPTION and held is not None:
            draft = draft_of(held)
            return replace(draft, overrides=(*draft.overrides, exception_of(wanted))), ""
        return with_fields(draft_of(held) if held else None, wanted), ""
    except BadInputError as error:
        return None, error.message


def _twins(session: Session, row: Submission, present: Fields | None, wanted: Fields) -> list[Twin]:
    if row.kind not in {Kind.NEW, Kind.CHANGE}:
        return []
    return likely(session, {**(present or {}), **wanted}, limit=5, but=[row.meeting_id] if row.meeting_id else [])


def _others(session: Session, row: Submission, viewer: Viewer) -> tuple[list[Other], list[Other]]:
    """Open ones about the same listing, and what the same address has sent to bodies of the viewer's."""
    ways: list[ColumnElement[bool]] = []
    same = and_(Submission.meeting_id == (row.meeting_id or 0), Submission.status.in_(OPEN))
    if row.meeting_id is not None:
        ways.append(same)
    if row.email:
        bodies = viewer.bodies(Right.SEE_QUEUE)
        own = Submission.service_body_id.in_(sorted(bodies)) if bodies is not None else Submission.id > 0
        ways.append(and_(Submission.email == row.email, own))
    if not ways:
        return [], []
    statement = select(Submission).where(Submission.id != row.id, Submission.status != Status.UNPROVEN, or_(*ways))
    first = case((same, 0), else_=1) if row.meeting_id is not None else Submission.id * 0
    found = session.execute(statement.order_by(first, Submission.sent_at.desc()).limit(2 * OTHERS)).scalars().all()
    about = [each for each in found if row.meeting_id is not None and each.meeting_id == row.meeting_id]
    by = [each for each in found if row.email and each.email == row.email]
    return [_other(each) for each in about if each.status in OPEN][:OTHERS], [_other(each) for each in by][:OTHERS]


def _other(row: Submission) -> Other:
    return Other(row.reference, row.kind, row.status, row.title, row.sent_at)


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


def timeline(
    session: Session,
    *,
    submission_id: int | None = None,
    meeting_id: int | None = None,
    before: int | None = None,
    most: int = HISTORY,
) -> list[Step]:
    """What was done to a submission and to its listing, the newest first, with people by their names: one statement.

    At *most* so many acts, older than entry *before*.
    """
    targets = []
    for kind, number in (("submission", submission_id), ("meeting", meeting_id)):
        if number is not None:
            targets.append(and_(AuditEntry.target_kind == kind, AuditEntry.target_id == number))
    if not targets:
        return []
    statement = (
        select(AuditEntry, func.coalesce(func.nullif(User.name, ""), User.email))
        .outerjoin(User, AuditEntry.actor == literal("user:") + cast(User.id, String))
        .where(or_(*targets))
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return [
        Step(
            entry=entry.id,
            at=entry.at,
            by=name or entry.actor,
            act=entry.act,
            target=entry.target_kind,
            reason=words_of(entry.reason),
            before=entry.before,
            after=entry.after,
        )
        for entry, name in session.execute(statement)
    ]
