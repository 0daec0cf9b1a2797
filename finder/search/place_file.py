"""The file of places, asked by plain statements: names, ZIP codes, spellings, what lies near a point."""

import math
import os
import re
import sqlite3
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from finder.domain.geo import distance_km
from finder.search.place import Place
from finder.search.qualifiers import Qualifiers
from finder.search.zones import zone_at

#: Within this distance the largest town gives a point its name.
CLOSE_KM = 10
NARROW_DEGREES, WIDE_DEGREES = 0.15, 1.0
MAX_OF_ONE_NAME = 60
AREA_COUNTRIES = ("US", "CA", "AU")

_ZIP = re.compile(r"(?<!\d)(\d{5})(?:[-\s]\d{4})?$")
_COLUMNS = "p.id, p.name, p.state, p.country, p.latitude, p.longitude, p.population, p.zone"

Row = tuple[Any, ...]


class PlaceFile:
    """The places in the file *path*, for any thread; opened when first asked, so that it survives a fork."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = threading.local()

    def _rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        held = self._held
        if getattr(held, "pid", None) != os.getpid():
            held.connection = sqlite3.connect(f"file:{self._path}?mode=ro&immutable=1", uri=True)
            held.pid = os.getpid()
        rows: list[Row] = held.connection.execute(statement, parameters).fetchall()
        return rows

    @cached_property
    def qualifiers(self) -> Qualifiers:
        """What states and countries are called."""
        return Qualifiers.load(
            self._rows("SELECT code, name FROM country"),
            self._rows("SELECT country, code, name FROM state"),
        )

    def zip_code(self, text: str) -> Place | None:
        """The place of the US ZIP code at the end of *text*, or None."""
        match = _ZIP.search(text)
        rows = self._rows("SELECT * FROM zip WHERE code = ?", (match[1],)) if match else []
        if not rows:
            return None
        code, name, state, latitude, longitude, zone = rows[0]
        label = f"{name}, {state} {code}"
        return Place(
            name=code,
            label=label,
            latitude=latitude,
            longitude=longitude,
            zone=zone or zone_at(latitude, longitude) or "UTC",
            country="US",
            kind="postcode",
        )

    def named(self, key: str) -> list[tuple[Place, bool, str]]:
        """Towns known by *key*: the place, whether the name is its own, and its state's code; the largest first."""
        rows = self._rows(
            f"SELECT {_COLUMNS}, n.own FROM name n JOIN place p ON p.id = n.place WHERE n.key = ? "  # noqa: S608 - constants
            "ORDER BY p.population DESC LIMIT ?",
            (key, MAX_OF_ONE_NAME),
        )
        return [(self._place(row), bool(row[8]), row[2]) for row in rows]

    def spelt_like(self, trigrams: Sequence[str], limit: int) -> list[str]:
        """Keys that share most of *trigrams*."""
        asked = " OR ".join(f'"{gram}"' for gram in trigrams)
        if not asked:
            return []
        rows = self._rows("SELECT key FROM spelling WHERE spelling MATCH ? ORDER BY rank LIMIT ?", (asked, limit))
        return [row[0] for row in rows]

    def beginning_with(self, key: str, limit: int) -> tuple[Place, ...]:
        """Towns whose own name begins with *key*, the largest first."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM place p WHERE key >= ? AND key < ? ORDER BY population DESC LIMIT ?",  # noqa: S608
            (key, key + "\U0010ffff", limit),
        )
        return tuple(map(self._place, rows))

    def largest_of(self, country: str, limit: int) -> tuple[Place, ...]:
        """The largest towns of a country."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM place p WHERE country = ? ORDER BY population DESC LIMIT ?",  # noqa: S608 - constants
            (country, limit),
        )
        return tuple(map(self._place, rows))

    def state(self, country: str, code: str) -> Place | None:
        """A state as a place: the centre of where its people live."""
        rows = self._rows(
            "SELECT SUM(latitude * population) / SUM(population), SUM(longitude * population) / SUM(population), zone "
            "FROM (SELECT * FROM place WHERE country = ? AND state = ? ORDER BY population DESC LIMIT 50)",
            (country, code),
        )
        if not rows or rows[0][0] is None:
            return None
        latitude, longitude = round(rows[0][0], 2), round(rows[0][1], 2)
        name = self.qualifiers.state_names[country, code]
        return Place(
            name=name,
            label=f"{name}, {self.qualifiers.countries.get(country, country)}",
            latitude=latitude,
            longitude=longitude,
            zone=zone_at(latitude, longitude) or rows[0][2],
            country=country,
            kind="region",
        )

    def near(self, latitude: float, longitude: float) -> Place | None:
        """The town a point is in or near: the largest within ten kilometres, else the nearest within a hundred."""
        rows: list[Row] = []
        for reach in (NARROW_DEGREES, WIDE_DEGREES):
            east = min(180.0, reach / max(0.01, math.cos(math.radians(latitude))))
            rows = self._rows(
                f"SELECT {_COLUMNS} FROM place p WHERE latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ? "  # noqa: S608
                "AND population >= 1000",
                (latitude - reach, latitude + reach, longitude - east, longitude + east),
            )
            if rows:
                break
        places = [(distance_km(latitude, longitude, row[4], row[5]), row) for row in rows]
        close = [row for distance, row in places if distance <= CLOSE_KM]
        if close:
            return self._place(max(close, key=lambda row: int(row[6])))
        return self._place(min(places)[1]) if places else None

    def _place(self, row: Row) -> Place:
        _, name, state, country, latitude, longitude, population, zone = row[:8]
        area = state if country in AREA_COUNTRIES and state else self.qualifiers.countries.get(country, country)
        return Place(
            name=name,
            label=f"{name}, {area}",
            latitude=latitude,
            longitude=longitude,
            zone=zone,
            country=country,
            population=population,
        )
