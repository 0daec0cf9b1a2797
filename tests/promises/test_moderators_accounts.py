"""M4: your account resists takeover. M5: no page can act for you."""

import http.client
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from passlib.totp import TOTP  # type: ignore[import-untyped]  # it brings no types
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from finder.config import Settings
from finder.domain.roles import Role
from finder.store.accounts import Grant
from finder.store.database import Database
from finder.store.schema import metadata
from tests.accounts.visitors import PASSWORD, Visitor, Watch, a_body, a_member, outbox, somebody
from tests.conftest import NOW, BuildSite
from tests.promises.test_in_the_browser import AXE, WCAG
from tests.requirements import need
from tests.sender import Sender
from tests.servers import Server

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Guesser:
    """Somebody who tries passwords at a running server, over a new connection each time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        answer, page = self._ask("GET", "/account/sign-in")
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        self.token = TOKEN.findall(page)[0]

    def guess(self, email: str, password: str, **headers: str) -> http.client.HTTPResponse:
        """Try one password; give the answer."""
        body = urlencode({"csrf_token": self.token, "email": email, "password": password})
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", "/account/sign-in", body, sent)[0]

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, str]:
        where = urlsplit(self.server.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()


def address_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def forged(number: int) -> dict[str, str]:
    """What somebody sends who wants to be taken for another each time."""
    other = f"198.51.{number}.7"
    return {"X_Forwarded_For": other, "Forwarded": f"for={other}", "X_Real_IP": other}


def test_the_eleventh_failure_waits_whatever_the_headers_say(database: Database, serve: Callable[..., Server]) -> None:
    user, other = a_member(database), a_member(database)
    guesser = Guesser(serve(address_of(database), testing="1", now=NOW.isoformat()))
    statuses = [
        guesser.guess(f"nobody{number}@example.org", "a guess", **forged(number)).status for number in range(10)
    ]
    assert statuses == [400] * 10
    for email, password in ((user.email, "a guess"), (other.email, PASSWORD)):
        refused = guesser.guess(email, password, **forged(99))
        assert refused.status == 429
        assert 0 < int(refused.getheader("Retry-After") or 0) <= 15 * 60


def test_the_eleventh_failure_at_one_account_waits_from_wherever_it_comes(
    database: Database, serve: Callable[..., Server]
) -> None:
    user, other = a_member(database), a_member(database)
    server = serve(address_of(database), testing="1", now=NOW.isoformat(), proxy_hops="1")
    guesser = Guesser(server)
    statuses = [
        guesser.guess(user.email, "a guess", X_Forwarded_For=f"198.51.{number}.7").status for number in range(11)
    ]
    assert statuses == [*[400] * 10, 429]
    assert guesser.guess(user.email, PASSWORD, X_Forwarded_For="203.0.113.5").status == 429
    assert guesser.guess(other.email, PASSWORD, X_Forwarded_For="203.0.113.5").status == 303


def test_what_one_client_claims_to_have_been_sent_for_is_not_believed_beyond_the_hops(
    database: Database, serve: Callable[..., Server]
) -> None:
    guesser = Guesser(serve(address_of(database), testing="1", now=NOW.isoformat(), proxy_hops="1"))
    statuses = [
        guesser.guess(
            f"nobody{number}@example.org", "a guess", X_Forwarded_For=f"198.51.{number}.7, 203.0.113.5"
        ).status
        for number in range(11)
    ]
    assert statuses == [*[400] * 10, 429]


def test_whoever_knew_the_cookie_before_the_sign_in_knows_nothing_after_it(
    database: Database, serve: Callable[..., Server]
) -> None:
    user, server = a_member(database), serve(address_of(database), testing="1", now=NOW.isoformat())
    guesser = Guesser(server)
    answer = guesser.guess(user.email, PASSWORD)
    signed_in = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    assert answer.status == 303
    assert signed_in not in {"", guesser.cookie}
    assert [Sender(server, cookie).get("/account").status for cookie in (guesser.cookie, signed_in)] == [303, 200]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def app(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, watch: Watch) -> Flask:
    return build_site(settings_for(address_of(database)), clock=watch)


def test_a_quarter_of_an_hour_later_one_may_try_again(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    assert [visitor.sign_in(user.email, "a guess").status_code for _ in range(11)] == [*[400] * 10, 429]
    watch.later(minutes=15, seconds=1)
    assert visitor.sign_in(user.email).status_code == 303


def test_the_second_step_cannot_be_guessed_either(database: Database, app: Flask, watch: Watch) -> None:
    user, owner, thief = a_member(database), Visitor(app), Visitor(app, "198.51.100.1")
    owner.sign_in(user.email)
    phone = owner.enrol(watch)
    thief.sign_in(user.email)
    watch.later(minutes=5)
    step = "/account/second-step"
    assert [thief.send(step, step, code=f"{number:06}").status_code for number in range(11)] == [*[400] * 10, 429]
    assert thief.send(step, step, code=thief.code(phone, watch)).status_code == 429


def test_nothing_that_needs_a_second_factor_is_done_without(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    visitor.sign_in(user.email)
    before = everything(database)
    values = {"email": "sam@example.org", "role": "administrator", "body": ""}
    for path in ("/account/people", "/account/people/roles/1/revoke", f"/account/people/{user.id}/deactivate"):
        assert visitor.send(path, "/account", **values).location == "/account/second-step"
    assert everything(database) == before
    visitor.enrol(watch)
    assert visitor.send("/account/people", "/account", **values).location == "/account/people"


def test_a_body_administrator_reaches_no_other_body(database: Database, app: Flask, watch: Watch) -> None:
    with database.unit_of_work() as session:
        own, beside = a_body(session, "Area"), a_body(session, "Neighbour")
        theirs = somebody(session, Role.MODERATOR, beside, name="Kim")
        grant = session.execute(select(Grant.id).where(Grant.user_id == theirs.id)).scalar_one()
    user, visitor = a_member(database, Role.BODY_ADMINISTRATOR, own), Visitor(app)
    visitor.sign_in(user.email)
    visitor.enrol(watch)
    page = visitor.get("/account/people").text
    assert "Area" in page
    assert not any(word in page for word in ("Neighbour", "Kim", theirs.email, "administrators"))
    before = everything(database)
    assert visitor.send(f"/account/people/roles/{grant}/revoke", "/account").status_code == 404
    assert visitor.send(f"/account/people/{theirs.id}/deactivate", "/account").status_code == 404
    for role, body in (("moderator", str(beside)), ("administrator", ""), ("body_administrator", str(own))):
        answer = visitor.send("/account/people", "/account", email="sam@example.org", role=role, body=body)
        assert answer.status_code == 400
    assert everything(database) == before
    good = visitor.send("/account/people", "/account", email="sam@example.org", role="reader", body=str(own))
    assert good.status_code == 303
    assert outbox(database)[-1].recipient == "sam@example.org"


def test_people_are_not_shown_to_who_may_not_invite(database: Database, app: Flask) -> None:
    with database.unit_of_work() as session:
        own = a_body(session, "Area")
    user, visitor = a_member(database, Role.MODERATOR, own), Visitor(app)
    visitor.sign_in(user.email)
    assert visitor.get("/account/people").status_code == 404


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for what is counted or noted about tries."""
    tables = [table for table in metadata.sorted_tables if table.name not in {"attempt", "security_event"}]
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr) for table in tables
        }


