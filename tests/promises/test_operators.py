"""Promises to operators, black-box against a running server."""

import json
import re
import secrets
import socket

import pytest

from tests.servers import Server
from tests.web_client import Answer, get

ARMOUR = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def raw(server: Server, request: bytes) -> Answer:
    """The answer to bytes that need not be HTTP."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(request)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(status.split()[1]), headers, body)


def with_host(server: Server, host: str, path: str = "/") -> Answer:
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    return raw(server, request.encode("latin-1"))


@pytest.mark.parametrize(
    "host",
    ["evil.example.org", "127.0.0.1.evil.example.org", "evil.example.org:80", "127.0.0.1@evil.example.org", "[::"],
)
@pytest.mark.parametrize("path", ["/", "/programs", "/leave", "/api/v1/meetings", "/healthz", "/no-such-page"])
def test_o5_a_host_outside_the_list_is_refused(demo_server: Server, host: str, path: str) -> None:
    answer = with_host(demo_server, host, path)
    assert answer.status == 400
    assert "evil" not in answer.text + str(answer.headers)
    assert with_host(demo_server, f"127.0.0.1:{demo_server.port}", path).status != 400


def test_o5_forwarded_headers_count_for_nothing(demo_server: Server) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "for=203.0.113.9;host=evil.example.org;proto=https",
        "X-Original-URL": "/evil",
        "X-Rewrite-URL": "/evil",
    }
    for path in ("/", "/programs", "/api/v1/meetings", "/api/v1/openapi.json"):
        plain, odd = get(demo_server, path), get(demo_server, path, forged)
        assert (plain.status, plain.body) == (odd.status, odd.body), path
        assert "strict-transport-security" not in odd.headers


def test_o6_every_answer_carries_its_armour(demo_server: Server) -> None:
    page = get(demo_server, "/")
    slug = json.loads(get(demo_server, "/api/v1/meetings?per_page=1").body)["meetings"][0]["slug"]
    static = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(static) >= 3
    asked = [
        *((path, 200) for path in (*static, "/", "/programs/aa", "/privacy", "/about", f"/meetings/{slug}")),
        *((path, 200) for path in (f"/meetings/{slug}.ics", "/api/v1/meetings", "/api/v1/places?q=aus", "/readyz")),
        ("/leave", 303),
        ("/?day=9", 400),
        ("/api/v1/meetings?day=9", 400),
        ("/static/none.css", 404),
        ("/meetings/none", 404),
        ("/api/none", 404),
    ]
    answers = [(path, status, get(demo_server, path)) for path, status in asked]
    answers += [("HEAD /", 200, get(demo_server, "/", method="HEAD"))]
    answers += [(f"{verb} /", 405, get(demo_server, "/", method=verb)) for verb in ("POST", "PUT", "DELETE", "TRACE")]
    known = {"If-None-Match": page.headers["etag"]}
    answers += [("unchanged", 304, get(demo_server, "/", known))]
    answers += [("no host of ours", 400, with_host(demo_server, "evil.example.org"))]
    answers += [("no request", 400, raw(demo_server, b"what\r\n\r\n"))]
    answers += [("endless", 414, raw(demo_server, b"GET /?q=" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"))]
    for path, status, answer in answers:
        assert answer.status == status, path
        assert ARMOUR.items() <= answer.headers.items(), path
        assert answer.headers["content-security-policy"].startswith("default-src 'none';"), path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert "geolocation=(self)" in answer.headers["permissions-policy"], path
        assert "cache-control" in answer.headers, path
        assert "unsafe" not in answer.headers["content-security-policy"], path


def test_s4_what_is_no_request_leaves_no_trace_either(demo_server: Server) -> None:
    planted = secrets.token_hex(8)
    for request in (
        f"GET /?near={planted} HTTP/9.9\r\n\r\n",
        f"{planted} / HTTP/1.1\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {planted}\r\nConnection: close\r\n\r\n",
        f"GET / HTTP/1.1\r\nBad {planted}\r\n\r\n",
        f"GET /?q={planted * 4000} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ):
        assert 400 <= raw(demo_server, request.encode()).status < 500
    for path in demo_server.folder.rglob("*"):
        if path.is_file() and path.name != "places.db":
            assert planted.encode() not in path.read_bytes(), path.name
    assert b"127.0.0.1" not in demo_server.log.read_bytes().replace(demo_server.url.encode(), b"")
