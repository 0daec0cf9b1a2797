"""Measures the BMLT search against our own JSON: the same questions, the same rows.

``python -m tests.bench.bmlt`` prints its figure alone.
"""

import datetime as dt
import json
import statistics
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from tests.bench.engine import NOW
from tests.bench.inside import shelf_of
from tests.bench.web import as_requests, ask, rate, site, towns_of

#: The most rows that our own JSON gives at once, and the fewest that are worth asking for.
MOST, FEWEST = 100, 10
RADIUS_MILES = 10
#: What leaves a listing out here and not there is rare: an edge of the circle, a week in which it does not meet.
ALIKE = 0.9
#: Questions that are asked in turn.
QUESTIONS = 60
SIZE = 100_000


def bmlt_times(folder: Path, *, now: dt.datetime, seconds: float, rounds: int) -> dict[str, float]:
    """How many times as long as our own JSON a BMLT search by radius and weekday takes; the median of the rounds."""
    shelf_of(folder, SIZE).close()
    with site(folder, SIZE, now=now) as (server, _):
        pairs = list(questions(server.port))
        ours, theirs = as_requests(own for own, _ in pairs), as_requests(bmlt for _, bmlt in pairs)
        for path, _ in (*theirs, *theirs):  # what the processes put together once for all questions is not measured
            ask(server.port, path)
        found = []
        for _ in range(rounds):
            own = rate(server.port, ours, seconds, 200)
            found.append(own / rate(server.port, theirs, seconds, 200))
        return {"bmlt_times": statistics.median(found)}


def questions(port: int) -> Iterator[tuple[str, str]]:
    """Pairs of the same question: to our own JSON, and to the BMLT endpoint, whose weekdays are 1 for Sunday to 7."""
    told = 0
    for number, town in enumerate(towns_of()):
        day, place = number % 7, f"lat={town[3]:.2f}&lon={town[4]:.2f}"
        own = f"/api/v1/meetings?{place}&within={RADIUS_MILES}&day={day}&per_page={MOST}"
        bmlt = "/client_interface/json/?" + urllib.parse.urlencode(
            {
                "switcher": "GetSearchResults",
                "weekdays": day + 1,
                "lat_val": f"{town[3]:.2f}",
                "long_val": f"{town[4]:.2f}",
                "geo_width": RADIUS_MILES,
            }
        )
        status, _, body = ask(port, own)
        if status != 200 or not FEWEST <= (total := json.loads(body)["total"]) <= MOST:
            continue
        rows = len(json.loads(ask(port, bmlt)[2]))
        if rows < ALIKE * total:
            raise RuntimeError(f"{bmlt} gives {rows} rows, {own} {total}.")
        yield own, bmlt
        told += 1
        if told == QUESTIONS:
            return
    if not told:
        raise RuntimeError("No question has an answer of a good size.")


def main() -> None:
    """Measure 100,000 listings, print."""
    with tempfile.TemporaryDirectory() as folder:
        for name, value in bmlt_times(Path(folder), now=NOW, seconds=2, rounds=5).items():
            print(f"{name} {value:.4g}")


if __name__ == "__main__":
    main()
