"""What machines that gather pages are told."""

import datetime as dt
import re
import urllib.robotparser
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from finder.config import Settings
from finder.directory.publish import publish, revise, unpublish
from finder.store.database import Database
from finder.web import machines
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing

SITE = "http://127.0.0.1:8000"


def places(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    names = {"s": machines.SITEMAPS}
    return [place.text or "" for place in ET.fromstring(response.data).findall(".//s:loc", names)]  # noqa: S314 - ours


def test_the_map_of_the_site_leads_to_every_listing(client: FlaskClient) -> None:
    parts = places(client, "/sitemap.xml")
    found = [place for part in parts for place in places(client, "/" + part.split("/", 3)[3])]
    total = client.get("/api/v1/meetings?per_page=1").get_json()["total"]

    assert len(parts) == 2
    assert len({place for place in found if "/meetings/" in place}) == total
    assert any(place.endswith("/programs/aa") for place in found)
    assert any(place.endswith("/regions/austin") for place in found)
    for place in (found[0], found[4], found[-1]):
        assert client.get("/" + place.split("/", 3)[3]).status_code == 200
    assert "?" not in "".join(found)


def test_the_map_comes_in_parts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "PART", 400)
    _, *parts = places(client, "/sitemap.xml")
    sizes = [len(places(client, "/" + part.split("/", 3)[3])) for part in parts]

    assert sizes[:2] == [400, 400]
    assert sum(sizes) == client.get("/api/v1/meetings?per_page=1").get_json()["total"]
    for number in (0, 4):
        assert client.get(f"/sitemap/meetings-{number}.xml").status_code == 404


def test_the_map_says_when_a_listing_last_changed(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()
    assert places(client, "/sitemap.xml") == [f"{SITE}/sitemap/pages.xml"]
    later = NOW + dt.timedelta(days=1)
    with database.unit_of_work() as session:
        first = publish(session, a_listing(name="Larks", source_key="a"), actor="test", reason="", now=NOW)
        gone = publish(session, a_listing(name="Owls"), actor="test", reason="", now=NOW)
    with database.unit_of_work() as session:
        revise(session, first, a_listing(name="Larks", source_key="a", notes="x"), actor="test", reason="", now=later)
        unpublish(session, gone, actor="test", reason="", now=later)

    told = client.get("/sitemap/meetings-1.xml").get_data(as_text=True)
    assert re.findall(r"<loc>(.*?)</loc><lastmod>(.*?)</lastmod>", told) == [
        (f"{SITE}/meetings/larks", "2026-03-11T23:05:00+00:00")
    ]


def test_machines_read_pages_and_nothing_that_is_not_for_them(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(response.get_data(as_text=True).splitlines())

    assert response.mimetype == "text/plain"
    for path in ("/", "/programs/aa", "/regions/austin", "/meetings/larks", "/sitemap.xml"):
        assert rules.can_fetch("*", f"{SITE}{path}"), path
    for path in ("/moderate/queue", "/account", "/manage", "/leave", "/export/meetings.csv", "/feeds/changes.atom"):
        assert not rules.can_fetch("*", f"{SITE}{path}"), path
    assert rules.site_maps() == [f"{SITE}/sitemap.xml"]
    for rule in ("/*?", "/*lat="):
        assert f"Disallow: {rule}\n" in response.get_data(as_text=True)


def may_fetch(robots: str, path: str) -> bool:
    """Whether *robots* lets a machine have *path*: the longest rule counts, of two the kinder one (RFC 9309)."""
    rules = re.findall(r"(?m)^(Allow|Disallow): (\S+)$", robots)
    patterns = [(len(rule), kind == "Allow", re.escape(rule).replace(r"\*", ".*")) for kind, rule in rules]
    _, allows = max((length, allows) for length, allows, pattern in patterns if re.match(pattern, path))
    return bool(allows)


@pytest.mark.parametrize(
    ("path", "fetched"),
    [
        ("/meetings.ics", True),
        ("/meetings.ics?region=austin&day=2", True),
        ("/meetings/larks.ics", True),
        ("/meetings.ics?lat=30.27&lon=-97.74", False),
        ("/meetings.ics?day=2&lat=30.27", False),
        ("/?region=austin", False),
        ("/meetings.json?region=austin", False),
        ("/meetings/larks", True),
    ],
)
def test_calendar_programs_that_ask_first_may_follow_a_search(client: FlaskClient, path: str, *, fetched: bool) -> None:
    assert may_fetch(client.get("/robots.txt").get_data(as_text=True), path) is fetched


def test_browsers_learn_to_search_here(client: FlaskClient) -> None:
    home = client.get("/").get_data(as_text=True)
    (place,) = re.findall(r'<link rel="search" type="application/opensearchdescription\+xml"[^>]+href="([^"]+)"', home)
    told = ET.fromstring(client.get(place).data)  # noqa: S314 - ours
    url = told.find("{http://a9.com/-/spec/opensearch/1.1/}Url")

    assert url is not None
    template = url.get("template") or ""
    assert template == f"{SITE}/?near={{searchTerms}}"
    assert client.get(template.replace("{searchTerms}", "Austin%2C+TX").removeprefix(SITE)).status_code == 200


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Edmonton & District Intergroup", "Edmonton"),
        ("Meeting Finder", "Meeting Finder"),
        ("Donaudampfschifffahrt", "Donaudampfschiff"),
    ],
)
def test_the_short_name_of_the_search_is_whole_words(
    name: str, short: str, database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    site = build_site(settings_for(database.url.render_as_string(hide_password=False), site_name=name))
    answer = site.test_client().get("/opensearch.xml")
    assert f"<ShortName>{short}</ShortName>" in answer.text
