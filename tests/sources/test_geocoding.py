"""Geocoders over their own protocols, against a server on loopback that speaks each."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from finder.domain.errors import BadInputError
from finder.domain.vocabulary import Precision
from finder.sources.geocoding import MAX_FAILURES, Found, Geocoder, geocoder_of
from tests.sources.loopback import Handler, serving

ADDRESS = "12 Example Street, Springfield, IL 62701, USA"
HOUSE = Found(39.8017, -89.6436, Precision.EXACT)
TOWN = Found(39.78, -89.65, Precision.APPROXIMATE)


def nominatim(found: Found) -> object:
    kind = "building" if found.precision is Precision.EXACT else "city"
    place = {"lat": str(found.latitude), "lon": str(found.longitude), "display_name": "there", "addresstype": kind}
    return [place]


def photon(found: Found) -> object:
    kind = "house" if found.precision is Precision.EXACT else "city"
    geometry = {"type": "Point", "coordinates": [found.longitude, found.latitude]}
    return {
        "type": "FeatureCollection",
        "features": [{"geometry": geometry, "properties": {"name": "there", "type": kind}}],
    }


def pelias(found: Found) -> object:
    kind = "address" if found.precision is Precision.EXACT else "locality"
    geometry = {"type": "Point", "coordinates": [found.longitude, found.latitude]}
    return {"features": [{"geometry": geometry, "properties": {"name": "there", "layer": kind}}]}


PROTOCOLS = {
    "nominatim": (nominatim, "/search", "q", []),
    "photon": (photon, "/api", "q", {"features": []}),
    "pelias": (pelias, "/v1/search", "text", {"features": []}),
}


def usable(kind: str, url: str) -> Geocoder:
    geocoder = geocoder_of(kind, url)
    assert geocoder is not None
    return geocoder


def answering(content: object) -> Callable[[Handler], None]:
    return lambda request: request.send(json.dumps(content).encode(), Content_Type="application/json")


@pytest.mark.parametrize("kind", PROTOCOLS)
@pytest.mark.parametrize("found", [HOUSE, TOWN])
def test_a_building_is_exact_and_a_town_approximate_in_every_protocol(kind: str, found: Found) -> None:
    speak, path, parameter, _ = PROTOCOLS[kind]
    with serving(answering(speak(found))) as server:
        assert usable(kind, server.url).locate(ADDRESS) == found

    asked = urlsplit(server.paths[0])
    assert asked.path == path
    assert parse_qs(asked.query)[parameter] == [ADDRESS]


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_a_geocoder_may_live_under_a_path(kind: str) -> None:
    speak, path, _, _ = PROTOCOLS[kind]
    with serving(answering(speak(HOUSE))) as server:
        assert usable(kind, server.url + "/geo/").locate(ADDRESS) == HOUSE

    assert urlsplit(server.paths[0]).path == "/geo" + path


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_an_unknown_address_has_no_point_and_is_no_failure(kind: str) -> None:
    with serving(answering(PROTOCOLS[kind][3])) as server:
        geocoder = usable(kind, server.url)

        assert geocoder.locate(ADDRESS) is None
        assert geocoder.failed == 0


def test_an_address_is_asked_once_a_run_however_it_is_written() -> None:
    with serving(answering(nominatim(HOUSE))) as server:
        geocoder = usable("nominatim", server.url)
        answers = {geocoder.locate(text) for text in (ADDRESS, ADDRESS.upper(), ADDRESS.replace(",", " ,"))}

    assert answers == {HOUSE}
    assert len(server.paths) == 1


@pytest.mark.parametrize("kind", PROTOCOLS)
@pytest.mark.parametrize(
    "answer",
    [
        lambda request: request.send(b"busy", status=503),
        lambda request: request.send(b"slow down", status=429),
        lambda request: request.send(b"<html>", Content_Type="text/html"),
        lambda request: request.send(b'{"features": [{}]}'),
        lambda request: request.send(b"[null]"),
        lambda _request: None,
    ],
)
def test_a_geocoder_that_fails_gives_no_point_and_is_soon_left_alone(
    kind: str, answer: Callable[[Handler], None]
) -> None:
    with serving(answer) as server:
        geocoder = usable(kind, server.url)
        answers = [geocoder.locate(f"{number} Example Street") for number in range(MAX_FAILURES + 5)]

    assert answers == [None] * (MAX_FAILURES + 5)
    assert not geocoder.usable
    assert len(server.paths) == MAX_FAILURES


@pytest.mark.filterwarnings("ignore:Latitude normalization")  # geopy's own words about it
def test_a_point_that_is_not_on_the_globe_is_no_point() -> None:
    with serving(answering(nominatim(Found(123, 4, Precision.EXACT)))) as server:
        assert usable("nominatim", server.url).locate(ADDRESS) is None


def test_without_a_geocoder_there_is_none_and_a_wrong_one_is_explained() -> None:
    assert geocoder_of("none", "") is None
    with pytest.raises(BadInputError, match="nominatim, photon or pelias"):
        geocoder_of("oracle", "https://geocoder.example.org")
    with pytest.raises(BadInputError, match="address"):
        geocoder_of("photon", "geocoder.example.org")
