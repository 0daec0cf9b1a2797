"""Every parameter of page and API against every kind of nonsense: explained, or read sanely, never a 5xx."""

import pytest
from flask.testing import FlaskClient

from finder.web.forms.query import PARAMETERS

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

cases = pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE.keys())


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("page", PAGES)
def test_nonsense_in_a_parameter_is_explained_or_read_sanely(client: FlaskClient, parameter: str, page: str) -> None:
    for kind, value in NONSENSE.items():
        response = client.get(f"{page}?{parameter}={value}")

        assert response.status_code in {200, 400}, kind
        if response.status_code == 400 and page.startswith("/api"):
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
            assert client.get(f"{page}?{query}").status_code in {200, 400}


@pytest.mark.parametrize(
    "query", ["%ff=%ff", "=", "&&&", "?", "%00=%00", "a" * 9000, "&".join(["a=b"] * 20000), "[]=1"]
)
def test_a_query_that_asks_nothing_asks_for_everything(client: FlaskClient, query: str) -> None:
    for page in PAGES:
        assert client.get(f"{page}?{query}").status_code == 200


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
