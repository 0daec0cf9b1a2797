"""A directory with moderators and requests of every kind, for the tests of the moderators' pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from finder.accounts.sessions import Device, start
from finder.config import Settings
from finder.directory.publish import publish
from finder.domain.review import Kind
from finder.domain.roles import Role
from finder.store.accounts import User
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing
from tests.review.people import a_body, a_request, a_user, in_queue
from tests.servers import Server
from tests.web.over_http import Carrier, client_of

SECRET_KEY = "a key of these tests and of nothing else"  # noqa: S105 - of no instance


@dataclass
class Desk:
    """A directory with two bodies side by side below a third; sessions by the name of their role.

    With a ``carrier`` every request goes over HTTP to the processes of a server, whose secret key ``app`` has.
    """

    database: Database
    app: Flask | None = None
    carrier: Carrier | None = None
    bodies: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        """A browser in which *who* is signed in; "nobody" is not."""
        assert self.app is not None
        client = self.app.test_client() if self.carrier is None else client_of(self.app, self.carrier)
        if who != "nobody":
            with client.session_transaction() as cookie:
                cookie["secret"] = self.secrets[who]
        return client

    def listing(self, body: str, **changes: Any) -> Meeting:  # noqa: ANN401 - whatever the field takes
        """A published listing that is entrusted to *body*."""
        with self.database.unit_of_work() as session:
            number = publish(session, a_listing(**changes), actor="test", reason="", now=NOW)
            entrust(session, number, self.bodies[body])
            return session.get_one(Meeting, number, populate_existing=True)

    def request(self, kind: Kind, meeting: Meeting, asked: dict[str, Any] | None = None, **changes: Any) -> str:  # noqa: ANN401
        """A request about *meeting* in the queue; gives its reference."""
        sent = a_request(kind=kind, meeting_slug=meeting.slug, asked=asked or {}, **changes)
        return in_queue(self.database, sent)

    def asked_to_look_at(self, path: str) -> set[str]:
        """Who is told by mail that *path* waits for a second moderator, by the names of their roles."""
        letters = select(User.id).join(OutboxMail, OutboxMail.recipient == User.email)
        with self.database.reading() as session:
            told = set(session.execute(letters.where(OutboxMail.body.endswith(path))).scalars())
        return {name for name, number in self.users.items() if number in told}


def entrust(session: Session, number: int, body: int) -> None:
    """Have listing *number* belong to *body*."""
    session.execute(update(Meeting).where(Meeting.id == number).values(service_body_id=body))


def a_desk(database: Database) -> Desk:
    """Bodies and people; ``weak`` is the moderator without the second step, ``other`` moderates the other body."""
    desk = Desk(database)
    with database.unit_of_work() as session:
        top = a_body(session, "Capital Area")
        desk.bodies = {"top": top, "own": a_body(session, "Hill Country", top), "foreign": a_body(session, "Riverside")}
        roles = {
            "administrator": (Role.ADMINISTRATOR, None, "Ada"),
            "body_administrator": (Role.BODY_ADMINISTRATOR, top, "Bo"),
            "moderator": (Role.MODERATOR, desk.bodies["own"], "Mo"),
            "second": (Role.MODERATOR, top, "Sam"),
            "other": (Role.MODERATOR, desk.bodies["foreign"], "Oli"),
            "reader": (Role.READER, desk.bodies["own"], "Rae"),
        }
        for name, (role, body, words) in roles.items():
            desk.users[name] = a_user(session, role=role, body=body, name=words)
        desk.users["weak"] = a_user(session, role=Role.MODERATOR, body=desk.bodies["own"], name="Wes")
        device = Device(network="", browser="Firefox")
        for name, number in desk.users.items():
            desk.secrets[name] = start(session, number, device, strong=name != "weak", now=NOW)
    return desk


def a_served_desk(
    database: Database, settings: Callable[..., Settings], build: BuildSite, serve: Callable[..., Server]
) -> Desk:
    """The same, whose requests go over HTTP to two processes of a server over the same database."""
    desk = a_desk(database)
    url = database.url.render_as_string(hide_password=False)
    desk.app = build(settings(url, secret_key=SECRET_KEY))
    desk.carrier = Carrier(serve(url, workers=2, testing="1", now=NOW.isoformat(), secret_key=SECRET_KEY))
    return desk


def token_of(page: str) -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)
    assert found, "no form with a token"
    return found[1]


def form_of(page: str, action: str = "") -> dict[str, list[str]]:
    """What a browser would send of the first form with that *action* as the page stands.

    Where a button of a form elsewhere leads to *action*, it is what pressing that button sends.
    """
    if button := re.search(rf'<button[^>]*formaction="{re.escape(action)}"[^>]*>', page):
        said = dict(re.findall(r'\s([a-z]+)="([^"]*)"', button[0]))
        form = re.search(rf'<form id="{said["form"]}"[^>]*>.*?</form>', page, re.DOTALL)
        assert form, f"no form for {button[0]}"
        return {**fields_in(form[0]), said["name"]: [unescape(said["value"])]}
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)
    assert found, f"no form for {action}"
    return fields_in(found[0])


def fields_in(form: str) -> dict[str, list[str]]:
    """The controls of *form* that a browser would send, pressed buttons aside."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'\sname="([^"]*)"', tag), re.search(r'\svalue="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or re.search(r"\schecked", tag)):
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name_, text in re.findall(r'<textarea[^>]*\sname="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name_, []).append(unescape(text))
    for name_, options in re.findall(r'<select[^>]*\sname="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]*\sselected', options) or re.search(r'value="([^"]*)"', options)
        found.setdefault(name_, []).append(unescape(chosen[1]) if chosen else "")
    return found


def press(client: FlaskClient, reference: str, button: str = "approve", **changes: Any) -> TestResponse:  # noqa: ANN401
    """Open a request and press a button of its form, having changed some of what stands in it."""
    page = client.get(f"/moderate/{reference}").get_data(as_text=True)
    data = {**form_of(page, f"/moderate/{reference}/decide"), "action": [button], **changes}
    return client.post(f"/moderate/{reference}/decide", data=data)
