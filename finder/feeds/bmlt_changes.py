"""What happened to listings, as GetChanges tells it: who and what it said before is told to nobody.

Those servers publish the name of whoever made a change, and everything that a meeting said before. Here the user is
nobody (0), and what a listing no longer says, or has taken off the shelf, is masked.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

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
    "schedule": ("weekday_tinyint", "start_time", "duration_time", "time_zone"),
    "overrides": ("comments",),
    "formats": ("formats",),
    "unmapped_types": ("formats",),
    "location": (
        *("longitude", "latitude", "location_text", "location_info", "location_street", "location_municipality"),
        *("location_province", "location_postal_code_1", "location_nation"),
    ),
    "conference": ("phone_meeting_number", "virtual_meeting_link", "virtual_meeting_additional_info"),
    "join_policy": ("phone_meeting_number", "virtual_meeting_link", "virtual_meeting_additional_info"),
    "service_body": ("service_body_bigint",),
    "notes": ("comments",),
    "world_id": ("worldid_mixed",),
    "extra": (
        *("location_city_subsection", "location_neighborhood", "location_sub_province", "train_lines", "bus_lines"),
    ),
}


def changed_fields(parts: str) -> list[str]:
    """The fields of BMLT that a change of these *parts* (space between) may have touched, each once."""
    return list(dict.fromkeys(field for part in parts.split() for field in FIELDS_OF_PARTS.get(part, ())))


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
