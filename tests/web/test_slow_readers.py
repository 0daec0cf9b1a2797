"""Two hundred people who read a long feed slowly, or not at all, change nothing for seekers."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from finder.cli.serving import THREADS
from finder.store import migrate
from finder.store.database import Database
from finder.web import feeding, lanes
from tests.search.shelves import Shelf
from tests.servers import Server
from tests.web.test_lanes import ask, wait_until

SLOW = 200
#: Listings whose feed no system takes whole from us: several megabytes.
LISTINGS = 4000
WHOLE = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#: The same feed, or one as long, as a request may write it.
TARGETS = (
    "/meetings.json",
    "/%6deetings.json",
    "http://127.0.0.1/meetings.json",
    "/main_server/client_interface/json/?switcher=GetSearchResults",
    "//main_server/%63lient_interface/json?switcher=GetSearchResults",
)


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory: pytest.TempPathFactory, serve_for_all: Callable[..., Server]) -> Server:
    """One process over a directory of some thousand listings."""
    path: Path = tmp_path_factory.mktemp("shelf") / "shelf.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.dispose()
    shelf = Shelf(path, keep=False)
    shelf.put(shelf.maker().documents(LISTINGS))
    shelf.close()
    return serve_for_all(f"sqlite:///{path}", workers=1)


@pytest.fixture(params=TARGETS[:1])
def slow_readers(busy_server: Server, request: pytest.FixtureRequest) -> Iterator[list[socket.socket]]:
    """Readers with little room who have asked for the whole feed and take nothing of it."""
    with ExitStack() as stack:
        made = []
        for _ in range(SLOW):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(30)
            reader.connect(("127.0.0.1", busy_server.port))
            reader.sendall(WHOLE.format(request.param).encode())
            made.append(reader)
        yield made


def first_line(reader: socket.socket) -> bytes:
    return reader.recv(64).split(b"\r\n")[0]


@pytest.mark.parametrize("slow_readers", TARGETS, indirect=True)
def test_two_hundred_slow_readers_change_nothing_for_seekers(
    busy_server: Server, slow_readers: list[socket.socket]
) -> None:
    statuses = [first_line(reader) for reader in slow_readers]
    assert statuses.count(b"HTTP/1.1 200 OK") == feeding.LONG_AT_A_TIME
    assert statuses.count(b"HTTP/1.1 503 SERVICE UNAVAILABLE") == SLOW - feeding.LONG_AT_A_TIME
    for path in ("/", "/healthz", "/api/v1/meetings", "/meetings.json?q=nothing-of-that-name", "/submit") * 4:
        began = time.monotonic()
        assert ask(busy_server, path) == 200
        assert time.monotonic() - began < lanes.SEND_SECONDS / 2, path
    assert posted(busy_server, "/submit") in {400, 403, 422}


def posted(server: Server, path: str) -> int:
    """The status of a form, which goes the slow way too."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=lanes.SEND_SECONDS)
    try:
        connection.request("POST", path, body="name=x", headers={"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_whoever_takes_nothing_is_hung_up_on_and_the_next_one_is_served(
    busy_server: Server, slow_readers: list[socket.socket]
) -> None:
    assert {first_line(reader) for reader in slow_readers} >= {b"HTTP/1.1 200 OK"}
    # They still take nothing: in a while there is room again, though all of them are connected.
    wait_until(lambda: ask(busy_server, "/meetings.json") == 200)
    connection = http.client.HTTPConnection("127.0.0.1", busy_server.port, timeout=30)
    connection.request("GET", "/meetings.json")
    response = connection.getresponse()
    assert response.status == 200
    assert len(json.loads(response.read())) > LISTINGS
    connection.close()


def test_a_reader_who_is_slow_but_steady_gets_all_of_it(busy_server: Server) -> None:
    with socket.create_connection(("127.0.0.1", busy_server.port), timeout=30) as reader:
        reader.sendall(WHOLE.format(TARGETS[0]).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode())
        taken = bytearray()
        while piece := reader.recv(16 * 1024):
            taken += piece
            time.sleep(0.001)
    assert taken.endswith(b"]\r\n0\r\n\r\n")


def test_whoever_asks_on_and_on_without_reading_is_hung_up_on(busy_server: Server) -> None:
    asked = b"GET /api/v1/meetings?per_page=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(THREADS * 2):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", busy_server.port))
            reader.sendall(asked * 40)
        for path in ("/", "/healthz", "/api/v1/meetings") * 4:
            began = time.monotonic()
            assert ask(busy_server, path) == 200
            assert time.monotonic() - began < lanes.SEND_SECONDS / 2, path


def test_connections_that_are_finished_and_left_open_hold_up_nobody(busy_server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(20):
            reader = stack.enter_context(socket.create_connection(("127.0.0.1", busy_server.port), timeout=30))
            reader.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert first_line(reader) == b"HTTP/1.1 200 OK"
        began = time.monotonic()
        assert ask(busy_server) == 200
        assert time.monotonic() - began < lanes.SEND_SECONDS / 2
