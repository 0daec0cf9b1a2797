"""Measures pages and JSON of real server processes against a page that says hello."""

import datetime as dt
import gzip
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from finder.cli.serving import THREADS, WORKER
from finder.search.gazetteer_build import build_gazetteer
from tests.bench.inside import shelf_of
from tests.servers import Server, _free_port
from tests.synthetic_words import CITIES

CONNECTIONS = 8
WORKERS = 2
CHANGES = 12

Asked = Sequence[tuple[str, dict[str, str]]]


@contextmanager
def hello(folder: Path) -> Iterator[int]:
    """The yardstick, served as the site is; gives its port."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.bench.hello:app", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(WORKERS), "--worker-class", WORKER, "--threads", str(THREADS), "--log-level", "warning"),
        *("--preload", "--keep-alive", "15"),
    ]
    env = {**os.environ, "FINDER_DATA_DIR": str(folder)}
    process = subprocess.Popen(command, env=env, start_new_session=True)
    try:
        wait_for(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def wait_for(port: int) -> None:
    """Ask until something answers."""
    for _ in range(600):
        try:
            ask(port, "/")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The page that says hello did not start.")


def ask(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """One answer: status, headers in small letters, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def rate(port: int, requests: Asked, seconds: float, wanted: int) -> float:
    """Answers a second, asked by a process of its own; every status has to be *wanted*."""
    asked = {"port": port, "requests": requests, "seconds": seconds, "connections": CONNECTIONS}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout)
    if set(found["statuses"]) != {str(wanted)}:
        raise RuntimeError(f"Not every answer was {wanted}: {found['statuses']} {requests[0]}")
    return float(found["rate"])


def places(size: int) -> list[str]:
    """Towns of the made-up directory that a search understands."""
    del size
    return [f"{city[0]}, {city[1]}" for city in CITIES if city[2] == "US"]


def questions(kind: str, base: str, towns: list[str]) -> Iterator[str]:
    """Different questions: those of *kind* warm show the same cards again and again, those of kind cold new ones."""
    number = 0
    while True:
        for town in towns[:4] if kind == "warm" else towns:
            near = urllib.parse.quote_plus(town)
            if kind == "warm":
                yield f"{base}?near={near}&within={25 + number / 1000:.3f}"
            else:
                yield f"{base}?near={near}&within=50&page={number + 1}"
        number += 1


def take(source: Iterator[str], count: int) -> Asked:
    """The first *count* as requests."""
    return [(path, {}) for path, _ in zip(source, range(count), strict=False)]


def web(folder: Path, size: int, *, now: dt.datetime, seconds: float, rounds: int) -> dict[str, float]:
    """Ratios to hello in percent, kilobytes, private memory, and what a change costs."""
    shelf = shelf_of(folder, size)
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary)
        build_gazetteer(data / "places.db")
        env = {
            "FINDER_DATABASE_URL": f"sqlite:///{folder / f'directory-{size}.db'}",
            "FINDER_TESTING": "1",
            "FINDER_NOW": now.isoformat(),
        }
        server = Server(data, env, WORKERS)
        try:
            with hello(data) as yardstick:
                found = ratios(server.port, yardstick, seconds, rounds)
            found["page_kb"] = page_kilobytes(server.port)
            found["private_mb"] = max(private_megabytes(server.process.pid))
            found["change_ms"] = change_milliseconds(server.port, shelf, size)
        finally:
            server.stop()
    shelf.close()
    return found


def ratios(port: int, yardstick: int, seconds: float, rounds: int) -> dict[str, float]:
    """Throughput of the kinds of question as percent of hello's, the median of the rounds."""
    towns = full_towns(port)
    again = f"/?near={urllib.parse.quote_plus(towns[0])}&within=25"
    etag = ask(port, again)[1]["etag"]
    fresh = {
        "warm": questions("warm", "/", towns),
        "cold": questions("cold", "/", towns),
        "json": questions("warm", "/api/v1/meetings", towns),
    }
    for path, _ in take(questions("warm", "/", towns), 60):
        ask(port, path)
    found: dict[str, list[float]] = {}
    hellos = []
    for _ in range(rounds):
        plain = rate(yardstick, [("/", {})], seconds, 200)
        hellos.append(plain)
        for name, source in fresh.items():
            count = int(plain * seconds * (0.5 if name != "cold" else 0.25))
            found.setdefault(name, []).append(
                rate(port, cold_only(port, take(source, count), name), seconds, 200) / plain
            )
        found.setdefault("again", []).append(rate(port, [(again, {})], seconds, 200) / plain)
        unchanged = [(again, {"If-None-Match": etag})]
        found.setdefault("unchanged", []).append(rate(port, unchanged, seconds, 304) / plain)
    return {name: 100 * statistics.median(values) for name, values in found.items()} | {
        "hello_rate": statistics.median(hellos)
    }


def cold_only(port: int, requests: Asked, name: str) -> Asked:
    """For the cold kind: only pages that are full, so that each shows 25 cards never shown before."""
    if name != "cold":
        return requests
    pages: dict[str, int] = {}
    full = []
    for path, headers in requests:
        town, _, page = path.rpartition("&page=")
        if town not in pages:
            pages[town] = json.loads(ask(port, town.replace("/?", "/api/v1/meetings?", 1) + "&per_page=25")[2])["pages"]
        if int(page) < pages[town]:
            full.append((path, headers))
    return full


def full_towns(port: int) -> list[str]:
    """Towns with at least two full pages."""
    found = []
    for town in places(0):
        path = f"/api/v1/meetings?near={urllib.parse.quote_plus(town)}&within=25"
        status, _, body = ask(port, path)
        if status == http.HTTPStatus.OK and json.loads(body)["total"] >= 50:
            found.append(town)
    return found


def page_kilobytes(port: int) -> float:
    """The largest results page of the towns, compressed."""
    sizes = []
    for town in full_towns(port):
        path = f"/?near={urllib.parse.quote_plus(town)}&within=25"
        body = ask(port, path, {"Accept-Encoding": "gzip"})[2]
        if body.count(b"<") and not body.startswith(b"\x1f\x8b"):
            body = gzip.compress(body, 6)
        sizes.append(len(body) / 1024)
    return max(sizes)


def private_megabytes(master: int) -> list[float]:
    """Private memory of each worker process of *master*."""
    found = []
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    for child in children:
        text = Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii")
        private = sum(int(kilobytes) for kilobytes in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+) kB", text))
        found.append(private / 1024)
    return found


def change_milliseconds(port: int, shelf: object, size: int) -> float:
    """What the first request after one change takes longer than the next, the median over processes and changes."""
    from tests.search.shelves import Shelf  # noqa: PLC0415

    if not isinstance(shelf, Shelf):
        raise TypeError("A shelf is wanted.")
    maker = shelf.maker(seed=23)
    path = "/api/v1/meetings?attendance=online&per_page=1"
    extra = []
    for number in range(CHANGES):
        shelf.put(list(maker.documents(1, first_id=size // 2 + number)))
        taken = []
        for _ in range(40):
            began = time.perf_counter()
            ask(port, f"{path}&q=change{number}")
            taken.append((time.perf_counter() - began) * 1000)
        usual = statistics.median(taken)
        extra.append(max(taken) - usual)
    return statistics.median(extra)
