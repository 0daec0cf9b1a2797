"""Every parameter of page and API against every kind of nonsense: explained, or read sanely, never a 5xx."""

import re

import pytest
from flask.testing import FlaskClient

from finder.web.forms.query import PARAMETERS
from tests.web.desk import Desk

NONSENSE = {
    "words": "certainly%20not",
    "empty": "",
    "space": "%20%09%0a",
    "huge": "9" * 400,
    "beyond any integer": "9" * 5000,
    "negative": "-1",
    "negative and huge": "-" + "9" * 30,
    "not a number": "NaN",
    "infinite": "-Infinity",
    "beyond a float": "1e999",
    "hexadecimal": "0x7f",
    "other digits": "%D9%A3",
    "half": "%C2%BD",
    "not utf-8": "%ff%fe%c3%28",
    "nul": "%00",
    "nul inside": "aa%00bb",
    "surrogate": "%ed%a0%80",
    "bidi": "%e2%80%ae%e2%80%8b",
    "line breaks": "a%0d%0aSet-Cookie:%20x=1",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E",
    "template": "%7B%7B7*7%7D%7D",
    "sql": "'%20OR%201=1--",
    "path": "../../etc/passwd",
    "json": "%5B%7B%7D%5D",
    "comma": ",,,,",
    "many": ",".join(str(number) for number in range(3000)),
    "percent": "%",
    "plus": "+",
    "combining": "a" + "%cc%81" * 3000,
    "100 kB": "x" * 100_000,
    "100 kB of digits": "1" * 100_000,
}
PAGES = ("/", "/api/v1/meetings")


def expected(page: str, parameter: str) -> set[int]:
    """What a parameter is answered with, whatever is in it: the API knows no place of such a name."""
    return {200, 400, 404} if (page, parameter) == ("/api/v1/meetings", "near") else {200, 400}


cases = pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE.keys())


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("page", PAGES)
def test_nonsense_in_a_parameter_is_explained_or_read_sanely(client: FlaskClient, parameter: str, page: str) -> None:
    for kind, value in NONSENSE.items():
        response = client.get(f"{page}?{parameter}={value}")

        assert response.status_code in expected(page, parameter), kind
        if response.status_code != 200 and page.startswith("/api"):
            problem = response.get_json(force=True)
            other = {"lat": "lon", "lon": "lat"}.get(parameter)
            assert problem["parameter"] in {parameter, other}, kind
            assert problem["errors"][0]["detail"].endswith("."), kind


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_repeated_parameter_is_explained_or_read_sanely(client: FlaskClient, parameter: str) -> None:
    for page in PAGES:
        for query in (
            f"{parameter}=1&{parameter}=2",
            "&".join([f"{parameter}=x"] * 3000),
            f"{parameter}&{parameter}==",
        ):
            assert client.get(f"{page}?{query}").status_code in expected(page, parameter)


@pytest.mark.parametrize(
    "query", ["%ff=%ff", "=", "&&&", "?", "%00=%00", "a" * 9000, "&".join(["a=b"] * 20000), "[]=1"]
)
def test_a_query_that_asks_nothing_asks_for_everything(client: FlaskClient, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [("%FF=%FF", "%FF"), ("=1", "?"), ("regoin=austin", "regoin"), ("[]=1", "[]"), ("a=b&day=1", "a")],
)
def test_a_parameter_that_the_api_does_not_have_is_named(client: FlaskClient, query: str, named: str) -> None:
    for path in ("/api/v1/meetings", "/api/v1/places", "/api/v1/meetings/some", "/api/v1/openapi.json"):
        problem = client.get(f"{path}?{query}")

        assert problem.status_code == 400
        assert problem.get_json(force=True)["errors"][0]["parameter"] == named


@pytest.mark.parametrize(
    "query",
    [
        "day=mon",
        "day=Monday",
        "day=",
        "lat=+1&lon=1",
        "lat=1.&lon=1",
        "from=9:30",
        "within=501&unit=km",
        "sort=NAME",
        "region=Austin",
        "page=1&page=1",
        "audience=women,",
        "tz=america/chicago",
        "q=" + "%20" * 201,
    ],
)
def test_the_api_takes_what_it_describes_and_the_page_what_people_type(client: FlaskClient, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 200
    refused = client.get(f"/api/v1/meetings?{query}")

    assert refused.status_code == 400
    assert refused.get_json(force=True)["parameter"] == query.partition("=")[0]


@cases
def test_nonsense_in_a_place_looked_for_is_explained_or_read_sanely(client: FlaskClient, value: str) -> None:
    response = client.get(f"/api/v1/places?q={value}")

    assert response.status_code in {200, 400}
    if response.status_code == 400:
        assert response.get_json(force=True)["parameter"] == "q"


@cases
def test_nonsense_in_a_path_is_not_here(client: FlaskClient, value: str) -> None:
    for path in ("/meetings/{}", "/meetings/{}.ics", "/programs/{}", "/regions/{}", "/api/v1/meetings/{}"):
        response = client.get(path.format(value))

        assert response.status_code in {200, 301, 302, 308, 400, 404}, path


@cases
def test_nonsense_in_the_headers_that_are_read_does_no_harm(client: FlaskClient, value: str) -> None:
    for name in ("If-None-Match", "Accept-Encoding", "Accept", "X-Forwarded-For", "Range", "If-Modified-Since"):
        assert client.get("/api/v1/meetings", headers={name: value}).status_code == 200


def test_a_point_at_the_edge_of_the_world_is_a_point(client: FlaskClient) -> None:
    for latitude in ("90", "-90", "0"):
        for longitude in ("180", "-180", "0"):
            assert client.get(f"/api/v1/meetings?lat={latitude}&lon={longitude}&within=500").status_code == 200
            assert client.get(f"/?lat={latitude}&lon={longitude}").status_code == 200


def test_a_number_in_an_address_that_no_database_holds_leads_nowhere(desk: Desk) -> None:
    assert desk.app is not None
    administrator = desk.client("administrator")
    adapter = desk.app.url_map.bind("localhost")
    tried = 0
    for rule in desk.app.url_map.iter_rules():
        if "<int:" in rule.rule and "GET" in (rule.methods or set()):
            for number in ("2147483648", "9" * 30):
                path = re.sub("<[^>]*>", number, rule.rule)
                assert administrator.get(path).status_code == 404, path
                tried += 1
    assert tried > 30
    assert adapter.match("/moderate/sources/2147483647")[1] == {"number": 2**31 - 1}
