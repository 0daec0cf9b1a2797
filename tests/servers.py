"""Real server processes: the product's own ``finder serve`` over a database, on a free port of loopback."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FINDER = Path(sys.executable).with_name("finder")
START_SECONDS = 60


class Server:
    """A running site; ``url`` is where it answers, ``folder`` its data folder, ``log`` what it printed."""

    def __init__(self, folder: Path, env: dict[str, str], workers: int) -> None:
        self.folder, self.port = folder, _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.env = {**clean_environment(), "FINDER_DATA_DIR": str(folder), "FINDER_PUBLIC_URL": self.url, **env}
        command = [str(FINDER), "serve", "--port", str(self.port), "--workers", str(workers)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        try:
            self._wait()
        except BaseException:  # a test's time may be over meanwhile
            self.end()
            raise

    def _wait(self) -> None:
        """Ask until it answers: each refused connection is a question, not a pause."""
        for _ in range(START_SECONDS * 10):
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended: {self.log.read_text()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310 - loopback
                    answer.read()
            except (urllib.error.URLError, ConnectionError):
                try:
                    self.process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
        raise RuntimeError(f"The server did not answer: {self.log.read_text()}")

    def stop(self) -> None:
        """Stop it and its workers."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)

    def end(self) -> None:
        """End it and its workers at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)


def clean_environment() -> dict[str, str]:
    """The variables of this process without the product's own; what is compiled once may be kept for the next one."""
    without = ("FINDER_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(without)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


Serve = Callable[..., Server]


def _serving(tmp_path_factory: pytest.TempPathFactory, gazetteer_path: Path) -> Iterator[Serve]:
    started: list[Server] = []

    def start(database_url: str, *, workers: int = 2, **variables: str) -> Server:
        folder = tmp_path_factory.mktemp("served")
        (folder / "places.db").symlink_to(gazetteer_path)
        env = {f"FINDER_{name.upper()}": value for name, value in variables.items()}
        server = Server(folder, {"FINDER_DATABASE_URL": database_url, **env}, workers)
        started.append(server)
        return server

    yield start
    for server in started:
        server.end()


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory, gazetteer_path: Path) -> Iterator[Serve]:
    """Start a server over a database address, for one test.

    Keywords are variables without ``FINDER_``, in small letters.
    """
    yield from _serving(tmp_path_factory, gazetteer_path)


@pytest.fixture(scope="session")
def serve_for_all(tmp_path_factory: pytest.TempPathFactory, gazetteer_path: Path) -> Iterator[Serve]:
    """Likewise, for many tests that only read, or that do not mind each other."""
    yield from _serving(tmp_path_factory, gazetteer_path)


@pytest.fixture(scope="session")
def demo_server(demo_url: str, serve_for_all: Serve) -> Server:
    """A server over the demo meetings whose clock stands at the tests' instant."""
    from tests.conftest import NOW  # noqa: PLC0415 - the plugin is loaded by it

    return serve_for_all(demo_url, testing="1", now=NOW.isoformat())
