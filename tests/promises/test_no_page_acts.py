"""M5: no page can act for you. Every unsafe route of the site, and every form filled in as its person would.

Refused are: no token, a wrong one, another session's; what the browser says comes from another site; and opening the
address instead of sending the form. Nothing is stored.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from finder.application import create_app
from finder.config import Settings
from finder.store import dump
from finder.store.database import Database
from tests.accounts.visitors import Watch
from tests.conftest import NOW, Databases, close, prepare
from tests.promises.every_form import FORMS, SECRET_KEY, furnished
from tests.promises.test_not_saved import filled_in
from tests.sender import Sender
from tests.servers import Server

ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
)
#: What a page answers to whoever opens it; an address that only takes forms is not there, or says so.
OPENED = {200, 303, 400, 404, 405}
#: Values of the parts of an address for which there is nothing of that name: the walls of this promise come first.
FILLED = {"what": "close", "place": "bodies", "slug": "larkspur", "reference": "2222-2222", "secret": "x" * 22}


def stored(url: str) -> list[bytes]:
    """All that is stored, but for when sessions were used."""
    database = Database(url)
    with database.reading() as session:
        found = [line for line in dump.lines(session) if b"signed_in" not in line]
    database.dispose()
    return found


def token_in(values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in values if name != "csrf_token"]


def test_m5_no_form_and_no_unsafe_route_acts_for_whoever_did_not_press_it(
    databases: Databases, settings_for: Callable[..., Settings], serve: Callable[..., Server]
) -> None:
    url, watch = databases.copy_of("prepared", prepare), Watch()
    app = create_app(settings_for(url, secret_key=SECRET_KEY), clock=watch)
    things, cookies = furnished(app, watch)
    unsafe = sorted({rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())})
    close(app)
    server = serve(url, workers=2, testing="1", now=NOW.isoformat(), secret_key=SECRET_KEY)
    sent = {name: filled_in(server, name, things, cookies) for name in FORMS}
    foreign = dict(filled_in(server, "saved reply", things, {**cookies, "moderator": cookies["second"]}).values)
    before = stored(url)
    passed: dict[Any, int] = {}
    for name, one in sent.items():
        own, bare = dict(one.values)["csrf_token"], token_in(one.values)
        for token in ("", "guessed", foreign["csrf_token"]):
            passed[name, token] = one.sender.post(one.action, [*bare, ("csrf_token", token)]).status - 400
        for headers in ELSEWHERE:
            answer = one.sender.post(one.action, [*bare, ("csrf_token", own)], headers=headers)
            passed[name, str(headers)] = answer.status - 403
        opened = one.sender.get(f"{one.action.partition('?')[0]}?{urlencode(one.values)}").status
        passed[name, "opened"] = 0 if opened in OPENED else opened
    administrator = Sender(server, cookies["administrator"])
    assert len(unsafe) > 60
    for rule in unsafe:
        path = re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda part: FILLED.get(part[1], "1"), rule)
        passed[rule] = administrator.post(path, [("csrf_token", "guessed")]).status - 400
        opened = administrator.get(f"{path}?csrf_token=guessed").status
        passed[rule, "opened"] = 0 if opened in OPENED else opened
    assert {case: status for case, status in passed.items() if status} == {}
    assert stored(url) == before
