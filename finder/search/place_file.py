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

from finder.domain.geo import distance_km, east_of
from finder.domain.place_names import STATE_LABELS
from finder.search.place import Place
from finder.search.qualifiers import Qualifiers, State
from finder.search.ranking import Candidate
from finder.search.zones import zone_at

#: Within this distance the largest town gives a point its name; beyond that one nothing does.
CLOSE_KM = 10
FAR_KM = 100
NARROW_DEGREES, WIDE_DEGREES = 0.15, 1.0
MAX_OF_ONE_NAME = 80
AREA_COUNTRIES = ("US", "CA", "AU")
#: Names whose places are kept in memory. Only names that are a place's: what else was typed is not kept.
MAX_KEPT_NAMES = 4096

_ZIP = re.compile(r"(?<!\d)(\d{5})(?:[-\s]\d{4})?$")
_LAST = "\U0010ffff"
_COLUMNS = "p.name, p.state, p.country, p.latitude, p.longitude, p.population, z.name, p.county"
_FROM = "FROM place p JOIN zone z ON z.id = p.zone"

Row = tuple[Any, ...]


class PlaceFile:
    """The places in the file *path*, for any thread; opened when first asked, so that it survives a fork."""

    def __init__(self, path: Path) -> None:
        self._address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._held = threading.local()
        self._named: dict[str, tuple[Candidate, ...]] = {}

    def _rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        held = self._held
        if getattr(held, "pid", None) != os.getpid():
            held.connection = sqlite3.connect(self._address, uri=True)
            held.pid = os.getpid()
        rows: list[Row] = held.connection.execute(statement, parameters).fetchall()
        return rows

    @cached_property
    def countries(self) -> dict[str, str]:
        """Country names by code."""
        return dict(self._rows("SELECT code, name FROM country"))

    @cached_property
    def qualifiers(self) -> Qualifiers:
        """What may stand behind the name of a town, and the states as places."""
        rows = self._rows("SELECT country, code, name, latitude, longitude, zone, population FROM state")
        regions: dict[State, Place] = {}
        for country, code, name, latitude, longitude, zone, population in rows:
            regions[country, code] = Place(
                name=name,
                label=f"{STATE_LABELS.get((country, code), name)}, {self.countries.get(country, country)}",
                latitude=latitude,
                longitude=longitude,
                zone=zone,
                country=country,
                kind="region",
                population=population,
            )
        return Qualifiers.load(self.countries.items(), regions)

    def zip_code(self, text: str) -> Candidate | None:
        """The US ZIP code at the end of *text* with its state, or None."""
        match = _ZIP.search(text)
        rows = self._rows("SELECT * FROM zip WHERE code = ?", (match[1],)) if match else []
        return _zip(rows[0]) if rows else None

    def zip_codes(self, beginning: str, limit: int) -> tuple[Place, ...]:
        """The US ZIP codes with that *beginning*."""
        rows = self._rows(
            "SELECT * FROM zip WHERE code >= ? AND code < ? LIMIT ?", (beginning, beginning + _LAST, limit)
        )
        return tuple(_zip(row).place for row in rows)

    def named(self, key: str) -> list[Candidate]:
        """Towns and counties known by *key*, the largest first."""
        known = self._named.get(key)
        if known is None:
            known = self._read_named(key)
            if known:
                if len(self._named) >= MAX_KEPT_NAMES:
                    self._named.clear()
                self._named[key] = known
        return list(known)

    def _read_named(self, key: str) -> tuple[Candidate, ...]:
        rows = self._rows(
            f"SELECT {_COLUMNS}, n.own FROM name n JOIN place p ON p.id = n.place JOIN zone z ON z.id = p.zone "  # noqa: S608 - constants
            "WHERE n.key = ? ORDER BY p.population DESC LIMIT ?",
            (key, MAX_OF_ONE_NAME),
        )
        return tuple(Candidate(self._place(row), bool(row[8]), row[1]) for row in rows)

    def spelt_like(self, trigrams: Sequence[str], limit: int) -> list[str]:
        """Keys that share most of *trigrams*."""
        asked = " OR ".join(f'"{gram}"' for gram in trigrams if '"' not in gram)
        if not asked:
            return []
        rows = self._rows("SELECT key FROM spelling WHERE spelling MATCH ? ORDER BY rank LIMIT ?", (asked, limit))
        return [row[0] for row in rows]

    def existing(self, keys: Sequence[str]) -> list[str]:
        """Those of *keys* that are the key of a town's own name."""
        marks = ",".join("?" * len(keys))
        rows = self._rows(f"SELECT DISTINCT key FROM place WHERE key IN ({marks})", keys)  # noqa: S608 - question marks
        return [row[0] for row in rows]

    def beginning_with(self, key: str, limit: int) -> list[Candidate]:
        """Towns whose own name begins with *key*, the largest of them, in no order."""
        rows = self._rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE p.id IN (SELECT id FROM place WHERE key >= ? AND key < ? "  # noqa: S608 - constants
            "ORDER BY population DESC LIMIT ?)",
            (key, key + _LAST, limit),
        )
        return [Candidate(self._place(row), own=True, state=row[1]) for row in rows]

    def known_as(self, key: str, limit: int) -> list[Candidate]:
        """Towns that have another name beginning with *key*, the largest first."""
        rows = self._rows(
            f"SELECT DISTINCT {_COLUMNS} FROM name n JOIN place p ON p.id = n.place JOIN zone z ON z.id = p.zone "  # noqa: S608 - constants
            "WHERE n.key >= ? AND n.key < ? ORDER BY p.population DESC LIMIT ?",
            (key, key + _LAST, limit),
        )
        return [Candidate(self._place(row), own=False, state=row[1]) for row in rows]

    def largest_of(self, country: str, limit: int) -> tuple[Place, ...]:
        """The largest towns of a country."""
        for least in (15000, 0):
            rows = self._rows(
                f"SELECT {_COLUMNS} {_FROM} WHERE p.country = ? AND p.population >= {least} "
                "AND NOT p.county ORDER BY p.population DESC LIMIT ?",
                (country, limit),
            )
            if rows:
                return tuple(map(self._place, rows))
        return ()

    def near(self, latitude: float, longitude: float) -> Place | None:
        """The town a point is in or near: the largest within ten kilometres, else the nearest within a hundred."""
        for reach in (NARROW_DEGREES, WIDE_DEGREES):
            rows = self._rows(
                f"SELECT {_COLUMNS} {_FROM} WHERE p.latitude BETWEEN ? AND ? AND p.population >= 1000 "
                f"AND NOT p.county AND ({' OR '.join(['p.longitude BETWEEN ? AND ?'] * 2)})",
                (latitude - reach, latitude + reach, *_strips(latitude, longitude, reach)),
            )
            places = [(distance_km(latitude, longitude, row[3], row[4]), row) for row in rows]
            close = [row for distance, row in places if distance <= CLOSE_KM]
            if close:
                return self._place(max(close, key=lambda row: int(row[5])))
            if places and reach == WIDE_DEGREES:
                distance, row = min(places)
                return self._place(row) if distance <= FAR_KM else None
        return None

    def towns_about(self, latitude: float, longitude: float, reach: float, limit: int) -> tuple[Place, ...]:
        """The largest towns within *reach* degrees of latitude, and as far to the east and west."""
        rows = self._rows(
            f"SELECT {_COLUMNS} {_FROM} WHERE p.latitude BETWEEN ? AND ? AND p.population >= 1000 "
            f"AND NOT p.county AND ({' OR '.join(['p.longitude BETWEEN ? AND ?'] * 2)}) "
            "ORDER BY p.population DESC LIMIT ?",
            (latitude - reach, latitude + reach, *_strips(latitude, longitude, reach), limit),
        )
        return tuple(map(self._place, rows))

    def _place(self, row: Row) -> Place:
        name, state, country, latitude, longitude, population, zone, county = row[:8]
        area = state if country in AREA_COUNTRIES and state else self.countries.get(country, country)
        return Place(
            name=name,
            label=f"{name}, {area}",
            latitude=latitude,
            longitude=longitude,
            zone=zone,
            country=country,
            kind="region" if county else "city",
            population=population,
        )


def _zip(row: Row) -> Candidate:
    code, name, state, latitude, longitude, zone = row
    place = Place(
        name=code,
        label=f"{name}, {state} {code}",
        latitude=latitude,
        longitude=longitude,
        zone=zone or zone_at(latitude, longitude) or "UTC",
        country="US",
        kind="postcode",
    )
    return Candidate(place, own=True, state=state)


def _strips(latitude: float, longitude: float, reach: float) -> tuple[float, float, float, float]:
    """Two ranges of longitude around a point, the second beyond the date line."""
    east = min(180.0, reach / max(0.01, math.cos(math.radians(latitude))))
    other = longitude - 360.0 if east_of(0.0, longitude) >= 0 else longitude + 360.0
    return longitude - east, longitude + east, other - east, other + east
