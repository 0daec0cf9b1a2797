"""M2: one decision, once: rounds of fifty who decide at the same time, over two processes."""

import http.client
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from finder.accounts.sessions import Device, start
from finder.directory.check import faults
from finder.domain.asked import fields_of
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from finder.store.review import Submission
from tests.conftest import NOW
from tests.factories import a_listing
from tests.review.people import a_request, a_user, in_queue
from tests.servers import Server

ROUNDS = 100
AT_ONCE = 50
MODERATORS = 10
SECRET_KEY = "a key of this test and of nothing else"  # noqa: S105 - of no instance


class Moderator:
    """Somebody who is signed in with a second factor, over HTTP."""

    def __init__(self, server: Server, cookie: str, reference: str) -> None:
        self._where, self._cookie = urlsplit(server.url), cookie
        status, page = self.ask("GET", f"/moderate/{reference}")
        assert status == 200
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        self._token = found[1]

    def decide(self, reference: str, values: list[tuple[str, str]]) -> int:
        """Send a decision; gives the status."""
        return self.send(f"/moderate/{reference}/decide", values)[0]

    def send(self, path: str, values: list[tuple[str, str]]) -> tuple[int, str]:
        """Send a form to *path*."""
        return self.ask("POST", path, urlencode([("csrf_token", self._token), *values]))

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Ask for *path*; gives the status and the text of the answer."""
        connection = http.client.HTTPConnection(self._where.hostname or "", self._where.port, timeout=120)
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            content = response.read().decode("utf-8", "replace")
            renewed = response.getheader("Set-Cookie")
            if renewed:
                self._cookie = renewed.partition(";")[0]
            return response.status, content
        finally:
            connection.close()


def cookies(database: Database) -> list[str]:
    """The cookies of moderators who have passed the second step."""
    app = Flask("cookies")
    app.secret_key = SECRET_KEY
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    with database.unit_of_work() as session:
        secrets = [
            start(session, a_user(session), Device(network="", browser="Firefox"), strong=True, now=NOW)
            for _ in range(MODERATORS)
        ]
    return [f"session={serializer.dumps({'secret': secret})}" for secret in secrets]


def test_m2_of_fifty_decisions_one_counts_in_each_of_a_hundred_rounds(
    database: Database, serve: Callable[..., Server]
) -> None:
    asked = fields_of(a_listing())
    references = [
        in_queue(database, a_request(asked={**asked, "name": f"Round {number}"}, email=f"robin{number}@example.org"))
        for number in range(ROUNDS)
    ]
    url = database.url.render_as_string(hide_password=False)
    server = serve(url, testing="1", now=NOW.isoformat(), secret_key=SECRET_KEY)
    moderators = [Moderator(server, cookie, references[0]) for cookie in cookies(database)]
    with database.reading() as session:
        revision = session.execute(select(Submission.revision)).scalars().first()
    approve = [("seen_revision", str(revision)), ("action", "approve"), *(("take", name) for name in asked)]
    reject = [("seen_revision", str(revision)), ("action", "reject"), ("text", "It is listed already.")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for reference in references:
            attempts = [
                pool.submit(moderators[number % MODERATORS].decide, reference, reject if number % 3 else approve)
                for number in range(AT_ONCE)
            ]
            statuses = sorted(attempt.result() for attempt in attempts)
            assert statuses == [303, *[409] * (AT_ONCE - 1)], reference
    with database.reading() as session:
        approved = session.execute(select(func.count()).where(Submission.status == "approved")).scalar_one()
        rejected = session.execute(select(func.count()).where(Submission.status == "rejected")).scalar_one()
        assert approved + rejected == ROUNDS
        assert session.execute(select(func.count()).select_from(Meeting)).scalar_one() == approved
        mails = select(func.count()).where(OutboxMail.key.like("decision:%"))
        assert session.execute(mails).scalar_one() == ROUNDS
        assert list(faults(session)) == []
