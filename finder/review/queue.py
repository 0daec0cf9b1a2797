"""The queue of a moderator's service bodies: filtered, searched, sorted, a page at a time, and who is on what."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, Text, and_, case, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.review import OPEN, Kind, Risk, Status
from finder.domain.roles import Right
from finder.review.decisions import for_decision
from finder.review.history import already_decided
from finder.store.accounts import User
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.review import Submission

Columns = TypeVarTuple("Columns")
PER_PAGE = 50
#: For how long a claim is shown; it stops nobody.
CLAIM_LASTS = dt.timedelta(minutes=30)


class Order(StrEnum):
    """How the queue is sorted."""

    OLDEST = "oldest"
    NEWEST = "newest"
    NAME = "name"
    RISK = "risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuestion:
    """What of the queue is wanted; every empty value means all. ``words`` are looked for in names and references."""

    statuses: tuple[Status, ...] = tuple(sorted(OPEN))
    kinds: tuple[Kind, ...] = ()
    risk: Risk | None = None
    body: str = ""
    words: str = ""
    mine: bool = False
    order: Order = Order.OLDEST
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One submission in the queue. ``claimed_by`` is a name, "" when nobody is on it."""

    reference: str
    revision: int
    kind: Kind
    status: Status
    title: str
    body: str
    risks: tuple[str, ...]
    waiting_since: dt.datetime | None
    claimed_by: str
    meeting_slug: str
    others: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; ``by_kind`` counts all that match but for the kind."""

    rows: Sequence[QueueRow]
    total: int
    page: int
    pages: int
    by_kind: dict[str, int]


#: Whose a submission is: that of its listing as it is now, else the body it was sent to.
BODY = case((Submission.meeting_id.is_not(None), Meeting.service_body_id), else_=Submission.service_body_id)


def mine(viewer: Viewer, right: Right = Right.SEE_QUEUE) -> ColumnElement[bool]:
    """The condition that a submission (outer-joined to its meeting) is one of *viewer*'s bodies."""
    bodies = viewer.bodies(right)
    proven = Submission.status != Status.UNPROVEN
    return proven if bodies is None else and_(proven, BODY.in_(sorted(bodies)))


def list_queue(session: Session, viewer: Viewer, question: QueueQuestion, *, now: dt.datetime) -> QueuePage:
    """The page of the queue that is asked for: three statements whatever its length."""
    conditions = _conditions(viewer, question)
    counted = _reachable(select(Submission.kind, func.count()).select_from(Submission)).where(*conditions)
    counts = session.execute(counted.group_by(Submission.kind))
    by_kind = {kind.value: count for kind, count in counts}
    total = sum(count for kind, count in by_kind.items() if not question.kinds or kind in question.kinds)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, question.page), pages)
    wanted = _reachable(select(Submission.id)).where(*conditions)
    if question.kinds:
        wanted = wanted.where(Submission.kind.in_(question.kinds))
    # Numbers alone are sorted, and whole rows read for one page only: most of a row is what was asked.
    ids = _ordered(wanted, question.order).limit(PER_PAGE).offset((page - 1) * PER_PAGE).subquery()
    rows_of_page = _rows().join(ids, ids.c.id == Submission.id)
    found = session.execute(_ordered(rows_of_page, question.order)).all()
    others = _others(session, [row[0].meeting_id for row in found if row[0].meeting_id])
    rows = [_row(*row, others=others, now=now) for row in found]
    return QueuePage(rows, total, page, pages, by_kind)


def next_waiting(session: Session, viewer: Viewer, *, now: dt.datetime) -> tuple[str, str] | None:
    """Reference and title of what waits longest for this viewer and nobody else is on; None when nothing does."""
    free = or_(
        Submission.claimed_by.is_(None),
        Submission.claimed_by == viewer.user_id,
        Submission.claimed_at < now - CLAIM_LASTS,
    )
    twice = and_(Submission.status == Status.SECOND_LOOK, Submission.first_approver == viewer.user_id)
    statement = (
        select(Submission.reference, Submission.title)
        .outerjoin(Meeting, Meeting.id == Submission.meeting_id)
        .where(mine(viewer), Submission.status.in_([Status.PENDING, Status.SECOND_LOOK]), free, ~twice)
        .order_by(Submission.waiting_since, Submission.id)
        .limit(1)
    )
    found = session.execute(statement).first()
    return (found[0], found[1]) if found else None


