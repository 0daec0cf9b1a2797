"""Listings as a table (CSV): every public field, readable by people, and read back by ``tabular`` as it was.

Columns that other tables have too bear the names they have there, so that those who only know Meeting Guide tables
read them as well. No cell begins a formula.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from finder.domain.listing import LOCATION_CLOSED
from finder.domain.text import clean, in_path
from finder.feeds.cells import BYTE_ORDER_MARK, csv_lines, neutralised
from finder.feeds.document import Document, is_out_of_its_building, overrides_of, schedule_of
from finder.feeds.meeting_guide_record import LINE_LENGTH
from finder.feeds.schedule_text import exceptions_text, rhythm_text
from finder.feeds.words import SEPARATOR, Words

DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
A_DAY = 24 * 60
USUAL_MINUTES = 60

#: What else may be known of a listing and has a column: heading -> name.
EXTRA_COLUMNS = {
    "Borough": "borough",
    "Neighborhood": "neighborhood",
    "County": "county",
    "Train Lines": "train_lines",
    "Bus Lines": "bus_lines",
    "Entity": "entity",
    "Entity Email": "entity_email",
    "Entity Location": "entity_location",
    "Entity Logo": "entity_logo",
    "Entity Phone": "entity_phone",
    "Entity URL": "entity_url",
    "Homegroup Online": "homegroup_online",
    "Location Closed": LOCATION_CLOSED,
}
#: Types by which others learn that nobody is at the address. Here it is told by columns.
OUT_OF_ITS_BUILDING = ("Location Temporarily Closed", "Online Meeting")
_GROUP = {
    "Group": "name",
    "Group Notes": "notes",
    "Group Website": "website",
    "Email": "email",
    "Phone": "phone",
    "District": "district",
    "Venmo": "venmo",
    "Square": "square",
    "PayPal": "paypal",
}
_LOCATION = {
    "Location": "name",
    "Full Address": "address",
    "Address": "street",
    "Unit": "unit",
    "City": "city",
    "State": "state",
    "Postal Code": "postal_code",
    "Country": "country",
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Precision": "precision",
    "Address Visibility": "address_visibility",
    "Location Notes": "notes",
    "Access Notes": "access_notes",
}
_CONFERENCE = {
    "Conference URL": "url",
    "Conference URL Notes": "url_notes",
    "Conference Phone": "phone",
    "Conference Phone Notes": "phone_notes",
}
_OWN = {
    "Notes": "notes",
    "Website": "website",
    "URL": "url",
    "Last Contact": "confirmed_at",
    "Updated": "updated_at",
    "Slug": "slug",
    "Source": "source",
    "Source Key": "source_key",
    "World ID": "world_id",
    "BMLT ID": "bmlt_id",
}

Cell = Callable[[Document, Words], object]


def _part(part: str, name: str) -> Cell:
    return lambda document, _: (document[part] or {}).get(name)


def _plainly(name: str) -> Cell:
    return lambda document, _: document.get(name)


def _days(document: Document, _: Words) -> str:
    return ", ".join(DAY_NAMES[day] for day in document["schedule"]["weekdays"])


def _end(document: Document, _: Words) -> str:
    start, minutes = document["schedule"]["start"], document["schedule"]["duration_min"]
    if start is None or minutes == A_DAY:
        return ""
    total = (int(start[:2]) * 60 + int(start[3:]) + minutes) % A_DAY
    return f"{total // 60:02d}:{total % 60:02d}"


def _minutes(document: Document, words: Words) -> object:
    """How long it takes, where its end does not tell."""
    minutes = document["schedule"]["duration_min"]
    return "" if _end(document, words) or minutes == USUAL_MINUTES else minutes


def _types(document: Document, words: Words) -> str:
    names = ((slug, words.format(slug)) for slug in document["formats"])
    told = [slug if "," in name else name for slug, name in names]
    return ", ".join([*told, *OUT_OF_ITS_BUILDING] if is_out_of_its_building(document) else told)


def _body(document: Document, words: Words) -> str:
    body = document["service_body"]
    return (words.body_path(body["slug"]) or str(body["name"])) if body else ""


def _extra(name: str) -> Cell:
    return lambda document, _: text if _fits(text := document.get("extra", {}).get(name, "")) else ""


def _fits(text: str) -> bool:
    """Whether a text survives being a cell of one line, which is read as far as a line goes."""
    return clean(text) == text and len(text) <= LINE_LENGTH


def _rest(document: Document, _: Words) -> str:
    held = document.get("extra", {})
    rest = {name: text for name, text in held.items() if name not in EXTRA_COLUMNS.values() or not _fits(text)}
    return orjson.dumps(rest, option=orjson.OPT_SORT_KEYS).decode() if rest else ""


#: Heading -> what stands in the column, in the order of the table.
COLUMNS: dict[str, Cell] = {
    "Name": _plainly("name"),
    "Program": _plainly("program"),
    "Attendance": lambda document, _: document["attendance"].replace("_", " "),
    "Join Policy": lambda document, _: document["join_policy"].replace("_", " "),
    "Temporarily Closed": lambda document, _: "yes" if document["temporarily_closed"] else "",
    "Day": _days,
    "Time": _part("schedule", "start"),
    "End Time": _end,
    "Minutes": _minutes,
    "Timezone": _part("schedule", "zone"),
    "Recurrence": lambda document, _: rhythm_text(schedule_of(document)),
    "First Date": _part("schedule", "first_date"),
    "Last Date": _part("schedule", "last_date"),
    "Exceptions": lambda document, _: exceptions_text(overrides_of(document)),
    "Types": _types,
    "Unmapped Types": lambda document, _: "\n".join(document["unmapped_types"]),
    **{heading: _part("group", name) for heading, name in _GROUP.items()},
    **{heading: _part("location", name) for heading, name in _LOCATION.items()},
    "Region": lambda document, _: SEPARATOR.join(in_path(region["name"]) for region in document["region"]),
    "Service Body": _body,
    **{heading: _part("conference", name) for heading, name in _CONFERENCE.items()},
    **{heading: _plainly(name) for heading, name in _OWN.items()},
    **{heading: _extra(name) for heading, name in EXTRA_COLUMNS.items()},
    "Extra": _rest,
    "Demo": lambda document, _: "yes" if document["demo"] else "",
}


def encode_table(documents: Iterable[Document], words: Words, *, mark: bool = False) -> Iterator[bytes]:
    """The table of *documents* (CSV in UTF-8), line by line; *mark* begins it with a byte order mark, for Excel."""
    if mark:
        yield BYTE_ORDER_MARK
    yield from csv_lines(_rows(documents, words))


def _rows(documents: Iterable[Document], words: Words) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for document in documents:
        yield [_cell(column(document, words)) for column in COLUMNS.values()]


def _cell(value: Any) -> str:  # noqa: ANN401 - what a document holds
    if isinstance(value, float):
        return repr(value)  # read back to the last digit; a number alone computes nothing
    return "" if value is None else neutralised(str(value))
