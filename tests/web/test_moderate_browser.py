"""The moderators' pages in a real browser: without JavaScript, by keyboard alone, on a phone, for everybody."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from finder.config import Settings
from finder.domain.review import Kind, Status
from finder.store.database import Database
from tests.conftest import NOW, BuildSite
from tests.promises.test_in_the_browser import AXE, WCAG
from tests.requirements import need
from tests.review.people import submission
from tests.servers import Server
from tests.web.desk import Desk, a_desk

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

SECRET = "a secret that only this test run knows of"  # noqa: S105 - of a server that lives for one test
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    made = a_desk(database)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False), secret_key=SECRET))
    return made


@pytest.fixture
def server(desk: Desk, serve: Callable[..., Server]) -> Server:
    url = desk.database.url.render_as_string(hide_password=False)
    return serve(url, workers=1, testing="1", now=NOW.isoformat(), secret_key=SECRET)


def signed_in(browser: Browser, desk: Desk, server: Server, **options: Any) -> BrowserContext:  # noqa: ANN401 - as Playwright takes them
    context = browser.new_context(viewport=PHONE, **options)
    cookie = desk.client("moderator").get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": server.url}])
    return context


@pytest.fixture
def context(browser: Browser, desk: Desk, server: Server) -> Iterator[BrowserContext]:
    made = signed_in(browser, desk, server)
    yield made
    made.close()


def three(desk: Desk) -> list[str]:
    names = ("Quiet Hour", "Early Risers", "Step by Step")
    return [
        desk.request(Kind.CHANGE, desk.listing("own", name=name), {"notes": "Cup", "start": "20:00"}) for name in names
    ]


def no_wider_than_the_phone(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_request_is_decided_without_javascript_on_a_phone(browser: Browser, desk: Desk, server: Server) -> None:
    reference, *_ = three(desk)
    context = signed_in(browser, desk, server, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/moderate")
    page.get_by_role("link", name=re.compile("Change.*Quiet Hour")).click()
    page.get_by_role("checkbox", name="Take Starts").uncheck()
    page.get_by_role("button", name="Reject with reason").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a reason or a question")
    expect(page.get_by_role("checkbox", name="Take Starts")).not_to_be_checked()
    page.get_by_role("button", name="Approve what is ticked").click()
    expect(page.get_by_role("status")).to_contain_text("Approved")
    page.get_by_role("button", name="Undo the approval").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    page.goto(f"{server.url}/moderate?status=undone")
    expect(page.get_by_text(reference)).to_be_visible()
    context.close()


def test_the_queue_is_walked_by_keys(context: BrowserContext, desk: Desk, server: Server) -> None:
    first, second, _ = three(desk)
    page = context.new_page()
    page.goto(f"{server.url}/moderate")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name=re.compile("Change.*Quiet Hour"))).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text("You are on it")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jack")
    assert page.get_by_role("searchbox").input_value() == "jack"
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/moderate/{second}")
    with desk.database.reading() as session:
        assert submission(session, first).claimed_by == desk.users["moderator"]


def test_the_button_counts_what_is_ticked_and_a_reply_can_be_changed(
    context: BrowserContext, desk: Desk, server: Server
) -> None:
    reference, *_ = three(desk)
    page = context.new_page()
    page.goto(f"{server.url}/moderate/replies")
    page.get_by_label("Name, for you").fill("Which cup?")
    page.get_by_label("Text, for the submitter").fill("Which cup do you mean?")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{server.url}/moderate/{reference}")
    page.get_by_role("checkbox", name="Take Starts").uncheck()
    expect(page.get_by_role("button", name="Approve 1 of 2")).to_be_visible()
    page.get_by_label("Or a saved reply").select_option("Which cup?")
    expect(page.get_by_label("To the submitter")).to_have_value("Which cup do you mean?")
    page.get_by_role("button", name="Ask a question").click()
    expect(page.get_by_role("status")).to_contain_text("Waiting for an answer")
    with desk.database.reading() as session:
        assert submission(session, reference).status is Status.QUESTION


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody(browser: Browser, desk: Desk, server: Server, scheme: str) -> None:
    need("axe-core", present=AXE.is_file(), how="run npm ci")
    hostile = desk.request(
        Kind.CHANGE,
        desk.listing("own", name="Quiet Hour"),
        {
            "name": "C\N{CYRILLIC SMALL LETTER O}urage \N{RIGHT-TO-LEFT OVERRIDE}x",
            "latitude": 30.28,
            "weekdays": [1, 2],
        },
        note="Please",
    )
    [harmless, *_] = three(desk)
    context = signed_in(browser, desk, server, color_scheme=scheme)
    page = context.new_page()
    paths = ["", "?q=nothing", f"/{hostile}", "/replies", f"/bulk?take={harmless}", "/bulk", "/listing/quiet-hour"]
    for path in paths:
        page.goto(f"{server.url}/moderate{path}")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert no_wider_than_the_phone(page), path
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "async (tags) => (await axe.run({ runOnly: tags })).violations.map((each) => "
            "[each.id, each.nodes.map((node) => node.html)])",
            WCAG,
        )
        assert found == [], path
    context.close()
