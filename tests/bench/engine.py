"""Measures the engine by itself: ``python -m tests.bench.engine --n 300000``.

Prints how long a snapshot takes to build and what it weighs, what a question costs near a big city and with no place,
and what one changed listing costs.
"""

import argparse
import datetime as dt
import gc
import random
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from finder.search.criteria import SearchCriteria, Sort, TimeBand, When
from finder.search.engine import find
from finder.search.memory import give_back
from finder.search.snapshot import Snapshot
from finder.search.snapshot_build import build_snapshot
from finder.search.snapshot_update import rolled, updated
from tests.search.shelves import Shelf

NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)
MILES_25 = 25 * 1.609344
PASSES = 9


def questions(seed: int, *, place: bool) -> list[SearchCriteria]:
    """Questions as people ask them: most with no or one filter, some with several."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    found = []
    for _ in range(300):
        changes: dict[str, object] = {"zone": "America/New_York"}
        if place:
            changes |= {"latitude": 40.71, "longitude": -74.01, "within_km": MILES_25}
        choices: list[dict[str, object]] = [
            {"when": (chance.choice(tuple(When)),)},
            {"days": (chance.randrange(7),)},
            {"bands": (chance.choice(tuple(TimeBand)),)},
            {"programs": (f"program-{chance.randrange(6)}",)},
            {"formats": (f"format-{chance.randrange(20)}",)},
            {"words": (chance.choice(("serenity", "harb", "women", "library", "grattitude")),)},
            {"sort": chance.choice((Sort.NAME, Sort.WEEKDAY, Sort.NEAREST if place else Sort.SOONEST))},
            {"page": chance.randrange(1, 6)},
            {"start_from": 18 * 60},
        ]
        for change in chance.sample(choices, chance.choice((0, 1, 1, 1, 2, 2, 3))):
            changes |= change
        found.append(replace(SearchCriteria(), **changes))  # type: ignore[arg-type]  # one type a key
    return found


def timed(snapshot: Snapshot, asked: list[SearchCriteria]) -> tuple[float, float, float]:
    """p50, p95 and the longest, in ms; a question is asked `PASSES` times, each time among the others.

    What counts for it is the least of its times, so that what else the machine does is not taken for the engine.
    """
    gc.collect()
    gc.freeze()  # as the site does
    passes = []
    for _ in range(PASSES):
        taken = []
        for criteria in asked:
            began = time.perf_counter()
            find(snapshot, criteria, now=NOW)
            taken.append((time.perf_counter() - began) * 1000)
        passes.append(taken)
    gc.unfreeze()
    least = sorted(map(min, zip(*passes, strict=True)))
    return least[len(least) // 2], least[int(len(least) * 0.95)], least[-1]


def resident_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def private_mb() -> float:
    """Memory that this process shares with no other."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=300_000)
    parser.add_argument("--keep", type=Path, help="folder in which the shelf is kept for the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measure(folder / f"shelf-{asked.n}.db", asked.n)


def measure(path: Path, number: int) -> None:
    """Print the figures of a shelf of *number* listings in the file *path*, made when it is not there."""
    if path.exists():
        shelf = Shelf.opened(path, programs=46, formats=177)
    else:
        began = time.perf_counter()
        shelf = Shelf(path, programs=46, formats=177, keep=False)
        shelf.put(shelf.maker().documents(number))
        print(f"made {number} listings       {time.perf_counter() - began:8.2f} s")
    reader = shelf.reader()
    before = resident_mb()
    began = time.perf_counter()
    snapshot = build_snapshot(reader, now=NOW)
    give_back()
    print(f"snapshot built              {time.perf_counter() - began:8.2f} s")
    print(f"memory: process             {before:8.0f} MB, with snapshot {resident_mb():.0f} MB")
    print(f"memory: arrays              {snapshot.nbytes / 2**20:8.1f} MB")
    for name, place in (("25 miles round New York", True), ("no place", False)):
        plain = SearchCriteria(zone="America/New_York")
        if place:
            plain = replace(plain, latitude=40.71, longitude=-74.01, within_km=MILES_25)
        middle, high, _ = timed(snapshot, [plain] * 100)
        total = find(snapshot, plain, now=NOW).total
        print(f"{name + ', plain':<28}{middle:8.2f} ms p50 {high:6.2f} p95  ({total} found)")
        middle, high, longest = timed(snapshot, questions(3, place=place))
        print(f"{name + ', mixed':<28}{middle:8.2f} ms p50 {high:6.2f} p95 {longest:6.2f} longest")
    maker = shelf.maker(seed=11)
    for count in (1, 1, 100):
        shelf.put(list(maker.documents(count, first_id=number // 2)))
        began = time.perf_counter()
        newer = updated(snapshot, reader, reader.revision())
        print(f"{count:>4} changed                {(time.perf_counter() - began) * 1000:8.2f} ms")
        snapshot = newer or snapshot
    give_back()
    print(f"memory: private             {private_mb():8.0f} MB")
    began = time.perf_counter()
    rolled(snapshot, reader, now=NOW + dt.timedelta(days=1))
    print(f"sittings computed anew      {time.perf_counter() - began:8.2f} s")
    shelf.close()


if __name__ == "__main__":
    main()
