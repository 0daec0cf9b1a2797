"""Fetching from strangers: private addresses, redirects, hangs, drips, floods and bombs end with a sentence."""

import gzip
import ipaddress
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from finder.feeds.payload import Payload
from finder.sources.addresses import is_public
from finder.sources.connection import Deadline, read_target
from finder.sources.fetch import FetchError, ask, fetch, load_payload
from tests.sources.loopback import Answer, Handler, serving

FEED = b'[{"name": "Larks at Dawn"}]'


def asked_of(answer: Answer, path: str = "/feed.json", *, max_seconds: float = 10, max_bytes: int = 10**6) -> Payload:
    with serving(answer) as server:
        url = server.url + path
        return fetch(url, allow=(server.address,), max_seconds=max_seconds, max_bytes=max_bytes)


def test_a_feed_is_fetched_plain_and_packed() -> None:
    packed = gzip.compress(FEED)

    assert asked_of(lambda request: request.send(FEED)) == FEED
    assert asked_of(lambda request: request.send(packed, Content_Encoding="gzip")) == FEED
    assert asked_of(lambda request: request.send(FEED, Connection="close")) == FEED
    assert asked_of(lambda request: request.send(packed + packed, Content_Encoding="gzip")) == FEED + FEED


def test_the_request_names_its_host_and_carries_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:9")
    with serving(lambda request: request.send(FEED)) as server:
        fetch(f"{server.url}/a?b=c", allow=(server.address,))

    assert server.paths == ["/a?b=c"]
    assert server.headers[0]["host"] == server.address
    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ({"ETag": '"one"'}, {"if-none-match": '"one"'}),
        ({"Last_Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}, {"if-modified-since": "Mon, 02 Mar 2026 10:00:00 GMT"}),
        ({"ETag": 'W/"a"', "Last_Modified": "x" * 2000}, {"if-none-match": 'W/"a"'}),
        ({"ETag": '"caf\xe9"'}, {}),
        ({}, {}),
    ],
)
def test_a_server_is_asked_whether_its_feed_is_as_it_was(sent: dict[str, str], asked: dict[str, str]) -> None:
    def answer(request: Handler) -> None:
        if request.headers.get("If-None-Match") or request.headers.get("If-Modified-Since"):
            request.send(status=304)
        else:
            request.send(FEED, 200, **sent)

    with serving(answer) as server:
        known = {"allow": (server.address,), "deadline": Deadline(time.monotonic() + 10)}
        first = ask(f"{server.url}/a", **known)  # type: ignore[arg-type] # a deadline and an address
        second = ask(f"{server.url}/a", validators=first.validators, **known)  # type: ignore[arg-type] # likewise

    assert first.body == FEED
    assert second.body == (None if asked else FEED)
    conditions = {name: server.headers[1].get(name) for name in ("if-none-match", "if-modified-since")}
    assert {name: value for name, value in conditions.items() if value} == asked


def redirecting(*, hops: int) -> Answer:
    def answer(request: Handler) -> None:
        left = int(request.path.strip("/") or hops)
        if left:
            request.send(status=302, Location=f"/{left - 1}")
        else:
            request.send(FEED)

    return answer


def test_up_to_three_redirects_are_followed() -> None:
    assert asked_of(redirecting(hops=3), "/") == FEED
    with pytest.raises(FetchError, match="redirects more than 3 times"):
        asked_of(redirecting(hops=4), "/")
    with pytest.raises(FetchError, match="redirects more than 3 times"):
        asked_of(lambda request: request.send(status=301, Location=request.path))


