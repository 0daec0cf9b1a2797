"""Any search on another site's page, and what leads there."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from finder.web.armour import EMBED_POLICY
from finder.web.presenters.embed import SCRIPT
from tests.promises.test_in_the_browser import AXE, WCAG
from tests.requirements import need
from tests.servers import Server
from tests.sources.loopback import Handler, serving

SITE = "http://127.0.0.1:8000"
pytestmark = pytest.mark.one_database

SEARCH = "near=Austin%2C+TX&audience=women"


def page(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def links(text: str) -> list[str]:
    return re.findall(r"<a\s[^>]*>", text)


@pytest.mark.parametrize("query", [SEARCH, "near=Austin%2C+TX&q=zzzzzz", "attendance=online&when=now", ""])
def test_any_site_may_frame_a_search(client: FlaskClient, query: str) -> None:
    response = client.get(f"/embed?{query}")
    text = response.get_data(as_text=True)

    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == EMBED_POLICY
    assert "frame-ancestors *" in EMBED_POLICY
    assert "unsafe" not in EMBED_POLICY
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in response.headers
    assert "<form" not in text
    assert re.findall("<title>(.*?)</title>", text) == ["Meetings · Meeting Finder"]
    assert 'name="robots" content="noindex"' in text


def test_links_in_a_frame_open_a_new_tab(client: FlaskClient) -> None:
    for query in (SEARCH, "attendance=online&when=now", "near=Austin%2C+TX&q=zzzzzz"):
        found = [link for link in links(page(client, f"/embed?{query}")) if not re.search('href="(tel|sms):', link)]
        assert len(found) >= 3
        for link in found:
            target = "_top" if 'href="/leave"' in link else "_blank"
            assert f'target="{target}"' in link, link
            assert 'rel="noopener noreferrer' in link, link


def test_a_frame_says_what_the_results_say(client: FlaskClient) -> None:
    framed, results = (page(client, f"{path}?{SEARCH}") for path in ("/embed", "/"))
    for pattern in (r'href="/meetings/([a-z0-9-]+)"', r"<h1>(.*?)</h1>", r'<p class="where">(.*?)</p>'):
        assert re.findall(pattern, framed) == re.findall(pattern, results)


def test_what_is_not_new_stays_a_frame(client: FlaskClient) -> None:
    tag = client.get(f"/embed?{SEARCH}").headers["ETag"]
    response = client.get(f"/embed?{SEARCH}", headers={"If-None-Match": tag})

    assert response.status_code == 304
    assert response.headers["Content-Security-Policy"] == EMBED_POLICY


def test_a_wrong_address_says_so_within_the_frame(client: FlaskClient) -> None:
    response = client.get("/embed?near=Portland&day=9")

    assert response.status_code == 400
    assert response.headers["Content-Security-Policy"] == EMBED_POLICY
    assert "This list cannot be shown" in response.get_data(as_text=True)


@pytest.mark.parametrize("near", ["Portland", "Qqqqqqqqqqqq"])
def test_a_place_that_is_none_or_several_is_not_here(client: FlaskClient, near: str) -> None:
    response = client.get(f"/embed?near={near}")

    assert response.status_code == 404
    assert response.headers["Content-Security-Policy"] == EMBED_POLICY
    assert "This list cannot be shown" in response.text


@pytest.mark.parametrize("path", ["/embed?", "/embed/code?", f"/oembed?url={quote(SITE + '/?', safe='')}"])
def test_a_frame_about_coordinates_is_kept_nowhere(client: FlaskClient, path: str) -> None:
    place = "lat=30.27&lon=-97.74"
    response = client.get(path + (quote(place, safe="") if "oembed" in path else place))

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_results_lead_to_their_frame_by_oembed(client: FlaskClient) -> None:
    results = page(client, f"/?{SEARCH}")
    (place,) = re.findall(r'type="application/json\+oembed"[^>]+href="([^"]+)"', results)
    told = client.get(f"{unescape(place)}&maxwidth=400&maxheight=5000").get_json()

    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "Meetings · Meeting Finder")
    assert (told["width"], told["height"]) == (400, 720)
    (source,) = re.findall(r'<iframe src="([^"]+)"', told["html"])
    assert 'width="400"' in told["html"]
    framed = client.get(unescape(source).removeprefix(SITE)).get_data(as_text=True)
    assert re.findall("<h1>(.*?)</h1>", framed) == re.findall(r"<h1>(\d.*?)</h1>", results)


@pytest.mark.parametrize(
    ("path", "search"),
    [
        ("/regions/austin", "region=austin"),
        ("/programs/na", "program=na"),
        ("/regions/austin?tz=UTC#now", "region=austin"),
    ],
)
def test_pages_of_programs_and_regions_are_framed_as_their_search(client: FlaskClient, path: str, search: str) -> None:
    told = client.get(f"/oembed?url={quote(SITE + path, safe='')}").get_json()

    assert re.findall(r'<iframe src="([^"]+)"', told["html"]) == [f"{SITE}/embed?{search}"]
    assert client.get(f"/embed?{search}").status_code == 200


@pytest.mark.parametrize("path", ["/regions/austin", "/programs/aa", "/programs", "/about", "/", f"/?{SEARCH}"])
def test_a_page_of_meetings_leads_to_its_frame(client: FlaskClient, path: str) -> None:
    (place,) = re.findall(r'type="application/json\+oembed"[^>]+href="([^"]+)"', page(client, path))
    told = client.get(unescape(place)).get_json()
    (source,) = re.findall(r'<iframe src="([^"]+)"', told["html"])

    assert client.get(unescape(source).removeprefix(SITE)).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        (f"url={quote(SITE + '/regions/none')}", 404),
        (f"url={quote(SITE + '/programs/none')}", 404),
        (f"url={quote(SITE + '/programs/aa,na')}", 404),
        (f"url={quote(SITE + '/programs')}", 404),
        (f"url={quote(SITE + '/regions/austin/')}", 404),
        (f"url={quote('https://elsewhere.example.org/?near=Austin')}", 404),
        (f"url={quote(SITE + '.evil.example.org/')}", 404),
        (f"url={quote(SITE + '//evil.example.org/')}", 404),
        (f"url={quote(SITE + '/moderate')}", 404),
        (f"url={quote(SITE + '/?day=9')}", 404),
        (f"url={quote(SITE + '/')}&maxwidth=abc", 400),
        (f"url={quote(SITE + '/')}&maxheight=-5", 400),
        (f"url={quote(SITE + '/')}&maxwidth=99999999999999999999", 200),
        (f"url={quote(SITE + '/')}&maxwidth=1", 404),
        (f"url={quote(SITE + '/')}&format=xml", 501),
        (f"url={quote(SITE + '/')}&format=json", 200),
    ],
)
def test_oembed_answers_for_searches_here_only(client: FlaskClient, query: str, status: int) -> None:
    response = client.get(f"/oembed?{query}")

    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_hostile_words_stay_words_in_what_is_copied(client: FlaskClient) -> None:
    words = '"><script>alert(1)</script>'
    for path in (f"/embed/code?q={quote(words)}", f"/embed?q={quote(words)}", f"/?q={quote(words)}"):
        assert "<script>alert" not in page(client, path), path
    told = client.get(f"/oembed?url={quote(f'{SITE}/?q={quote(words)}')}").get_json()
    assert told["html"].count("<") == 2


def test_results_are_taken_along_by_the_town_and_never_by_coordinates(client: FlaskClient) -> None:
    ways = re.search(r'<details class="fold along">.*?</details>', page(client, f"/?{SEARCH}&page=1"), re.DOTALL)
    near_me = re.search(
        r'<details class="fold along">.*?</details>', page(client, "/?lat=30.27&lon=-97.74&audience=women"), re.DOTALL
    )

    assert ways is not None
    assert near_me is not None
    found = [unescape(place) for place in re.findall('href="([^"]+)"', ways[0])]
    assert [place.split("?")[0] for place in found] == [
        "webcal://127.0.0.1:8000/meetings.ics",
        "/export/meetings.csv",
        "/meetings.json",
        "/api/v1/meetings",
        "/feeds/changes.atom",
        "/embed/code",
    ]
    assert {place.split("?")[1] for place in found} == {"near=Austin,+TX&audience=women"}
    assert "lat=" not in near_me[0]
    assert "near=Austin" in near_me[0]


def a_host(server: Server, more: str = "", sandbox: str = "") -> Callable[[Handler], None]:
    """Another site whose page frames a search here."""
    frame = f'<iframe src="{server.url}/embed?{SEARCH}" width="300" height="200"{sandbox}></iframe>'
    body = f"<!DOCTYPE html><title>Host</title>{frame}{more}".encode()
    return lambda handler: handler.send(body, Content_Type="text/html")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_a_frame_works_on_another_site_with_and_without_scripts(
    demo_server: Server, browser: Browser, *, scripts: bool
) -> None:
    with serving(a_host(demo_server)) as host:
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(host.url)
        frame = page.frame_locator("iframe")
        assert "near Austin" in frame.locator("h1").inner_text()
        with context.expect_page() as opened:
            frame.locator("h3 a").first.click()
        opened.value.wait_for_url(f"{demo_server.url}/meetings/**")
        assert context.cookies() == []
        context.close()


@pytest.mark.browser
def test_a_frame_tells_how_tall_it_is_to_a_page_that_asks(demo_server: Server, browser: Browser) -> None:
    with serving(a_host(demo_server, SCRIPT.format(demo_server.url))) as host:
        page = browser.new_page()
        page.goto(host.url)
        page.wait_for_function("Number(document.querySelector('iframe').height) > 1000")
        tall = page.frame_locator("iframe").locator("html").evaluate("html => html.getBoundingClientRect().height")
        assert abs(int(page.locator("iframe").get_attribute("height") or 0) - tall) <= 1
        page.close()


@pytest.mark.browser
def test_a_frame_that_is_shut_off_from_its_origin_has_its_style(demo_server: Server, browser: Browser) -> None:
    with serving(a_host(demo_server, sandbox=' sandbox="allow-popups"')) as host:
        page = browser.new_page()
        page.goto(host.url)
        styled = page.frame_locator("iframe").locator("ul").first
        assert styled.evaluate("list => getComputedStyle(list).listStyleType") == "none"
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [300, 1280])
def test_a_frame_fits_and_reads_well(demo_server: Server, browser: Browser, width: int, scheme: str) -> None:
    need("npm", present=AXE.exists(), how="install npm and run make test again")
    page = browser.new_page(
        viewport={"width": width, "height": 600}, color_scheme="dark" if scheme == "dark" else "light"
    )
    for path in (f"/embed?{SEARCH}", "/embed?near=Portland", f"/embed/code?{SEARCH}"):
        page.goto(demo_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": WCAG}}
        found = page.evaluate("options => axe.run(document, options)", options)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == [], path
    page.close()
