"""Made-up listings as the shelf holds them: the same ones for the same number and seed, in any quantity.

Clustered round real cities, at the hours people meet, in every recurrence; some at the edges of the map. Names, notes
and addresses are invented.
"""

import math
import random
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from finder.directory.shelf import ShelfVocabulary, shelf_row
from finder.domain.vocabulary import Approach, FormatKind
from tests.synthetic_words import CITIES, FIRST_WORDS, HALLS, HOURS, NOTES, ODD_HOURS, SECOND_WORDS, City

Document = dict[str, Any]

KINDS = tuple(FormatKind)

_TOWNS, _IN_TOWNS = 12, 0.55


def vocabulary_documents(
    *, programs: int = 14, formats: int = 60, cities: tuple[City, ...] = CITIES
) -> dict[str, list[Document]]:
    """Public documents of programs, formats and regions, by kind; the bits of the formats are spread over all words."""
    approaches = tuple(Approach)
    return {
        "program": [
            {
                "id": 100 + number,
                "slug": f"program-{number}",
                "name": f"Program {number}",
                "short_name": f"P{number}",
                "approach": approaches[number % 3].value,
                "focus": "",
                "for_whom": "",
                "expect": "",
                "site": "",
                "position": number,
            }
            for number in range(programs)
        ],
        "format": [
            {
                "id": 500 + number,
                "bit": number * 191 // max(1, formats - 1),
                "slug": f"format-{number}",
                "name": f"Format {number}",
                "kind": KINDS[number % len(KINDS)].value,
                "description": "",
                "position": number,
                "meeting_guide": [],
                "naws": [],
            }
            for number in range(formats)
        ],
        "region": _region_documents(cities),
    }


def _region_documents(cities: tuple[City, ...]) -> list[Document]:
    found: dict[tuple[str, ...], Document] = {}
    path: tuple[str, ...]
    for name, state, country, latitude, longitude, _, _ in cities:
        for path in ((country,), (country, state), (country, state, name)):
            if path not in found:
                parent = found.get(path[:-1])
                found[path] = {
                    "id": len(found) + 1,
                    "slug": f"region-{len(found) + 1}",
                    "name": path[-1],
                    "parent_id": parent["id"] if parent else None,
                    "latitude": latitude,
                    "longitude": longitude,
                }
        for number in range(3):
            path = (country, state, name, f"Quarter {number}")
            found.setdefault(
                path,
                {
                    "id": len(found) + 1,
                    "slug": f"region-{len(found) + 1}",
                    "name": path[-1],
                    "parent_id": found[path[:-1]]["id"],
                    "latitude": None,
                    "longitude": None,
                },
            )
    return list(found.values())


def shelf_vocabulary(documents: dict[str, list[Document]]) -> ShelfVocabulary:
    """The numbers that `shelf_row` wants."""
    return ShelfVocabulary(
        programs={each["slug"]: each["id"] for each in documents["program"]},
        format_bits={each["slug"]: each["bit"] for each in documents["format"]},
        regions={each["slug"]: each["id"] for each in documents["region"]},
        bodies={"body": 7},
    )


