"""People on bad lines, and those who mean ill, hold up nobody else."""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from finder.cli.serving import THREADS, WORKER
from tests.servers import Server, _free_port

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


@pytest.fixture
def two_processes(tmp_path: Path) -> Iterator[int]:
    """Two processes of the worker with an application that may take long; their port."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.web.lanes_app:app", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "2", "--worker-class", WORKER, "--threads", str(THREADS), "--log-level", "critical"),
    ]
    process = subprocess.Popen(command, env={**os.environ, "FINDER_LONG": str(tmp_path)}, start_new_session=True)
    try:
        wait_until(lambda: len(processes_of(port, 20)) == 2)
        yield port
    finally:
        (tmp_path / "end").touch()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def wait_until(met: Callable[[], bool]) -> None:
    """Look again and again."""
    for _ in range(600):
        if met():
            return
        select.select([], [], [], 0.05)
    raise TimeoutError("It did not come about.")


def processes_of(port: int, number: int) -> set[bytes]:
    """The processes that answer *number* connections, one after another; none while nobody listens."""
    found = set()
    for _ in range(number):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as each:
                each.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                with each.makefile("rb") as answer:
                    found.add(answer.read().rpartition(b"\r\n")[2])
        except ConnectionError:
            return set()
    return found


def test_a_process_that_is_long_about_an_answer_leaves_new_connections_to_the_other(
    two_processes: int, tmp_path: Path
) -> None:
    with ExitStack() as stack:

        def asking(path: str) -> socket.socket:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", two_processes), timeout=30))
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return connection

        long = asking("/long")
        wait_until((tmp_path / "begun").exists)
        crowd = [asking("/") for _ in range(40)]
        waiting = list(crowd)
        while len(waiting) > 1:
            answered = select.select(waiting, [], [], PATIENCE_S)[0]
            assert answered, f"{len(waiting)} of 40 wait for a process that is busy"
            waiting = [each for each in waiting if each not in answered]
        (tmp_path / "end").touch()
        for each in (long, *crowd):
            assert each.recv(1024).startswith(b"HTTP/1.1 200 OK")
