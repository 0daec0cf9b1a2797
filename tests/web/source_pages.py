"""What the tests of the pages of sources share: a source of a body, its refreshes, forms filled in, files sent."""

import io
import re
from collections.abc import Sequence

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from finder.domain.sources import SourcePolicy
from tests.sources.feeds import a_row
from tests.sources.instance import Feed, a_source, refreshed, trusted
from tests.web.desk import Desk, form_of

ROWS = [a_row(number) for number in range(12)]
WHY = {"reason": "They asked us to"}


def text(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def token(client: FlaskClient) -> str:
    return form_of(client.get("/account").get_data(as_text=True), "/account/sign-out")["csrf_token"][0]


def post(desk: Desk, who: str, path: str, **values: object) -> TestResponse:
    client = desk.client(who)
    return client.post(path, data={"csrf_token": token(client), **values})


def proposed(desk: Desk, feed: Feed, rows: Sequence[object], **settings: object) -> tuple[int, int, str]:
    """A source of the body "own" whose second reading waits for a moderator: its number, the refresh, its page."""
    number = a_source(desk.database, feed, service_body_id=desk.bodies["own"])
    refreshed(desk.database, number, feed)
    trusted(desk.database, number, feed, SourcePolicy.PROPOSE, service_body_id=desk.bodies["own"], **settings)
    feed.rows = list(rows)
    outcome = refreshed(desk.database, number, feed, later=60)
    return number, outcome.run, f"/moderate/sources/{number}/refreshes/{outcome.run}"


def filled(desk: Desk, who: str, path: str, *, shown: str = "", **changes: object) -> TestResponse:
    """Fill in the form of a page (that of *shown*, where it stands on another) and send it."""
    client = desk.client(who)
    page = client.get(shown or path).get_data(as_text=True)
    return client.post(path, data={**form_of(page, path), **WHY, **changes})


def upload(desk: Desk, who: str, number: int, payload: bytes) -> TestResponse:
    client = desk.client(who)
    data = {
        "csrf_token": token(client) if who != "nobody" else "x",
        "file": FileStorage(io.BytesIO(payload), "meetings.json"),
    }
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"/moderate/sources/{number}/upload", data=body, content_type=kind)


def changed_rows() -> list[object]:
    """One is new, one otherwise, one gone, one cannot be taken."""
    return [a_row(0, notes="Ring the bell."), *ROWS[1:11], a_row(40, name="Night owls"), a_row(41, name="", slug="")]
