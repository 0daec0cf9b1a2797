"""Promises to facilitators, black-box against running servers: F1, F2, F5, F6."""

import contextlib
import http.client
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, func, select

from finder.directory.check import faults
from finder.directory.groups import add_contact
from finder.directory.publish import publish
from finder.domain.listing import ContactDraft
from finder.store.accounts import Attempt
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.people import Group
from finder.store.review import Submission
from tests.conftest import NOW, Databases, prepare
from tests.factories import a_listing
from tests.sender import Sender, hidden
from tests.servers import Server

#: How often a server is killed while people send; 200 for a long night.
KILLS = int(os.environ.get("TEST_KILLS", "25"))
SENT_BETWEEN = 20
ADDRESS = "robin@example.org"


@pytest.fixture
def url(databases: Databases) -> str:
    """The address of a database with one listing, /meetings/larkspur."""
    address = databases.copy_of("prepared", prepare)
    database = Database(address)
    with database.unit_of_work() as session:
        publish(session, a_listing(slug="larkspur"), actor="test", reason="", now=NOW)
    database.dispose()
    return address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.dispose()


def start(serve: Callable[..., Server], url: str) -> Server:
    return serve(url, testing="1", now=NOW.isoformat())


def references(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.execute(select(Submission.reference)).scalars())


def told(location: str) -> str:
    return location.partition("reference=")[2]


def test_f1_what_is_acknowledged_is_stored_once_whenever_the_server_is_killed(
    database: Database, url: str, serve: Callable[..., Server]
) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        server, done = start(serve, url), threading.Semaphore(0)

        def report(number: int, server: Server = server, done: threading.Semaphore = done) -> None:
            values = [("problem", "nobody_there"), ("note", f"Seen {number}")]
            with contextlib.suppress(OSError, IndexError, http.client.HTTPException):
                answer = Sender(server).fill("/meetings/larkspur/problem", values)
                if answer.status == 303:
                    acknowledged.append(told(answer.headers["location"]))
            done.release()

        with ThreadPoolExecutor(8) as pool:
            for number in range(SENT_BETWEEN):
                pool.submit(report, number)
            for _ in range(SENT_BETWEEN // 2):
                done.acquire()
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(30)
        forget_attempts(database)
    stored = references(database)
    assert len(acknowledged) >= KILLS
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    with database.reading() as session:
        assert list(faults(session)) == []


def forget_attempts(database: Database) -> None:
    """The limit of one network is not what this is about."""
    with database.unit_of_work() as session:
        session.execute(delete(Attempt))


def proof_of(database: Database) -> str:
    with database.reading() as session:
        body = session.execute(select(OutboxMail.body).order_by(OutboxMail.id.desc())).scalars().first()
    found = re.search(r"(/prove/\S+)", body or "")
    assert found is not None
    return found[1]


def test_f2_of_a_hundred_who_use_a_link_at_once_one_succeeds(
    database: Database, url: str, serve: Callable[..., Server]
) -> None:
    server = start(serve, url)
    assert Sender(server).fill("/meetings/larkspur/close", [("email", ADDRESS)]).status == 303
    link = proof_of(database)
    assert len(link.removeprefix("/prove/")) * 6 >= 128
    people = [Sender(server) for _ in range(100)]
    pages = [sender.get(link) for sender in people]
    assert {page.status for page in pages} == {200}
    assert {sender.get(link, "HEAD").status for sender in people[:5]} == {200}
    forms = [hidden(page.text) for page in pages]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda pair: pair[0].post(link, pair[1]), zip(people, forms, strict=True)))
    assert sorted(answer.status for answer in answers) == [303, *[410] * 99]
    with database.reading() as session:
        kept = " ".join(session.execute(select(Submission.reference)).scalars())
        assert link.removeprefix("/prove/") not in kept


def test_f6_we_write_to_nobody_but_the_one_who_was_named(
    database: Database, url: str, serve: Callable[..., Server]
) -> None:
    sender = Sender(start(serve, url))
    for text in (
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "Robin <a@example.org>",
        "a@b@c",
    ):
        answer = sender.fill("/meetings/larkspur/close", [("email", text)])
        if answer.status == 303:  # a line break alone is taken for a blank
            raise AssertionError(text)
        assert answer.status == 422
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(OutboxMail)).scalar_one() == 0


def test_f6_known_and_unknown_addresses_get_the_same_answer(
    database: Database, url: str, serve: Callable[..., Server]
) -> None:
    with database.unit_of_work() as session:
        group = session.execute(select(Group.id)).scalar_one()
        add_contact(session, group, ContactDraft(name="Robin K.", email=ADDRESS))
    server = start(serve, url)
    answers = [Sender(server).fill("/manage", [("email", address)]) for address in (ADDRESS, "nobody@example.org")]
    assert {(answer.status, answer.headers["location"], answer.body) for answer in answers} == {
        (303, "/manage/mail", answers[0].body)
    }
    with database.reading() as session:
        assert session.execute(select(OutboxMail.recipient)).scalars().all() == [ADDRESS]


def test_f6_an_address_is_written_to_only_so_often(database: Database, url: str, serve: Callable[..., Server]) -> None:
    sender = Sender(start(serve, url))
    statuses = [sender.fill("/manage", [("email", "often@example.org")]).status for _ in range(8)]
    assert statuses == [*[303] * 6, 422, 422]
    statuses = [sender.fill("/meetings/larkspur/close", [("email", ADDRESS)]).status for _ in range(22)]
    assert statuses.count(303) == 20
    assert statuses[-1] == 429
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(OutboxMail)).scalar_one() == 20


FIELDS = ("note", "email", "contact_name", "effective_date", "form", "csrf_token", "problem", "text")
HOSTILE = (
    "\x00",
    "\u202eevil",
    "<img src=x onerror=alert(1)>",
    "x" * 30_000,
    "\ud800",
    "' OR 1=1 --",
    "%s%n",
    "{{7*7}}",
)


@pytest.mark.parametrize("path", ["/meetings/larkspur/close", "/meetings/larkspur/problem", "/meetings/larkspur/dates"])
def test_f5_hostile_text_is_answered_kindly(url: str, serve: Callable[..., Server], path: str) -> None:
    sender = Sender(start(serve, url))
    for field in FIELDS:
        for text in HOSTILE:
            answer = sender.fill(path, [("email", ADDRESS), (field, text), ("problem", "")])
            assert 400 <= answer.status < 500 or answer.status in {200, 303}, (field, text[:10], answer.status)
            assert "<img src=x" not in answer.text
            if answer.status == 422:
                assert "There is a problem" in answer.text
                for target in re.findall(r'<li>\s*<a href="#([^"]+)"', answer.text):
                    assert f'id="{target}"' in answer.text


def test_f5_every_other_value_is_kept(url: str, serve: Callable[..., Server]) -> None:
    sender = Sender(start(serve, url))
    values = [("email", "not an address"), ("contact_name", "Robin K."), ("note", 'We moved "upstairs" & around')]
    answer = sender.fill("/meetings/larkspur/close", values)
    assert answer.status == 422
    assert 'value="Robin K."' in answer.text
    assert "We moved &#34;upstairs&#34; &amp; around" in answer.text
    assert 'value="not an address"' in answer.text
