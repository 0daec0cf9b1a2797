"""Measures the whole Meeting Guide feed of real server processes: how fast, how much memory, and 304 against hello.

``python -m tests.bench.meeting_guide`` prints these figures alone.
"""

import datetime as dt
import re
import statistics
import tempfile
import time
from pathlib import Path

from finder.cli.serving import THREADS
from tests.bench.engine import NOW
from tests.bench.inside import shelf_of
from tests.bench.web import WORKERS, as_requests, ask, hello, rate, site

FEED = "/meetings.json"
READS = 32


def feed_figures(folder: Path, size: int, *, now: dt.datetime, seconds: float, rounds: int) -> dict[str, float]:
    """Megabytes a second of one reader, megabytes of memory beyond what a part costs, 304 as percent of hello."""
    shelf_of(folder, size).close()
    with site(folder, size, now=now) as (server, data):
        with hello(data) as yardstick:
            found = {"feed_unchanged": unchanged(server.port, yardstick, seconds, rounds)}
        for _ in range(2 * WORKERS * THREADS):  # every thread has given a feed, of a seventh of the listings
            ask(server.port, f"{FEED}?day=0")
        before = peaks(server.process.pid)
        found["feed_mb_s"] = statistics.median(megabytes_a_second(server.port) for _ in range(READS))
        after = peaks(server.process.pid)
        found["feed_more_mb"] = max(after[process] - before[process] for process in before)
    return found


def unchanged(port: int, yardstick: int, seconds: float, rounds: int) -> float:
    """Throughput of 304 as percent of hello's right before; the median of the rounds."""
    asked = [(FEED, {"If-None-Match": ask(port, FEED)[1]["etag"]})]
    found = []
    for _ in range(rounds):
        plain = rate(yardstick, as_requests(["/"]), seconds, 200)
        found.append(100 * rate(port, asked, seconds, 304) / plain)
    return statistics.median(found)


def megabytes_a_second(port: int) -> float:
    """How fast one reader gets the whole feed."""
    began = time.perf_counter()
    body = ask(port, FEED)[2]
    return len(body) / (time.perf_counter() - began) / 1e6


def peaks(master: int) -> dict[str, float]:
    """The most memory that each worker process of *master* has had, in megabytes."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    found = {}
    for child in children:
        status = Path(f"/proc/{child}/status").read_text(encoding="ascii")
        found[child] = int((re.search(r"VmHWM:\s+(\d+) kB", status) or [0, 0])[1]) / 1024
    return found


def main() -> None:
    """Measure 10,000 listings, print."""
    with tempfile.TemporaryDirectory() as folder:
        for name, value in feed_figures(Path(folder), 10_000, now=NOW, seconds=2, rounds=5).items():
            print(f"{name} {value:.4g}")


if __name__ == "__main__":
    main()
