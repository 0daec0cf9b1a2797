"""Listings in Open Referral's HSDS 3: a meeting is a service of a group, at a location, on a schedule.

Organizations and locations stand by themselves, since many services share one; what belongs to one service (its
schedules, languages, phones, attributes) stands within it. Identifiers stay as long as the listing does.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from finder.domain.recurrence import first_sitting
from finder.domain.rrule import to_rrule
from finder.domain.schedule import zone_of
from finder.domain.schedule_words import describe, exceptions_ahead
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.document import Document, overrides_of, point_of, schedule_of
from finder.feeds.hsds_taxonomy import TAXONOMY, attributes, languages, terms
from finder.feeds.on_request import on_request_of
from finder.feeds.words import Words

ATTENDING = {"in_person": "physical", "online": "virtual", "hybrid": "physical and virtual"}
CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")

#: Walks over the same documents anew each time it is called.
Documents = Callable[[], Iterable[Document]]


@dataclass(frozen=True, slots=True)
class Identifiers:
    """UUIDs that are the same each time, since they are made of where the directory is and what it calls a thing."""

    public_url: str

    def of(self, kind: str, name: object) -> str:
        """The identifier of one thing of a *kind*."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.public_url}/hsds/{kind}/{name}"))


def encode_hsds(documents: Documents, words: Words, *, public_url: str, now: dt.datetime) -> Iterator[bytes]:
    """One JSON object with ``organizations``, ``locations``, ``services`` and ``taxonomies``, a thing at a time."""
    names = Identifiers(public_url)
    parts: tuple[tuple[str, Iterable[dict[str, Any]]], ...] = (
        ("organizations", _organizations(documents(), words, names)),
        ("locations", _locations(documents(), words, names)),
        ("services", (_service(document, words, names, now) for document in documents())),
        ("taxonomies", [{"id": names.of("taxonomy", TAXONOMY), "name": TAXONOMY, "description": "Formats"}]),
        ("taxonomy_terms", terms(words, names.of)),
    )
    yield b'{"version":"3.0"'
    for name, things in parts:
        yield b',\n"%b":[' % name.encode()
        for number, thing in enumerate(things):
            yield (b",\n" if number else b"\n") + orjson.dumps(_filled(thing))
        yield b"\n]"
    yield b"}\n"


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _organization_id(document: Document, names: Identifiers) -> str:
    if document["group"]:
        return names.of("group", document["group"]["id"])
    if document["service_body"]:
        return names.of("body", document["service_body"]["slug"])
    return names.of("program", document["program"])


def _organizations(documents: Iterable[Document], words: Words, names: Identifiers) -> Iterator[dict[str, Any]]:
    """Service bodies and programs, then the groups of the listings, each once."""
    by_id = {body["id"]: body for body in words.bodies.values()}
    for body in words.bodies.values():
        parent = by_id.get(body["parent_id"])
        yield {
            "id": names.of("body", body["slug"]),
            "name": body["name"],
            "description": body["description"] or body["name"],
            "website": body["url"],
            "parent_organization_id": names.of("body", parent["slug"]) if parent else "",
        }
    for slug, program in words.programs.items():
        about = {"description": program["for_whom"] or program["name"], "website": program["site"]}
        yield {"id": names.of("program", slug), "name": program["name"], **about}
    seen: set[int] = set()
    for document in documents:
        group, body = document["group"], document["service_body"]
        if not group or group["id"] in seen:
            continue
        seen.add(group["id"])
        yield {
            "id": names.of("group", group["id"]),
            "name": group["name"],
            "description": group["notes"] or f"{words.program(document['program'])} group",
            "email": group["email"],
            "website": group["website"],
            "parent_organization_id": names.of("body", body["slug"]) if body else "",
        }


def _location_id(document: Document, names: Identifiers) -> str:
    """Of a place whose address is hidden nobody learns which listings share it."""
    place = document["location"] or {}
    return names.of("location", place["id"]) if place.get("id") else names.of("area", document["bmlt_id"])


def _locations(documents: Iterable[Document], words: Words, names: Identifiers) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for document in documents:
        number = _location_id(document, names)
        if document["location"] and document["attendance"] != "online" and number not in seen:
            seen.add(number)
            yield _place(document, number, words, names)


