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
from markupsafe import escape
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
from finder.store.schema import metadata
from tests.conftest import NOW, Databases, prepare
from tests.factories import a_listing
from tests.review.test_freshness import a_group_with, remind
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


def told(location: str) -> str:
    return location.partition("reference=")[2]


@pytest.mark.timeout(1200)  # it starts a server for each kill
def test_f1_what_is_acknowledged_is_stored_once_whenever_the_server_is_killed(
    database: Database, url: str, serve: Callable[..., Server]
) -> None:
    acknowledged: list[tuple[str, str]] = []
    for kill in range(KILLS):
        server, done = start(serve, url), threading.Semaphore(0)

        def report(number: int, kill: int = kill, server: Server = server, done: threading.Semaphore = done) -> None:
            note = f"Seen {kill}-{number}."
            values = [("problem", "nobody_there"), ("note", note)]
            with contextlib.suppress(OSError, IndexError, http.client.HTTPException):
                answer = Sender(server).fill("/meetings/larkspur/problem", values)
                if answer.status == 303:
                    acknowledged.append((told(answer.headers["location"]), note))
            done.release()

        with ThreadPoolExecutor(8) as pool:
            for number in range(SENT_BETWEEN):
                pool.submit(report, number)
            for _ in range(SENT_BETWEEN // 2):
                done.acquire()
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(30)
        forget_attempts(database)
    with database.reading() as session:
        rows = [tuple(row) for row in session.execute(select(Submission.reference, Submission.note))]
    assert len(acknowledged) >= KILLS
    assert [pair for pair in acknowledged if rows.count(pair) != 1] == []
    notes = [note for _, note in rows]
    assert [note for note in notes if notes.count(note) != 1] == []
    with database.reading() as session:
        assert list(faults(session)) == []


def forget_attempts(database: Database) -> None:
    """The limit of one network is not what this is about."""
    with database.unit_of_work() as session:
        session.execute(delete(Attempt))


def link_mailed(database: Database, purpose: str) -> str:
    with database.reading() as session:
        body = session.execute(select(OutboxMail.body).order_by(OutboxMail.id.desc())).scalars().first()
    found = re.search(rf"(/{purpose}/\S+)", body or "")
    assert found is not None
    return found[1]


def ask_for(purpose: str, database: Database, server: Server) -> str:
    """Have a link for *purpose* mailed; gives its path."""
    if purpose == "prove":
        assert Sender(server).fill("/meetings/larkspur/close", [("email", ADDRESS)]).status == 303
    elif purpose == "manage":
        with database.unit_of_work() as session:
            add_contact(session, session.execute(select(Group.id)).scalar_one(), ContactDraft(email=ADDRESS))
        assert Sender(server).fill("/manage", [("email", ADDRESS)]).status == 303
    else:
        with database.unit_of_work() as session:
            a_group_with(session, 200)
        remind(database)
    return link_mailed(database, purpose)


@pytest.mark.parametrize("purpose", ["prove", "manage", "confirm"])
def test_f2_of_a_hundred_who_use_a_link_at_once_one_succeeds(
    database: Database, url: str, serve: Callable[..., Server], purpose: str
) -> None:
    server = start(serve, url)
    link = ask_for(purpose, database, server)
    secret = link.removeprefix(f"/{purpose}/")
    assert len(secret) * 6 >= 128
    people = [Sender(server) for _ in range(100)]
    pages = [sender.get(link) for sender in people]
    assert {page.status for page in pages} == {200}
    assert {sender.get(link, "HEAD").status for sender in people[:5]} == {200}
    ticked = [("listing", number) for number in re.findall(r'name="listing" value="(\d+)"', pages[0].text)]
    forms = [[*hidden(page.text), *ticked] for page in pages]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda pair: pair[0].post(link, pair[1]), zip(people, forms, strict=True)))
    assert sorted(answer.status for answer in answers) == [303, *[410] * 99]
    with database.reading() as session:
        kept = [str([tuple(row) for row in session.execute(select(table))]) for table in metadata.sorted_tables]
    held = [table.name for table, rows in zip(metadata.sorted_tables, kept, strict=True) if secret in rows]
    assert held == ["outbox_mail"]  # the letter itself; everywhere else there is a digest at most


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
    assert statuses == [*[303] * 6, 429, 429]
    statuses = [sender.fill("/meetings/larkspur/close", [("email", ADDRESS)]).status for _ in range(22)]
    assert statuses.count(303) == 20
    assert statuses[-1] == 429
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(OutboxMail)).scalar_one() == 20


