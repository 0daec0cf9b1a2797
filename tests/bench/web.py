"""Measures pages and JSON of real server processes against a page that says hello."""

import datetime as dt
import gzip
import http.client
import itertools
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from finder.cli.serving import THREADS, WORKER
from finder.domain.geo import distance_km
from finder.search.gazetteer_build import build_gazetteer
from tests.bench.cities import largest_cities
from tests.bench.inside import CITIES, shelf_of
from tests.servers import Server, _free_port
from tests.synthetic_words import City

CONNECTIONS = 8
WORKERS = 2
CHANGES = 12
#: Towns that the warm questions are about: what is asked for most.
WARM_TOWNS = 12
#: Pages of a town and day that the cold questions ask for: hardly anybody turns more.
COLD_PAGES = 8
#: Fewer cold pages are answered too quickly to tell.
FEWEST_COLD = 150
#: Towns so far apart share no meeting within 25 miles.
APART_KM = 90

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


def rate(port: int, requests: Asked, seconds: float, wanted: int, *, once: bool = False) -> float:
    """Answers a second, asked by a process of its own, each request *once* or in turn; every status is *wanted*."""
    asked = {"port": port, "requests": requests, "seconds": seconds, "connections": CONNECTIONS, "once": once}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout)
    if set(found["statuses"]) != {str(wanted)}:
        raise RuntimeError(f"Not every answer was {wanted}: {found['statuses']} {requests[0]}")
    return float(found["rate"])


def towns_of() -> list[City]:
    """Cities that a search understands, far enough apart that no meeting is near two of them, the largest first."""
    found: list[City] = []
    for city in largest_cities(CITIES):
        apart = all(distance_km(city[3], city[4], other[3], other[4]) > APART_KM for other in found)
        if city[2] == "US" and apart:
            found.append(city)
    return found


def near(town: City) -> str:
    """The town as a value in an address."""
    return urllib.parse.quote_plus(f"{town[0]}, {town[1]}")


def warm(base: str, towns: list[City]) -> Iterator[str]:
    """Questions that are never the same and show the same cards again and again."""
    for number in itertools.count():
        for town in towns:
            yield f"{base}?near={near(town)}&within={25 + number / 1000:.3f}"


def cold(port: int, towns: list[City]) -> list[str]:
    """Full pages in a mixed order, few of whose cards are shown by two of them.

    The first ones of every town, day by day; of a small directory, which has too few of these, those of every day.
    """
    places = [f"near={near(town)}&within=25" for town in towns]
    found = [page for place in places for page in full_pages(port, place, COLD_PAGES)]
    if len(found) < FEWEST_COLD:
        found = full_pages(port, "sort=soonest", most=1000)
    random.Random(5).shuffle(found)  # noqa: S311 - an order
    return found


def full_pages(port: int, question: str, most: int) -> list[str]:
    """The full pages of a question for each weekday, at *most* so many of each."""
    counts = json.loads(ask(port, f"/api/v1/meetings?{question}&per_page=1")[2])["facets"]["day"]
    pages = {day: min(number // 25, most) for day, number in counts.items()}
    return [f"/?{question}&day={day}&page={page}" for day in pages for page in range(1, pages[day] + 1)]


@contextmanager
def site(folder: Path, size: int, *, now: dt.datetime) -> Iterator[tuple[Server, Path]]:
    """The directory of *size* listings in *folder*, served; gives the server and the folder that it keeps things in."""
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
            yield server, data
        finally:
            server.stop()


def web(folder: Path, size: int, *, now: dt.datetime, seconds: float, rounds: int) -> dict[str, float]:
    """Ratios to hello in percent, kilobytes, private memory, and what a change costs."""
    shelf = shelf_of(folder, size)
    with site(folder, size, now=now) as (server, data):
        with hello(data) as yardstick:
            found = ratios(server.port, yardstick, seconds, rounds)
        found["page_kb"] = page_kilobytes(server.port)
        found["private_mb"] = max(private_megabytes(server.process.pid))
        found["change_ms"] = change_milliseconds(server.port, shelf, size)
    shelf.close()
    return found


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question: what is asked in round *n*, the status of every answer, whether each is asked once."""

    name: str
    requests: Callable[[int], Asked]
    status: int = 200
    once: bool = False


def ratios(port: int, yardstick: int, seconds: float, rounds: int) -> dict[str, float]:
    """Throughput of the kinds of question as percent of hello's right before; the median of the rounds."""
    plain = [rate(yardstick, as_requests(["/"]), seconds, 200)]
    found: dict[str, list[float]] = {}
    known = kinds(port, enough=int(plain[0] * seconds * 0.6), rounds=rounds)
    for number, kind in itertools.product(range(rounds), known):
        asked = kind.requests(number)
        if asked:
            plain.append(rate(yardstick, as_requests(["/"]), seconds / 2, 200))
            value = rate(port, asked, seconds, kind.status, once=kind.once)
            found.setdefault(kind.name, []).append(100 * value / plain[-1])
    return {name: statistics.median(values) for name, values in found.items()} | {
        "hello_rate": statistics.median(plain)
    }


def kinds(port: int, *, enough: int, rounds: int) -> list[Kind]:
    """What is measured; of questions that must not come again there are *enough* for a round."""
    towns = full_towns(port)
    pages, answers = warm("/", towns[:WARM_TOWNS]), warm("/api/v1/meetings", towns[:WARM_TOWNS])
    fresh = cold(port, towns)
    parts = min(rounds, max(1, len(fresh) // FEWEST_COLD))
    again = f"/?near={near(towns[0])}&within=25"
    unchanged = [(again, {"If-None-Match": ask(port, again)[1]["etag"]})]
    return [
        Kind("warm", lambda _: as_requests(itertools.islice(pages, enough))),
        Kind("json", lambda _: as_requests(itertools.islice(answers, enough))),
        Kind("again", lambda _: as_requests([again])),
        Kind("unchanged", lambda _: unchanged, 304),
        Kind("cold", lambda number: as_requests(fresh[number::parts] if number < parts else []), once=True),
    ]


def as_requests(paths: Iterable[str]) -> Asked:
    """Paths to ask for, without headers."""
    return [(path, {}) for path in paths]


def full_towns(port: int) -> list[City]:
    """Towns with at least two full pages."""
    found = []
    for town in towns_of():
        status, _, body = ask(port, f"/api/v1/meetings?near={near(town)}&within=25")
        if status == http.HTTPStatus.OK and json.loads(body)["total"] >= 50:
            found.append(town)
    return found


def page_kilobytes(port: int) -> float:
    """The largest results page of the towns, compressed."""
    sizes = []
    for town in full_towns(port):
        path = f"/?near={near(town)}&within=25"
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