def _place(document: Document, number: str, words: Words, names: Identifiers) -> dict[str, Any]:
    place = document["location"]
    access = [words.format(slug) for slug in document["formats"] if words.formats.get(slug, {}).get("kind") == "access"]
    described = ", ".join([*access, *([place["access_notes"]] if place["access_notes"] else [])])
    latitude, longitude = point_of(document) or (None, None)
    return {
        "id": number,
        "location_type": "physical",
        "name": place["name"] or place["address"],
        "description": place["notes"],
        "latitude": latitude,
        "longitude": longitude,
        "addresses": [
            {
                "id": names.of("address", number),
                "address_1": place["street"],
                "address_2": place["unit"],
                "city": place["city"],
                "state_province": place["state"],
                "postal_code": place["postal_code"],
                "country": place["country"],
                "address_type": "physical",
            }
        ],
        "accessibility": [{"id": names.of("accessibility", number), "description": described}] if described else [],
    }


def _service(document: Document, words: Words, names: Identifiers, now: dt.datetime) -> dict[str, Any]:
    number, conference = document["bmlt_id"], document["conference"] or {}
    in_person = document["location"] and document["attendance"] != "online"
    at = {"id": names.of("service_at_location", number), "location_id": _location_id(document, names)}
    phone = {"id": names.of("phone", number), "number": conference.get("phone"), "type": "voice"}
    return {
        "id": names.of("service", number),
        "organization_id": _organization_id(document, names),
        "name": document["name"],
        "description": document["notes"] or f"{words.program(document['program'])} meeting",
        "url": f"{names.public_url}/meetings/{document['slug']}",
        "status": "temporarily closed" if document["temporarily_closed"] else "active",
        "fees_description": "Free of charge",
        "application_process": " ".join(on_request_of(document)),
        "assured_date": (document["confirmed_at"] or "")[:10],
        "last_modified": document["updated_at"],
        "schedules": [_filled(_schedule(document, names, now))],
        "languages": languages(document, words, names.of),
        "phones": [phone | {"description": conference.get("phone_notes") or ""}] if phone["number"] else [],
        "service_at_locations": [at] if in_person else [],
        "attributes": attributes(document, words, names.of),
        "additional_urls": [{"id": names.of("join", number), "label": "Join", "url": conference["url"]}]
        if conference.get("url")
        else [],
    }


def _schedule(document: Document, names: Identifiers, now: dt.datetime) -> dict[str, Any]:
    """The rule in the terms of RFC 5545; times are by the clock on the wall, with today's distance from UTC."""
    schedule = schedule_of(document)
    rule = dict(part.split("=", 1) for part in (to_rrule(schedule) or "").split(";") if part)
    offset = _offset(now, zone_of(schedule.zone)) if schedule.zone else None
    ends = None
    if schedule.start is not None:
        ends = (dt.datetime.combine(now.date(), schedule.start) + schedule.duration).time()
    once = schedule.kind is RecurrenceKind.ONCE
    notes = exceptions_ahead(overrides_of(document), now.astimezone(zone_of(schedule.zone or "UTC")).date())
    if schedule.zone:
        notes.append(f"Times are by the clock in {schedule.zone}.")
    first = schedule.first_date
    if first is None and schedule.interval > 1:  # else nobody knows which of two weeks it is
        first = first_sitting(schedule, not_before=now.date())
    return {
        "id": names.of("schedule", document["bmlt_id"]),
        "freq": rule.get("FREQ"),
        "interval": schedule.interval if rule else None,
        "byday": rule.get("BYDAY"),
        "wkst": "SU" if rule else None,
        "count": 1 if once else None,
        "dtstart": first and first.isoformat(),
        "until": schedule.last_date and schedule.last_date.isoformat(),
        "timezone": offset,
        "opens_at": None if schedule.start is None else f"{schedule.start:%H:%M}",
        "closes_at": None if ends is None else f"{ends:%H:%M}",
        "attending_type": ATTENDING[document["attendance"]],
        "description": describe(schedule),
        "notes": " ".join(notes),
    }


def _offset(now: dt.datetime, zone: ZoneInfo) -> float:
    """Hours ahead of UTC at *now*."""
    offset = now.astimezone(zone).utcoffset() or dt.timedelta()
    return offset.total_seconds() / 3600
