"""Meeting Guide JSON out: listings as rows that every reader takes (code4recovery's specification 1.1.9).

Readers count a row as in person when it is neither closed (TC) nor approximate, as online when its link belongs to a
service they know or its phone can be dialled, and drop rows without an address or with a slug that they have had. So
here is one row a weekday with a slug of its own, times of 24 hours, a zone, an address of four parts, and whether it is
``approximate``. Nobody is sent to an area as if it were a place: it is approximate.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from finder.domain.schedule import Override
from finder.domain.vocabulary import OverrideKind
from finder.feeds.document import UNNAMED_PLACE, Document, is_out_of_its_building, point_of
from finder.feeds.meeting_guide_address import KNOWN_ADDRESS
from finder.feeds.meeting_guide_days import DayRow, day_rows, row_slug
from finder.feeds.meeting_guide_line import address_line, is_full, known_address
from finder.feeds.meeting_guide_types import CODES, IN_PERSON_ONLY
from finder.feeds.on_request import on_request_of

CLOSED, ONLINE = "TC", "ONL"
#: What a moved sitting leaves out: all that leads to the usual place.
OF_THE_PLACE = ("address", KNOWN_ADDRESS, "postal_code", "latitude", "longitude", "location_notes")
ONLINE_FIELDS = ("conference_url", "conference_url_notes", "conference_phone", "conference_phone_notes")
ENTITY_FIELDS = ("entity", "entity_email", "entity_location", "entity_logo", "entity_phone", "entity_url")
#: What an exception says before its note.
WORDS = {
    OverrideKind.CANCELLED: "Cancelled",
    OverrideKind.MOVED: "Moved",
    OverrideKind.ONLINE_ONLY: "Online only",
    OverrideKind.OTHER_TIME: "At another time",
}
_NOTHING: dict[str, Any] = {}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What documents refer to by slug: Meeting Guide types by format, entity fields by service body."""

    types: Mapping[str, str]
    entities: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, formats: Iterable[Document], bodies: Iterable[Document]) -> "Vocabulary":
        """The vocabulary of the public documents of formats and service bodies."""
        types = {each["slug"]: each["meeting_guide"][0] for each in formats if each.get("meeting_guide")}
        entities = {
            each["slug"]: {
                "entity": each["name"],
                "entity_phone": each.get("helpline") or "",
                "entity_url": each.get("url") or "",
            }
            for each in bodies
        }
        return cls(types, entities)


def encode_listing(
    document: Document,
    *,
    vocabulary: Vocabulary,
    public_url: str,
    now: dt.datetime,
    days: Collection[int] = (),
) -> list[bytes]:
    """The rows of a listing as JSON objects; takes what `listing_rows` takes."""
    rows = listing_rows(document, vocabulary=vocabulary, public_url=public_url, now=now, days=days)
    return [orjson.dumps(row) for row in rows]


def listing_rows(
    document: Document,
    *,
    vocabulary: Vocabulary,
    public_url: str,
    now: dt.datetime,
    days: Collection[int] = (),
) -> list[Row]:
    """The rows of the listing that *document* is about, for the week from *now* (aware); those of *days* when given.

    *public_url* is where the directory's pages are.
    """
    sittings = day_rows(document, now=now)
    if days:
        sittings = [sitting for sitting in sittings if sitting.day in days]
    if not sittings:
        return []
    usual = _usual(document, vocabulary, public_url)
    return [_row(document, usual, sitting) for sitting in sittings]


def _row(document: Document, usual: Row, sitting: DayRow) -> Row:
    row: Row = {"slug": row_slug(document, sitting.day)}
    if sitting.day is not None:
        row |= {"day": sitting.day, "time": sitting.start, "end_time": sitting.end}
    row |= usual
    if sitting.override is not None:
        _change(row, document, sitting, sitting.override)
    return row


