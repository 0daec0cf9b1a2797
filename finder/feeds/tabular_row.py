"""A row of a table that this directory wrote, read back as the listing it was.

It is known by its columns "Attendance" and "Join Policy", which no other table has both, and by whatever else only such
a table says: a row that hides its address, or meets every other week, is never read as one of any table, which would
pass over that. It is taken as it stands: nothing is guessed but the parts of an address that somebody gave in one line.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple, TypeVar

import orjson

from finder.domain.conference import URL_LENGTH, read_guest_link
from finder.domain.errors import BadInputError, ScheduleError
from finder.domain.listing import ListingDraft, LocationDraft
from finder.domain.schedule import DEFAULT_DURATION, Schedule, validate
from finder.domain.text import clean
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, Precision
from finder.feeds.meeting_guide_address import ADDRESS_LENGTH, POSTAL_LENGTH, Address, read_address
from finder.feeds.meeting_guide_online import read_link
from finder.feeds.meeting_guide_place import MAX_LATITUDE, MAX_LONGITUDE
from finder.feeds.meeting_guide_record import Record
from finder.feeds.meeting_guide_row import key_of, read_group, slug_of
from finder.feeds.meeting_guide_time import WHOLE_DAY, read_days, read_instant, read_time, read_zone
from finder.feeds.meeting_guide_types import MAX_CODE_LENGTH, MAX_UNMAPPED, TypeReader
from finder.feeds.rows import DecodeOptions, Remarks, Row
from finder.feeds.schedule_text import Rhythm, read_exceptions, read_rhythm
from finder.feeds.tabular_write import EXTRA_COLUMNS
from finder.feeds.words import SEPARATOR

#: What no other table says, each with the word that says no more than any table does.
ONLY_OWN = {"join_policy": "open", "address_visibility": "public", "recurrence": "", "exceptions": ""}
KEY_LENGTH = 240
MAX_EXTRA = 100

Choice = TypeVar("Choice", bound=StrEnum)


def is_own(record: object) -> bool:
    """Whether a record of a table is one that this directory wrote."""
    if not isinstance(record, Mapping):
        return False
    chosen = {"attendance": Attendance, "join_policy": JoinPolicy}
    plainly = all(_word(record.get(name)) in list(kind) for name, kind in chosen.items())
    return plainly or any(_word(record.get(name)) not in {"", usual} for name, usual in ONLY_OWN.items())


def _word(cell: object) -> str:
    """The value of an enum as people write it: "in person" is in_person."""
    return str(cell or "").strip().casefold().replace(" ", "_").replace("-", "_")


def decode_own(record: Mapping[str, str], *, number: int, options: DecodeOptions, types: TypeReader) -> Row:
    """The listing of row *number*, or the reason why none can be made."""
    remarks = Remarks()
    fields = Record(record, remarks, literal=True)
    name = fields.line("name")
    key, key_field = fields.line("source_key", limit=KEY_LENGTH), "source_key"
    if not key:
        key, key_field = key_of(fields, name, table=True)
    draft = None
    if not name:
        remarks.refuse("name", "", "is missing: a listing needs a name")
    else:
        try:
            draft = _draft(fields, name, key, options, types)
        except _UnreadableError as error:
            remarks.refuse(error.field, record.get(error.field), str(error))
    return Row(number=number, draft=draft, key=key, key_field=key_field, title=name, remarks=remarks.all())


class _UnreadableError(Exception):
    """A cell that the listing hangs on and that cannot be read."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def _draft(record: Record, name: str, key: str, options: DecodeOptions, reader: TypeReader) -> ListingDraft:
    types = reader.read_own(record)
    policy = _choice(record, "join_policy", JoinPolicy, JoinPolicy.OPEN)
    way_in = _way_in(record, policy, options.hosts)
    try:
        overrides = read_exceptions(str(record.raw("exceptions") or ""))
    except ValueError as error:
        raise _UnreadableError("exceptions", str(error)) from error
    return ListingDraft(
        name=name,
        program=record.line("program") or options.program,
        attendance=_attendance(record),
        schedule=_schedule(record, zone=options.zone or ""),
        slug=slug_of(record, name),
        source_key=key,
        temporarily_closed=bool(record.yes("temporarily_closed")),
        formats=types.formats,
        unmapped_types=(*types.unmapped, *_lines(record, "unmapped_types"))[:MAX_UNMAPPED],
        group=read_group(record, name),
        location=_location(record),
        region=_path(record, "region"),
        service_body=SEPARATOR.join(_path(record, "service_body")) or options.service_body,
        conference_url=way_in.url,
        conference_url_notes=way_in.notes,
        conference_phone=record.line("conference_phone"),
        conference_phone_notes=record.notes("conference_phone_notes"),
        join_policy=policy,
        notes=record.notes("notes"),
        website=way_in.website,
        url=read_link(record, "url"),
        confirmed_at=read_instant(record, "last_contact"),
        updated_at=read_instant(record, "updated"),
        overrides=overrides,
        world_id=record.line("world_id", limit=64),
        bmlt_id=_whole(record, "bmlt_id"),
        demo=bool(record.yes("demo")),
        extra=_extra(record),
    )


