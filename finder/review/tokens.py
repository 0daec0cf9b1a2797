"""Secret links that are mailed: 256 bits, kept as SHA-256 only, used up by one POST and never by a GET."""

import datetime as dt
import secrets

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import Session

from finder.accounts.digests import of_secret
from finder.domain.errors import GoneError, NotFoundError
from finder.store.review import LinkToken

#: What a link is for -> how long it lives.
LIFETIMES = {
    "prove": dt.timedelta(days=3),
    "status": dt.timedelta(days=90),
    "manage": dt.timedelta(hours=24),  # mailed; opening it gives a session
    "managing": dt.timedelta(hours=2),
    "confirm": dt.timedelta(days=60),
}
UNKNOWN = "This link is not known here. Copy it whole from the mail, or ask for a new one."
GONE = "This link was used already or is too old. Ask for a new one."


def issue(
    session: Session,
    purpose: str,
    *,
    now: dt.datetime,
    submission_id: int | None = None,
    group_id: int | None = None,
    email: str = "",
) -> str:
    """Give a fresh secret for *purpose*; the register keeps its digest."""
    secret = secrets.token_urlsafe(32)
    session.execute(
        insert(LinkToken).values(
            purpose=purpose,
            digest=of_secret(secret),
            submission_id=submission_id,
            group_id=group_id,
            email=email,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    return secret


def look(session: Session, purpose: str, secret: str, *, now: dt.datetime) -> LinkToken:
    """What a link stands for; it stays as it is. Raises NotFoundError, or GoneError when it was used or is too old."""
    statement = select(LinkToken).where(LinkToken.purpose == purpose, LinkToken.digest == of_secret(secret))
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFoundError(UNKNOWN)
    if found.used_at is not None or found.expires_at <= now:
        raise GoneError(GONE)
    return found


def use(session: Session, purpose: str, secret: str, *, now: dt.datetime) -> LinkToken:
    """What a link stands for, used up: of any number at once, one succeeds. Raises like `look`."""
    found = look(session, purpose, secret, now=now)
    statement = update(LinkToken).where(LinkToken.id == found.id, LinkToken.used_at.is_(None)).values(used_at=now)
    result = session.execute(statement)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise GoneError(GONE)
    return found
