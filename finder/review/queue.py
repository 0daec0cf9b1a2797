"""The queue of a moderator's service bodies: filtered, searched, sorted, a page at a time, and who is on what."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, Text, and_, bindparam, case, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session, aliased

from finder.accounts.permissions import Viewer
from finder.domain.review import OPEN, Kind, Risk, Status
from finder.domain.roles import Right
from finder.review.decisions import for_decision
from finder.review.history import already_decided
from finder.review.tally import Remembered
from finder.store.accounts import User
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.review import Submission

Columns = TypeVarTuple("Columns")
Found = TypeVar("Found")
PER_PAGE = 25
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

    id: int
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
    """A page of the queue; ``by_kind`` counts all that match but for the kind.

    ``bodies`` are slug, name and number of what is open of the viewer's bodies that have some, whatever was asked for.
    """

    rows: Sequence[QueueRow]
    total: int
    page: int
    pages: int
    by_kind: dict[Kind, int]
    bodies: Sequence[tuple[str, str, int]]


#: Whose a submission is: that of its listing as it is now, else the body it was sent to.
BODY = case((Submission.meeting_id.is_not(None), Meeting.service_body_id), else_=Submission.service_body_id)


def mine(viewer: Viewer, right: Right = Right.SEE_QUEUE) -> ColumnElement[bool]:
    """The condition that a submission (outer-joined to its meeting) is one of *viewer*'s bodies."""
    bodies = viewer.bodies(right)
    proven = Submission.status != Status.UNPROVEN
    return proven if bodies is None else and_(proven, BODY.in_(sorted(bodies)))


def list_queue(
    session: Session, viewer: Viewer, question: QueueQuestion, *, now: dt.datetime, counts: Remembered | None = None
) -> QueuePage:
    """The page of the queue that is asked for: at most four statements whatever its length.

    What waits is counted and read anew only when *counts* does not remember it; who is on what is read each time.
    """
    open_ones = _counted(session, viewer, QueueQuestion(), counts)
    everything = replace(question, kinds=(), order=Order.OLDEST, page=1)
    by_kind: Counter[Kind] = Counter()
    for count in open_ones if everything == QueueQuestion() else _counted(session, viewer, everything, counts):
        by_kind[count.kind] += count.number
    total = sum(count for kind, count in by_kind.items() if not question.kinds or kind in question.kinds)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, question.page), pages)
    question = replace(question, page=page)
    rows = _remembered(counts, viewer, question, lambda: _read(session, viewer, question), about="rows")
    return QueuePage(_claimed(session, rows, now=now), total, page, pages, by_kind, _bodies(open_ones))


def _read(session: Session, viewer: Viewer, question: QueueQuestion) -> list[QueueRow]:
    """The rows of the page that *question* names, whoever is on them."""
    wanted = _reachable(select(Submission.id)).where(*_conditions(viewer, question))
    if question.kinds:
        wanted = wanted.where(Submission.kind.in_(question.kinds))
    # Numbers alone are sorted, and whole rows read for one page only: most of a row is what was asked.
    ids = _ordered(wanted, question.order).limit(PER_PAGE).offset((question.page - 1) * PER_PAGE).subquery()
    return [_row(row) for row in session.execute(_ordered(_ROWS.join(ids, ids.c.id == Submission.id), question.order))]


def _claimed(session: Session, rows: Sequence[QueueRow], *, now: dt.datetime) -> list[QueueRow]:
    """*rows* with the names of those who are on them."""
    asked = {"ids": [row.id for row in rows], "since": now - CLAIM_LASTS}
    names = {row.id: row.name for row in session.execute(_CLAIMS, asked)}
    return [replace(row, claimed_by=names[row.id]) if row.id in names else row for row in rows]


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


class Count(NamedTuple):
    """How many submissions there are of one body (its slug and name, None: of none) and kind."""

    kind: Kind
    number: int
    slug: str | None
    body: str | None


def _counted(session: Session, viewer: Viewer, question: QueueQuestion, counts: Remembered | None) -> Sequence[Count]:
    """What answers *question*, whatever its kinds, by body and kind."""
    return _remembered(
        counts, viewer, question, lambda: _counts(session, _conditions(viewer, question)), about="counts"
    )


def _remembered(
    counts: Remembered | None, viewer: Viewer, question: QueueQuestion, find: Callable[[], Found], *, about: str
) -> Found:
    """What *find* finds, remembered where the state of the queue tells whether it still holds."""
    if counts is None or question.mine or not question.statuses or not OPEN.issuperset(question.statuses):
        return find()
    bodies = viewer.bodies(Right.SEE_QUEUE)
    return counts.of((about, None if bodies is None else frozenset(bodies), question), find)


def _counts(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[Count]:
    statement = _reachable(_COUNTED).where(*conditions).group_by(BODY, Submission.kind).subquery()
    named = select(statement.c.kind, statement.c.number, ServiceBody.slug, ServiceBody.name)
    named = named.outerjoin_from(statement, ServiceBody, ServiceBody.id == statement.c.body)
    return [Count(*row) for row in session.execute(named.order_by(ServiceBody.name, ServiceBody.slug))]


def _bodies(counts: Sequence[Count]) -> list[tuple[str, str, int]]:
    found: Counter[tuple[str, str]] = Counter()
    for count in counts:
        if count.slug is not None:
            found[count.slug, count.body or ""] += count.number
    return [(slug, name, number) for (slug, name), number in found.items()]


def _reachable(statement: Select[*Columns]) -> Select[*Columns]:
    """*statement* about submissions, from which their listings can be reached: whose they are hangs on these."""
    return statement.outerjoin(Meeting, Meeting.id == Submission.meeting_id)


_ABOUT = aliased(Submission)
#: How many open submissions there are about a row's listing.
_TOGETHER = (
    select(func.count())
    .where(_ABOUT.meeting_id == Submission.meeting_id, _ABOUT.status.in_(sorted(OPEN)))
    .correlate(Submission)
    .scalar_subquery()
)
#: Built once: most of the time that a statement costs here is taken by making it.
_ROWS: Select[*tuple[Any, ...]] = (
    select(
        Submission.id,
        Submission.reference,
        Submission.revision,
        Submission.kind,
        Submission.status,
        Submission.title,
        Submission.risks,
        Submission.waiting_since,
        ServiceBody.name.label("body"),
        Meeting.slug,
        _TOGETHER.label("together"),
    )
    .outerjoin(Meeting, Meeting.id == Submission.meeting_id)
    .outerjoin(ServiceBody, ServiceBody.id == BODY)
)
_CLAIMS = (
    select(Submission.id, User.name)
    .join(User, User.id == Submission.claimed_by)
    .where(Submission.id.in_(bindparam("ids", expanding=True)), Submission.claimed_at > bindparam("since"))
)
_COUNTED = select(BODY.label("body"), Submission.kind, func.count().label("number")).select_from(Submission)


def _row(row: Row[*tuple[Any, ...]]) -> QueueRow:
    return QueueRow(
        id=row.id,
        reference=row.reference,
        revision=row.revision,
        kind=row.kind,
        status=row.status,
        title=row.title,
        body=row.body or "",
        risks=tuple(row.risks or ()),
        waiting_since=row.waiting_since,
        claimed_by="",
        meeting_slug=row.slug or "",
        others=max(0, row.together - (row.status in OPEN)),
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
