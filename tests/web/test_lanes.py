"""People on bad lines, and those who mean ill, hold up nobody else."""

import http.client
import socket
from collections.abc import Iterator

import pytest

from tests.servers import Server

#: Longer than a page takes on any machine, shorter than a head may take to arrive.
PATIENCE_S = 6


def ask(server: Server, path: str = "/healthz") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@pytest.fixture
def crowd(demo_server: Server) -> Iterator[list[socket.socket]]:
    """Sixty connections to the server, closed after the test."""
    made = [socket.create_connection(("127.0.0.1", demo_server.port), timeout=PATIENCE_S) for _ in range(60)]
    yield made
    for each in made:
        each.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n",
    ],
)
def test_connections_that_say_nothing_or_half_hold_up_nobody(
    demo_server: Server, crowd: list[socket.socket], said: bytes
) -> None:
    for each in crowd:
        each.sendall(said)
    for path in ("/healthz", "/", "/?near=Austin%2C+TX", "/api/v1/meetings") * 4:
        assert ask(demo_server, path) == 200


def test_readers_who_do_not_read_hold_up_nobody(demo_server: Server, crowd: list[socket.socket]) -> None:
    for each in crowd:
        each.sendall(b"GET /api/v1/meetings?per_page=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    for path in ("/healthz", "/", "/?near=Austin%2C+TX") * 4:
        assert ask(demo_server, path) == 200


def test_a_request_in_pieces_is_answered(demo_server: Server) -> None:
    with socket.create_connection(("127.0.0.1", demo_server.port), timeout=PATIENCE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (
            b"GE",
            b"T /healthz HT",
            b"TP/1.1\r\nHost: 127",
            b".0.0.1\r\nConnection: close\r\n",
            b"\r",
            b"\n",
        ):
            connection.sendall(piece)
        assert connection.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"


def test_requests_close_upon_each_other_are_all_answered(demo_server: Server) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", demo_server.port), timeout=PATIENCE_S) as connection:
        connection.sendall(one + one[:20])
        connection.sendall(one[20:] + last)
        assert connection.makefile("rb").read().count(b"HTTP/1.1 200 OK") == 3
