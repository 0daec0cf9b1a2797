"""Links that people send are looked at for their form: the site itself opens no connection and looks up no name."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from sqlalchemy import select

from finder.config import Settings
from finder.store.database import Database
from finder.store.review import Submission
from tests.conftest import BuildSite
from tests.web.desk import a_desk, press
from tests.web.submitting import NEW, carry_on, link_mailed, post
from tests.web.submitting import press as go

#: PostgreSQL is itself spoken to by a connection. An audit hook stays for as long as its process lives, and while one
#: looks on, threads and what measures coverage get into each other's way: this runs where nothing is measured.
pytestmark = [pytest.mark.one_database, pytest.mark.long]

OUTWARD = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "subprocess.Popen"}
_watching: list[list[str]] = []
LINKS = {
    "attendance": "hybrid",
    "website": "https://lantern-group.gov/steps",
    "conference_url": "https://us02web.zoom.us/j/5550100123",
    "pin": "https://maps.google.com/?q=30.27,-97.74",
}


def _note(event: str, _: object) -> None:
    if event in OUTWARD and _watching:
        _watching[-1].append(event)


@cache
def _look_on() -> None:
    sys.addaudithook(_note)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What this process does outward within, as Python's own audit hooks tell it."""
    _look_on()
    seen: list[str] = []
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.pop()


def test_the_watch_sees_a_connection_and_a_look_up() -> None:
    with watched() as seen, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert {"socket.connect", "socket.getaddrinfo"} <= set(seen)


def test_no_page_fetches_a_link_from_the_form_to_the_decision(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    desk = a_desk(database)
    app = desk.app = build_site(settings_for(database.url.render_as_string(hide_password=False)))
    client = app.test_client()
    with watched() as seen:
        checked = post(client, "/submit", {**NEW, **LINKS})
        assert "lantern-group.gov" in checked.text
        assert carry_on(client, "/submit", checked).status_code == 303
        assert go(client, link_mailed(app, "prove")).status_code == 303
        with database.reading() as session:
            reference = session.execute(select(Submission.reference)).scalar_one()
        assert press(desk.client("administrator"), reference).status_code == 303
        page = client.get("/meetings/quiet-morning").text
        assert "lantern-group.gov" in page
        assert "zoom.us/j/5550100123" in page
    assert seen == []
