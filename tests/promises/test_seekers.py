"""Promises to seekers, black-box against a running server."""

import json
import re
import secrets
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server
from tests.web_client import Answer, get

PAGES = [
    "/",
    "/?near=Austin%2C+TX",
    "/?near=Austin%2C+TX&when=tonight&audience=women",
    "/?near=Portland",
    "/?near=Qqqqqqqqqqqq",
    "/?q=zzzzzzzzzzzz",
    "/?lat=30.27&lon=-97.74",
    "/?page=abc",
    "/programs",
    "/programs/aa",
    "/regions/austin",
    "/privacy",
    "/meetings/no-such-meeting",
    "/api/v1/meetings?near=Austin%2C+TX",
    "/api/v1/places?q=aus",
    "/api/v1/openapi.json",
    "/api/v1/meetings?page=abc",
    "/export/meetings.csv?near=Austin%2C+TX",
    "/export/hsds.json?near=Austin%2C+TX",
    "/export/meetings.jsonld?near=Austin%2C+TX",
    "/meetings.ics?near=Austin%2C+TX",
    "/feeds/changes.atom?near=Austin%2C+TX",
    "/embed?near=Austin%2C+TX",
    "/embed/code?near=Austin%2C+TX",
    "/oembed?url=none",
    "/sitemap.xml",
    "/sitemap/pages.xml",
    "/sitemap/meetings-1.xml",
    "/robots.txt",
    "/opensearch.xml",
    "/healthz",
    "/readyz",
    "/leave",
]


@pytest.fixture(scope="session")
def slugs(demo_server: Server) -> list[str]:
    found = json.loads(get(demo_server, "/api/v1/meetings?per_page=100").body)
    return [meeting["slug"] for meeting in found["meetings"]]


@pytest.fixture(scope="session")
def answers(demo_server: Server, slugs: list[str]) -> list[tuple[str, Answer]]:
    """More than 250 public answers of every family."""
    paths = [*PAGES, *(f"/meetings/{slug}" for slug in slugs), *(f"/meetings/{slug}.ics" for slug in slugs)]
    paths += [f"/?near=Austin%2C+TX&page={page}&sort={sort}" for page in range(1, 8) for sort in ("soonest", "name")]
    paths += [f"/?day={day}&time={time}" for day in range(7) for time in ("morning", "evening", "night")]
    return [(path, get(demo_server, path)) for path in paths]


def test_s2_looking_leaves_nothing_on_the_device(answers: list[tuple[str, Answer]]) -> None:
    assert len(answers) >= 250
    assert [path for path, answer in answers if "set-cookie" in answer.headers] == []
    scripts = "".join(
        path.read_text(encoding="utf-8") for path in Path("static").rglob("*.js") if "vendor" not in path.parts
    )
    for word in ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "serviceWorker", "caches."):
        assert word not in scripts


def test_s5_titles_do_not_betray_the_search(answers: list[tuple[str, Answer]]) -> None:
    titles = {
        match.group(1)
        for path, answer in answers
        if path.startswith("/?") and (match := re.search(r"<title>(.*?)</title>", answer.text))
    }
    assert len(titles) == 1
    assert not re.search(r"austin|women|tonight|anonymous", titles.pop(), re.IGNORECASE)


def test_s5_one_press_leaves_on_every_page(answers: list[tuple[str, Answer]]) -> None:
    for path, answer in answers:
        if answer.headers["content-type"].startswith("text/html") and path != "/leave":
            assert re.search(r'<a[^>]+href="/leave"', answer.text), path


def test_s5_leaving_goes_to_a_neutral_site_and_clears(demo_server: Server) -> None:
    answer = get(demo_server, "/leave")
    assert answer.status == 303
    assert answer.headers["location"] == "https://www.wikipedia.org"
    assert '"cache"' in answer.headers["clear-site-data"]
    assert '"storage"' in answer.headers["clear-site-data"]
    assert "no-store" in answer.headers["cache-control"]


@pytest.fixture
def planted() -> dict[str, str]:
    return {name: secrets.token_hex(8) for name in ("agent", "referrer", "street", "query")}


def everything_kept(server: Server) -> Iterator[tuple[Path, bytes]]:
    for path in server.folder.rglob("*"):
        if path.is_file() and path.name != "places.db":
            yield path, path.read_bytes()


def test_s3_s4_a_seeker_leaves_no_trace_on_disk(demo_server: Server, demo_url: str, planted: dict[str, str]) -> None:
    position = ("30.26743219", "-97.74318754")
    for number in range(1000):
        path = (
            f"/?near={planted['street']}+Street&q={planted['query']}",
            f"/?lat={position[0]}&lon={position[1]}&within=10",
            f"/api/v1/meetings?lat={position[0]}&lon={position[1]}",
            f"/client_interface/json/?switcher=GetSearchResults&geo_width=9&lat_val={position[0]}&long_val={position[1]}",
            f"/api/v1/places?q={planted['street']}",
            f"/meetings/{planted['query']}",
        )[number % 6]
        headers = {
            "User-Agent": planted["agent"],
            "Referer": f"https://{planted['referrer']}.example.org/",
            "X-Forwarded-For": "203.0.113.77",
        }
        assert get(demo_server, path, headers).status < 500
    traces = [*planted.values(), *position, "30.2674", "97.7431", "203.0.113.77"]
    kept = list(everything_kept(demo_server))
    if demo_url.startswith("sqlite:///"):
        database = Path(demo_url.removeprefix("sqlite:///"))
        kept += [(path, path.read_bytes()) for path in database.parent.glob(f"{database.name}*")]
    demo_points = {"30.2674", "97.7431"}  # a demo meeting may stand there: these count in logs only
    for file, content in kept:
        for trace in traces:
            if trace in demo_points and ".db" in file.name:
                continue
            assert trace.encode() not in content, (file.name, trace)
    assert demo_server.log.read_bytes().count(b"GET") == 0


def test_s3_an_exact_position_is_cut_and_its_answer_never_stored(demo_server: Server) -> None:
    answer = get(demo_server, "/api/v1/meetings?lat=30.267432&lon=-97.743187")
    place = json.loads(answer.body)["place"]
    assert (place["lat"], place["lon"]) == (30.27, -97.74)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    page = get(demo_server, "/?lat=30.267432&lon=-97.743187")
    assert page.headers["cache-control"] == "no-store"
    assert "30.267" not in page.text


def test_s8_pages_are_small(demo_server: Server, slugs: list[str]) -> None:
    for path in ("/", "/?near=Austin%2C+TX", f"/meetings/{slugs[0]}"):
        request = urllib.request.Request(demo_server.url + path, headers={"Accept-Encoding": "gzip"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            assert answer.headers["Content-Encoding"] == "gzip"
            assert len(answer.read()) <= 14 * 1024, path
