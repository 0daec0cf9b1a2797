"""Withdraw and you are gone (F4); everything can be undone and traced (M7): against running processes."""

import datetime as dt
import http.cookiejar
import os
import re
import secrets
import string
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from finder.config import Settings
from finder.directory.check import faults
from finder.directory.publish import publish, unpublish
from finder.domain.roles import Role
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.accounts.visitors import Visitor, Watch, a_member
from tests.conftest import NOW, BuildSite, Databases, prepare, prepare_demo
from tests.factories import a_listing
from tests.servers import FINDER, Server, clean_environment

Form = dict[str, str | list[str]]


class Browser:
    """Keeps cookies, follows redirects, and fills in the first form of a page that posts."""

    def __init__(self, server: Server) -> None:
        self._server = server
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.url = ""

    def open(self, path: str, form: Form | None = None) -> str:
        """The page at *path*, after sending *form* to it if there is one; a refusal's page as well."""
        body = urllib.parse.urlencode(form, doseq=True).encode() if form is not None else None
        try:
            answer = self._opener.open(f"{self._server.url}{path}", body, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.url = answer.url
            page: str = answer.read().decode()
            return page

    def fill_in(self, page: str, values: Form, *, form: str = "") -> str:
        """Send the form of *page* whose action ends in *form*, with *values* over its hidden ones."""
        found = re.search(rf'<form[^>]*action="([^"]*{form})"[^>]*>(.*?)</form>', page, re.DOTALL)
        assert found, page
        hidden: Form = {}
        for tag in re.findall(r'<input type="hidden"[^>]*>', found[2]):
            name, value = (re.search(rf'{each}="([^"]*)"', tag) for each in ("name", "value"))
            assert name
            kept = hidden.setdefault(name[1], [])
            assert isinstance(kept, list)
            kept.append(unescape(value[1]) if value else "")
        return self.open(unescape(found[1]), {**hidden, **values})


def finder(server: Server, *arguments: str) -> str:
    done = subprocess.run([str(FINDER), *arguments], env=server.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def link_in_folder(server: Server, purpose: str) -> str:
    for path in sorted((server.folder / "mail").glob("*.eml"), reverse=True):
        found = re.search(rf"http://[^/\s]+(/{purpose}/\S+)", path.read_text())
        if found:
            return found[1]
    raise AssertionError(purpose)


def pieces(server: Server, database: Database) -> Iterator[tuple[str, bytes]]:
    """Everything that an instance keeps anywhere, as a name and bytes."""
    for path in server.folder.rglob("*"):
        if path.is_file() and path.name != "places.db":
            yield str(path), path.read_bytes()
    yield "dump", finder(server, "dump").encode()
    if database.is_sqlite:
        file = Path(str(database.url.database))
        for path in file.parent.glob(f"{file.name}*"):
            yield str(path), path.read_bytes()
    else:
        yield from files_of_postgresql(database)


def files_of_postgresql(database: Database) -> Iterator[tuple[str, bytes]]:
    """The files of this one database, once the server has written them. Its write-ahead log is its own affair."""
    with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row
    folder = Path(row[0]) / "base" / str(row[1])
    if os.access(folder, os.R_OK | os.X_OK):
        for path in folder.iterdir():
            yield str(path), path.read_bytes()


def holding(server: Server, database: Database, sentinel: str) -> list[str]:
    """Where *sentinel* is, in whatever letters."""
    wanted = sentinel.lower().encode()
    return [name for name, content in pieces(server, database) if wanted in content.lower()]


def a_sentinel() -> str:
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))


