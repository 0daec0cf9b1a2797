"""A listing as schema.org JSON-LD: what search engines and assistants read.

Types and properties are those of schema.org: Event, Schedule, Place, VirtualLocation, Organization. Everything comes
from the public document, so nothing is said that the page does not say.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

from finder.domain.occurrences import next_occurrence
from finder.domain.overrides import override_on
from finder.domain.recurrence import dates
from finder.domain.schedule import Occurrence, Override
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.document import UNNAMED_PLACE, Document, overrides_of, point_of, schedule_of
from finder.feeds.words import Words

CONTEXT = "https://schema.org"
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
ATTENDANCE_MODES = {
    "in_person": "OfflineEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
    "hybrid": "MixedEventAttendanceMode",
}
#: So many cancelled sittings of one closure are told: three years of every week.
MOST_CANCELLED = 160
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

    *page_url* is the absolute address of its page, *upcoming* its next sitting. The event is that sitting: where it has
    moved to, and online when it is so this time.
    """
    group = document["group"] or {}
    override = upcoming.override if upcoming else None
    online_now = override is not None and override.kind is OverrideKind.ONLINE_ONLY
    attendance = "online" if online_now else document["attendance"]
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Event",
        "@id": page_url,
        "url": page_url,
        "name": document["name"],
        "description": document["notes"],
        "eventAttendanceMode": f"{CONTEXT}/{ATTENDANCE_MODES[attendance]}",
        "eventStatus": f"{CONTEXT}/{_status(document)}",
        "isAccessibleForFree": True,
        "organizer": _filled(
            {
                "@type": "Organization",
                "name": group.get("name") or program_name,
                "url": group.get("website") or "",
            }
        ),
        "location": _locations(document, attendance, override),
        "eventSchedule": _schedule(document, upcoming),
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


def _status(document: Document) -> str:
    """Whether it takes place: not for now, not at all (what was to be once), or as it stands."""
    if document["temporarily_closed"]:
        return "EventPostponed"
    schedule = schedule_of(document)
    if schedule.kind is RecurrenceKind.ONCE and schedule.first_date is not None:
        override = override_on(overrides_of(document), schedule.first_date)
        if override is not None and override.kind is OverrideKind.CANCELLED:
            return "EventCancelled"
    return "EventScheduled"


def _locations(document: Document, attendance: str, override: Override | None) -> list[dict[str, Any]]:
    """Where one goes or joins; *override* is what is different about the sitting that is told of."""
    found = []
    if document["location"] and attendance != "online":
        if override is not None and override.kind is OverrideKind.MOVED:
            found.append(_moved(document["location"], override.place))
        else:
            found.append(_place(document["location"], point_of(document)))
    join_url = (document["conference"] or {}).get("url")
    if attendance != "in_person" and join_url:
        found.append({"@type": "VirtualLocation", "url": join_url})
    return found


def _moved(location: Document, place: str) -> dict[str, Any]:
    """Where a sitting has moved to: of the usual place only the town is said."""
    usual = ("street", "unit", "postal_code")
    return _place({**location, **dict.fromkeys(usual, ""), "name": place or UNNAMED_PLACE}, None)


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


def _schedule(document: Document, upcoming: Occurrence | None) -> dict[str, Any]:
    """The rule as a schema.org Schedule; {} for what does not come back. *upcoming* tells which of two weeks it is."""
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
            "startDate": rule["first_date"] or (upcoming.date if upcoming and rule["interval"] > 1 else None),
            "endDate": rule["last_date"],
            "exceptDate": [day for override in overrides_of(document) for day in _cancelled_days(document, override)],
        }
    )


def _cancelled_days(document: Document, override: Override) -> list[str]:
    """The dates of the sittings that a cancellation is of, the first `MOST_CANCELLED` of them."""
    if override.kind is not OverrideKind.CANCELLED:
        return []
    days = dates(schedule_of(document), first=override.first_date, last=override.last_date)
    return [day.isoformat() for day in islice(days, MOST_CANCELLED)]