def unsafe_routes(app: Flask) -> Iterator[str]:
    """Every unsafe route of the account pages with something in place of its parameters."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/account") and (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            yield re.sub(r"<[^>]+>", "1", rule.rule)


def test_no_unsafe_route_is_reached_without_the_token_of_this_session(
    database: Database, app: Flask, watch: Watch
) -> None:
    user, visitor, other = a_member(database), Visitor(app), Visitor(app)
    visitor.sign_in(user.email)
    visitor.enrol(watch)
    other.sign_in(a_member(database).email)
    own, foreign = visitor.token("/account"), other.token("/account")
    before = everything(database)
    routes = set(unsafe_routes(app))
    assert len(routes) >= 20
    for path in sorted(routes):
        for token in ("", "guessed", foreign):
            assert visitor.client.post(path, data={"csrf_token": token}).status_code == 400, (path, token)
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "http://localhost.evil.example"},
        ):
            answer = visitor.client.post(path, data={"csrf_token": own}, headers=headers)
            assert answer.status_code == 403, (path, headers)
    assert everything(database) == before


def test_no_unsafe_route_acts_when_it_is_only_opened(database: Database, app: Flask, watch: Watch) -> None:
    user, visitor = a_member(database), Visitor(app)
    visitor.sign_in(user.email)
    visitor.enrol(watch)
    before = everything(database)
    for path in unsafe_routes(app):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert visitor.client.open(path, method=method).status_code in {200, 303, 404, 405}, (path, method)
    assert everything(database) == before


def test_a_form_of_ours_passes_whether_or_not_the_browser_says_where_it_comes_from(
    database: Database, app: Flask
) -> None:
    user = a_member(database)
    for headers in (
        {},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ):
        visitor = Visitor(app)
        values = {"csrf_token": visitor.token(), "email": user.email, "password": PASSWORD}
        assert visitor.client.post("/account/sign-in", data=values, headers=headers).status_code == 303, headers


def test_nothing_else_of_the_libraries_can_be_reached(app: Flask) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules() if "security" in rule.endpoint} == set()
    visitor = Visitor(app)
    for path in ("/login", "/register", "/reset", "/verify", "/us-signin", "/wan-signin", "/tf-setup", "/logout"):
        assert visitor.get(path).status_code == 404, path


PUBLIC = ("/", "/?near=Austin%2C+TX", "/programs", "/about", "/privacy", "/nowhere", "/api/v1/meetings", "/healthz")


def test_public_pages_set_no_cookie_and_stay_the_same_for_who_is_signed_in(database: Database, app: Flask) -> None:
    user, visitor, stranger = a_member(database), Visitor(app), Visitor(app)
    visitor.sign_in(user.email)
    for path in PUBLIC:
        seen, theirs = visitor.get(path), stranger.get(path)
        assert (seen.status_code, seen.data) == (theirs.status_code, theirs.data), path
        assert seen.headers.get("ETag") == theirs.headers.get("ETag"), path
        for answer in (seen, theirs):
            assert "Set-Cookie" not in answer.headers, path
            assert "Cookie" not in answer.headers.get("Vary", ""), path


def test_account_pages_are_kept_nowhere_and_their_cookie_is_out_of_reach_of_scripts(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    app = build_site(settings_for(address_of(database), public_url="https://localhost"))
    user, visitor = a_member(database), Visitor(app)
    page = visitor.client.get("/account/sign-in", base_url="https://localhost")
    token = TOKEN.findall(page.text)[0]
    values = {"csrf_token": token, "email": user.email, "password": PASSWORD}
    answer = visitor.client.post("/account/sign-in", data=values, base_url="https://localhost")
    for each in (page, answer, visitor.client.get("/account", base_url="https://localhost")):
        assert each.headers["Cache-Control"] == "no-store"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


@pytest.mark.browser
def test_a_passkey_signs_in_and_stands_for_both_factors(
    database: Database, serve: Callable[..., Server], browser: Browser
) -> None:
    user = a_member(database)
    server = serve(address_of(database))
    url = server.url.replace("127.0.0.1", "localhost")  # passkeys belong to names, not to addresses
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{url}/account/sign-in")
    page.get_by_label("Mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_text("Second step passed.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Second step passed.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
    context.close()


@pytest.mark.one_database
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_account_pages_have_no_accessibility_violation(
    database: Database, serve: Callable[..., Server], browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    need("npm", present=AXE.exists(), how="install npm and run make test again")
    user = a_member(database)
    a_member(database, None)
    server = serve(address_of(database))
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    found: dict[str, list[str]] = {}

    def look(path: str) -> None:
        page.goto(server.url + path)
        page.add_script_tag(path=AXE)
        result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        if result["violations"]:
            found[path] = [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in result["violations"]]

    for path in ("/account/sign-in", "/account/reset", "/account/reset/sent"):
        look(path)
    page.goto(f"{server.url}/account/sign-in")
    page.get_by_label("Mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    for path in ("/account", "/account/authenticator", "/account/passkeys", "/account/password", "/account/confirm"):
        look(path)
    page.goto(f"{server.url}/account/authenticator")
    page.get_by_text("No camera?").click()
    page.get_by_label("Code").fill(str(TOTP(key=page.locator("code").text_content()).generate().token))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("button", name="Make codes").click()
    for path in ("/account/recovery-codes", "/account/people", "/account"):
        look(path)
    context.close()
    assert found == {}


@pytest.mark.browser
def test_an_account_is_used_without_javascript_on_a_small_phone(
    database: Database, serve: Callable[..., Server], browser: Browser
) -> None:
    user = a_member(database)
    server = serve(address_of(database))
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/account/recovery-codes")
    page.get_by_label("Mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Make codes").click()
    expect(page.get_by_text("These are your new codes.")).to_be_visible()
    page.goto(f"{server.url}/account/authenticator")
    picture = page.get_by_alt_text("QR code for your authenticator app")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
    for path in ("/account", "/account/authenticator", "/account/passkeys", "/account/password"):
        page.goto(server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()