def test_f4_who_withdraws_is_gone_from_files_logs_and_mail(
    databases: Databases, serve: Callable[..., Server], backend: str
) -> None:
    database = Database(databases.copy_of("demo", prepare_demo))
    server = serve(database.url.render_as_string(hide_password=False), testing="1", now=NOW.isoformat())
    browser, sentinel = Browser(server), a_sentinel()
    word = sentinel.capitalize()
    asked: Form = {
        "name": f"Meeting {word}",
        "program": "aa",
        "group_name": f"Group {word}",
        "kind": "weekly",
        "day": ["1", "3"],
        "interval": "1",
        "start": "7:00 pm",
        "end": "8:00 pm",
        "attendance": "hybrid",
        "place_name": f"Hall {word}",
        "street": f"12 {word} Street",
        "unit": f"Room {word}",
        "city": "Austin",
        "state": "TX",
        "postal_code": "78701",
        "country": "US",
        "pin": "30.2672, -97.7431",
        "place_notes": f"By the {word} door",
        "access_notes": f"A {word} ramp",
        "conference_url": f"https://example.zoom.us/j/{word}",
        "conference_url_notes": f"Ask for {word}",
        "conference_phone": "+1 512 555 0100",
        "conference_phone_notes": f"Say {word}",
        "format": ["open"],
        "notes": f"Bring {word}",
        "website": f"https://{sentinel}.example.org",
        "group_notes": f"About {word}",
        "venmo": f"@{sentinel}",
        "paypal": sentinel,
        "square": f"${sentinel}",
        "contact_name": f"{word} K.",
        "email": f"{sentinel}@example.org",
        "note": f"Tell {word}",
    }
    checked = browser.fill_in(browser.open("/submit"), asked, form="/submit")
    browser.fill_in(checked, {"step": "send"}, form="/submit")
    finder(server, "worker", "--once")
    page = browser.open(link_in_folder(server, "prove"))
    status = browser.fill_in(page, {})
    path = urllib.parse.urlsplit(browser.url).path
    assert path.startswith("/status/"), status
    browser.fill_in(status, {"text": f"One more word: {word}"}, form="/answer")
    finder(server, "worker", "--once")
    before = holding(server, database, sentinel)
    assert any("mail" in name for name in before), before
    assert any(name == "dump" for name in before)
    assert any(name.endswith((".db", ".db-wal")) or "/base/" in name for name in before), before

    browser.fill_in(browser.open(path), {}, form="/withdraw")
    said = finder(server, "purge", "--dry-run") + finder(server, "purge")
    assert holding(server, database, sentinel) == []
    assert sentinel not in said.lower()
    assert "Everything holds." in finder(server, "check")
    assert backend in {"sqlite", "postgresql"}
    database.dispose()


TAMPERING = {
    "a reason": "UPDATE audit_entry SET reason = 'another' WHERE id = 3",
    "who it was": "UPDATE audit_entry SET actor = 'user:9' WHERE id = 3",
    "what was before": """UPDATE audit_entry SET after = '{"name":"another"}' WHERE id = 3""",
    "an entry gone": "DELETE FROM audit_entry WHERE id = 3",
    "the last entries gone and one forged": "UPDATE audit_entry SET previous = digest WHERE id = 3",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_m7_tampering_with_the_chain_is_noticed(
    databases: Databases, tmp_path: Path, gazetteer_path: Path, statement: str
) -> None:
    database = Database(databases.copy_of("prepared", prepare))
    with database.unit_of_work() as session:
        for _ in range(3):
            number = publish(session, a_listing(), actor="user:1", reason="asked", now=NOW)
            unpublish(session, number, actor="user:1", reason="closed", now=NOW)
    (tmp_path / "places.db").symlink_to(gazetteer_path)
    url = database.url.render_as_string(hide_password=False)
    env = {**clean_environment(), "FINDER_DATA_DIR": str(tmp_path), "FINDER_DATABASE_URL": url}
    with database.unit_of_work() as session:
        assert list(faults(session)) == []
        session.execute(text(statement))
    told = subprocess.run([str(FINDER), "check"], env=env, capture_output=True, text=True, check=False)
    assert (told.returncode, "Audit entry 3" in told.stdout) == (1, True)
    database.dispose()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, watch: Watch) -> Flask:
    with database.unit_of_work() as session:
        for name in ("First", "Second"):
            publish(session, a_listing(name=name, slug=name.lower()), actor="test", reason="", now=NOW)
    return build_site(settings_for(database.url.render_as_string(hide_password=False)), clock=watch)


@pytest.mark.parametrize(("days", "undone"), [(30, True), (31, False)])
def test_m7_an_act_can_be_taken_back_for_thirty_days_and_is_traced_for_good(
    app: Flask, database: Database, watch: Watch, days: int, *, undone: bool
) -> None:
    member = a_member(database, Role.ADMINISTRATOR)
    visitor = Visitor(app)
    visitor.sign_in(member.email)
    totp = visitor.enrol(watch)
    with database.reading() as session:
        place = session.execute(select(Meeting.location_id).limit(1)).scalar_one()
    path = f"/moderate/place/{place}"
    closing = {"first_date": "2026-03-17", "note": "Paint", "reason": "They said so"}
    assert visitor.send(f"{path}/close", path, **closing).status_code == 303
    assert all("Paint" in app.test_client().get(f"/meetings/{slug}").text for slug in ("first", "second"))
    with database.reading() as session:
        entry = session.execute(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()

    watch.now += dt.timedelta(days=days)
    visitor.sign_in(member.email)
    visitor.send("/account/second-step", "/account/second-step", code=visitor.code(totp, watch))
    told = visitor.get(path).text
    assert "They said so" in told
    assert visitor.send(f"/moderate/acts/{entry}/undo", path, next=path).status_code == 303
    after = visitor.get(path).text
    assert ("It is taken back." in after) is undone
    assert ("can no longer be undone" in after) is not undone
    assert ("Open again" in after) is undone
    with database.reading() as session:
        acts = session.execute(select(AuditEntry.act).where(AuditEntry.target_kind == "location")).scalars().all()
    assert acts == (["override", "lift"] if undone else ["override"])
