"""Places known from the listings themselves: their postcodes, towns and regions, each at the centre of its listings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from finder.domain.place_names import name_key
from finder.domain.text import fold
from finder.search.place import Place

#: A listing makes a local name weigh as much as a town of so many people.
PEOPLE_A_LISTING = 400
MIN_OUTWARD = 2

LocalRow = tuple[str, str, str, str, Sequence[str], float, float, str, int]


def postcode_key(text: str) -> str:
    """A postcode for comparison: "t6e 4e8" and "T6E4E8" are one."""
    return fold(text).replace(" ", "")


@dataclass(slots=True)
class _Centre:
    name: str
    area: str
    country: str
    zone: str
    north: float = 0.0
    east: float = 0.0
    count: int = 0

    def add(self, latitude: float, longitude: float, count: int) -> None:
        self.north += latitude * count
        self.east += longitude * count
        self.count += count

    def place(self, kind: str) -> Place:
        return Place(
            name=self.name,
            label=", ".join(part for part in (self.name, self.area) if part),
            latitude=round(self.north / self.count, 4),
            longitude=round(self.east / self.count, 4),
            zone=self.zone,
            country=self.country,
            kind=kind,
            population=self.count * PEOPLE_A_LISTING,
        )


@dataclass(slots=True)
class LocalPlaces:
    """Centres by key. Built from public values only; towns of one name in two states stay apart."""

    _postcodes: dict[str, _Centre] = field(default_factory=dict)
    _names: dict[str, dict[str, _Centre]] = field(default_factory=dict)

    @classmethod
    def from_rows(cls, rows: Iterable[LocalRow]) -> "LocalPlaces":
        """Read rows of (city, state, country, postal code, region names, latitude, longitude, zone, listings there).

        Region names run from the general to the particular.
        """
        local = cls()
        for city, state, country, postcode, regions, latitude, longitude, zone, count in rows:
            point = (latitude, longitude, count)
            if postcode:
                key = postcode_key(postcode)
                local._postcodes.setdefault(key, _Centre(postcode.upper(), "", country, zone)).add(*point)
            if city:
                local._add(city, state or country, country, zone, point)
            for depth, name in enumerate(regions):
                if name != city:
                    above = regions[depth - 1] if depth else ""
                    local._add(name, above, country, zone, point)
        return local

    def _add(self, name: str, area: str, country: str, zone: str, point: tuple[float, float, int]) -> None:
        centres = self._names.setdefault(name_key(name), {})
        centres.setdefault(fold(area), _Centre(name, area, country, zone)).add(*point)

    def postcode(self, text: str) -> Place | None:
        """The place of a whole postcode, or of all postcodes that begin with its outward part ("SW1A")."""
        key = postcode_key(text)
        centre = self._postcodes.get(key)
        if centre is not None:
            return centre.place("postcode")
        if len(key) < MIN_OUTWARD or not any(char.isdigit() for char in key):
            return None
        outward = _Centre(text.upper(), "", "", "")
        for other, found in self._postcodes.items():
            if other.startswith(key):
                outward.north += found.north
                outward.east += found.east
                outward.count += found.count
                outward.country, outward.zone = found.country, found.zone
        return outward.place("postcode") if outward.count else None

    def named(self, key: str) -> list[Place]:
        """Towns and regions whose key is *key*."""
        return [centre.place("region") for centre in self._names.get(key, {}).values() if centre.count]

    @property
    def keys(self) -> Iterable[str]:
        """Every key a town or region is known by."""
        return self._names.keys()