def test_a_redirect_to_another_private_address_is_not_followed() -> None:
    with serving(lambda request: request.send(b"canary"), host="127.0.0.2") as canary:
        for location in (
            f"{canary.url}/x",
            f"//{canary.address}/x",
            "http://127.0.0.2/",
            "file:///etc/passwd",
            "http://[::1",
        ):

            def answer(request: Handler, location: str = location) -> None:
                request.send(status=302, Location=location)

            with pytest.raises(FetchError):
                asked_of(answer)

    assert canary.paths == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{port}/",
        "http://127.0.0.2/",
        "http://127.1/",
        "http://0x7f000002/",
        "http://2130706434/",
        "http://0177.0.0.2/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.2]/",
        "http://[::ffff:127.0.0.2]:{port}/",
        "http://[::127.0.0.2]/",
        "http://[64:ff9b::7f00:2]/",
        "http://[64:ff9b:1::a9fe:a9fe]/",
        "http://[2002:7f00:2::1]/",
        "http://[2001:0:a9fe:a9fe::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25lo]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://user@127.0.0.2/",
        "http://example.org@127.0.0.2:{port}/",
        "http://example.org\\@127.0.0.2/",
        "http://127.0.0.2:22/",
        "http://127.0.0.2:0/",
        "http://127.0.0.2:65536/",
        "http://127.0.0.2\t/",
        "http://127.0.0.2\r\nHost: x/",
        "http:///127.0.0.2/",
        "http:127.0.0.2",
        "//127.0.0.2/",
        "file:///etc/passwd",
        "ftp://127.0.0.2/",
        "gopher://127.0.0.2/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://nowhere.invalid/",
        "http://" + "a" * 64 + ".invalid/",
        "http://" + "a." * 200 + "invalid/",
        "http://",
        "",
    ],
)
def test_nothing_inside_can_be_reached(url: str) -> None:
    with serving(lambda request: request.send(b"canary"), host="127.0.0.2") as canary:
        target = url.format(port=canary.address.split(":")[1])
        with pytest.raises(FetchError, match=r"\.$"):
            fetch(target, allow=("127.0.0.1:1",), max_seconds=10)

    assert canary.paths == []


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::808:808"]
)
def test_public_addresses_are_public_also_when_wrapped(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["198.18.0.1", "192.0.0.192", "240.0.0.1", "2002:a9fe:a9fe::1", "64:ff9b::a9fe:a9fe", "::ffff:10.0.0.1"],
)
def test_addresses_that_lead_inside_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_the_usual_port_is_taken_where_none_is_given() -> None:
    assert read_target("https://example.org").port == 443
    assert read_target("http://example.org?a=b").path == "/?a=b"


def hanging(request: Handler) -> None:
    request.asked.over.wait(30)


def dripping_headers(request: Handler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not request.asked.over.wait(0.05):
        request.wfile.write(b"a")


def dripping_body(request: Handler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    while not request.asked.over.wait(0.05):
        request.wfile.write(b" ")


@pytest.mark.parametrize("answer", [hanging, dripping_headers, dripping_body])
def test_a_source_that_hangs_or_drips_is_given_up_at_the_deadline(answer: Callable[[Handler], None]) -> None:
    started = time.monotonic()
    with pytest.raises(FetchError, match="took too long"):
        asked_of(answer, max_seconds=0.5)

    assert time.monotonic() - started < 5


def endless(request: Handler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    while True:
        request.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def many_headers(request: Handler) -> None:
    request.wfile.write(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(10_000)) + b"\r\n"
    )


def broken_off(request: Handler) -> None:
    request.send(FEED, Content_Length="999999")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless, "larger than"),
        (many_headers, "not proper HTTP"),
        (broken_off, "broke off"),
        (lambda request: request.send(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"), "larger than"),
        (lambda request: request.send(gzip.compress(FEED * 100)[:-20], Content_Encoding="gzip"), "broke off"),
        (lambda request: request.send(b"not gzip", Content_Encoding="gzip"), "cannot be unpacked"),
        (lambda request: request.send(b"x", Content_Encoding="br"), "packed as br"),
        (lambda request: request.send(b"gone", status=404), "status 404"),
        (lambda request: request.send(status=304), "status 304"),
        (lambda request: request.send(b"<!doctype html>", Content_Type="text/html"), "web page"),
        (lambda request: request.wfile.write(b"SSH-2.0-x\r\n"), "not proper HTTP"),
        (lambda _request: None, "broke the connection off"),
    ],
)
def test_answers_that_are_no_feed_are_explained(answer: Answer, words: str) -> None:
    with pytest.raises(FetchError, match=words):
        asked_of(answer)


def test_a_file_is_a_source_too_and_what_is_none_is_explained(tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_bytes(FEED)

    assert load_payload(str(feed)) == FEED
    for source, words in ((tmp_path / "none.json", "no file"), (tmp_path, "not a file"), ("a\0b", "cannot be read")):
        with pytest.raises(FetchError, match=words):
            load_payload(str(source))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_explained(tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_bytes(FEED)
    feed.chmod(0)

    with pytest.raises(FetchError, match="permissions"):
        load_payload(str(feed))


def test_an_address_given_as_source_is_fetched() -> None:
    with serving(lambda request: request.send(FEED)) as server:
        assert load_payload(server.url, allow=(server.address,)) == FEED


def test_a_server_without_proper_encryption_is_explained() -> None:
    with serving(lambda request: request.send(FEED)) as server, pytest.raises(FetchError, match="encryption"):
        fetch(f"https://{server.address}/", allow=(server.address,), max_seconds=5)