class Maker:
    """Makes documents of listings. ``odd`` is the share of those that are not plainly weekly, or odd otherwise."""

    def __init__(
        self,
        vocabulary: dict[str, list[Document]],
        *,
        seed: int = 7,
        odd: float = 0.03,
        cities: tuple[City, ...] = CITIES,
    ) -> None:
        self._towns = cities
        self._random = random.Random(seed)  # noqa: S311 - made-up data
        self._odd = odd
        self._programs = [each["slug"] for each in vocabulary["program"]]
        self._formats = [each["slug"] for each in vocabulary["format"]]
        self._format_weights = [1 / (number + 1) for number in range(len(self._formats))]
        by_parent: dict[int | None, list[Document]] = {}
        for region in vocabulary["region"]:
            by_parent.setdefault(region["parent_id"], []).append(region)
        self._children = by_parent
        self._regions = {region["id"]: region for region in vocabulary["region"]}
        self._cities = [self._city_region(city) for city in cities]

    def _city_region(self, city: tuple[Any, ...]) -> Document:
        for region in self._regions.values():
            if (
                region["name"] == city[0]
                and region["parent_id"]
                and self._regions[region["parent_id"]]["name"] == city[1]
            ):
                return region
        raise LookupError(city[0])

    def documents(self, count: int, *, first_id: int = 1) -> Iterator[Document]:
        """That many documents, with ids from *first_id*."""
        weights = [city[5] for city in self._towns]
        numbers = self._random.choices(range(len(self._towns)), weights, k=count)
        for place, number in enumerate(numbers):
            yield self._document(first_id + place, number)

    def _document(self, identity: int, city: int) -> Document:
        chance = self._random
        _, state, country, latitude, longitude, _, zone = self._towns[city]
        attendance = chance.choices(("in_person", "hybrid", "online"), (77, 10, 13))[0]
        is_odd = chance.random() < self._odd
        location = None
        if chance.random() < (0.8 if attendance == "online" else 0.995 - 0.1 * is_odd):
            location = self._location(city, latitude, longitude, state, country)
        path = [self._cities[city]]
        if chance.random() < 0.6:
            path.append(chance.choice(self._children[path[0]["id"]]))
        while path[0]["parent_id"]:
            path.insert(0, self._regions[path[0]["parent_id"]])
        formats = sorted(
            set(chance.choices(self._formats, self._format_weights, k=chance.choice((0, 1, 2, 3, 4)))),
            key=self._formats.index,
        )
        return {
            "id": identity,
            "slug": f"listing-{identity}",
            "revision": 1,
            "name": f"{chance.choice(FIRST_WORDS)} {chance.choice(SECOND_WORDS)} {identity % 97}",
            "program": self._programs[min(int(chance.expovariate(0.5)), len(self._programs) - 1)],
            "attendance": attendance,
            "temporarily_closed": chance.random() < (0.2 if is_odd else 0.01),
            "schedule": self._schedule(zone, is_odd=is_odd),
            "overrides": self._overrides() if is_odd and chance.random() < 0.5 else [],
            "formats": formats,
            "unmapped_types": [],
            "group": {"id": identity // 3 + 1, "name": f"{chance.choice(FIRST_WORDS)} Friends", "notes": ""},
            "location": location,
            "region": [{"slug": each["slug"], "name": each["name"]} for each in path] if chance.random() < 0.97 else [],
            "service_body": None,
            "conference": None,
            "join_policy": "open",
            "notes": chance.choice(NOTES),
            "website": "",
            "url": "",
            "confirmed_at": None,
            "updated_at": None,
            "source": "Synthetic",
            "source_key": str(identity),
            "bmlt_id": identity,
            "world_id": "",
            "extra": {},
            "demo": False,
        }

    def _location(self, city: int, latitude: float, longitude: float, state: str, country: str) -> Document:
        chance = self._random
        away_km, bearing = abs(chance.gauss(0, 12)), chance.random() * 2 * math.pi
        if chance.random() < _IN_TOWNS:  # a town some way off
            town = chance.randrange(1, _TOWNS)
            away_km, bearing = away_km / 4 + 30 * town, town * 2.4
        north = max(-90.0, min(90.0, latitude + away_km * math.cos(bearing) / 111))
        narrow = max(0.01, math.cos(math.radians(latitude)))
        east = (longitude + away_km * math.sin(bearing) / (111 * narrow) + 180) % 360 - 180
        return {
            "id": city * 1000 + chance.randrange(1000) + 1,
            "name": chance.choice(HALLS),
            "address": f"{chance.randint(1, 999)} Example Street, {self._towns[city][0]}, {state}",
            "street": "",
            "unit": "",
            "city": self._towns[city][0],
            "state": state,
            "postal_code": "",
            "country": country,
            "latitude": round(north, 5),
            "longitude": round(east, 5),
            "precision": "exact",
            "notes": chance.choice(NOTES),
            "access_notes": "",
            "address_visibility": "public",
        }

    def _schedule(self, zone: str, *, is_odd: bool) -> Document:
        chance = self._random
        days = chance.choices((1, 2, 3, 5, 7), (80, 8, 5, 4, 3))[0]
        start = chance.choice(ODD_HOURS) if is_odd and chance.random() < 0.5 else chance.choice(HOURS)
        schedule: Document = {
            "kind": "weekly",
            "weekdays": sorted(chance.sample(range(7), days)),
            "start": f"{start // 60:02d}:{start % 60:02d}",
            "duration_min": chance.choices((60, 90, 45, 1440, 600), (80, 14, 4, 1, 1))[0],
            "zone": zone,
            "interval": 1,
            "weeks_of_month": [],
            "first_date": None,
            "last_date": None,
        }
        return schedule | self._odd_schedule() if is_odd else schedule

    def _odd_schedule(self) -> Document:
        chance = self._random
        weeks = chance.choice(([1], [2, 4], [5], [-1], [1, 3, -1]))
        found: Document = chance.choice(
            (
                {},
                {"interval": chance.choice((2, 3, 5)), "first_date": chance.choice((None, self._date()))},
                {"kind": "monthly", "weeks_of_month": weeks},
                {"kind": "monthly", "weeks_of_month": weeks},
                {"kind": "once", "weekdays": [], "first_date": self._date()},
                {"kind": "appointment", "weekdays": [], "start": None},
                {"first_date": self._date()},
                {"last_date": self._date()},
            )
        )
        return found

    def _overrides(self) -> list[Document]:
        chance = self._random
        found = []
        for _ in range(chance.choice((1, 1, 2))):
            first, last = sorted((self._date(), self._date()))
            kind = chance.choice(("cancelled", "moved", "online_only", "other_time"))
            changed = kind == "other_time"
            found.append(
                {
                    "kind": kind,
                    "first_date": first,
                    "last_date": chance.choice((first, last)),
                    "start": chance.choice(("02:30", "11:15", "23:45")) if changed else None,
                    "duration_min": chance.choice((None, 30, 1440)) if changed else None,
                    "place": "",
                    "note": "",
                }
            )
        return found

    def _date(self) -> str:
        return f"2026-{self._random.randint(1, 12):02d}-{self._random.randint(1, 28):02d}"


def shelf_rows(documents: Iterable[Document], vocabulary: ShelfVocabulary) -> Iterator[dict[str, Any]]:
    """The rows of ``public_listing`` for *documents*, by the product's own function."""
    for document in documents:
        yield shelf_row(document, vocabulary)


def vocabulary_rows(documents: dict[str, list[Document]]) -> list[dict[str, Any]]:
    """The rows of ``public_vocabulary`` for *documents*."""
    return [
        {"kind": kind, "id": each["id"], "slug": each["slug"], "document": orjson.dumps(each).decode()}
        for kind, entries in documents.items()
        for each in entries
    ]
