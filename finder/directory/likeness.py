"""How much a listing is like another one: same place or link, about the same time, like names.

A point says where a meeting is only where it is exact. Any other is the middle of a town, or somewhere in it, as many
meetings of the town share: there the street says whether two are in one place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from finder.domain.conference import room_of
from finder.domain.geo import distance_km
from finder.domain.place_names import name_key
from finder.domain.streets import house_number, same_street
from finder.domain.text import fold
from finder.domain.vocabulary import Precision
from finder.store.meeting import Meeting
from finder.store.place import Location

NEAR_KM = 0.5
#: How far from a house the middle of its town may be.
TOWN_KM = 30.0
MINUTES = 45
LIKE_NAMES = 82
#: What a pair has to reach of place (or link), time and name, a point each and two for the very same place and time.
ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What of a listing is compared with another; ``weekdays`` are bits, 0 = Sunday."""

    name: str
    weekdays: int
    start_minute: int | None
    conference_url: str
    latitude: float | None
    longitude: float | None
    precision: Precision
    street: str
    city: str
    state: str
    postal_code: str


#: The columns of a place that are compared, in the order in which `compared_row` takes them.
PLACE_COLUMNS = (
    Location.latitude,
    Location.longitude,
    Location.precision,
    Location.street,
    Location.city,
    Location.state,
    Location.postal_code,
)
#: The same of a listing; its place's follow them.
COLUMNS = (Meeting.name, Meeting.weekdays, Meeting.start_minute, Meeting.conference_url, *PLACE_COLUMNS)


def compared(meeting: Meeting, place: Location | None) -> Compared:
    """What of a listing is compared."""
    told = (meeting.name, meeting.weekdays, meeting.start_minute, meeting.conference_url)
    return compared_row((*told, *(getattr(place, column.key) if place else None for column in PLACE_COLUMNS)))


def compared_row(values: Sequence[Any]) -> Compared:
    """What of a listing is compared, of a row of `COLUMNS`; a listing without a place has nothing in those of one."""
    name, weekdays, start, link, north, east, precision, street, city, state, postal_code = values
    return Compared(
        name=name,
        weekdays=weekdays,
        start_minute=start,
        conference_url=link,
        latitude=north,
        longitude=east,
        precision=precision or Precision.APPROXIMATE,
        street=street or "",
        city=city or "",
        state=state or "",
        postal_code=postal_code or "",
    )


def likeness(fields: Mapping[str, Any], held: Compared) -> tuple[int, list[str], float | None]:
    """How much a listing is like *fields* (`ENOUGH` is a likely twin), why, and how far away it is in km.

    That is None where either is not known exactly.
    """
    score, reasons = 0, []
    spots = spot_in(fields), spot_of(held)
    away = distance_km(*spots[0], *spots[1]) if spots[0] and spots[1] else None
    if away <= NEAR_KM if away is not None else _one_address(fields, held):
        score += 1
        reasons.append("same place")
    link = str(fields.get("conference_url") or "")
    if link and link == held.conference_url:
        score += 2
        reasons.append("same link")
    elif link and room_of(link) and room_of(link) == room_of(held.conference_url):
        score += 2
        reasons.append("same conference id")
    apart = _minutes_apart(fields, held)
    if apart is not None and apart <= MINUTES:
        score += 2 if "same place" in reasons else 1
        reasons.append("same day, about the same time" if apart else "same day and time")
    if fuzz.token_sort_ratio(fold(str(fields.get("name", ""))), fold(held.name)) >= LIKE_NAMES:
        score += 1
        reasons.append("like name")
    return score, reasons, away


def spot_in(fields: Mapping[str, Any]) -> tuple[float, float] | None:
    """The point in degrees that says where a meeting is; None where it has none, or one that is not exact."""
    precision = fields.get("precision", Precision.EXACT)
    return _spot(fields.get("latitude"), fields.get("longitude"), precision)


def spot_of(held: Compared) -> tuple[float, float] | None:
    """The same of a listing that is held."""
    return _spot(held.latitude, held.longitude, held.precision)


def _spot(latitude: float | None, longitude: float | None, precision: str) -> tuple[float, float] | None:
    if latitude is None or longitude is None or precision != Precision.EXACT:
        return None
    return latitude, longitude


def address_keys(street: str, city: str, postal_code: str) -> Iterator[tuple[str, str, str]]:
    """What two listings at one address have in common, wherever their points are: a house number in a town or postcode.

    Those whose points are exact are near each other as well; of any other two this is all there is to look for.
    """
    if street:
        number = house_number(street)
        if city:
            yield "town", _town(city), number
        if postal_code:
            yield "postcode", fold(postal_code), number


@lru_cache(maxsize=4096)
def _town(city: str) -> str:
    return name_key(city)


def _one_address(fields: Mapping[str, Any], held: Compared) -> bool:
    """Whether the two are in the same street of the same town; a postcode tells that one, whatever it is called."""
    street = str(fields.get("street", ""))
    if house_number(street) != house_number(held.street) or not same_street(street, held.street):
        return False
    told = {name: str(fields.get(name, "")) for name in ("city", "state", "postal_code")}
    one_town = _agree(_town(told["city"]), _town(held.city))
    if not one_town and not _agree(fold(told["postal_code"]), fold(held.postal_code)):
        return False
    away = _distance(fields, held)
    return away <= TOWN_KM if away is not None else _agree(fold(told["state"]), fold(held.state)) is not False


def _agree(one: str, other: str) -> bool | None:
    """Whether two are the same; None where either is not told."""
    return one == other if one and other else None


def _distance(fields: Mapping[str, Any], held: Compared) -> float | None:
    if held.latitude is None or held.longitude is None or fields.get("latitude") is None:
        return None
    return distance_km(fields["latitude"], fields["longitude"], held.latitude, held.longitude)


def _minutes_apart(fields: Mapping[str, Any], held: Compared) -> int | None:
    """How far apart they begin on a day that both have; None when they have none, or no time."""
    days = {day for day in range(7) if held.weekdays >> day & 1}
    if not days & set(fields.get("weekdays", ())) or held.start_minute is None or not fields.get("start"):
        return None
    hour, minute = str(fields["start"]).split(":")[:2]
    return abs(int(hour) * 60 + int(minute) - held.start_minute)
