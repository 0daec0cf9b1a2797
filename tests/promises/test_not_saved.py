"""S6: while the database is locked, every form comes back with a 503, with "not saved" and with all that was typed.

The database is really locked by somebody else, a server process is asked over HTTP, and every form is sent at once:
each waits as long as a writer waits. When the lock is gone, the form on the page that came back is sent as it stands.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import session
from sqlalchemy import text

from finder.application import create_app
from finder.config import Settings
from finder.domain.errors import NotSavedError
from finder.store import dump
from finder.store.database import Database
from finder.store.schema import metadata
from finder.web.unsaved import SECRETS
from tests.accounts.visitors import Visitor, Watch, a_member
from tests.conftest import NOW, BuildSite, Databases, close, prepare
from tests.promises.every_form import FORMS, SECRET_KEY, Form, furnished
from tests.sender import Sender
from tests.servers import Server
from tests.web.desk import form_of
from tests.web.submitting import NEW
from tests.web_client import Answer

Pairs = list[tuple[str, str]]
UNTICKED = re.compile(r'<input(?=[^>]*type="radio")(?![^>]*\schecked)[^>]*>')
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
MINUTE = 60


@dataclass
class Sending:
    """A form on its way: filled in, to be sent by its button, and once more from the page that came back."""

    form: Form
    action: str
    words: str
    secret: dict[str, str]
    typed: dict[str, list[str]]
    sender: Sender
    values: Pairs = field(default_factory=list)

    @property
    def is_worded(self) -> bool:
        """Whether somebody wrote words of their own into it."""
        return self.words in str(self.typed)

    def shown(self, answer: Answer) -> Pairs:
        """What the form on a page holds, with the button pressed."""
        return self.pressed(fields(answer.text, self.action))

    def pressed(self, values: dict[str, list[str]]) -> Pairs:
        """The values as a browser sends them, by the button of the form unless the page carries that on."""
        button = self.form.button
        return flat(values if button is None else {button[0]: [button[1]], **values})

    def once_more(self, refused: Answer) -> Answer | None:
        """Send the form of the page that came back as it stands, with what is secret typed again."""
        if "credential" in self.secret:
            return None
        kept = [(name, value) for name, value in self.shown(refused) if name not in self.secret]
        return self.sender.post(self.action, [*kept, *self.secret.items()])


def flat(values: dict[str, list[str]]) -> Pairs:
    """The values as pairs."""
    return [(name, value) for name, held in values.items() for value in held]


def listed(values: dict[str, Any]) -> dict[str, list[str]]:
    """Each of *values* as a list."""
    return {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def fields(page: str, action: str) -> dict[str, list[str]]:
    """The values of the form that goes to *action*."""
    return form_of(UNTICKED.sub("", page), action)


def filled_in(server: Server, name: str, things: dict[str, Any], cookies: dict[str, str]) -> Sending:
    """Form *name* as somebody has filled it in and is about to press the button that stores it."""
    form, words = FORMS[name], f"Written for the {name}"
    page = form.page.format_map(things)
    action = form.action.format_map(things) or page
    sender = Sender(server, cookies.get(form.who, ""))
    known = things | {"words": words}
    typed = {where: [value.format_map(known) for value in held] for where, held in listed(form.typed).items()}
    secret = {where: value.format_map(things) for where, value in form.secret.items()}
    sending = Sending(form, action, words, secret, typed, sender)
    values = {**fields(sender.get(page).text, action), **typed, **{where: [value] for where, value in secret.items()}}
    if form.steps > 1:
        looked_over = sender.post(action, flat(values))
        assert looked_over.status == HTTPStatus.OK, looked_over.text
        values = fields(looked_over.text, action)
    sending.values = sending.pressed(values)
    return sending


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the lock of the database's one writer, or on PostgreSQL that of every table against all writers."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(url) as connection:
        tables = ", ".join(f'"{name}"' for name in metadata.tables)
        connection.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE".encode())
        yield


def test_s6_every_form_comes_back_with_all_that_was_typed_and_can_be_sent_again(
    databases: Databases, settings_for: Callable[..., Settings], serve: Callable[..., Server]
) -> None:
    """All of them in one test: each waits for the lock, so they wait together."""
    url, watch = databases.copy_of("prepared", prepare), Watch()
    app = create_app(settings_for(url, secret_key=SECRET_KEY), clock=watch)
    things, cookies = furnished(app, watch)
    close(app)
    server = serve(url, workers=4, testing="1", now=NOW.isoformat(), secret_key=SECRET_KEY)
    sent = {name: filled_in(server, name, things, cookies) for name in FORMS}
    before, reader = rows(url), Sender(server)
    with locked(url), ThreadPoolExecutor(len(sent)) as pool:
        answers = {name: pool.submit(one.sender.post, one.action, one.values) for name, one in sent.items()}
        assert [reader.get(path).status for path in ("/", "/meetings/larkspur", "/submit")] == [200, 200, 200]
        looked_over = reader.fill("/submit", flat(listed(NEW)))
        refused = {name: answer.result() for name, answer in answers.items()}
        assert rows(url) == before, "nothing is stored"
    assert looked_over.status == 200, "answers can be looked over all the same"
    again = {name: sent[name].once_more(answer) for name, answer in refused.items()}
    after = b"\n".join(rows(url)).decode()
    wrong = {name: [*of_refusal(one, refused[name]), *of_second(one, again[name], after)] for name, one in sent.items()}
    assert {name: words for name, words in wrong.items() if words} == {}


def of_refusal(sending: Sending, answer: Answer) -> Iterator[str]:
    """What is wrong with the page that says that nothing was saved."""
    when = int(answer.headers.get("retry-after", "0"))
    if answer.status != HTTPStatus.SERVICE_UNAVAILABLE or not 0 < when <= MINUTE:
        yield f"it answers {answer.status}, try again after {when} seconds"
    if "This was not saved" not in answer.text:
        yield "it does not say that it was not saved"
    if answer.headers["cache-control"] != "no-store":
        yield "it may be kept"
    if sending.is_worded and sending.words not in HIDDEN.sub("", answer.text):
        yield "nobody can read there what they wrote"
    yield from (f"it repeats the {name}" for name, value in sending.secret.items() if value in answer.text)
    yield from of_form(sending, answer)


def of_form(sending: Sending, answer: Answer) -> Iterator[str]:
    """What is wrong with the form on that page; where a passkey was used, there is a way back instead."""
    if "credential" in sending.secret:
        if '<a href="/account/sign-in">open the page again</a>' not in answer.text:
            yield "it does not lead back to where a passkey is used"
        return
    kept = sending.shown(answer)
    for name, value in sending.values:
        if name in sending.secret:
            if f'<label for="{name}">' not in answer.text or (name, "") not in kept:
                yield f"it does not ask for the {name} again"
        elif name != "csrf_token" and (name, value) not in kept:
            yield f"{name} is not in the form any more"


def of_second(sending: Sending, answer: Answer | None, after: str) -> Iterator[str]:
    """What is wrong once the form that came back was sent; *after* is the whole database."""
    if answer is not None and answer.status != HTTPStatus.SEE_OTHER:
        yield f"sent again it answers {answer.status}"
    if sending.is_worded and sending.words not in after:
        yield "sent again it is not stored"


def rows(url: str) -> list[bytes]:
    database = Database(url)
    with database.reading() as session:
        found = list(dump.lines(session))
    database.dispose()
    return found


@pytest.mark.parametrize("fault", ["busy", "gone"])
def test_s6_whatever_was_begun_nobody_is_signed_out_by_what_was_not_saved(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, fault: str
) -> None:
    def fail() -> str:
        if fault == "busy":
            session.clear()  # as when another session was to begin
            raise NotSavedError("This was not saved.")
        with Database("postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=5").reading() as register:
            return str(register.execute(text("SELECT 1")))

    app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    app.add_url_rule("/account/fail", "fail", fail, methods=["POST"])
    visitor = Visitor(app)
    assert visitor.sign_in(a_member(database).email).status_code == 303
    answer = visitor.send("/account/fail?a=1&b=2", "/account/password", note='Two lines\n"and" <more>')
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert "This was not saved" in answer.text
    kept = fields(answer.text, "/account/fail?a=1&amp;b=2")
    assert kept["note"] == ['Two lines\n"and" <more>']
    assert visitor.get("/account").status_code == 200
    assert visitor.client.post("/account/details", data={**kept, "name": "Robin"}).status_code == 303


def test_s6_every_field_for_a_secret_is_known_as_one() -> None:
    secret = re.compile(r'field\(form\.(\w+)[^)]*(?:type="password"|one-time-code)')
    used = {name for path in Path("templates").rglob("*.html") for name in secret.findall(path.read_text())}
    assert used == SECRETS.keys()
