"""Notices to moderators: at once, with at most one mail an hour about a queue, or one mail a day about all of them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.domain.review import Status
from finder.domain.roles import MAY, Right, Role
from finder.mail import outbox
from finder.review import letters
from finder.review.letters import Letter, Letterhead
from finder.store.accounts import Grant, User
from finder.store.database import pairs
from finder.store.people import ServiceBody
from finder.store.review import Submission

WAITING = (Status.PENDING, Status.SECOND_LOOK)
HOUR = dt.timedelta(hours=1)


def moderators_of(
    session: Session, bodies: Collection[int | None], *, but: int | None = None, right: Right = Right.DECIDE
) -> list[User]:
    """Active people other than *but* who hold *right* over every one of *bodies*, through it or one above it.

    The administrators when there are none; what belongs to no body (None) is theirs.
    """
    roles = [role for role, rights in MAY.items() if right in rights]
    parents = {row.id: row.parent_id for row in session.execute(select(ServiceBody.id, ServiceBody.parent_id))}
    above = [frozenset(_above(parents, body)) for body in bodies]
    statement = select(User, Grant.role, Grant.service_body_id).join(Grant, Grant.user_id == User.id)
    statement = statement.where(User.active, User.id != (but or 0), Grant.role.in_(roles)).order_by(User.id)
    held: defaultdict[User, set[int | None]] = defaultdict(set)
    administrators: dict[User, None] = {}
    for user, role, body in session.execute(statement):
        held[user].add(body)
        if role is Role.ADMINISTRATOR:
            administrators[user] = None
    own = [user for user, over in held.items() if all(over & wanted for wanted in above)]
    return own or list(administrators)


def _above(parents: Mapping[int, int | None], body: int | None) -> Iterable[int]:
    seen: list[int] = []
    while body is not None and body not in seen:
        seen.append(body)
        body = parents.get(body)
    return seen


def announce(session: Session, row: Submission, *, letterhead: Letterhead, now: dt.datetime) -> None:
    """Tell the moderators who want it at once that a request has come into the queue.

    After a mail the next one about the same queue goes when the hour is over: nobody gets more than one an hour, and no
    request goes untold.
    """
    body = row.service_body_id
    name = _queues(session).get(body, letterhead.site_name)
    first = letters.waiting(letterhead, {name: _count(session, body)})
    hour = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    for user in moderators_of(session, [body]):
        for at, letter in ((hour, first), (hour + HOUR, letters.more_waiting(letterhead, name))):
            key = f"waiting:{user.id}:{body or 0}:{at:%Y%m%d%H}"
            if user.digest_daily or _put(session, user, letter, key=key, now=now, due_at=max(at, now)):
                break


def ask_second(
    session: Session,
    bodies: Collection[int | None],
    path: str,
    *,
    asked_by: int,
    letterhead: Letterhead,
    now: dt.datetime,
) -> None:
    """Tell those who may look at *path* as the second of two, and want it at once, that it waits for one of them."""
    letter = letters.second(letterhead, path)
    for user in moderators_of(session, bodies, but=asked_by):
        if not user.digest_daily:
            _put(session, user, letter, key=f"second:{user.id}:{path}:{now:%Y%m%d%H%M%S%f}", now=now)


def tell_daily(session: Session, *, letterhead: Letterhead, now: dt.datetime) -> int:
    """Write to everybody who wants one mail a day how many requests wait in each of their queues; gives how many mails.

    However often it is called on one day (UTC), each gets one.
    """
    statement = select(Submission.service_body_id, func.count()).where(Submission.status.in_(WAITING))
    counts = pairs(session, statement.group_by(Submission.service_body_id))
    names = _queues(session) if counts else {}
    told: defaultdict[User, Counter[str]] = defaultdict(Counter)
    for body, count in counts.items():
        for user in moderators_of(session, [body]):
            if user.digest_daily:
                told[user][names.get(body, letterhead.site_name)] += count
    day = now.astimezone(dt.UTC)
    return sum(
        _put(session, user, letters.waiting(letterhead, queues), key=f"daily:{user.id}:{day:%Y%m%d}", now=now)
        for user, queues in told.items()
    )


def _queues(session: Session) -> dict[int | None, str]:
    return {row.id: row.name for row in session.execute(select(ServiceBody.id, ServiceBody.name))}


def _count(session: Session, body: int | None) -> int:
    same = Submission.service_body_id.is_(None) if body is None else Submission.service_body_id == body
    return session.execute(select(func.count()).where(same, Submission.status.in_(WAITING))).scalar_one()


def _put(
    session: Session, user: User, letter: Letter, *, key: str, now: dt.datetime, due_at: dt.datetime | None = None
) -> bool:
    return outbox.put(session, to=user.email, subject=letter.subject, body=letter.body, now=now, key=key, due_at=due_at)