HOSTILE = (
    "\x00",
    "\u202eevil\u200b",
    "<img src=x onerror=alert(1)>",
    "x" * 30_000,
    "\ud800",
    "' OR 1=1 --",
    "%s%n",
    "{{7*7}}",
    "9" * 400,
    "-1",
    "a@example.org\r\nBcc: b@example.org",
    "https://[broken",
)
#: A form of each kind with every field that it has, filled in well.
GOOD: dict[str, list[tuple[str, str]]] = {
    "/submit": [
        *[("name", "Quiet Morning"), ("program", "aa"), ("group_name", "Quiet Group"), ("kind", "monthly")],
        *[("day", "1"), ("week", "1"), ("interval", "1"), ("start", "19:00"), ("end", "20:00")],
        *[("first_date", "2026-01-05"), ("last_date", "2030-01-05"), ("attendance", "hybrid")],
        *[("place_name", "Larkspur Hall"), ("street", "12 Example Street"), ("unit", "Upstairs"), ("city", "Austin")],
        *[("state", "TX"), ("postal_code", "78701"), ("country", "US"), ("pin", "30.2672, -97.7431")],
        *[("place_notes", "Blue door"), ("access_notes", "Ramp"), ("address_visibility", "public")],
        *[("zone", "America/Chicago"), ("conference_url", "https://zoom.us/j/5550100")],
        *[("conference_url_notes", "Wait"), ("conference_phone", "+1 512-555-0100"), ("join_policy", "open")],
        *[("conference_phone_notes", "Code 1"), ("format", "open"), ("notes", "Ring"), ("group_notes", "Small")],
        *[("website", "https://quiet.example.org"), ("venmo", "@quiet"), ("square", "$quiet"), ("paypal", "quiet")],
        *[("contact_name", "Robin K."), ("email", ADDRESS), ("effective_date", "2026-04-01"), ("note", "New")],
    ],
    "/meetings/larkspur/dates": [
        *[("exception_kind", "moved"), ("first_date", "2026-04-07"), ("last_date", "2026-04-14"), ("place", "Annex")],
        *[("start", "19:00"), ("end", "20:00"), ("public_note", "Paint"), ("email", ADDRESS), ("note", "New")],
    ],
    "/meetings/larkspur/close": [("contact_name", "Robin K."), ("email", ADDRESS), ("note", "Gone")],
    "/meetings/larkspur/problem": [("problem", "other"), ("email", ADDRESS), ("note", "Dark")],
    "/manage": [("email", ADDRESS)],
}
#: What every form carries beside what people write.
CARRIED = ("form", "csrf_token", "step", "was", "homepage")


@pytest.mark.parametrize("path", GOOD)
def test_f5_hostile_text_in_any_field_is_answered_kindly(
    database: Database, url: str, serve: Callable[..., Server], path: str
) -> None:
    sender = Sender(start(serve, url))
    held = hidden(sender.get(path).text)
    for field in [*dict.fromkeys(name for name, _ in GOOD[path]), *CARRIED]:
        for text in HOSTILE:
            values = [pair for pair in [*held, *GOOD[path]] if pair[0] != field]
            answer = sender.post(path, [*values, (field, text)])
            assert answer.status in {200, 303, 400, 422, 429}, (field, text[:10], answer.status)
            assert "<img src=x" not in answer.text, field
            if answer.status == 422:
                if field in {"form", "homepage"}:  # no person wrote there
                    assert "Not sent yet" in answer.text, field
                else:
                    the_summary_leads_to_each_field(answer.text)
                keeps(answer.text, [pair for pair in GOOD[path] if pair[0] != field])
        forget_attempts(database)


def the_summary_leads_to_each_field(page: str) -> None:
    assert "There is a problem" in page
    targets = re.findall(r'<li>\s*<a href="#([^"]+)"', page)
    assert targets
    for target in targets:
        assert f'id="{target}"' in page, target


def keeps(page: str, values: list[tuple[str, str]]) -> None:
    """See that what was written well is still in the form."""
    for name, text in values:
        control = re.search(rf'<(input|textarea|select)[^>]*name="{name}"[^>]*>', page)
        assert control is not None, name
        assert escape(text) in page, (name, text)


def test_f5_more_than_a_form_can_hold_is_declined(url: str, serve: Callable[..., Server]) -> None:
    sender = Sender(start(serve, url))
    held = hidden(sender.get("/submit").text)
    assert sender.post("/submit", [*held, *GOOD["/submit"], ("notes", "x" * 100_000)]).status == 413
    assert sender.post("/submit", [*held, *GOOD["/submit"]]).status == 200


def test_f5_every_other_value_is_kept(url: str, serve: Callable[..., Server]) -> None:
    sender = Sender(start(serve, url))
    values = [("email", "not an address"), ("contact_name", "Robin K."), ("note", 'We moved "upstairs" & around')]
    answer = sender.fill("/meetings/larkspur/close", values)
    assert answer.status == 422
    assert 'value="Robin K."' in answer.text
    assert "We moved &#34;upstairs&#34; &amp; around" in answer.text
    assert 'value="not an address"' in answer.text
