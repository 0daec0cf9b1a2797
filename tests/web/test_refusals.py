import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.web.armour import PAGE_POLICY

APP = "def app(environ, start_response):\n    start_response('200 OK', [('Content-Length', '2')])\n    return [b'ok']\n"


class Running:
    """A server with the quiet worker, and what it has written."""

    def __init__(self, folder: Path) -> None:
        (folder / "small.py").write_text(APP)
        self.log = folder / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", "small:app", "--chdir", str(folder), "--threads", "2"),
            *("--bind", f"127.0.0.1:{self.port}", "--worker-class", "finder.web.refusals.QuietWorker"),
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(100):
            try:
                self.ask(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            except ConnectionRefusedError:
                try:
                    self.process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
        raise RuntimeError(self.log.read_text())

    def ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            pieces = []
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = Running(tmp_path_factory.mktemp("refusals"))
    yield server
    server.process.terminate()
    server.process.wait(20)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /?near=" + b"sentinelqwertyui" * 8000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"sentinelqwertyui" * 2000 + b"\r\n\r\n", 431),
        (b"sentinelqwertyui\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nBad Header sentinelqwertyui\r\n\r\n", 400),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_in_armour_and_forgotten(
    running: Running, request_bytes: bytes, status: int
) -> None:
    answer = running.ask(request_bytes).decode()

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert f"Content-Security-Policy: {PAGE_POLICY}" in head
    assert "X-Content-Type-Options: nosniff" in head
    assert "<h1>" in body
    written = answer + running.log.read_text()
    assert "sentinelqwertyui" not in written
    assert "ip=" not in written
