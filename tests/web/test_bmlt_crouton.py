"""croutonjs, the widget that most BMLT sites show, runs on this server unchanged and shows every meeting."""

import functools
import http.server
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from finder.sources.bmlt_server import load_server
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.conftest import NOW, Databases, prepare
from tests.feeds.bmlt_answers import a_meeting, answers
from tests.requirements import need
from tests.servers import Serve, Server
from tests.sources.test_bmlt_import import imported
from tests.sources.test_round_trip_bmlt import SAMPLES, folder
from tests.web.bmlt_cases import ALL
from tests.web.bmlt_directory import ABROAD, OURS, prepare_bmlt

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

PACKAGE = Path(__file__).resolve().parents[2] / "node_modules" / "@bmlt-enabled" / "croutonjs"
#: What each meeting of the table is called.
NAMES = {str(draft.bmlt_id): draft.name for draft in (*OURS, *ABROAD)} | {"105s": "Two Days"}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A site that shows meetings</title>
<link rel="stylesheet" href="/crouton.min.css"></head>
<body><div id="bmlt-tabs"></div>
<script src="/crouton.min.js"></script>
<script>
var crouton = new Crouton({
  root_server: %(root)r, service_body: %(bodies)r, recurse_service_bodies: true, show_map: "",
  has_areas: true, language: "en-US", template_path: "/templates", theme: "jack",
  on_complete: () => { document.body.dataset.complete = "yes"; },
});
crouton.render();
</script></body></html>
"""


class _Files(http.server.SimpleHTTPRequestHandler):
    """Serves the package, and the page at the root."""

    page = b""

    def do_GET(self) -> None:
        if self.path.split("?")[0] != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def widget_site() -> Iterator[Callable[[str, list[str]], str]]:
    """Serve a page with the widget from a port of its own; gives its address for a root server and service bodies."""
    need("croutonjs", present=PACKAGE.exists(), how="npm ci")
    started: list[http.server.ThreadingHTTPServer] = []

    def start(root: str, bodies: list[str]) -> str:
        handler = type(
            "Handler",
            (_Files,),
            {"page": (PAGE % {"root": root, "bodies": bodies}).encode()},
        )
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(PACKAGE)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def root(databases: Databases, serve: Callable[..., Server]) -> Server:
    """Our server over the made-up directory."""
    url = databases.copy_of("bmlt", prepare_bmlt)
    return serve(url, testing="1", now=NOW.isoformat(), zone="America/New_York")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that talks to loopback only."""
    context = browser.new_context()
    context.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
    yield context.new_page()
    context.close()


def rows_of(page: Page, view: str = "#byday") -> set[str]:
    """The numbers of the meetings that the widget shows in a view; of many it makes tabs, and no list by day."""
    ids = page.locator(f"{view} .bmlt-data-row").evaluate_all("rows => rows.map(row => row.id)")
    return {each.removeprefix("meeting-data-row-") for each in ids}


def test_the_widget_shows_every_meeting(root: Server, widget_site: Callable[[str, list[str]], str], page: Page) -> None:
    faults: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(widget_site(root.url, ["10", "20"]))
    page.wait_for_selector("body[data-complete=yes]", state="attached")
    shown = page.inner_text("#byday")
    assert faults == []
    assert rows_of(page) == {each.replace("105s", "70000000105") for each in ALL.split()}
    for name, times in Counter(NAMES[each] for each in ALL.split()).items():
        assert shown.count(f"{name}\n") == times, name
    operations = [re.search("switcher=([A-Za-z]+)", url) for url in asked if "/client_interface/jsonp/" in url]
    assert [match and match[1] for match in operations] == ["GetSearchResults", "GetFormats", "GetServiceBodies"]


def test_the_widget_asks_for_one_area_only(
    root: Server, widget_site: Callable[[str, list[str]], str], page: Page
) -> None:
    page.goto(widget_site(root.url, ["12"]))
    page.wait_for_selector("body[data-complete=yes]", state="attached")
    assert rows_of(page) == {"103", "109"}


def shows_all_of(database: Database, site: Callable[[str, list[str]], str], server: Server, page: Page) -> int:
    """Have the widget show everything that was imported; gives how many meetings that are."""
    with database.reading() as session:
        numbers = {
            str(number) for number in session.execute(select(Meeting.bmlt_id).where(Meeting.published)).scalars()
        }
    listed = page.request.get(f"{server.url}/client_interface/json/?switcher=GetServiceBodies").json()
    bodies = [each["id"] for each in listed if each["parent_id"] == "0"]  # as whoever sets up a widget chooses them
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site(server.url, bodies))
    page.wait_for_selector("body[data-complete=yes]", state="attached")
    assert faults == []
    assert rows_of(page, "#bmlt-tabs") == numbers
    return len(numbers)


def test_the_widget_shows_every_meeting_of_an_imported_answer(
    databases: Databases, serve: Serve, widget_site: Callable[[str, list[str]], str], page: Page
) -> None:
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    imported(database, answers(*(a_meeting(number) for number in range(1, 25))))
    server = serve(url, testing="1", now=NOW.isoformat())
    assert shows_all_of(database, widget_site, server, page) == 24
    database.dispose()


@pytest.mark.samples
@pytest.mark.parametrize("name", SAMPLES)
def test_the_widget_shows_every_meeting_of_a_real_server(
    name: str,
    databases: Databases,
    serve: Serve,
    widget_site: Callable[[str, list[str]], str],
    page: Page,
) -> None:
    """Also those of no service body: one of these answers names none, the other's meetings are of bodies not listed."""
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    imported(database, load_server(str(folder(name))), source=name)
    server = serve(url, testing="1", now=NOW.isoformat())
    assert shows_all_of(database, widget_site, server, page) == SAMPLES[name]
    database.dispose()
