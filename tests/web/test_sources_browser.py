"""The pages of sources in a real browser: without JavaScript, by keyboard, on a phone, for everybody."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from finder.config import Settings
from finder.domain.sources import ChangeState, SourcePolicy
from finder.sources.asking import UPLOADS
from finder.sources.due import refresh_next
from finder.sources.removing import remove_source
from finder.store.database import Database
from tests.conftest import NOW, BuildSite
from tests.promises.test_in_the_browser import AXE, WCAG
from tests.requirements import need
from tests.servers import Server
from tests.sources.feeds import a_feed, a_row
from tests.sources.instance import Feed, a_source, changes, feeding, refreshed, shown, tools_for, trusted
from tests.sources.test_three_ways import edit
from tests.web.desk import Desk, a_desk

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

SECRET = "a secret that only this test run knows of"  # noqa: S105 - of a server that lives for one test
SHOTS = os.environ.get("SHOTS")
PHONE: ViewportSize = {"width": 360, "height": 740}
ROWS = [a_row(number) for number in range(12)]


@pytest.fixture
def desk(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Desk:
    made = a_desk(database)
    made.app = build_site(settings_for(database.url.render_as_string(hide_password=False), secret_key=SECRET))
    return made


@pytest.fixture
def server(desk: Desk, serve: Callable[..., Server]) -> Server:
    url = desk.database.url.render_as_string(hide_password=False)
    return serve(url, workers=1, testing="1", now=NOW.isoformat(), secret_key=SECRET)


@pytest.fixture
def feed() -> Iterator[Feed]:
    with feeding(*ROWS) as made:
        yield made


def signed_in(browser: Browser, desk: Desk, server: Server, who: str, *, script: bool = True) -> BrowserContext:
    context = browser.new_context(viewport=PHONE, java_script_enabled=script)
    cookie = desk.client(who).get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": server.url}])
    return context


def waiting(desk: Desk, feed: Feed) -> str:
    """The page of a refresh of which something of every kind waits."""
    body = desk.bodies["own"]
    number = a_source(desk.database, feed, service_body_id=body)
    refreshed(desk.database, number, feed)
    edit(desk.database, "larks-1", {"weekdays": [4], "group_phone": "+15550107"})
    trusted(desk.database, number, feed, SourcePolicy.PROPOSE, service_body_id=body)
    feed.rows = [
        a_row(0, notes="Ring the bell.", time="18:30"),
        a_row(1, time="17:00", end_time="18:00", notes="Mind the step."),
        *ROWS[2:11],
        a_row(40, name="Night owls"),
        a_row(41, name="", slug=""),
    ]
    return f"/moderate/sources/{number}/refreshes/{refreshed(desk.database, number, feed, later=60).run}"


def test_a_file_is_uploaded_and_decided_about_without_javascript(
    browser: Browser, desk: Desk, server: Server, feed: Feed, tmp_path: Path
) -> None:
    context = signed_in(browser, desk, server, "administrator", script=False)
    page = context.new_page()
    page.goto(f"{server.url}/moderate/sources")
    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("Name", exact=True).fill("Lark County")
    page.get_by_label("Program", exact=True).select_option("aa")
    page.get_by_label("How often it is read").select_option("By hand only")
    page.get_by_label("Why").fill("Their intergroup asked us to")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("status")).to_contain_text("The source is here")
    file = tmp_path / "meetings.json"
    file.write_bytes(a_feed(*ROWS))
    page.get_by_label("Its file").set_input_files(file)
    page.get_by_role("button", name="Read this file").click()
    expect(page.get_by_text("Its file waits for the worker")).to_be_visible()
    uploads = server.folder / UPLOADS
    assert refresh_next(desk.database, tools=lambda: tools_for(feed), now=NOW, uploads=uploads) is not None
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Decide about what it changes").click()
    page.get_by_role("checkbox", name="New: Larks 3").check()
    page.get_by_role("button", name="Apply what is ticked").click()
    expect(page.get_by_role("status")).to_contain_text("Applied")
    assert list(shown(desk.database)) == ["larks-3"]
    context.close()


def test_a_refresh_is_decided_about_with_the_keyboard_alone(
    browser: Browser, desk: Desk, server: Server, feed: Feed
) -> None:
    path = waiting(desk, feed)
    context = signed_in(browser, desk, server, "moderator")
    page = context.new_page()
    page.goto(f"{server.url}{path}?kind=gone")
    reach(page, page.get_by_role("checkbox", name="Gone: Larks 11").element_handle())
    page.keyboard.press("Space")
    reach(page, page.get_by_role("button", name="Apply what is ticked").element_handle())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Applied")
    run = int(path.rpartition("/")[2])
    assert [each.title for each in changes(desk.database, run, state=ChangeState.APPLIED)] == ["Larks 11"]
    context.close()


def test_a_field_is_kept_as_it_is_here_without_javascript(
    browser: Browser, desk: Desk, server: Server, feed: Feed
) -> None:
    path = waiting(desk, feed)
    context = signed_in(browser, desk, server, "moderator", script=False)
    page = context.new_page()
    page.goto(f"{server.url}{path}?kind=changed")
    page.get_by_role("checkbox", name="Changed: Larks 0").check()
    page.get_by_role("checkbox", name=re.compile("Keep what is here.*Notes of Larks 0")).check()
    page.get_by_role("button", name="Apply what is ticked").click()
    expect(page.get_by_role("status")).to_contain_text("Applied")
    document = shown(desk.database)["larks-0"]
    assert (document["schedule"]["start"], document["notes"]) == ("18:30", "")
    expect(page.get_by_text("What is here, as a moderator decided")).to_be_visible()
    context.close()


def reach(page: Page, wanted: object) -> None:
    """Press Tab until *wanted* has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement === wanted", wanted):
            return
    raise AssertionError("it cannot be reached with the keyboard")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_sources_are_for_everybody(
    browser: Browser, desk: Desk, server: Server, feed: Feed, scheme: str
) -> None:
    need("axe-core", present=AXE.is_file(), how="run npm ci")
    run = waiting(desk, feed)
    source = run.partition("/refreshes")[0]
    wrens = a_source(desk.database, feed, name="Wrens", service_body_id=desk.bodies["own"])
    with desk.database.unit_of_work() as session:
        remove_source(session, wrens, keep=True, by="operator", reason="", now=NOW)
    context = signed_in(browser, desk, server, "administrator")
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paths = ["/moderate/sources", source, run, f"{run}?kind=changed", f"{source}/change", f"{source}/remove"]
    for path in [*paths, f"/moderate/sources/{wrens}/restore", "/moderate/sources/new"]:
        page.goto(f"{server.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "async (tags) => (await axe.run({ runOnly: tags })).violations.map((each) => "
            "[each.id, each.nodes.map((node) => node.html)])",
            WCAG,
        )
        assert found == [], path
        if SHOTS:
            wide = scheme + re.sub(r"[/?=]", "-", path)
            page.screenshot(path=f"{SHOTS}/{wide}-phone.png", full_page=True)
            page.set_viewport_size({"width": 1280, "height": 900})
            page.screenshot(path=f"{SHOTS}/{wide}-wide.png", full_page=True)
            page.set_viewport_size(PHONE)
    context.close()
