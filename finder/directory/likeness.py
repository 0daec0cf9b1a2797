"""How much a listing is like another one: same place or link, about the same time, like names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from finder.domain.conference import room_of
from finder.domain.geo import distance_km
from finder.domain.text import fold
from finder.store.meeting import Meeting
from finder.store.place import Location

NEAR_KM = 0.5
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


def compared(meeting: Meeting, place: Location | None) -> Compared:
    """What of a listing is compared."""
    return Compared(
        name=meeting.name,
        weekdays=meeting.weekdays,
        start_minute=meeting.start_minute,
        conference_url=meeting.conference_url,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
    )


def likeness(fields: Mapping[str, Any], held: Compared) -> tuple[int, list[str], float | None]:
    """How much a listing is like *fields* (`ENOUGH` is a likely twin), why, and how far away it is in km."""
    score, reasons = 0, []
    away = _distance(fields, held)
    if away is not None and away <= NEAR_KM:
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
