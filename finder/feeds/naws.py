"""Listings as the table that NA World Services takes: 52 columns, a line for each day, and a line for what has gone.

NA World Services knows a group by its "Committee", the world id; ``Delete`` is D for one that has left the directory.
One that another listing still bears has not gone.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finder.domain.schedule import weekdays_of
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.bmlt_comments import days_of
from finder.feeds.bmlt_encode import number_on
from finder.feeds.bmlt_languages import LANGUAGES as SPOKEN
from finder.feeds.cells import csv_lines, neutralised
from finder.feeds.document import Document, is_out_of_its_building, point_of, schedule_of
from finder.feeds.on_request import on_request_of
from finder.feeds.words import Words

COLUMNS = (
    *("Committee", "CommitteeName", "AddDate", "AreaRegion", "ParentName", "ComemID", "ContactID", "ContactName"),
    *("CompanyName", "ContactAddrID", "ContactAddress1", "ContactAddress2", "ContactCity", "ContactState"),
    *("ContactZip", "ContactCountry", "ContactPhone", "MeetingID", "Room", "Closed", "WheelChr", "Day", "Time"),
    *("Language1", "Language2", "Language3", "LocationId", "Place", "Address", "City", "LocBorough", "State", "Zip"),
    *("Country", "Directions", "Institutional", "Format1", "Format2", "Format3", "Format4", "Format5", "Delete"),
    *("LastChanged", "Longitude", "Latitude", "ContactGP", "PhoneMeetingNumber", "VirtualMeetingLink"),
    *("VirtualMeetingInfo", "TimeZone", "bmlt_id", "unpublished"),
)
#: Formats that have the first places, then come the others as the vocabulary orders them.
FIRST_FORMATS = ("VM", "TC", "HYBR", "W", "M", "GL")
#: Codes that have a column of their own.
ELSEWHERE = frozenset({"OPEN", "CLOSED", "WCHR", "LANG"})
ATTENDANCE = {"online": "VM", "hybrid": "HYBR"}
FORMATS, LANGUAGES = 5, 3
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
#: Goes without saying.
UNSAID = "english"

#: When a revision of the directory was made (aware), if that is known.
MomentOf = Callable[[int], dt.datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneListing:
    """What is still known of a listing that has left the directory: numbers, and the revision that took it away."""

    world_id: str
    bmlt_id: int
    service_body_id: int
    revision: int


def encode_naws(
    documents: Iterable[Document], gone: Iterable[GoneListing], words: Words, *, moment_of: MomentOf, today: dt.date
) -> Iterator[bytes]:
    """The table, line by line: the listings in *documents*, then what of *gone* NA World Services may strike.

    *today* is from when on the next dates of meetings are told that are not weekly.
    """
    yield from csv_lines(_rows(documents, gone, words, moment_of, today))


def _rows(
    documents: Iterable[Document], gone: Iterable[GoneListing], words: Words, moment_of: MomentOf, today: dt.date
) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for document in documents:
        known = _listing(document, words, moment_of, today)
        days = _days(document, today)
        for day in days:
            yield _line(known | {"Day": DAY_NAMES[day], "bmlt_id": number_on(document["bmlt_id"], day, days[0])})
        if not days:
            yield _line(known)
    bodies = {body["id"]: body for body in words.bodies.values()}
    for each in gone:
        of_body = _body(bodies.get(each.service_body_id))
        left = {"Committee": each.world_id, "bmlt_id": each.bmlt_id, "Delete": "D"}
        yield _line(of_body | left | {"LastChanged": _date(moment_of(each.revision))})


def _days(document: Document, today: dt.date) -> tuple[int, ...]:
    """The weekdays of a listing; of a single date its own, until it is over."""
    schedule = schedule_of(document)
    over = schedule.kind is RecurrenceKind.ONCE and schedule.first_date is not None and schedule.first_date < today
    return () if over else weekdays_of(schedule)


def _line(values: Mapping[str, object]) -> list[str]:
    """The cells of a line; a number alone, such as a longitude, computes nothing."""
    cells = (values.get(column, "") for column in COLUMNS)
    return [str(cell) if isinstance(cell, int | float) else neutralised(str(cell or "")) for cell in cells]


def _body(body: Document | None) -> dict[str, object]:
    return {"AreaRegion": body["world_id"], "ParentName": body["name"]} if body else {}


def _listing(document: Document, words: Words, moment_of: MomentOf, today: dt.date) -> dict[str, object]:
    """Everything of a line but its day."""
    place, body = document["location"] or {}, document["service_body"]
    # With a way to join, TC says that no more than the building is closed.
    conference = {} if document["temporarily_closed"] else document["conference"] or {}
    codes, others = _formats(document, words)
    notes = (conference.get("url_notes"), conference.get("phone_notes"))
    updated, point = document["updated_at"], point_of(document)
    told: dict[str, Any] = {
        "Committee": document["world_id"],
        "CommitteeName": document["name"],
        "Room": ", ".join(others),
        "Closed": "OPEN" if _has(document, words, "OPEN") else "CLOSED",
        "WheelChr": "TRUE" if _has(document, words, "WCHR") else "FALSE",
        "Time": (document["schedule"]["start"] or "").replace(":", ""),
        "Place": place.get("name"),
        "Address": place.get("street"),
        "City": place.get("city"),
        "LocBorough": document["extra"].get("borough"),
        "State": place.get("state"),
        "Zip": place.get("postal_code"),
        "Country": place.get("country"),
        "Directions": " ".join([*days_of(document, today), *on_request_of(document), place.get("notes", "")]).strip(),
        "Institutional": "FALSE",
        "LastChanged": _date(dt.datetime.fromisoformat(updated) if updated else moment_of(document["revision"])),
        "Longitude": point[1] if point else None,
        "Latitude": point[0] if point else None,
        "PhoneMeetingNumber": conference.get("phone"),
        "VirtualMeetingLink": conference.get("url"),
        "VirtualMeetingInfo": " ".join(note for note in notes if note),
        "TimeZone": document["schedule"]["zone"],
        "bmlt_id": document["bmlt_id"],
    }
    told |= {f"Format{number}": code for number, code in enumerate(codes, start=1)}
    told |= {f"Language{number}": key for number, key in enumerate(_languages(document, words), start=1)}
    return told | _body(words.bodies.get(body["slug"]) if body else None)


def _codes(slug: str, words: Words) -> list[str]:
    codes: list[str] = words.formats.get(slug, {}).get("naws", [])
    return codes


def _has(document: Document, words: Words, code: str) -> bool:
    return any(code in _codes(slug, words) for slug in document["formats"])


def _formats(document: Document, words: Words) -> tuple[list[str], list[str]]:
    """At most five codes, and the names of what has no code or found no place."""
    shut = document["temporarily_closed"] or is_out_of_its_building(document)
    state = [ATTENDANCE.get(document["attendance"], ""), "TC" if shut else ""]
    named: dict[str, str] = {code: "" for code in state if code}
    others = []
    for slug in document["formats"]:
        codes = _codes(slug, words)
        told = [code for code in codes if code not in ELSEWHERE]
        if told:
            named.setdefault(told[0], words.format(slug))
        elif not codes and words.formats.get(slug, {}).get("kind") != "language":
            others.append(words.format(slug))
    ranks = {code: place for place, code in enumerate(FIRST_FORMATS)}
    ordered = sorted(named, key=lambda code: ranks.get(code, len(ranks)))
    dropped = [named[code] for code in ordered[FORMATS:] if named[code]]
    own = [words.bmlt_name(key, source=document["source"]) for key in document["unmapped_types"]]
    return ordered[:FORMATS], [*dropped, *others, *own]


def _languages(document: Document, words: Words) -> list[str]:
    """Languages, each by what reading the table understands again."""
    spoken = [
        slug
        for slug in document["formats"]
        if slug != UNSAID and words.formats.get(slug, {}).get("kind") == "language" and not _is_general(slug, words)
    ]
    return [_language(slug, words, source=document["source"]) for slug in spoken][:LANGUAGES]


def _language(slug: str, words: Words, *, source: str) -> str:
    """A language by the key of its own server where that is a code for it, else by the directory's own key or name."""
    key, own = words.bmlt_key(slug, source=source), words.bmlt_key(slug, source="")
    return key if SPOKEN.get(key.casefold()) == slug else own or words.format(slug)


def _is_general(slug: str, words: Words) -> bool:
    """Whether a format says only that there is more than one language."""
    return "LANG" in _codes(slug, words)


def _date(moment: dt.datetime | None) -> str:
    """Month, day and year without a leading zero: ``6/10/21``."""
    return f"{moment.month}/{moment.day}/{moment.year % 100:02d}" if moment else ""
