"""Misspelt filters of lists that programs ask for: named, not passed over; what only keeps caches away is."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from finder.web.forms.query import PARAMETERS
from finder.web.forms.slips import slips

SITE = "http://127.0.0.1:8000"
pytestmark = pytest.mark.one_database

LISTS = (
    "/meetings.json",
    "/meetings.ics",
    "/feeds/changes.atom",
    "/export/meetings.csv",
    "/export/meetings.jsonld",
    "/export/hsds.json",
)
#: What readers, content networks and mail programs add to addresses.
ADDED = (
    "_",
    "__",
    "t",
    "_t",
    "ts",
    "_ts",
    "tm",
    "v",
    "ver",
    "version",
    "r",
    "rnd",
    "rand",
    "random",
    "rev",
    "key",
    "cb",
    "cachebust",
    "cachebuster",
    "cache_buster",
    "nocache",
    "no_cache",
    "no-cache",
    "bust",
    "dc",
    "now",
    "date",
    "timestamp",
    "stamp",
    "uniq",
    "unix",
    "uuid",
    "hash",
    "nonce",
    "token",
    "x",
    "z",
    "id",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "fbclid",
    "gclid",
    "mc_cid",
    "mc_eid",
    "msclkid",
    "ref",
    "source",
    "src",
    "action",
    "callback",
    "lang",
    "paged",
    "limit",
    "strict",
    "name",
    "mode",
    "view",
    "1770000000000",
)


@pytest.mark.parametrize("path", LISTS)
def test_a_misspelt_filter_is_not_answered_with_everything(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?progam=aa&q=zz")
    told = answer.get_json(force=True)

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert told["parameter"] == "progam"
    assert told["errors"] == [
        {"parameter": "progam", "detail": "There is no parameter “progam”. Did you mean “program”?"}
    ]


@pytest.mark.parametrize("path", LISTS)
def test_what_keeps_caches_away_is_passed_over(client: FlaskClient, path: str) -> None:
    plain = client.get(f"{path}?q=courage&program=aa")
    added = client.get(f"{path}?q=courage&program=aa&" + "&".join(f"{name}=1770000000" for name in ADDED))

    assert added.status_code == plain.status_code == 200
    assert added.data == plain.data


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("regoin", "region"),
        ("regions", "region"),
        ("Region", "region"),
        ("Q", "q"),
        ("programme", "program"),
        ("languge", "language"),
        ("atendence", "attendance"),
        ("tiem", "time"),
        ("weekday", "day"),
        ("days", "day"),
        ("types", "format"),
        ("lng", "lon"),
        ("latitude", "lat"),
        ("amp;day", "day"),
        ("amp;amp;program", "program"),
        ("tsml-region", "region"),
        ("region[]", "region"),
        ("program[0]", "program"),
        ("ﬁeld", None),
        ("ts", None),
        ("x" * 5000, None),
    ],
)
def test_a_slip_is_told_from_a_name_of_something_else(given: str, meant: str | None) -> None:
    assert slips(MultiDict({given: "2"})) == ({given: meant} if meant else {})


def test_no_parameter_of_a_search_is_a_slip() -> None:
    assert slips(MultiDict(dict.fromkeys(PARAMETERS, "2"))) == {}


def test_a_misspelt_filter_that_is_empty_asks_nothing(client: FlaskClient) -> None:
    assert client.get("/meetings.json?q=zz&progam=").status_code == 200


def test_a_browser_is_told_of_a_misspelt_filter_on_a_page(client: FlaskClient) -> None:
    answer = client.get("/export/meetings.csv?progam=aa", headers={"Accept": "text/html"})

    assert answer.status_code == 400
    assert "There is no parameter “progam”. Did you mean “program”?" in answer.text


@pytest.mark.parametrize("path", ["/embed", "/embed/code"])
def test_a_frame_says_that_it_left_a_misspelt_filter_out(client: FlaskClient, path: str) -> None:
    slip, plain = client.get(f"{path}?region=austin&progam=aa"), client.get(f"{path}?region=austin&nocache=1")
    words = "asks for “progam”, which is not a filter here, so it was left out. It may be that “program” is meant."

    assert (slip.status_code, plain.status_code) == (200, 200)
    assert words in slip.text
    assert "is not a filter here" not in plain.text
    assert re.findall("<h1>(.*?)</h1>", slip.text) == re.findall("<h1>(.*?)</h1>", plain.text)


def test_oembed_has_no_frame_for_a_misspelt_filter(client: FlaskClient) -> None:
    slip = client.get(f"/oembed?url={quote(SITE + '/?progam=aa', safe='')}")
    added = client.get(f"/oembed?url={quote(SITE + '/?program=aa&utm_source=mail&_=17', safe='')}")

    assert (slip.status_code, added.status_code) == (404, 200)
    assert "Did you mean “program”?" in slip.get_json(force=True)["detail"]


def test_the_name_of_a_slip_is_shown_harmless(client: FlaskClient) -> None:
    answer = client.get("/embed?%3Cb%3Eprogram=aa&progra%E2%80%AEm=aa")

    assert answer.status_code == 200
    assert "<b>program" not in answer.text
    assert "\u202e" not in answer.text
