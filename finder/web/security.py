"""Flask-Security-Too in this house: passwords, codes, recovery codes and passkeys over our tables.

Its functions are used, its pages are not: none of its routes is registered, and what it and Flask-Login hang on every
request is taken off again, so that public pages never look at a session. Who is signed in is told by
`finder.web.identity` from the register, so that an ended session is out at once.
"""

import base64
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from typing import Any, cast

import structlog
from flask import Flask, Response, current_app, request
from flask_security import RoleMixin, Security, SQLAlchemySessionUserDatastore, UserMixin, WebAuthnMixin
from flask_security.totp import Totp
from passlib.totp import TOTP, TotpMatch  # type: ignore[import-untyped]  # it brings no types
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlalchemy.orm import Mapped, Session, relationship, scoped_session

from finder.accounts.attempts import WaitError
from finder.domain.errors import NotFoundError
from finder.store.accounts import Passkey, User
from finder.web.errors import told
from finder.web.faults import fault_of
from finder.web.headers import parts_of
from finder.web.parts import parts

MIN_PASSWORD = 12
MAX_PASSWORD = 128
RECOVERY_CODES = 10
#: A code is taken so long before and after its own half minute, since telephones are not all right.
CODE_WINDOW_S = 30


class AccountPasskey(Passkey, WebAuthnMixin):
    """A passkey as Flask-Security wants it."""


class Account(User, UserMixin):  # type: ignore[misc]  # both describe the same columns
    """An account as Flask-Security wants it. It knows of no roles: what somebody may do lies in our grants."""

    webauthn: Mapped[list[AccountPasskey]] = relationship(  # type: ignore[assignment]  # a column of theirs
        AccountPasskey, lazy="select", order_by=AccountPasskey.id
    )
    roles = []  # noqa: RUF012 - nobody adds to it


class NoRole(RoleMixin):
    """Flask-Security asks for a kind of role; there are none."""


class ClockedTotp(Totp):
    """Codes of authenticator apps: told the time by the house, and each taken once only."""

    def __init__(self, secrets: dict[int, str], issuer: str, *, clock: Callable[[], dt.datetime]) -> None:
        super().__init__(secrets, issuer)
        self._totp = TOTP.using(issuer=issuer, secrets=secrets, now=lambda: clock().timestamp())

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Which code was taken last."""
        return cast("Account", user).totp_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Remember the code that was taken."""
        cast("Account", user).totp_counter = tmatch.counter


def _no_session() -> Session:
    raise RuntimeError("Flask-Security reads and writes within `credentials()` only.")


#: The session that Flask-Security's store works in: that of the unit of work at hand.
_sessions = scoped_session(cast("Any", _no_session))
datastore = SQLAlchemySessionUserDatastore(cast("Any", _sessions), Account, NoRole, AccountPasskey)


@contextmanager
def credentials() -> Iterator[Session]:
    """A unit of work in which Flask-Security's store may be used; it commits at the end."""
    with parts().database.unit_of_work() as session:
        _sessions.registry.set(session)
        try:
            yield session
        finally:
            _sessions.registry.clear()


def account(session: Session, user_id: int, *, to_change: bool = True) -> Account:
    """An account; one *to_change* is changed by nobody else until the transaction ends. Raises NotFoundError."""
    statement = select(Account).where(Account.id == user_id)
    try:
        return session.execute(statement.with_for_update() if to_change else statement).scalar_one()
    except NoResultFound:
        raise NotFoundError("There is no such account.") from None


def security() -> Security:
    """Flask-Security as this application has it."""
    return cast("Security", current_app.extensions["security"])


def install(app: Flask) -> None:
    """Put Flask-Security on *app*, whose parts must be in place, and take its hooks off again."""
    held = parts_of(app)
    secret, clock = held.settings.secret_key, held.clock
    name = held.settings.site_name.replace(":", " ").strip() or "Meeting Finder"
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - a name
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # salted by itself; a lost secret key locks nobody out
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__time_cost": 2,
            "argon2__memory_cost": 19456,
            "argon2__parallelism": 1,
        },
        SECURITY_PASSWORD_LENGTH_MIN=MIN_PASSWORD,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106 - a name
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=RECOVERY_CODES,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[base64.urlsafe_b64encode(derived(secret, "recovery codes"))],
        SECURITY_TOTP_SECRETS={1: derived(secret, "authenticators").hex()},
        SECURITY_TOTP_ISSUER=name,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
        SECURITY_DATETIME_FACTORY=clock,
        SESSION_COOKIE_NAME="__Host-session" if app.config["SESSION_COOKIE_SECURE"] else "session",
        SESSION_PROTECTION=None,
        REMEMBER_COOKIE_REFRESH_EACH_REQUEST=False,
    )
    totp = cast("type[Totp]", partial(ClockedTotp, clock=clock))
    Security(app, datastore, register_blueprint=False, totp_cls=totp)
    take_off_hooks(app)
    app.register_error_handler(WaitError, too_many)
    app.register_error_handler(OperationalError, out_of_reach)


def out_of_reach(error: OperationalError) -> Response:
    """The answer that it cannot be looked up who is there."""
    structlog.get_logger().warning("database_unreachable", endpoint=request.endpoint, error=type(error).__name__)
    return told(fault_of(503))


def too_many(error: WaitError) -> Response:
    """The answer that it was tried too often, and when to try again."""
    response = told(fault_of(429, str(error)))
    response.headers["Retry-After"] = str(error.seconds)
    return response


def take_off_hooks(app: Flask) -> None:
    """Take off what would look at the session, or load somebody, on every request."""
    manager, principal = app.login_manager, security_of(app).principal  # type: ignore[attr-defined]  # put there
    app.after_request_funcs[None].remove(manager._update_remember_cookie)  # noqa: SLF001 - there is no other way
    app.before_request_funcs[None].remove(principal._on_before_request)  # noqa: SLF001 - likewise
    processors = app.template_context_processors[None]
    processors[:] = [processor for processor in processors if processor.__module__ != "flask_login.utils"]
    manager.user_loader(lambda _: None)
    manager.request_loader(lambda _: None)


def security_of(app: Flask) -> Security:
    """Flask-Security of *app*, outside of a request."""
    return cast("Security", app.extensions["security"])


def derived(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from the secret of the instance."""
    return blake2b(purpose.encode(), digest_size=32, key=secret.encode()[:64]).digest()
