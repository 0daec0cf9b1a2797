"""Secret links to an account: 256 bits, kept as SHA-256 only, used up by one POST and never by a GET."""

import datetime as dt
import secrets
from enum import StrEnum

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from finder.accounts.digests import of_secret
from finder.domain.errors import GoneError, NotFoundError
from finder.store.accounts import AccountLink, User


class Purpose(StrEnum):
    """What a link is for."""

    INVITE = "invite"
    RESET = "reset"


LIFETIMES = {Purpose.INVITE: dt.timedelta(days=7), Purpose.RESET: dt.timedelta(hours=2)}
UNKNOWN = "This link is not known here. Copy it whole from the mail, or ask for a new one."
GONE = "This link was used already or is too old. Ask for a new one."


def issue(session: Session, purpose: Purpose, user_id: int, *, now: dt.datetime) -> str:
    """Give a fresh secret for *purpose*; those given out for it before no longer work."""
    void(session, user_id, purpose)
    secret = secrets.token_urlsafe(32)
    session.execute(
        insert(AccountLink).values(
            purpose=purpose.value, digest=of_secret(secret), user_id=user_id, expires_at=now + LIFETIMES[purpose]
        )
    )
    return secret


def void(session: Session, user_id: int, *purposes: Purpose) -> None:
    """Make the unused links of an account for *purposes* worthless."""
    session.execute(
        delete(AccountLink).where(
            AccountLink.user_id == user_id,
            AccountLink.used_at.is_(None),
            AccountLink.purpose.in_([purpose.value for purpose in purposes]),
        )
    )


def look(session: Session, purpose: Purpose, secret: str, *, now: dt.datetime) -> User:
    """Whose link this is; it stays as it is. Raises NotFoundError, or GoneError when it was used or is too old."""
    return _found(session, purpose, secret, now=now)[1]


def use(session: Session, purpose: Purpose, secret: str, *, now: dt.datetime) -> User:
    """Whose link this is, used up: of any number at once, one succeeds. Raises like `look`."""
    link, user = _found(session, purpose, secret, now=now)
    statement = update(AccountLink).where(AccountLink.id == link.id, AccountLink.used_at.is_(None)).values(used_at=now)
    result = session.execute(statement)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise GoneError(GONE)
    return user


def _found(session: Session, purpose: Purpose, secret: str, *, now: dt.datetime) -> tuple[AccountLink, User]:
    statement = (
        select(AccountLink, User)
        .join(User, User.id == AccountLink.user_id)
        .where(AccountLink.purpose == purpose.value, AccountLink.digest == of_secret(secret))
    )
    found = session.execute(statement).first()
    if found is None:
        raise NotFoundError(UNKNOWN)
    link, user = found
    if link.used_at is not None or link.expires_at <= now or not user.active:
        raise GoneError(GONE)
    return link, user
