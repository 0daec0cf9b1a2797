"""Promises to seekers that show in a real browser: one host, no storage, keyboard, old phones, accessibility."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.requirements import need
from tests.servers import Server
from tests.web_client import get

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATHS = {
    "home": "/",
    "results": "/?near=Austin%2C+TX",
    "filtered": "/?near=Austin%2C+TX&audience=women&attendance=hybrid&attendance=in_person",
    "page two": "/?near=Austin%2C+TX&page=2",
    "choice": "/?near=Portland",
    "misspelt": "/?near=Philadephia",
    "unknown place": "/?near=Qqqqqqqqqqqq",
    "empty": "/?near=Austin%2C+TX&q=zzzzzzzzzz",
    "wrong": "/?within=abc&day=9",
    "online": "/?attendance=online",
    "near me": "/?lat=30.27&lon=-97.74",
    "programs": "/programs",
    "program": "/programs/smart",
    "region": "/regions/austin",
    "privacy": "/privacy",
    "on another site": "/embed?near=Austin%2C+TX",
    "what to copy": "/embed/code?near=Austin%2C+TX",
    "missing": "/meetings/no-such-meeting",
}


@pytest.fixture(scope="session")
def paths(demo_server: Server) -> dict[str, str]:
    meetings = json.loads(get(demo_server, "/api/v1/meetings?per_page=100").body)["meetings"]
    kinds = {meeting["attendance"]: meeting["slug"] for meeting in meetings}
    return PATHS | {f"meeting {kind}": f"/meetings/{slug}" for kind, slug in kinds.items()}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 360, "height": 740})
    yield made
    made.close()


def test_s1_the_browser_talks_to_this_site_only(
    demo_server: Server, context: BrowserContext, paths: dict[str, str]
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    assert len(paths) >= 14
    for path in paths.values():
        page.goto(demo_server.url + path, wait_until="networkidle")
    foreign = [url for url in asked if not url.startswith((demo_server.url, "data:"))]
    assert foreign == []
    assert len(asked) > len(paths)


def test_s1_links_that_leave_carry_no_referrer(
    demo_server: Server, context: BrowserContext, paths: dict[str, str]
) -> None:
    page = context.new_page()
    seen = 0
    for path in paths.values():
        page.goto(demo_server.url + path)
        for link in page.locator('a[href^="http"]').all():
            if (link.get_attribute("href") or "").startswith(demo_server.url):
                continue
            seen += 1
            assert {"noopener", "noreferrer"} <= set((link.get_attribute("rel") or "").split()), link.get_attribute(
                "href"
            )
    assert seen


def test_s2_nothing_is_kept_on_the_device(demo_server: Server, context: BrowserContext, paths: dict[str, str]) -> None:
    page = context.new_page()
    for path in paths.values():
        page.goto(demo_server.url + path)
    assert context.cookies() == []
    held = page.evaluate("async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length]")
    assert held == [0, 0, 0]
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_s3_the_browser_rounds_a_position_before_it_asks(demo_server: Server, browser: Browser) -> None:
    context = browser.new_context(
        geolocation={"latitude": 30.267432, "longitude": -97.743187}, permissions=["geolocation"]
    )
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(demo_server.url)
    page.get_by_role("button", name="Near me").click()
    page.wait_for_url("**lat=30.27*")
    assert "lon=-97.74" in page.url
    assert not [url for url in asked if "30.267" in url or "97.743" in url]
    context.close()


def test_s5_shift_three_times_leaves(demo_server: Server, context: BrowserContext) -> None:
    page = context.new_page()
    left: list[str] = []

    def note(route: Any) -> None:  # noqa: ANN401 - Playwright's route
        left.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<title>Elsewhere</title>")

    page.route("https://www.wikipedia.org/**", note)
    page.goto(demo_server.url + PATHS["results"])
    length = page.evaluate("history.length")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("https://www.wikipedia.org/**")
    assert left
    assert page.evaluate("history.length") == length  # replaced, not added


def test_s5_the_way_out_works_without_javascript(demo_server: Server, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(status=200, body="Elsewhere"))
    page.goto(demo_server.url + PATHS["results"])
    page.get_by_role("link", name="Leave this site").click()
    page.wait_for_url("https://www.wikipedia.org/**")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark", "forced"])
def test_s8_no_accessibility_violation(
    demo_server: Server, browser: Browser, paths: dict[str, str], scheme: str
) -> None:
    need("npm", present=AXE.exists(), how="install npm and run make test again")
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        color_scheme="dark" if scheme == "dark" else "light",
        forced_colors="active" if scheme == "forced" else "none",
        bypass_csp=True,
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for name, path in paths.items():
        page.goto(demo_server.url + path)
        page.add_script_tag(path=AXE)
        result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        violations = [f"{violation['id']}: {violation['nodes'][0]['html'][:160]}" for violation in result["violations"]]
        if violations:
            found[name] = violations
    context.close()
    assert found == {}


def test_s8_nothing_is_cut_off_on_a_narrow_or_zoomed_screen(
    demo_server: Server, browser: Browser, paths: dict[str, str]
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 256})  # 1280 x 1024 at 400 %
    page = context.new_page()
    for name, path in paths.items():
        page.goto(demo_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    context.close()


def test_s8_targets_are_large_enough(demo_server: Server, context: BrowserContext, paths: dict[str, str]) -> None:
    page = context.new_page()
    small = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
        .filter(e => e.offsetParent && !e.classList.contains('visually-hidden'))
        .filter(e => getComputedStyle(e).display !== 'inline')
        .map(e => [e.closest('label') || e, e])
        .map(([box, e]) => [box.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
        .filter(([r]) => r.width > 0 && (r.height < 24 || r.width < 24)).map(([, html]) => html)"""
    primary = """() => [...document.querySelectorAll('.button, .chip, summary')].filter(e => e.offsetParent)
        .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 120))"""
    for name, path in paths.items():
        page.goto(demo_server.url + path)
        assert page.evaluate(small) == [], name
        assert page.evaluate(primary) == [], name


