"""Notices to moderators: that a request waits, at once or once a day, one mail for many requests of an hour."""

import datetime as dt

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from finder.domain.review import Status
from finder.domain.roles import MAY, Right
from finder.mail import outbox
from finder.review import letters
from finder.review.letters import Letterhead
from finder.store.accounts import Grant, User
from finder.store.people import ServiceBody
from finder.store.review import Submission

DECIDERS = [role for role, rights in MAY.items() if Right.DECIDE in rights]


def moderators_of(session: Session, body_id: int | None, *, daily: bool) -> list[User]:
    """Active people who decide for a service body or one above it; the administrators when there are none."""
    above: list[int] = []
    tree = {row.id: row.parent_id for row in session.execute(select(ServiceBody.id, ServiceBody.parent_id))}
    number = body_id
    while number is not None and number in tree and number not in above:
        above.append(number)
        number = tree[number]
    statement = (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .where(User.active, User.digest_daily.is_(daily), Grant.role.in_(DECIDERS))
        .order_by(User.id)
    )
    own = list(session.execute(statement.where(Grant.service_body_id.in_(above))).scalars().unique()) if above else []
    return own or list(session.execute(statement.where(Grant.service_body_id.is_(None))).scalars().unique())


def announce(session: Session, row: Submission, *, letterhead: Letterhead, now: dt.datetime) -> None:
    """Tell the moderators who want it at once; many requests of one hour are one mail."""
    tell(session, row.service_body_id, letterhead=letterhead, now=now, daily=False, key=now.strftime("%Y%m%d%H"))


def tell(
    session: Session, body_id: int | None, *, letterhead: Letterhead, now: dt.datetime, daily: bool, key: str
) -> None:
    """Write to the moderators of a body how many requests wait; *key* says what counts as one notice."""
    same = Submission.service_body_id.is_(None) if body_id is None else Submission.service_body_id == body_id
    waiting = select(func.count()).where(same, or_(*[Submission.status == each for each in WAITING]))
    count = session.execute(waiting).scalar_one()
    if not count:
        return
    body = session.get(ServiceBody, body_id) if body_id is not None else None
    letter = letters.waiting(letterhead, body.name if body else letterhead.site_name, count)
    for user in moderators_of(session, body_id, daily=daily):
        name = f"waiting:{user.id}:{body_id or 0}:{key}"
        outbox.put(session, to=user.email, subject=letter.subject, body=letter.body, now=now, key=name)


WAITING = (Status.PENDING, Status.SECOND_LOOK)