def _schedule(record: Record, *, zone: str) -> Schedule:
    """The rule of a row; raises _UnreadableError where a seeker would be sent to a time that nobody meant."""
    try:
        rhythm = read_rhythm(record.line("recurrence"))
    except ValueError as error:
        raise _UnreadableError("recurrence", str(error)) from error
    start = read_time(record, "time", "start_time")
    schedule = Schedule(
        kind=rhythm.kind,
        weekdays=_weekdays(record, rhythm),
        start=start,
        duration=_duration(record, start),
        zone=read_zone(record) or zone,
        interval=rhythm.interval,
        weeks_of_month=rhythm.weeks_of_month,
        first_date=_date(record, "first_date"),
        last_date=_date(record, "last_date"),
    )
    try:
        validate(replace(schedule, zone=schedule.zone or "UTC"))  # a zone is found later, from the place
    except ScheduleError as error:
        raise _UnreadableError("recurrence" if rhythm != Rhythm() else "day", str(error)) from error
    return schedule


def _weekdays(record: Record, rhythm: Rhythm) -> tuple[int, ...]:
    named = read_days(record)
    if rhythm.weekdays and named and named != rhythm.weekdays:
        record.remarks.add("day", record.raw("day"), "is not what the recurrence says: the recurrence counts")
    return rhythm.weekdays or named


def _duration(record: Record, start: dt.time | None) -> dt.timedelta:
    """To the end, which is the next day's when it is not after the start; a table of ours means what it says."""
    minutes, end = _whole(record, "minutes"), read_time(record, "end_time")
    if minutes is not None:
        return dt.timedelta(minutes=minutes)
    if start is None or end is None or end == start:
        return DEFAULT_DURATION
    length = dt.timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute)
    return length if length > dt.timedelta(0) else length + WHOLE_DAY


def _date(record: Record, field: str) -> dt.date | None:
    text = record.line(field)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _UnreadableError(field, "is not a date such as 2026-12-31") from error


def _whole(record: Record, field: str) -> int | None:
    number = record.number(field)
    return int(number) if number is not None and number > 0 else None


def _attendance(record: Record) -> Attendance:
    text = _word(record.raw("attendance"))
    if text not in list(Attendance):
        known = ", ".join(each.replace("_", " ") for each in Attendance)
        raise _UnreadableError("attendance", f"is not one of {known}, and this row needs it")
    return Attendance(text)


def _choice(record: Record, field: str, kind: type[Choice], default: Choice) -> Choice:
    text = _word(record.line(field))
    if text and text not in list(kind):
        raise _UnreadableError(field, f"is not one of {', '.join(kind)}")
    return kind(text) if text else default


