"""How much a listing is like another one: same place or link, about the same time, like names."""

from collections.abc import Mapping
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


def likeness(
    fields: Mapping[str, Any], meeting: Meeting, place: Location | None
) -> tuple[int, list[str], float | None]:
    """How much a listing is like *fields* (`ENOUGH` is a likely twin), why, and how far away it is in km."""
    score, reasons = 0, []
    away = _distance(fields, place)
    if away is not None and away <= NEAR_KM:
        score += 1
        reasons.append("same place")
    link = str(fields.get("conference_url") or "")
    if link and link == meeting.conference_url:
        score += 2
        reasons.append("same link")
    elif link and room_of(link) and room_of(link) == room_of(meeting.conference_url):
        score += 2
        reasons.append("same conference id")
    if _same_time(fields, meeting):
        score += 1
        reasons.append("same day and time")
    if fuzz.token_sort_ratio(fold(str(fields.get("name", ""))), fold(meeting.name)) >= LIKE_NAMES:
        score += 1
        reasons.append("like name")
    if {"same place", "same day and time"} <= set(reasons):
        score += 1
    return score, reasons, away


def _distance(fields: Mapping[str, Any], place: Location | None) -> float | None:
    if place is None or place.latitude is None or place.longitude is None or fields.get("latitude") is None:
        return None
    return distance_km(fields["latitude"], fields["longitude"], place.latitude, place.longitude)


def _same_time(fields: Mapping[str, Any], meeting: Meeting) -> bool:
    days = {day for day in range(7) if meeting.weekdays >> day & 1}
    if not days & set(fields.get("weekdays", ())) or meeting.start_minute is None or not fields.get("start"):
        return False
    hour, minute = str(fields["start"]).split(":")[:2]
    return abs(int(hour) * 60 + int(minute) - meeting.start_minute) <= MINUTES
