"""Facilitators' forms in Chromium: on a phone without JavaScript, by keyboard alone, for everybody, and light."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.conftest import NOW, Databases, prepare_demo
from tests.requirements import need
from tests.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LARGEST_PAGE = 60 * 1024
WAYS = {"In person": "in_person", "Online": "online", "In person and online": "hybrid"}


@pytest.fixture(scope="module")
def server(both_kinds: dict[str, Databases], serve_for_all: Callable[..., Server]) -> Server:
    """A server over the demo meetings, for these tests to write to."""
    return serve_for_all(both_kinds["sqlite"].copy_of("demo", prepare_demo), testing="1", now=NOW.isoformat())


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone without JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def listing(server: Server, browser: Browser) -> str:
    """The path of a meeting in the finder."""
    page = browser.new_page()
    page.goto(server.url + "/?near=Austin%2C+TX")
    path = page.locator('.card a[href^="/meetings/"]').first.get_attribute("href")
    page.close()
    assert path
    return path


def fits(page: Page) -> bool:
    wide = page.locator("html").bounding_box()
    return wide is not None and wide["width"] <= 360


def describe(page: Page, *, attendance: str = "In person") -> None:
    page.get_by_label("Name of the meeting", exact=True).fill("Lantern Evening")
    page.get_by_label("Program", exact=True).select_option("aa")
    page.get_by_label("Tue", exact=True).check()
    page.get_by_label("Starts", exact=True).fill("19:00")
    page.get_by_label("Ends", exact=True).fill("20:00")
    page.locator(f"[name=attendance][value={WAYS[attendance]}]").check()
    page.get_by_label("Your mail address", exact=True).fill("robin@example.org")


def test_a_meeting_is_listed_on_a_phone_without_javascript(server: Server, page: Page) -> None:
    page.goto(server.url + "/submit")
    describe(page)
    page.get_by_role("button", name="Look it over").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("There is a problem")
    alert.get_by_role("link", name=re.compile("Enter the town")).click()
    expect(page.get_by_label("Town", exact=True)).to_be_focused()
    expect(page.get_by_label("Town", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Street and number", exact=True).fill("12 Example Street")
    page.get_by_label("Town", exact=True).fill("Austin")
    page.get_by_label("State or province", exact=True).fill("TX")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()
    expect(page.get_by_text("Every Tuesday, 7:00 pm to 8:00 pm")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Change “When”").click()
    assert page.url.endswith("/submit#when")
    expect(page.get_by_label("Starts", exact=True)).to_have_value("19:00")
    expect(page.get_by_label("Tue", exact=True)).to_be_checked()
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()


@pytest.mark.parametrize(
    ("attendance", "shown", "hidden"),
    [
        ("In person", ["Town"], ["Join link", "Time zone"]),
        ("Online", ["Join link", "Time zone"], ["Town"]),
        ("In person and online", ["Town", "Join link"], ["Time zone"]),
    ],
)
def test_what_does_not_apply_is_out_of_the_way(
    server: Server, page: Page, attendance: str, shown: list[str], hidden: list[str]
) -> None:
    page.goto(server.url + "/submit")
    page.locator(f"[name=attendance][value={WAYS[attendance]}]").check()
    for label in shown:
        expect(page.get_by_label(label, exact=True)).to_be_visible()
    for label in hidden:
        expect(page.get_by_label(label, exact=True)).to_be_hidden()


def test_a_problem_is_told_by_keyboard_alone(server: Server, listing: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{server.url}{listing}/problem")
    tab_to(page, "problem")
    page.keyboard.press("ArrowDown")
    tab_to(page, "note")
    page.keyboard.type("The door was locked and the lights were out.")
    tab_to(page, "Tell the moderators")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name, or with those words, has the focus; never the trap for programs."""
    for _ in range(80):
        page.keyboard.press("Tab")
        held = page.evaluate("(e => [e.name || '', e.id, e.textContent.trim()])(document.activeElement)")
        assert "homepage" not in held
        if name in held:
            return
    pytest.fail(f"{name} cannot be reached by keyboard")


def everything(server: Server, page: Page, listing: str) -> Iterator[str]:
    """Open every page of facilitators, one after the other; gives the name of each."""
    for path in ("/submit", "/manage", "/manage/mail", "/submit/mail", "/submit/thanks", "/status/made-up"):
        page.goto(server.url + path)
        yield path
    for what in ("change", "dates", "close", "confirm", "problem"):
        page.goto(f"{server.url}{listing}/{what}")
        yield what
    page.goto(server.url + "/submit")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "the form with its faults"
    describe(page, attendance="In person and online")
    page.get_by_label("Street and number", exact=True).fill("12 Example Street")
    page.get_by_label("Town", exact=True).fill("Austin")
    page.get_by_label("Join link", exact=True).fill("https://zoom.us/j/5550100?pwd=1")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()
    yield "the answers to look over"


@pytest.fixture(params=["light", "dark", "forced"])
def looking(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        color_scheme="dark" if request.param == "dark" else "light",
        forced_colors="active" if request.param == "forced" else "none",
        bypass_csp=True,
    )
    yield context
    context.close()


def test_every_page_is_for_everybody(server: Server, listing: str, looking: BrowserContext) -> None:
    need("npm", present=AXE.exists(), how="install npm and run make test again")
    page = looking.new_page()
    found: dict[str, list[str]] = {}
    for name in everything(server, page, listing):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.add_script_tag(path=AXE)
        result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        violations = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in result["violations"]]
        if violations:
            found[name] = violations
    assert found == {}


def test_every_page_is_light_and_talks_to_this_site_only(server: Server, listing: str, browser: Browser) -> None:
    context = browser.new_context()
    page, sizes, foreign = context.new_page(), dict[str, int](), list[str]()

    def weigh(request: Request) -> None:
        if not request.url.startswith((server.url, "data:")):
            foreign.append(request.url)
        kind = "page" if request.is_navigation_request() else request.url
        sizes[kind] = max(sizes.get(kind, 0), request.sizes()["responseBodySize"])

    page.on("requestfinished", weigh)
    for _ in everything(server, page, listing):
        page.wait_for_load_state("networkidle")
    context.close()
    assert foreign == []
    assert 0 < sum(sizes.values()) <= LARGEST_PAGE, sizes  # the largest page with all that any page brings along


def test_with_javascript_choices_are_named_and_the_zone_is_offered(server: Server, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, timezone_id="Europe/Dublin")
    page = context.new_page()
    page.goto(server.url + "/submit")
    fold = page.locator("details", has=page.locator("[name=format][value=open]"))
    fold.locator("summary").click()
    fold.get_by_role("checkbox").first.check()
    expect(fold.locator("summary small")).not_to_be_empty()
    page.locator("[value=online]").check()
    page.get_by_role("button", name="Use the zone of this device: Europe/Dublin").click()
    expect(page.get_by_label("Time zone", exact=True)).to_have_value("Europe/Dublin")
    context.close()