def _location(record: Record) -> LocationDraft | None:
    """The place as it stands, but for an address that somebody gave in one line."""
    address = _address(record)
    latitude, longitude = record.degrees("latitude"), record.degrees("longitude")
    if latitude is None or longitude is None or abs(latitude) > MAX_LATITUDE or abs(longitude) > MAX_LONGITUDE:
        if latitude is not None or longitude is not None:
            record.remarks.add("latitude", record.raw("latitude"), "is no point on the globe: left out")
        latitude = longitude = None
    draft = LocationDraft(
        name=record.line("location"),
        formatted_address=address.formatted,
        street=address.street,
        unit=record.line("unit"),
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
        latitude=latitude,
        longitude=longitude,
        precision=_choice(record, "precision", Precision, Precision.EXACT),
        notes=record.notes("location_notes"),
        access_notes=record.notes("access_notes"),
        address_visibility=_choice(record, "address_visibility", AddressVisibility, AddressVisibility.PUBLIC),
    )
    return None if draft == LocationDraft() and not record.line("precision") else draft


def _address(record: Record) -> Address:
    """The address as it stands; where a row gives one line of it and neither street nor town, with its parts.

    A row that says how exact it is was written here: its listing has no such parts.
    """
    given = Address(
        formatted=record.line("formatted_address", limit=ADDRESS_LENGTH),
        street=record.line("address"),
        city=record.line("city"),
        state=record.line("state"),
        postal_code=record.line("postal_code", limit=POSTAL_LENGTH),
        country=record.line("country"),
    )
    if given.street or given.city or record.line("precision"):
        return given
    told, _ = read_address(record)
    return replace(
        told,
        formatted=given.formatted,
        state=given.state or told.state,
        postal_code=given.postal_code or told.postal_code,
        country=given.country or told.country,
    )


class _WayIn(NamedTuple):
    """How a row says that one joins: the link, what is to know about it, and the meeting's website."""

    url: str
    notes: str
    website: str


def _way_in(record: Record, policy: JoinPolicy, hosts: tuple[str, ...]) -> _WayIn:
    """The link to join by, held to the same as one that somebody submits: of a known service, https, no host's key.

    One of another service is kept as the website, where there is none and anybody may join, and in the notes otherwise:
    those are told to whom the link would be told.
    """
    text, notes = record.line("conference_url", limit=URL_LENGTH), record.notes("conference_url_notes")
    website = read_link(record, "website")
    if not text:
        return _WayIn("", notes, website)
    try:
        link = read_guest_link(text, hosts)
    except BadInputError as error:
        record.remarks.add("conference_url", text, f"{error} It was left out.")
        return _WayIn("", notes, website)
    if link.provider:
        return _WayIn(link.url, notes, website)
    if policy is JoinPolicy.OPEN and not website and not link.secrets:
        record.remarks.add("conference_url", link.host, "is not a known conference service: kept as the website")
        return _WayIn("", notes, link.url)
    record.remarks.add("conference_url", link.host, "is not a known conference service: kept in the notes")
    return _WayIn("", notes if link.url in notes else f"{link.url}\n{notes}".strip(), website)


def _path(record: Record, field: str) -> tuple[str, ...]:
    parts = (part.strip() for part in record.line(field, limit=ADDRESS_LENGTH).split(SEPARATOR.strip()))
    return tuple(record.fit(field, part, 255) for part in parts if part)


def _lines(record: Record, field: str) -> tuple[str, ...]:
    lines = (clean(line) for line in str(record.raw(field) or "").split("\n"))
    return tuple(record.fit(field, line, MAX_CODE_LENGTH) for line in lines if line)


def _extra(record: Record) -> dict[str, str]:
    """What else is known, from the columns of its own and from the JSON that holds the rest."""
    found = {name: record.line(name) for name in EXTRA_COLUMNS.values()}
    text = str(record.raw("extra") or "")
    try:
        rest = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        rest = None
    if not isinstance(rest, dict) or not all(isinstance(value, str) for value in rest.values()):
        record.remarks.add("extra", text, "is not a JSON object of texts: left out")
        rest = {}
    return {name: value for name, value in (found | dict(list(rest.items())[:MAX_EXTRA])).items() if value}
