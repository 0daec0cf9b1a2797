"""Puts listings on the shelf: what the public may see of each, decided once, here.

`shelve` reads the register back and writes the shelf rows; `finder check` runs the same reading and compares.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, Select, delete, insert, select
from sqlalchemy.orm import Session

from finder.directory.register import RegisterRow, read_register
from finder.directory.shelf_changes import change_of
from finder.domain.listing import LOCATION_CLOSED
from finder.domain.text import fold, tokens
from finder.domain.vocabulary import AddressVisibility, JoinPolicy, Precision
from finder.store.database import chunks, pairs
from finder.store.people import ServiceBody
from finder.store.place import Region
from finder.store.shelf import PublicChange, PublicListing
from finder.store.vocabulary import Format, Program

#: What is still said of a listing whose address is hidden.
EXTRA_OF_AREAS = frozenset(
    {"county", "entity", "entity_email", "entity_location", "entity_phone", "entity_url", LOCATION_CLOSED}
)
ATTENDANCE_NUMBER = {"in_person": 0, "online": 1, "hybrid": 2}


@dataclass(frozen=True, slots=True)
class ShelfVocabulary:
    """Numbers of the vocabulary by slug, for the columns beside a document."""

    programs: Mapping[str, int]
    format_bits: Mapping[str, int]
    regions: Mapping[str, int]
    bodies: Mapping[str, int]

    @classmethod
    def load(cls, session: Session) -> "ShelfVocabulary":
        """Read it from the register."""
        return cls(
            programs=pairs(session, select(Program.slug, Program.id)),
            format_bits=pairs(session, select(Format.slug, Format.bit)),
            regions=pairs(session, select(Region.slug, Region.id)),
            bodies=pairs(session, select(ServiceBody.slug, ServiceBody.id)),
        )


def _instant(value: dt.datetime | None) -> str | None:
    # Not strftime: it writes a year before 1000 with fewer digits than it needs to be read again.
    return None if value is None else value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def public_document(row: RegisterRow, *, revision: int) -> dict[str, Any]:
    """What the public may see of a listing, and nothing else (the shape is in ``docs/api.md``)."""
    meeting, group = row.meeting, row.group
    open_joining = meeting.join_policy is JoinPolicy.OPEN
    conference = {
        "url": meeting.conference_url,
        "url_notes": meeting.conference_url_notes,
        "phone": meeting.conference_phone,
        "phone_notes": meeting.conference_phone_notes,
    }
    return {
        "id": meeting.id,
        "slug": meeting.slug,
        "revision": revision,
        "name": meeting.name,
        "program": row.program,
        "attendance": meeting.attendance.value,
        "temporarily_closed": meeting.temporarily_closed,
        "schedule": {
            "kind": meeting.recurrence.value,
            "weekdays": [day for day in range(7) if meeting.weekdays >> day & 1],
            "start": _clock(meeting.start_minute),
            "duration_min": meeting.duration_min,
            "zone": meeting.zone,
            "interval": meeting.interval_weeks,
            "weeks_of_month": [int(week) for week in meeting.weeks_of_month.split(",") if week],
            "first_date": meeting.first_date and meeting.first_date.isoformat(),
            "last_date": meeting.last_date and meeting.last_date.isoformat(),
        },
        "overrides": [
            {
                "kind": override.kind.value,
                "first_date": override.first_date.isoformat(),
                "last_date": override.last_date.isoformat(),
                "start": _clock(override.start_minute),
                "duration_min": override.duration_min,
                "place": override.place,
                "note": override.note,
            }
            for override in row.overrides
        ],
        "formats": meeting.formats.split(),
        "unmapped_types": list(meeting.unmapped_types or []),
        "group": group
        and {
            "id": group.id,
            "name": group.name,
            "notes": group.notes,
            "website": group.website,
            "email": group.email,
            "phone": group.phone,
            "district": group.district,
            "venmo": group.venmo,
            "square": group.square,
            "paypal": group.paypal,
        },
        "location": _location(row),
        "region": [{"slug": region.slug, "name": region.name} for region in row.regions],
        "service_body": row.body and {"slug": row.body.slug, "name": row.body.name},
        "conference": conference if open_joining and any(conference.values()) else None,
        "join_policy": meeting.join_policy.value,
        "notes": meeting.notes,
        "website": meeting.website,
        "url": meeting.url,
        "confirmed_at": _instant(meeting.confirmed_at),
        "updated_at": _instant(meeting.updated_at),
        "source": row.source,
        "source_key": meeting.source_key or "",
        "bmlt_id": meeting.bmlt_id,
        "world_id": meeting.world_id,
        "extra": _extra(row),
        "demo": meeting.demo,
    }


def _extra(row: RegisterRow) -> dict[str, str]:
    """What else the public may know; of a place that shows its area only, nothing that could lead to its door."""
    extra: dict[str, str] = dict(row.meeting.extra or {})
    place = row.location
    if place is None or place.address_visibility is AddressVisibility.PUBLIC:
        return extra
    return {name: text for name, text in extra.items() if name in EXTRA_OF_AREAS}


def _location(row: RegisterRow) -> dict[str, Any] | None:
    place = row.location
    if place is None:
        return None
    shown = {
        "id": place.id,
        "name": place.name,
        "address": place.formatted_address,
        "street": place.street,
        "unit": place.unit,
        "city": place.city,
        "state": place.state,
        "postal_code": place.postal_code,
        "country": place.country,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "precision": place.precision.value,
        "notes": place.notes,
        "access_notes": place.access_notes,
        "address_visibility": place.address_visibility.value,
    }
    if place.address_visibility is AddressVisibility.PUBLIC:
        return shown
    centre = next((region for region in reversed(row.regions) if region.latitude is not None), None)
    area = ", ".join(part for part in (place.city, place.state, place.country) if part)
    return shown | {
        "id": 0,
        "name": "",
        "address": area,
        "street": "",
        "unit": "",
        "postal_code": "",
        "latitude": centre and centre.latitude,
        "longitude": centre and centre.longitude,
        "precision": Precision.AREA.value,
        "notes": "",
        "access_notes": "",
    }


def shelf_row(document: Mapping[str, Any], vocabulary: ShelfVocabulary) -> dict[str, Any]:
    """The columns of ``public_listing`` for a document; every value is taken from the document itself."""
    schedule = document["schedule"]
    place = document["location"] or {}
    group = document["group"] or {}
    start = schedule["start"]
    plain = schedule["kind"] == "weekly" and schedule["interval"] == 1 and not document["overrides"]
    plain = plain and not schedule["first_date"] and not schedule["last_date"]
    bits = 0
    for slug in document["formats"]:
        bits |= 1 << vocabulary.format_bits[slug]
    searched = (document["name"], group.get("name"), place.get("name"), place.get("notes"), document["notes"])
    words = dict.fromkeys(word for text in searched if text for word in tokens(text))
    region, body = document["region"], document["service_body"]
    fixed = schedule["kind"] != "appointment"
    return {
        "id": document["id"],
        "slug": document["slug"],
        "revision": document["revision"],
        "gone": False,
        "document": orjson.dumps(document).decode(),
        "program_id": vocabulary.programs[document["program"]],
        "attendance": ATTENDANCE_NUMBER[document["attendance"]],
        "closed": document["temporarily_closed"],
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "weekdays": sum(1 << day for day in schedule["weekdays"]) if fixed else 0,
        "start_minute": int(start[:2]) * 60 + int(start[3:]) if fixed and start else -1,
        "duration_min": schedule["duration_min"],
        "zone": schedule["zone"],
        "special": not plain and fixed,
        "formats": f"{bits:x}",
        "region_id": vocabulary.regions[region[-1]["slug"]] if region else 0,
        "service_body_id": vocabulary.bodies[body["slug"]] if body else 0,
        "bmlt_id": document["bmlt_id"],
        "world_id": document["world_id"],
        "group_id": group.get("id", 0),
        "location_id": place.get("id", 0),
        "city": place.get("city", ""),
        "state": place.get("state", ""),
        "country": place.get("country", ""),
        "postal_code": place.get("postal_code", ""),
        "name_key": fold(document["name"])[:255],
        "words": " ".join(words),
    }


def shelf_rows(session: Session, ids: Sequence[int], *, revisions: Mapping[int, int] | int) -> Iterator[dict[str, Any]]:
    """Recompute the shelf rows of the published listings among *ids* from the register."""
    vocabulary = ShelfVocabulary.load(session)
    for row in read_register(session, ids):
        if row.meeting.published:
            revision = revisions if isinstance(revisions, int) else revisions.get(row.meeting.id, 0)
            yield shelf_row(public_document(row, revision=revision), vocabulary)


def shelve(session: Session, ids: Iterable[int], *, revision: int, renamed: frozenset[str] = frozenset()) -> None:
    """Bring the shelf in line with the register for the listings *ids*; those not published leave a gone row.

    Whoever follows the shelf is told which listings came, changed or left, and in which parts, not what they said; but
    not of parts that were *renamed* for all.
    """
    for part in chunks(list(ids), 2000):
        held = _held(session, part)
        rows = list(shelf_rows(session, part, revisions=revision))
        shown = {row["id"] for row in rows}
        gone = [_gone(number, revision, held.get(number)) for number in part if number not in shown]
        for piece in chunks(part):
            session.execute(delete(PublicListing).where(PublicListing.id.in_(piece)))
        if rows:
            session.execute(insert(PublicListing), rows)
        if gone:
            session.execute(insert(PublicListing), gone)
        happened = (change_of(row, held.get(row["id"]), renamed=renamed) for row in (*rows, *gone))
        if changes := [change for change in happened if change is not None]:
            session.execute(insert(PublicChange), changes)


def _held(session: Session, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """What the shelf says of the listings *ids* so far, by id."""
    names = ("id", "gone", "document", "bmlt_id", "world_id", "service_body_id")
    statement: Select[Any] = select(*(getattr(PublicListing, name) for name in names))
    held: dict[int, Row[Any]] = {}
    for part in chunks(ids):
        for row in session.execute(statement.where(PublicListing.id.in_(part))):
            held[row.id] = row
    return held


def _gone(number: int, revision: int, held: Row[Any] | None) -> dict[str, Any]:
    """A row that says that a listing has left. Of what it was only the numbers stay by which others know it."""
    kept = {name: getattr(held, name) for name in ("bmlt_id", "world_id", "service_body_id")} if held else {}
    return {"id": number, "slug": f"-{number}", "revision": revision, "gone": True, "document": "", **kept}
