"""Where and when a request would have a meeting: the old and the new point, the rule in words, the next dates."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from finder.domain.asked import empty_fields, schedule_of
from finder.domain.errors import BadInputError, ScheduleError
from finder.domain.geo import distance_km
from finder.domain.occurrences import occurrences
from finder.domain.schedule import validate
from finder.domain.schedule_words import describe
from finder.domain.vocabulary import RecurrenceKind
from finder.web.presenters.times import clock, long_date, unbroken, zone_words

#: How far ahead the next dates are looked for, and how many are told.
DATES_WITHIN = dt.timedelta(days=800)
DATES = 3
_KM = 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """A point in degrees as text, and where a map shows it (on another site)."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Pin:
    """The point there is and the one that is asked for; ``apart`` says how far they lie from each other."""

    old: Point | None
    new: Point | None
    apart: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When it meets and when it would meet, as rules in words, and the next dates of the new one."""

    old: str
    new: str
    zone: str
    dates: list[str]
    fault: str


def metres(km: float) -> str:
    """A distance as moderators want it: ``120 m``, ``3.4 km``."""
    return f"{km * 1000:.0f} m" if km < _KM else f"{km:.1f} km"


def pin_of(now: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> Pin | None:
    """The old and the new point; None when neither is known."""
    old, new = _point(now or {}), _point(wanted)
    if old is None and new is None:
        return None
    if old is None or new is None or now is None:
        return Pin(old, new, "")
    apart = distance_km(now["latitude"], now["longitude"], wanted["latitude"], wanted["longitude"])
    return Pin(old, new, metres(apart) if old != new else "")


def _point(fields: Mapping[str, Any]) -> Point | None:
    latitude, longitude = fields.get("latitude"), fields.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    place = f"mlat={latitude:.6f}&mlon={longitude:.6f}#map=17/{latitude:.6f}/{longitude:.6f}"
    return Point(f"{latitude:.5f}, {longitude:.5f}", f"https://www.openstreetmap.org/?{place}")


def timing_of(present: Mapping[str, Any] | None, wanted: Mapping[str, Any], now: dt.datetime) -> Timing:
    """When it meets now and when it would; ``fault`` says why no date can be told."""
    old = ""
    if present is not None:
        try:
            old = unbroken(describe(schedule_of(present)))
        except (BadInputError, ScheduleError):
            old = ""
    try:
        schedule = schedule_of({**empty_fields(), **wanted})
        validate(schedule)
        if schedule.kind is RecurrenceKind.APPOINTMENT:
            return Timing(old, describe(schedule), zone_words(schedule.zone), [], "")
        found = occurrences(schedule, start=now, end=now + DATES_WITHIN)
        dates = [f"{long_date(each.date, now=now.date())}, {clock(each.start)}" for each in islice(found, DATES)]
        return Timing(old, unbroken(describe(schedule)), zone_words(schedule.zone), dates, "")
    except (BadInputError, ScheduleError) as error:
        return Timing(old, "", "", [], str(error))
