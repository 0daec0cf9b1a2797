"""What happened to listings, as GetChanges tells it: who and what it said before is told to nobody.

Those servers publish the name of whoever made a change, and everything that a meeting said before. Here the user is
nobody (0), and what a listing no longer says, or has taken off the shelf, is masked.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from finder.domain.changed_parts import details_of
from finder.domain.listing import LOCATION_CLOSED
from finder.feeds.bmlt_fields import OURS, is_custom

MASK: Final = "********"
KINDS: Final = {
    "new": "comdef_change_type_new",
    "change": "comdef_change_type_change",
    "delete": "comdef_change_type_delete",
}
#: Parts of a public document -> the fields of BMLT that they tell. Parts that tell none make no change there.
FIELDS_OF_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("meeting_name",),
    "attendance": ("venue_type", "formats"),
    "temporarily_closed": ("formats",),
    "overrides": ("comments",),
    "formats": ("formats",),
    "unmapped_types": ("formats",),
    "join_policy": ("comments",),
    "service_body": ("service_body_bigint",),
    "notes": ("comments",),
    "world_id": ("worldid_mixed",),
}
#: Parts that are many things -> each of them -> the fields that it tells.
FIELDS_OF_DETAILS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "schedule": {
        "weekdays": ("weekday_tinyint",),
        "start": ("start_time",),
        "duration_min": ("duration_time",),
        "zone": ("time_zone",),
        "kind": ("formats", "comments"),
        "interval": ("formats", "comments"),
        "weeks_of_month": ("comments",),
        "first_date": ("comments",),
        "last_date": ("comments",),
    },
    "location": {
        "longitude": ("longitude",),
        "latitude": ("latitude",),
        "name": ("location_text",),
        "notes": ("location_info",),
        "street": ("location_street",),
        "unit": ("location_street",),
        "city": ("location_municipality",),
        "state": ("location_province",),
        "postal_code": ("location_postal_code_1",),
        "country": ("location_nation",),
        "address_visibility": ("comments",),
    },
    "conference": {
        "phone": ("phone_meeting_number",),
        "url": ("virtual_meeting_link",),
        "url_notes": ("virtual_meeting_additional_info",),
    },
    "extra": {ours: (field,) for field, ours in OURS.items()} | {LOCATION_CLOSED: ("formats",)},
}


def changed_fields(changed: str, document: Mapping[str, Any] | None) -> list[str]:
    """The fields of BMLT that a change has touched, each once; of changes of which no more than parts are known, all.

    *changed* is what `changed_parts` says, *document* the listing as it is now, None when it is gone.
    """
    rule = document["schedule"] if document else {"kind": "weekly", "interval": 1}
    touched = (field for part, detail in details_of(changed) for field in _touched(part, detail, rule))
    return list(dict.fromkeys(touched))


def _touched(part: str, detail: str, rule: Mapping[str, Any]) -> Iterator[str]:
    details = FIELDS_OF_DETAILS.get(part, {})
    if not detail:
        yield from FIELDS_OF_PARTS.get(part, ())
        yield from (field for fields in details.values() for field in fields)
    elif detail in details:
        yield from details[detail]
    elif part == "extra" and is_custom(detail):
        yield detail
    if (part, detail) == ("schedule", "weekdays") and (rule["kind"] != "weekly" or rule["interval"] > 1):
        yield "comments"  # they say which days of the month, or which weeks
    if (part, detail) == ("schedule", "first_date") and rule["kind"] == "once":
        yield "weekday_tinyint"


def date_words(at: dt.datetime) -> str:
    """An instant in its own zone as those servers write it: ``7:05 PM, 3/10/2026``."""
    half = "AM" if at.hour < 12 else "PM"  # noqa: PLR2004 - noon
    return f"{at.hour % 12 or 12}:{at.minute:02d} {half}, {at.month}/{at.day}/{at.year}"


def change_record(
    *,
    number: int,
    kind: str,
    at: dt.datetime,
    meeting: int,
    name: str,
    body: tuple[int, str],
    fields: list[str],
    exists: bool,
    after: Mapping[str, str] | None,
) -> dict[str, object]:
    """One change. *at* is aware, in the zone it is told in; *after* is what the shelf says, None when that is past.

    *exists*: the meeting is there today.
    """
    held: dict[str, Mapping[str, str]] = {}
    known = {"id_bigint": str(meeting), "service_body_bigint": str(body[0])}
    if kind != "new":
        held["before"] = known | dict.fromkeys(fields, MASK)
    if kind != "delete":
        held["after"] = known | dict.fromkeys(fields, MASK) if after is None else after
    return {
        "date_int": str(int(at.timestamp())),
        "date_string": date_words(at),
        "change_type": KINDS[kind],
        "change_id": str(number),
        "meeting_id": str(meeting),
        "meeting_name": name,
        "user_id": "0",
        "user_name": "",
        "service_body_id": str(body[0]),
        "service_body_name": body[1],
        "meeting_exists": str(int(exists)),
        "details": _details(kind, fields),
        "json_data": held,
    }


def _details(kind: str, fields: list[str]) -> str:
    if kind == "new":
        return "The meeting was created."
    if kind == "delete":
        return "The meeting was deleted."
    return " ".join(f"{field} was changed." for field in fields)
