"""Listings as the API tells them: what never changes of one is encoded once, time and distance are filled in.

``docs/api.md`` says what every key means. Where nothing is known, or nothing is public, a value is null.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from finder.feeds.document import is_out_of_its_building
from finder.search.answer import Hit

MAX_HELD = 4096

#: Reads the JSON documents of listings, by id.
DocumentsOf = Callable[[Sequence[int]], dict[int, bytes]]

_MINUTES_A_DAY = 24 * 60


def clock_after(start: str | None, minutes: int) -> str | None:
    """The wall-clock time *minutes* after *start* (HH:MM), past midnight as the next day's."""
    if start is None:
        return None
    total = (int(start[:2]) * 60 + int(start[3:]) + minutes) % _MINUTES_A_DAY
    return f"{total // 60:02d}:{total % 60:02d}"


def summary(document: dict[str, Any], *, public_url: str) -> dict[str, Any]:
    """What a list says of a listing, time and distance aside."""
    rule, place = document["schedule"], document["location"] or {}
    conference = document["conference"] or {}
    days = rule["weekdays"]
    if rule["kind"] == "once" and not days and rule["first_date"]:
        days = [dt.date.fromisoformat(rule["first_date"]).isoweekday() % 7]
    return {
        "id": document["id"],
        "slug": document["slug"],
        "url": f"{public_url}/meetings/{document['slug']}",
        "name": document["name"],
        "program": document["program"],
        "group": (document["group"] or {}).get("name") or None,
        "attendance": document["attendance"],
        "temporarily_closed": document["temporarily_closed"],
        "location_closed": is_out_of_its_building(document),
        "formats": document["formats"],
        "recurrence": rule["kind"],
        "days": [] if rule["kind"] == "appointment" else days,
        "start": rule["start"],
        "end": clock_after(rule["start"], rule["duration_min"]),
        "timezone": rule["zone"],
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "precision": place.get("precision"),
        "location": place.get("name") or None,
        "address": place.get("address") or None,
        "region": document["region"],
        "conference_url": conference.get("url") or None,
        "conference_phone": conference.get("phone") or None,
        "join_policy": document["join_policy"],
        "confirmed_at": document["confirmed_at"],
        "updated_at": document["updated_at"],
        "source": document["source"] or None,
        "source_key": document["source_key"] or None,
        "demo": document["demo"],
    }


def detail(document: dict[str, Any], *, public_url: str) -> dict[str, Any]:
    """Everything public of a listing, time aside."""
    conference, place = document["conference"] or {}, document["location"] or {}
    return summary(document, public_url=public_url) | {
        "revision": document["revision"],
        "schedule": document["schedule"],
        "overrides": document["overrides"],
        "unmapped_types": document["unmapped_types"],
        "group_details": document["group"],
        "location_details": document["location"],
        "location_notes": place.get("notes") or None,
        "access_notes": place.get("access_notes") or None,
        "service_body": document["service_body"],
        "conference_url_notes": conference.get("url_notes") or None,
        "conference_phone_notes": conference.get("phone_notes") or None,
        "notes": document["notes"] or None,
        "website": document["website"] or None,
        "source_url": document["url"] or None,
    }


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def in_zone(instant: dt.datetime | None, zone: str) -> str | None:
    """An aware instant as RFC 3339 with the offset of *zone*."""
    return None if instant is None else instant.astimezone(_zone(zone)).isoformat()


def moving(hit: Hit, zone: str) -> dict[str, Any]:
    """What depends on when and from where was asked."""
    return {
        "distance_km": None if hit.distance_km is None else round(hit.distance_km, 3),
        "next_start": in_zone(hit.start, zone),
        "next_end": in_zone(hit.end, zone),
        "in_progress": hit.in_progress,
    }


class ListingEncoder:
    """Encodes pages of listings, keeping what it encoded by the id and the revision of the listing."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._held: dict[tuple[int, int], tuple[bytes, str]] = {}

    def page(self, hits: Sequence[Hit], documents_of: DocumentsOf) -> bytes:
        """The listings of a page as a JSON array; one that has just left the shelf is left out.

        *documents_of* reads the documents of those that are not held.
        """
        fixed = {hit.id: self._held.get((hit.id, hit.revision)) for hit in hits}
        missing = [number for number, known in fixed.items() if known is None]
        for number, document in documents_of(missing).items():
            fixed[number] = self._encoded(number, document)
        return b"[" + b",".join([_whole(hit, known) for hit in hits if (known := fixed[hit.id]) is not None]) + b"]"

    def _encoded(self, number: int, document: bytes) -> tuple[bytes, str]:
        """The JSON object of a listing up to where the moving part goes on, and its zone."""
        content = orjson.loads(document)
        fixed = orjson.dumps(summary(content, public_url=self._public_url))[:-1] + b","
        if len(self._held) >= MAX_HELD:
            self._held.clear()  # simpler than the last used, and the next pages fill it again
        known = self._held[number, content["revision"]] = (fixed, content["schedule"]["zone"])
        return known


def _whole(hit: Hit, known: tuple[bytes, str]) -> bytes:
    fixed, zone = known
    return fixed + orjson.dumps(moving(hit, zone))[1:]
