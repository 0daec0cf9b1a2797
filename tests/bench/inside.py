"""Measures the engine inside one process."""

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

from finder.search.criteria import SearchCriteria
from finder.search.snapshot_build import build_snapshot
from finder.store import migrate
from finder.store.database import Database
from tests.bench.cities import largest_cities
from tests.bench.engine import MILES_25, questions, timed
from tests.search.shelves import Shelf

PROGRAMS, FORMATS, CITIES = 46, 174, 230


def shelf_of(folder: Path, size: int) -> Shelf:
    """A directory of *size* made-up listings in *folder*, made when it is not there."""
    path = folder / f"directory-{size}.db"
    cities = largest_cities(CITIES)
    if path.exists():
        return Shelf.opened(path, programs=PROGRAMS, formats=FORMATS, cities=cities)
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.dispose()
    shelf = Shelf(path, programs=PROGRAMS, formats=FORMATS, cities=cities, keep=False)
    shelf.put(shelf.maker().documents(size))
    return shelf


def inside(folder: Path, size: int, *, now: dt.datetime) -> dict[str, float]:
    """Seconds to build a snapshot, and p95 of 400 questions near New York and with no place, in ms."""
    shelf = shelf_of(folder, size)
    began = time.perf_counter()
    snapshot = build_snapshot(shelf.reader(), now=now)
    built = time.perf_counter() - began
    plain = SearchCriteria(zone="America/New_York")
    near = replace(plain, latitude=40.71, longitude=-74.01, within_km=MILES_25)
    found = {
        "snapshot_s": built,
        "city_p95_ms": timed(snapshot, [near] * 100 + questions(3, place=True))[1],
        "nowhere_p95_ms": timed(snapshot, [plain] * 100 + questions(3, place=False))[1],
    }
    shelf.close()
    return found
