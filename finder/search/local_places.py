"""Places known from the listings themselves: their postcodes, towns and regions, each at the centre of its listings."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from finder.domain.geo import east_of
from finder.domain.place_names import name_key
from finder.domain.text import fold
from finder.search.place import Place

#: A listing makes a local name weigh as much as a town of so many people.
PEOPLE_A_LISTING = 400
#: So much of a postcode must be given; of one that is digits only, one more.
MIN_OUTWARD = 2
_LAST = "\U0010ffff"
#: The inward part of a British or Canadian postcode: the outward part "E1" is not a beginning of "E11".
_INWARD = re.compile(r"\d[a-z]{2}|\d[a-z]\d")

LocalRow = tuple[str, str, str, str, Sequence[str], float, float, str, int]
Key = TypeVar("Key")


def postcode_key(text: str) -> str:
    """A postcode for comparison: "t6e 4e8" and "T6E4E8" are one."""
    return fold(text).replace(" ", "")


@dataclass(slots=True)
class _Centre:
    """The mean of points, taken around the first, so that the date line is no seam."""

    first_east: float
    zone: str
    north: float = 0.0
    east: float = 0.0
    count: int = 0

    def add(self, latitude: float, longitude: float, count: int) -> None:
        self.north += latitude * count
        self.east += ((longitude - self.first_east + 180.0) % 360.0 - 180.0) * count  # `east_of`, run for every row
        self.count += count

    def join(self, other: "_Centre") -> None:
        self.add(other.north / other.count, other.first_east + other.east / other.count, other.count)

    def place(self, name: str, area: str, country: str, kind: str) -> Place:
        return Place(
            name=name,
            label=", ".join(part for part in (name, area) if part),
            latitude=round(self.north / self.count, 4),
            longitude=round(east_of(0.0, self.first_east + self.east / self.count), 4),
            zone=self.zone,
            country=country,
            kind=kind,
            population=self.count * PEOPLE_A_LISTING,
        )


class LocalPlace(NamedTuple):
    """A town or region of the listings, with the state its listings are in as they write it."""

    place: Place
    state: str


@dataclass(frozen=True, slots=True)
class LocalPlaces:
    """Places by key. Built from public values only; towns of one name in two states stay apart. Never changes."""

    _postcodes: dict[str, Place] = field(default_factory=dict)
    _sorted: list[str] = field(default_factory=list)
    _names: dict[str, list[LocalPlace]] = field(default_factory=dict)

    @classmethod
    def from_rows(cls, rows: Iterable[LocalRow]) -> "LocalPlaces":
        """Read rows of (city, state, country, postal code, region names, latitude, longitude, zone, listings there).

        Region names run from the general to the particular. Each name is folded once, however many rows have it.
        """
        codes: dict[tuple[str, str], _Centre] = {}
        towns: dict[tuple[str, str, str], _Centre] = {}
        regions: dict[tuple[tuple[str, ...], str, str, str], _Centre] = {}
        for city, state, country, postcode, names, latitude, longitude, zone, count in rows:
            point = (latitude, longitude, count)
            if postcode:
                _count(codes, (postcode, country), point, zone)
            if city:
                _count(towns, (city, state, country), point, zone)
            if names:
                _count(regions, (tuple(names), city, state, country), point, zone)
        postcodes = _postcodes(codes)
        return cls(postcodes, sorted(postcodes), _named([*_towns(towns), *_regions(regions)]))

    def postcode(self, text: str) -> Place | None:
        """The place of a whole postcode, or of all postcodes that begin with its outward part ("SW1A")."""
        key = postcode_key(text)
        if key in self._postcodes:
            return self._postcodes[key]
        if len(key) < MIN_OUTWARD + key.isdigit() or not any(char.isdigit() for char in key):
            return None
        keys = self._sorted[bisect_left(self._sorted, key) : bisect_left(self._sorted, key + _LAST)]
        keys = [other for other in keys if _INWARD.fullmatch(other[len(key) :])] or keys
        if not keys:
            return None
        found = [self._postcodes[other] for other in keys]
        centre = _Centre(found[0].longitude, found[0].zone)
        for place in found:
            centre.add(place.latitude, place.longitude, place.population // PEOPLE_A_LISTING)
        return centre.place(text.upper(), "", found[0].country, "postcode")

    def whole_postcode(self, key: str) -> Place | None:
        """The place of exactly that postcode, given as `postcode_key` makes it."""
        return self._postcodes.get(key)

    def named(self, key: str) -> Sequence[LocalPlace]:
        """Towns and regions whose key is *key*."""
        return self._names.get(key, ())

    @property
    def keys(self) -> Iterable[str]:
        """Every key a town or region is known by."""
        return self._names.keys()


def _count(centres: dict[Key, _Centre], key: Key, point: tuple[float, float, int], zone: str) -> None:
    centre = centres.get(key)
    if centre is None:
        centre = centres[key] = _Centre(point[1], zone)
    centre.add(*point)


def _merge(centres: dict[Key, _Centre], key: Key, centre: _Centre) -> None:
    if key not in centres:
        centres[key] = _Centre(centre.first_east, centre.zone)
    centres[key].join(centre)


def _postcodes(codes: dict[tuple[str, str], _Centre]) -> dict[str, Place]:
    merged: dict[str, _Centre] = {}
    shown: dict[str, tuple[str, str]] = {}
    for (code, country), centre in codes.items():
        key = postcode_key(code)
        shown.setdefault(key, (code.upper(), country))
        _merge(merged, key, centre)
    return {key: centre.place(shown[key][0], "", shown[key][1], "postcode") for key, centre in merged.items() if key}


def _towns(towns: dict[tuple[str, str, str], _Centre]) -> Iterator[LocalPlace]:
    for (city, state, country), centre in towns.items():
        yield LocalPlace(centre.place(city, state or country, country, "venue_city"), state)


def _regions(regions: dict[tuple[tuple[str, ...], str, str, str], _Centre]) -> Iterator[LocalPlace]:
    merged: dict[tuple[str, str, str, str], _Centre] = {}
    for (names, city, state, country), centre in regions.items():
        for depth, name in enumerate(names):
            if name and name != city:
                _merge(merged, (name, names[depth - 1] if depth else "", state, country), centre)
    for (name, above, state, country), centre in merged.items():
        yield LocalPlace(centre.place(name, above, country, "region"), state)


def _named(places: list[LocalPlace]) -> dict[str, list[LocalPlace]]:
    names: dict[str, list[LocalPlace]] = {}
    for place in places:
        key = name_key(place.place.name)
        if key:
            names.setdefault(key, []).append(place)
    return names
