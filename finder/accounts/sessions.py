"""Running sessions: each has a secret of its own, kept as SHA-256 only, and ends when its row does."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.accounts.digests import of_secret
from finder.domain.errors import NotFoundError
from finder.store.accounts import KnownNetwork, Passkey, SignedIn, User

#: A session ends so long after its sign-in, or when it was not used for so long.
LIFETIME = dt.timedelta(days=14)
IDLE = dt.timedelta(days=7)
#: How exactly it is known when a session was last used.
SEEN_EVERY = dt.timedelta(minutes=10)
#: How long a proof that it is still them counts.
FRESH = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where a session comes from: a keyed digest of the network, and a browser's name without its version."""

    network: str
    browser: str


def start(session: Session, user_id: int, device: Device, *, strong: bool, now: dt.datetime) -> str:
    """Begin a session; give its secret."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignedIn(
            user_id=user_id,
            digest=of_secret(secret),
            network=device.network,
            browser=device.browser,
            started_at=now,
            seen_at=now,
            proved_at=now,
            strong_at=now if strong else None,
        )
    )
    return secret


def find(session: Session, secret: str, *, now: dt.datetime) -> tuple[SignedIn, User, bool] | None:
    """The running session of *secret*, whose it is and whether they have a passkey, in one statement.

    None when the session has ended, or the account.
    """
    statement = (
        select(SignedIn, User, exists().where(Passkey.user_id == User.id))
        .join(User, User.id == SignedIn.user_id)
        .where(
            SignedIn.digest == of_secret(secret),
            SignedIn.started_at > now - LIFETIME,
            SignedIn.seen_at > now - IDLE,
            User.active,
        )
    )
    return session.execute(statement).first()


def renew(session: Session, session_id: int, *, strong: bool, now: dt.datetime) -> str:
    """Give a running session a new secret, once they showed again that it is them. Raises NotFoundError if it ended."""
    secret = secrets.token_urlsafe(32)
    values: dict[str, object] = {"digest": of_secret(secret), "proved_at": now, "seen_at": now}
    if strong:
        values["strong_at"] = now
    result = session.execute(update(SignedIn).where(SignedIn.id == session_id).values(values))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFoundError("This session has ended. Sign in again.")
    return secret


def seen(session: Session, session_id: int, *, now: dt.datetime) -> None:
    """Write down that a session was used."""
    session.execute(update(SignedIn).where(SignedIn.id == session_id).values(seen_at=now))


@dataclass(frozen=True, slots=True)
class Running:
    """A session as its owner sees it."""

    id: int
    browser: str
    started_at: dt.datetime
    seen_at: dt.datetime


def list_sessions(session: Session, user_id: int) -> list[Running]:
    """The sessions of an account, the one last used first."""
    columns = (SignedIn.id, SignedIn.browser, SignedIn.started_at, SignedIn.seen_at)
    statement = select(*columns).where(SignedIn.user_id == user_id)
    rows = session.execute(statement.order_by(SignedIn.seen_at.desc(), SignedIn.id))
    return [Running(*row) for row in rows]


def end(session: Session, session_id: int, user_id: int) -> None:
    """End one session of an account. Raises NotFoundError when it is not theirs or ended already."""
    result = session.execute(delete(SignedIn).where(SignedIn.id == session_id, SignedIn.user_id == user_id))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFoundError("This session has ended already.")


def end_all(session: Session, user_id: int, *, but: int | None = None) -> None:
    """End the sessions of an account, all or all *but* one."""
    statement = delete(SignedIn).where(SignedIn.user_id == user_id)
    session.execute(statement if but is None else statement.where(SignedIn.id != but))


def is_new_network(session: Session, user_id: int, digest: str, *, now: dt.datetime) -> bool:
    """Remember a network; whether this account is known from others only. The first of all is not new."""
    known = select(KnownNetwork.digest).where(KnownNetwork.user_id == user_id)
    digests = set(session.execute(known).scalars())
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(KnownNetwork).values(user_id=user_id, digest=digest, seen_at=now)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[KnownNetwork.user_id, KnownNetwork.digest], set_={"seen_at": now}
        )
    )
    return bool(digests) and digest not in digests
