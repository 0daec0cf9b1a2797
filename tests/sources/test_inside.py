"""Promise O1: in whatever form an address leads inside, nobody there is asked, also by a redirect or a name."""

import ipaddress
import socket
from typing import Any

import pytest

from finder.sources.addresses import is_public
from finder.sources.fetch import FetchError, fetch, probe
from tests.sources.inside import INSIDE_4, INSIDE_6, TOLD_OTHERWISE, URLS, wrapped
from tests.sources.loopback import serving

PUBLIC = ("8.8.8.8", "93.184.215.14", "2606:4700::1111")


def test_the_table_has_all_forms() -> None:
    assert len(URLS) >= 185


def test_o1_no_form_of_an_inside_address_is_connected_to() -> None:
    with serving(lambda request: request.send(b"canary"), host="127.0.0.2") as canary:
        for url in URLS:
            target = url.replace("{port}", canary.address.split(":")[1])
            for reads in (fetch, probe):
                with pytest.raises(FetchError, match=r"\.$"):
                    reads(target, max_seconds=10)

    assert canary.paths == []


def test_o1_no_redirect_leads_inside() -> None:
    with serving(lambda request: request.send(b"canary"), host="127.0.0.2") as canary:
        locations = [url.replace("{port}", canary.address.split(":")[1]) for url in URLS if url.isascii()]

        with serving(
            lambda request: request.send(status=302, Location=locations[int(request.path.strip("/"))])
        ) as server:
            for number, location in enumerate(locations):
                if location.startswith("http:1"):
                    continue  # read as a path of the same server
                with pytest.raises(FetchError):
                    fetch(f"{server.url}/{number}", allow=(server.address,), max_seconds=10)

    assert canary.paths == []


@pytest.mark.parametrize("inside", [*INSIDE_4, *INSIDE_6, *(each for ip in TOLD_OTHERWISE for each in wrapped(ip))])
def test_o1_a_name_with_an_inside_address_beside_a_public_one_is_refused(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_public(ipaddress.ip_address(inside))
    connected = _resolving(monkeypatch, [(PUBLIC[0], inside)])
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch("http://larks.example.org/", max_seconds=10)
    assert connected == []


def test_o1_a_name_that_changes_its_address_is_connected_where_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    connected = _resolving(monkeypatch, [(PUBLIC[1],), ("127.0.0.2",)])

    with pytest.raises(FetchError):
        fetch("http://larks.example.org/", max_seconds=10)
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch("http://larks.example.org/", max_seconds=10)

    assert connected == [(PUBLIC[1], 80)]


def _resolving(monkeypatch: pytest.MonkeyPatch, answers: list[tuple[str, ...]]) -> list[Any]:
    """The system's resolver gives these addresses, one answer at each look-up; gives where connections then go to."""
    given = iter(answers)
    connected: list[Any] = []

    def look_up(_host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(given)]

    def connect(address: Any, **_: object) -> socket.socket:  # noqa: ANN401 - as a socket takes it
        connected.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    return connected
