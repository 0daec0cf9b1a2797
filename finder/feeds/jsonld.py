"""A listing as schema.org JSON-LD: what search engines and assistants read.

Types and properties are those of schema.org: Event, Schedule, Place, VirtualLocation, Organization. Everything comes
from the public document, so nothing is said that the page does not say.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from finder.domain.occurrences import next_occurrence
from finder.domain.schedule import Occurrence
from finder.feeds.document import Document, overrides_of, point_of, schedule_of
from finder.feeds.words import Words

CONTEXT = "https://schema.org"
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
ATTENDANCE_MODES = {
    "in_person": "OfflineEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
    "hybrid": "MixedEventAttendanceMode",
}
#: What could end a script element, open a comment, or end a line of old JavaScript, by its JSON escape.
_ESCAPES = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\N{LINE SEPARATOR}".encode(): b"\\u2028",
    "\N{PARAGRAPH SEPARATOR}".encode(): b"\\u2029",
}


def event(document: Document, *, page_url: str, program_name: str, upcoming: Occurrence | None) -> dict[str, Any]:
    """The listing as a schema.org Event; properties of which nothing is known are absent.

    *page_url* is the absolute address of its page, *upcoming* its next sitting.
    """
    group = document["group"] or {}
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Event",
        "@id": page_url,
        "url": page_url,
        "name": document["name"],
        "description": document["notes"],
        "eventAttendanceMode": f"{CONTEXT}/{ATTENDANCE_MODES[document['attendance']]}",
        "eventStatus": f"{CONTEXT}/{'EventPostponed' if document['temporarily_closed'] else 'EventScheduled'}",
        "isAccessibleForFree": True,
        "organizer": _filled(
            {
                "@type": "Organization",
                "name": group.get("name") or program_name,
                "url": group.get("website") or "",
            }
        ),
        "location": _locations(document),
        "eventSchedule": _schedule(document),
    }
    if upcoming is not None:
        found["startDate"] = upcoming.start.isoformat()
        found["endDate"] = upcoming.end.isoformat()
    return _filled(found)


def embedded(content: Mapping[str, Any]) -> str:
    """*content* as JSON that may stand inside a script element as it is, whatever people wrote into it."""
    encoded = orjson.dumps(content)
    for character, escape in _ESCAPES.items():
        encoded = encoded.replace(character, escape)
    return encoded.decode()


def encode_jsonld(documents: Iterable[Document], words: Words, *, pages: str, now: dt.datetime) -> Iterator[bytes]:
    """Many listings as one graph of Events, a listing at a time, each with its next sitting after *now* (aware)."""
    yield b'{"@context":"https://schema.org","@graph":['
    for number, document in enumerate(documents):
        schedule, overrides = schedule_of(document), overrides_of(document)
        told = event(
            document,
            page_url=f"{pages}/{document['slug']}",
            program_name=words.program(document["program"]),
            upcoming=None
            if document["temporarily_closed"]
            else next_occurrence(schedule, after=now, overrides=overrides),
        )
        del told["@context"]
        yield (b",\n" if number else b"\n") + orjson.dumps(told)
    yield b"\n]}\n"


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """*values* without those that say nothing."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _locations(document: Document) -> list[dict[str, Any]]:
    found = []
    if document["location"] and document["attendance"] != "online":
        found.append(_place(document["location"], point_of(document)))
    join_url = (document["conference"] or {}).get("url")
    if document["attendance"] != "in_person" and join_url:
        found.append({"@type": "VirtualLocation", "url": join_url})
    return found


def _place(location: Document, point: tuple[float, float] | None) -> dict[str, Any]:
    return _filled(
        {
            "@type": "Place",
            "name": location["name"],
            "address": _filled(
                {
                    "@type": "PostalAddress",
                    "streetAddress": ", ".join(part for part in (location["street"], location["unit"]) if part),
                    "addressLocality": location["city"],
                    "addressRegion": location["state"],
                    "postalCode": location["postal_code"],
                    "addressCountry": location["country"],
                }
            ),
            "geo": {"@type": "GeoCoordinates", "latitude": point[0], "longitude": point[1]} if point else {},
        }
    )


def _schedule(document: Document) -> dict[str, Any]:
    """The rule as a schema.org Schedule; {} for what does not come back."""
    rule = document["schedule"]
    if rule["kind"] not in {"weekly", "monthly"} or rule["start"] is None:
        return {}
    monthly = rule["kind"] == "monthly"
    days = rule["weekdays"]
    return _filled(
        {
            "@type": "Schedule",
            "repeatFrequency": "P1M" if monthly else f"P{rule['interval']}W",
            "byDay": [f"{week}{DAY_CODES[day]}" for week in rule["weeks_of_month"] for day in days]
            if monthly
            else [f"{CONTEXT}/{DAY_NAMES[day]}" for day in days],
            "startTime": rule["start"],
            "duration": f"PT{rule['duration_min']}M",
            "scheduleTimezone": rule["zone"],
            "startDate": rule["first_date"],
            "endDate": rule["last_date"],
            "exceptDate": [day for override in document["overrides"] for day in _cancelled_days(override)],
        }
    )


def _cancelled_days(override: Document) -> list[str]:
    """The dates that a cancellation covers, at most a year of them."""
    if override["kind"] != "cancelled":
        return []
    first, last = (dt.date.fromisoformat(override[name]) for name in ("first_date", "last_date"))
    return [(first + dt.timedelta(days=day)).isoformat() for day in range(min((last - first).days + 1, 366))]
