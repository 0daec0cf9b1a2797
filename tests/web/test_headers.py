from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.config import Settings
from finder.web.armour import PAGE_POLICY
from tests.conftest import BuildSite

pytestmark = pytest.mark.one_database

ANSWERS = [
    ("/", 200, "text/html"),
    ("/programs", 200, "text/html"),
    ("/privacy", 200, "text/html"),
    ("/favicon.ico", 200, "image/svg+xml"),
    ("/api/v1/meetings", 200, "application/json"),
    ("/api/v1/openapi.json", 200, "application/json"),
    ("/embed/code", 200, "text/html"),
    ("/meetings.ics?q=zz", 200, "text/calendar"),
    ("/feeds/changes.atom?q=zz", 200, "application/atom+xml"),
    ("/export/meetings.csv?q=zz", 200, "text/csv"),
    ("/export/meetings.jsonld?q=zz", 200, "application/ld+json"),
    ("/export/hsds.json?q=zz", 200, "application/json"),
    ("/export/naws.csv", 404, "application/problem+json"),
    ("/sitemap.xml", 200, "application/xml"),
    ("/sitemap/meetings-99.xml", 404, "text/html"),
    ("/opensearch.xml", 200, "application/opensearchdescription+xml"),
    ("/oembed", 404, "application/problem+json"),
    ("/healthz", 200, "application/json"),
    ("/readyz", 200, "application/json"),
    ("/leave", 303, "text/html"),
    ("/no-such-page", 404, "text/html"),
    ("/meetings/no-such-meeting", 404, "text/html"),
    ("/meetings/no-such-meeting.ics", 200, "text/calendar"),
    ("/api/v1/no-such-thing", 404, "application/problem+json"),
    ("/api/v1/meetings?day=9", 400, "application/problem+json"),
    ("/?day=9", 400, "text/html"),
]


@pytest.mark.parametrize(("path", "status", "kind"), ANSWERS)
def test_every_answer_carries_its_armour(client: FlaskClient, path: str, status: int, kind: str) -> None:
    response = client.get(path)

    assert response.status_code == status
    assert response.mimetype == kind
    headers = response.headers
    policy = PAGE_POLICY if kind == "text/html" else "default-src 'none'; frame-ancestors 'none'"
    assert headers.getlist("Content-Security-Policy") == [policy]
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert headers.getlist("Referrer-Policy") == ["no-referrer"]
    assert headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]
    assert headers.getlist("Cross-Origin-Resource-Policy") == ["same-origin"]
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers.getlist("Cache-Control") != []
    assert "Set-Cookie" not in headers
    assert "Vary" not in headers or "Cookie" not in headers["Vary"]


def test_a_304_carries_its_armour(client: FlaskClient) -> None:
    etag = client.get("/api/v1/meetings").headers["ETag"]

    response = client.get("/api/v1/meetings", headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.evil.example.org", "evil\texample", "a b", "[", ":80"])
def test_a_host_that_is_not_ours_is_refused_in_armour(client: FlaskClient, host: str) -> None:
    for path in ("/", "/api/v1/meetings", "/healthz"):
        response = client.get(path, headers={"Host": host})

        assert response.status_code == 400
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert host not in response.get_data(as_text=True)


def test_forwarded_headers_count_for_nothing_without_a_proxy(client: FlaskClient) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example.org",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example.org",
    }

    response = client.get("/programs", headers=forged)

    assert response.status_code == 200
    assert "evil.example.org" not in response.get_data(as_text=True)


@pytest.fixture
def behind_a_proxy(demo_url: str, settings_for: Callable[..., Settings], build_site: BuildSite) -> Flask:
    """The site as it is reached over https through one proxy."""
    return build_site(settings_for(demo_url, proxy_hops="1", public_url="https://meetings.example.org"))


def test_an_https_site_keeps_browsers_on_https(behind_a_proxy: Flask, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" in behind_a_proxy.test_client().get("/no-such-page").headers
    assert "Strict-Transport-Security" not in client.get("/no-such-page").headers


def test_a_proxys_host_is_held_to_the_list_too(behind_a_proxy: Flask) -> None:
    ours = behind_a_proxy.test_client().get("/healthz", headers={"X-Forwarded-Host": "meetings.example.org"})
    forged = behind_a_proxy.test_client().get("/healthz", headers={"X-Forwarded-Host": "evil.example.org"})

    assert (ours.status_code, forged.status_code) == (200, 400)


def test_one_press_leaves_and_takes_with_it_what_the_browser_kept(client: FlaskClient) -> None:
    response = client.get("/leave")

    assert response.status_code == 303
    assert response.headers["Location"] == "https://www.wikipedia.org"
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response.headers["Cache-Control"] == "no-store"
