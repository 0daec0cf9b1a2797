"""Fills in the forms of facilitators over a client, as a browser without JavaScript does."""

import re
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from finder.store.mail import OutboxMail
from finder.web.headers import parts_of

NEW: dict[str, Any] = {
    "name": "Quiet Morning",
    "program": "aa",
    "group_name": "Quiet Group",
    "kind": "weekly",
    "day": ["1", "3"],
    "interval": "1",
    "start": "7:00 pm",
    "end": "20:15",
    "attendance": "in_person",
    "place_name": "Larkspur Hall",
    "street": "12 Example Street",
    "city": "Austin",
    "state": "TX",
    "postal_code": "78701",
    "country": "US",
    "format": ["open"],
    "notes": "Ring the bell.",
    "contact_name": "Robin K.",
    "email": "robin@example.org",
}


def inputs(text: str) -> MultiDict[str, str]:
    """The hidden values of a page's first form that posts."""
    form = text.split('method="post"', 1)[1].split("</form>", 1)[0]
    pairs = []
    for tag in re.findall(r'<input type="hidden"[^>]*>', form):
        name, value = (re.search(rf'{each}="([^"]*)"', tag) for each in ("name", "value"))
        if name and value:
            pairs.append((name[1], unescape(value[1])))
    return MultiDict(pairs)


def post(client: FlaskClient, path: str, values: dict[str, Any], *, step: str = "") -> TestResponse:
    """Open the form at *path*, fill it in with *values* and send it."""
    form = inputs(client.get(path).text)
    for name, value in values.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    if step:
        form["step"] = step
    return client.post(path, data=form)


def carry_on(client: FlaskClient, path: str, checked: TestResponse, step: str = "send") -> TestResponse:
    """Press a button of the page on which answers are looked over."""
    form = inputs(checked.text)
    form["step"] = step
    return client.post(path, data=form)


def link_mailed(app: Flask, purpose: str) -> str:
    """The path of the newest mailed link for *purpose*."""
    with parts_of(app).database.reading() as session:
        bodies = session.execute(select(OutboxMail.body).order_by(OutboxMail.id.desc())).scalars()
        for body in bodies:
            found = re.search(rf"https?://[^/\s]+(/{purpose}/\S+)", body)
            if found:
                return found[1]
    raise AssertionError(f"No mail holds a link for {purpose}.")


def press(client: FlaskClient, path: str, action: str = "", **values: str) -> TestResponse:
    """Press the button of the page at *path*, whose form goes to *action* (itself unless given)."""
    form = inputs(client.get(path).text)
    form.update(values)
    return client.post(action or path, data=form)