def sizes_of_everything_loaded(browser: Browser, url: str) -> list[int]:
    """The size on the wire of each body that a browser loads for a page, in bytes."""
    finished: list[Request] = []

    def note(request: Request) -> None:
        finished.append(request)

    context = browser.new_context()
    page = context.new_page()
    page.on("requestfinished", note)
    page.goto(url, wait_until="networkidle")
    sizes = [request.sizes()["responseBodySize"] for request in finished]
    context.close()
    return sizes


def test_s8_a_page_is_light(demo_server: Server, browser: Browser, paths: dict[str, str]) -> None:
    for name in ("home", "results", "meeting hybrid"):
        sizes = sizes_of_everything_loaded(browser, demo_server.url + paths[name])
        assert 2 <= len(sizes) <= 5, name
        assert 0 < sum(sizes) <= 60 * 1024, name


def keyboard_to(page: Page, name: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.textContent || document.activeElement.id).trim()").startswith(name):
            return
    pytest.fail(f"{name} cannot be reached by keyboard")


@pytest.mark.parametrize("scripts", [True, False])
def test_s8_a_meeting_is_found_with_the_keyboard_alone(demo_server: Server, browser: Browser, *, scripts: bool) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(demo_server.url)
    page.get_by_label("City, ZIP or neighborhood").focus()
    page.keyboard.type("Austin, TX")
    page.keyboard.press("Enter")
    page.wait_for_url("**near=Austin*")
    card = page.locator('main a[href^="/meetings/"]').first
    name = card.inner_text()
    card.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/meetings/**")
    assert page.locator("h1").inner_text() == name
    context.close()


def test_s8_the_first_answer_is_on_the_first_screen(demo_server: Server, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(demo_server.url + PATHS["results"])
    box = page.locator('main a[href^="/meetings/"]').first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 740


def test_pages_run_without_a_complaint_of_the_browser(
    demo_server: Server, context: BrowserContext, paths: dict[str, str]
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in paths.values():
        page.goto(demo_server.url + path, wait_until="networkidle")
    assert [text for text in complaints if "400" not in text and "404" not in text] == []