def waiting_by_body(session: Session, viewer: Viewer) -> list[tuple[str, str, int]]:
    """Slug, name and number of open submissions of the viewer's bodies that have some, by name: one statement."""
    counted = (
        _reachable(select(BODY.label("body"), func.count().label("count")).select_from(Submission))
        .where(mine(viewer), Submission.status.in_(OPEN))
        .group_by(BODY)
        .subquery()
    )
    statement = (
        select(ServiceBody.slug, ServiceBody.name, counted.c.count)
        .join(counted, counted.c.body == ServiceBody.id)
        .order_by(ServiceBody.name, ServiceBody.slug)
    )
    return [(slug, name, count) for slug, name, count in session.execute(statement)]


def _reachable(statement: Select[*Columns]) -> Select[*Columns]:
    """*statement* about submissions, from which their listings can be reached: whose they are hangs on these."""
    return statement.outerjoin(Meeting, Meeting.id == Submission.meeting_id)


def _rows() -> Select[Submission, str, str, str]:
    return (
        select(Submission, ServiceBody.name, User.name, Meeting.slug)
        .outerjoin(Meeting, Meeting.id == Submission.meeting_id)
        .outerjoin(ServiceBody, ServiceBody.id == BODY)
        .outerjoin(User, User.id == Submission.claimed_by)
    )


def _row(
    row: Submission, body: str | None, name: str | None, slug: str | None, *, others: dict[int, int], now: dt.datetime
) -> QueueRow:
    claimed = row.claimed_at is not None and now - row.claimed_at < CLAIM_LASTS
    return QueueRow(
        reference=row.reference,
        revision=row.revision,
        kind=row.kind,
        status=row.status,
        title=row.title,
        body=body or "",
        risks=tuple(row.risks or ()),
        waiting_since=row.waiting_since,
        claimed_by=(name or "") if claimed else "",
        meeting_slug=slug or "",
        others=others.get(row.meeting_id or 0, 1) - 1,
    )


def _conditions(viewer: Viewer, question: QueueQuestion) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [mine(viewer), Submission.status.in_(question.statuses or tuple(Status))]
    if question.risk is not None:
        # As text: the column's own type would turn the pattern into JSON.
        found.append(type_coerce(Submission.risks, Text).like(f'%"{question.risk.value}"%'))
    if question.body:
        found.append(select(ServiceBody.id).where(ServiceBody.slug == question.body).scalar_subquery() == BODY)
    if question.mine:
        found.append(Submission.claimed_by == viewer.user_id)
    for word in question.words.split()[:8]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found.append(
            or_(Submission.title.ilike(pattern, escape="\\"), Submission.reference.ilike(pattern, escape="\\"))
        )
    return found


def _ordered(statement: Select[*Columns], order: Order) -> Select[*Columns]:
    orders = {
        Order.OLDEST: (Submission.waiting_since, Submission.id),
        Order.NEWEST: (Submission.waiting_since.desc(), Submission.id.desc()),
        Order.NAME: (func.lower(Submission.title), Submission.id),
        Order.RISK: (func.length(Submission.risks).desc(), Submission.waiting_since, Submission.id),
    }
    return statement.order_by(*orders[order])


def _others(session: Session, meetings: Sequence[int]) -> dict[int, int]:
    """How many open submissions there are about each of *meetings*."""
    statement = (
        select(Submission.meeting_id, func.count())
        .where(Submission.meeting_id.in_(sorted(set(meetings))), Submission.status.in_(OPEN))
        .group_by(Submission.meeting_id)
    )
    return {number: count for number, count in session.execute(statement) if number is not None}


def claim(session: Session, reference: str, *, by: Viewer, revision: int, now: dt.datetime) -> None:
    """Say that one is on a submission, so that others see it. Raises NotFoundError, AlreadyDecidedError."""
    row = for_decision(session, reference, by)
    if row.revision != revision or row.status not in OPEN:
        raise already_decided(session, row)
    session.execute(update(Submission).where(Submission.id == row.id).values(claimed_by=by.user_id, claimed_at=now))


def release(session: Session, reference: str, *, by: Viewer) -> None:
    """Say that one is not on a submission any more."""
    row = for_decision(session, reference, by)
    mine_alone = (Submission.id == row.id, Submission.claimed_by == by.user_id)
    session.execute(update(Submission).where(*mine_alone).values(claimed_by=None, claimed_at=None))
