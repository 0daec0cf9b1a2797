"""The public document of a listing read back into values: its rule, its dated exceptions, and its state."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from finder.domain.listing import LOCATION_CLOSED
from finder.domain.schedule import Override, Schedule
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

Document = Mapping[str, Any]


def schedule_of(document: Document) -> Schedule:
    """The rule of the listing that *document* is about."""
    rule = document["schedule"]
    return Schedule(
        kind=RecurrenceKind(rule["kind"]),
        weekdays=tuple(rule["weekdays"]),
        start=_clock(rule["start"]),
        duration=dt.timedelta(minutes=rule["duration_min"]),
        zone=rule["zone"],
        interval=rule["interval"],
        weeks_of_month=tuple(rule["weeks_of_month"]),
        first_date=_date(rule["first_date"]),
        last_date=_date(rule["last_date"]),
    )


def overrides_of(document: Document) -> tuple[Override, ...]:
    """The dated exceptions of the listing that *document* is about, in order."""
    return tuple(
        Override(
            kind=OverrideKind(held["kind"]),
            first_date=dt.date.fromisoformat(held["first_date"]),
            last_date=dt.date.fromisoformat(held["last_date"]),
            start=_clock(held["start"]),
            duration=None if held["duration_min"] is None else dt.timedelta(minutes=held["duration_min"]),
            place=held["place"],
            note=held["note"],
        )
        for held in document["overrides"]
    )


#: Where a sitting is that has moved nobody says where to.
UNNAMED_PLACE = "Another place"


def is_out_of_its_building(document: Document) -> bool:
    """Whether the listing is held online because its building is closed for now: nobody is to be sent there."""
    return bool(document["attendance"] == "online" and document.get("extra", {}).get(LOCATION_CLOSED) == "yes")


def point_of(document: Document) -> tuple[float, float] | None:
    """Where the address of the listing is, in degrees (WGS 84); None where it is hidden, or only its town is known.

    Whoever follows a point goes there: the middle of a town or a region is no door, whatever street stands beside it.
    """
    place = document["location"]
    if place is None or place["latitude"] is None or place["longitude"] is None:
        return None
    if place["address_visibility"] != "public":
        return None
    if place["precision"] != "exact" and place["street"]:
        return None
    return place["latitude"], place["longitude"]


def _clock(text: str | None) -> dt.time | None:
    return None if text is None else dt.time.fromisoformat(text)


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