def _usual(document: Document, vocabulary: Vocabulary, public_url: str) -> Row:
    """What all rows of a listing say, exceptions aside; what is empty is left out."""
    place, group = document["location"] or _NOTHING, document["group"] or _NOTHING
    closed, extra = document["temporarily_closed"], document["extra"]
    out_of_it = is_out_of_its_building(document)
    conference = _NOTHING if closed else document["conference"] or _NOTHING
    page = f"{public_url}/meetings/{document['slug']}"
    approximate = is_approximate(document)
    types = [vocabulary.types[slug] for slug in document["formats"] if slug in vocabulary.types]
    if (approximate or out_of_it) and not closed:
        types = [code for code in types if code not in IN_PERSON_ONLY]
    # Another server's own key may sound like a type and mean something else.
    types += [code for code in document["unmapped_types"] if code.upper() not in CODES]
    if closed or out_of_it:
        types.append(CLOSED)
    if out_of_it and (conference.get("url") or conference.get("phone")):  # readers derive it of all others
        types.append(ONLINE)
    get, of_group = place.get, group.get
    row = {
        "timezone": document["schedule"]["zone"],
        "name": document["name"],
        "types": types,
        "notes": _lines(*on_request_of(document), document["notes"]),
        "location": get("name"),
        "location_notes": _lines(get("notes"), get("access_notes")),
        "formatted_address": address_line(document),
        KNOWN_ADDRESS: known_address(document),
        "address": get("street"),
        "city": get("city"),
        "state": get("state"),
        "postal_code": get("postal_code"),
        "country": get("country"),
        "approximate": "yes" if approximate else "no",
        "attendance_option": attendance_option(conference, approximate=approximate, closed=closed or out_of_it),
        "group": of_group("name"),
        "group_notes": of_group("notes"),
        "district": of_group("district") or extra.get("district"),
        "email": of_group("email"),
        "phone": of_group("phone"),
        "website": document["website"] or of_group("website"),
        "venmo": of_group("venmo"),
        "square": of_group("square"),
        "paypal": of_group("paypal"),
        "conference_url": conference.get("url"),
        "conference_url_notes": conference.get("url_notes"),
        "conference_phone": conference.get("phone"),
        "conference_phone_notes": conference.get("phone_notes"),
        "homegroup_online": extra.get("homegroup_online"),
        "url": page,
        "edit_url": f"{page}/change",
        "feedback_url": f"{page}/problem",
        "updated": _instant(document["updated_at"]),
        "last_contact": _instant(document["confirmed_at"])[:10],
    }
    row = {name: value for name, value in row.items() if value}
    if (point := point_of(document)) is not None:
        row["latitude"], row["longitude"] = point
    if document["region"]:
        row |= _regions([region["name"] for region in document["region"]])
    return row | _entity(document, vocabulary)


def is_approximate(document: Document) -> bool:
    """Whether nobody can be sent to the address: there is none, it is an area's, or no more is known than a town."""
    place, out_of_it = document["location"], is_out_of_its_building(document)
    if place is None or place["address_visibility"] != "public":
        return True
    if document["attendance"] == "online" and not out_of_it:
        return True
    unsure = place["precision"] != "exact" and not place["street"]
    return unsure and (document["temporarily_closed"] or out_of_it or not is_full(place["address"]))


def attendance_option(conference: Mapping[str, str], *, approximate: bool, closed: bool) -> str:
    """How one can take part, in the plugin's words, as readers of the row will have it."""
    online = bool(conference.get("url") or conference.get("phone"))
    in_person = not (approximate or closed)
    if online:
        return "hybrid" if in_person else "online"
    return "in_person" if in_person else "inactive"


def _change(row: Row, document: Document, sitting: DayRow, override: Override) -> None:
    """Make *row* say what is different about its sitting."""
    text = ". ".join(part for part in (WORDS[override.kind], override.note) if part)
    row["notes"] = _lines(f"{sitting.date}: {text}", row.get("notes"))
    if override.kind is OverrideKind.CANCELLED:
        _leave_out(row, ONLINE_FIELDS)
        row["types"] = [*(code for code in row.get("types", ()) if code not in {CLOSED, ONLINE}), CLOSED]
    elif override.kind is OverrideKind.MOVED:
        _leave_out(row, OF_THE_PLACE)
        row["location"] = override.place or UNNAMED_PLACE
        row["formatted_address"] = address_line(document, moved_to=row["location"])
        row["approximate"] = row["approximate"] if override.place else "yes"
    elif override.kind is OverrideKind.ONLINE_ONLY:
        row["approximate"] = "yes"
        row["types"] = [code for code in row.get("types", ()) if code not in IN_PERSON_ONLY]
    conference = {name: row.get(f"conference_{name}", "") for name in ("url", "phone")}
    closed = CLOSED in row.get("types", ())
    row["attendance_option"] = attendance_option(conference, approximate=row["approximate"] == "yes", closed=closed)


def _leave_out(row: Row, names: Iterable[str]) -> None:
    for name in names:
        row.pop(name, None)


def _regions(names: list[str]) -> Row:
    told = zip(("region", "sub_region", "sub_sub_region"), names, strict=False)
    return {"regions": names, **dict(told)}


def _entity(document: Document, vocabulary: Vocabulary) -> Row:
    """Who vouches for the listing: as its source said, else its service body."""
    extra, body = document["extra"], document["service_body"]
    if "entity" in extra:
        found = {name: extra[name] for name in ENTITY_FIELDS if extra.get(name)}
    elif body is not None:
        found = {name: text for name, text in vocabulary.entities.get(body["slug"], _NOTHING).items() if text}
    else:
        return {}
    if "entity_url" in found:  # the specification's text has one name, its example the other
        found["entity_website_url"] = found["entity_url"]
    return found


def _lines(*texts: str | None) -> str:
    return "\n".join(text for text in texts if text)


def _instant(text: str | None) -> str:
    """An instant of a document (RFC 3339, UTC) as the specification writes it; "" for years that nobody meant."""
    return "" if text is None or text[4] != "-" else f"{text[:10]} {text[11:19]}"
