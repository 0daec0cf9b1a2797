"""People with accounts for tests, and a client that fills in the forms of the account pages as a browser would."""

import datetime as dt
import re
from functools import cache
from html import unescape
from itertools import count

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP  # type: ignore[import-untyped]  # it brings no types
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from finder.directory.numbers import bmlt_numbers
from finder.domain.roles import Role
from finder.store.accounts import Grant, User
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.people import ServiceBody
from tests.conftest import NOW

PASSWORD = "seven quiet lanterns"  # noqa: S105 - of people who do not exist

_numbers = count(1)


@cache
def kept_password() -> str:
    """What is kept of `PASSWORD`, made once in the parameters of the site."""
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(PASSWORD)


class Watch:
    """A clock that a test sets."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


def a_body(session: Session, name: str, parent: int | None = None) -> int:
    """A service body; gives its number."""
    number = bmlt_numbers(session, ServiceBody, [None])[0]
    body = ServiceBody(slug=f"{name.lower()}-{next(_numbers)}", name=name, parent_id=parent, bmlt_id=number)
    session.add(body)
    session.flush()
    return body.id


def somebody(
    session: Session,
    role: Role | None = Role.ADMINISTRATOR,
    body: int | None = None,
    *,
    password: str | None = None,
    name: str = "Robin",
) -> User:
    """Somebody with an account; *password* is the kept hash."""
    number = next(_numbers)
    user = User(
        email=f"person{number}@example.org",
        name=name,
        created_at=NOW,
        password=password,
        fs_uniquifier=f"uniquifier-{number}",
        fs_webauthn_user_handle=f"handle-{number}",
    )
    session.add(user)
    session.flush()
    if role is not None:
        session.execute(insert(Grant).values(user_id=user.id, role=role, service_body_id=body))
    return user


def outbox(database: Database) -> list[OutboxMail]:
    """Every mail in the outbox, the oldest first."""
    with database.reading() as session:
        return list(session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars())


def link_in(mail: OutboxMail) -> str:
    """The path of the link that a mail holds."""
    found = re.search(r"https?://[^/\s]+(/account/\S+)", mail.body)
    assert found
    return found[1]


def a_member(database: Database, role: Role | None = Role.ADMINISTRATOR, body: int | None = None) -> User:
    """Somebody who signs in with `PASSWORD`."""
    with database.unit_of_work() as session:
        return somebody(session, role, body, password=kept_password())


class Visitor:
    """A browser: keeps its cookie, and sends forms with the token of the page that they are on."""

    def __init__(self, app: Flask, address: str = "203.0.113.5") -> None:
        self.client: FlaskClient = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address
        self.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Android 14; Mobile) Firefox/140.0"

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def token(self, page: str = "/account/reset") -> str:
        """The token of a form on *page*."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found, page
        return found[1]

    def send(self, path: str, page: str = "/account/reset", **values: str) -> TestResponse:
        """Send a form to *path* with the token of *page*."""
        return self.client.post(path, data={"csrf_token": self.token(page), **values})

    def sign_in(self, email: str, password: str = PASSWORD, **values: str) -> TestResponse:
        """Sign in by password."""
        return self.send("/account/sign-in", email=email, password=password, **values)

    def enrol(self, watch: Watch) -> TOTP:
        """Set an authenticator app up; gives the app."""
        app = TOTP(key=self.key())
        answer = self.send("/account/authenticator", "/account/authenticator", code=self.code(app, watch))
        assert answer.status_code == 303, answer.text
        return app

    def key(self) -> str:
        """The key that the page for an authenticator app shows."""
        found = re.search(r"<code>([^<]+)</code>", self.get("/account/authenticator").text)
        assert found
        return unescape(found[1])

    @staticmethod
    def code(app: TOTP, watch: Watch) -> str:
        """What an app shows now."""
        return str(app.generate(watch.now.timestamp()).token)
