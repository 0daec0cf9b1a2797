"""Makes the pictures of the documentation from the running site with its demo meetings: ``make screenshots``.

``python -m tests.screenshots FOLDER`` writes every page type in both widths, light and dark, into FOLDER instead, for
people to look at.
"""

import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console

from tests.browsers import FLAGS
from tests.pictured import a_queue
from tests.requirements import chromium_path
from tests.servers import FINDER, Server

ROOT = Path(__file__).resolve().parent.parent
NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)
WIDTHS = {"phone": (360, 740), "wide": (1280, 900)}
EVERY_PAGE = {
    "home": "/",
    "results": "/?near=Austin%2C+TX&within=10",
    "tonight": "/?near=Austin%2C+TX&within=10&when=tonight&audience=women",
    "choice": "/?near=Portland",
    "misspelt": "/?near=Philadephia",
    "unknown": "/?near=Qqqqqqqqqq",
    "empty": "/?near=Austin%2C+TX&within=2&when=now&audience=veterans&q=zzzz",
    "wrong": "/?near=Austin&within=abc&day=9",
    "programs": "/programs",
    "program": "/programs/smart",
    "region": "/regions/austin",
    "privacy": "/privacy",
    "missing": "/meetings/no-such-meeting",
    "submit": "/submit",
    "check": "/submit",
    "manage": "/manage",
}
DOCUMENTED = (
    ("results", "phone", "light"),
    ("results", "wide", "light"),
    ("meeting", "phone", "dark"),
    ("submit", "phone", "light"),
    ("check", "phone", "light"),
    ("queue", "wide", "light"),
    ("request", "wide", "light"),
    ("request", "phone", "dark"),
    ("dates", "phone", "light"),
    ("place", "phone", "light"),
    ("duplicates", "wide", "light"),
    ("people", "wide", "light"),
)


def main() -> None:
    """Start a demo site, take the pictures, stop it."""
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = Path(tempfile.mkdtemp(prefix="finder-pictures-"))
    env = {"FINDER_TESTING": "1", "FINDER_NOW": NOW.isoformat()}
    environment = {**os.environ, **env, "FINDER_DATA_DIR": str(folder)}
    subprocess.run([str(FINDER), "init", "--demo"], check=True, env=environment)
    server = Server(folder, env, 1)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            take(browser, server, wanted, *a_queue(folder, now=NOW))
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder)


def take(browser: Browser, server: Server, wanted: Path | None, cookie: str, work: dict[str, str]) -> None:
    """Take the documented pictures into docs/images, or every one into *wanted*; *cookie* is
    that of a moderator, whose pages are *work*.
    """
    target = wanted or ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    pages = EVERY_PAGE | {"meeting": first_meeting(browser, server)} | work
    for name, path in pages.items():
        for width, (columns, rows) in WIDTHS.items():
            for scheme in ("light", "dark"):
                if wanted is None and (name, width, scheme) not in DOCUMENTED:
                    continue
                page = browser.new_page(viewport={"width": columns, "height": rows}, color_scheme=scheme)
                if name in work:
                    page.context.add_cookies([{"name": "session", "value": cookie, "url": server.url}])
                page.goto(server.url + path)
                if name == "check":
                    look_over(page)
                page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=wanted is not None)
                page.close()
                Console().print(f"{name}-{width}-{scheme}.png")


def look_over(page: Page) -> None:
    """Fill in the form of a new meeting and go on to the page on which it is looked over."""
    texts = {"Name of the meeting": "Lantern Evening", "Name of the group": "Lantern Group"}
    texts |= {"Starts": "19:00", "Ends": "20:00", "Street and number": "12 Example Street", "Town": "Austin"}
    texts |= {"State or province": "TX", "Your first name": "Robin K.", "Your mail address": "robin@example.org"}
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Program", exact=True).select_option("aa")
    page.get_by_label("Tue", exact=True).check()
    page.get_by_role("button", name="Look it over").click()
    page.locator(".pins").first.evaluate("each => each.scrollIntoView({block: 'end'})")


def first_meeting(browser: Browser, server: Server) -> str:
    """The path of the first meeting of a search in Austin."""
    page = browser.new_page()
    page.goto(server.url + EVERY_PAGE["results"])
    path = page.locator('a[href^="/meetings/"]').first.get_attribute("href") or ""
    page.close()
    return path


if __name__ == "__main__":
    main()
