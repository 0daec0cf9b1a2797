"""One meeting of a BMLT answer as a listing, and everything about it that was not plain."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finder.domain.catalogue import SpecialMeaning
from finder.domain.listing import LOCATION_CLOSED, ContactDraft, GroupDraft, ListingDraft
from finder.domain.text import clean, fold, slugify
from finder.domain.vocabulary import Attendance
from finder.feeds.bmlt_read_bodies import read_number
from finder.feeds.bmlt_read_formats import FormatReader, Meaning
from finder.feeds.bmlt_read_place import EXTRA, BmltPlace, read_extra_of_place, read_place, read_regions
from finder.feeds.bmlt_read_time import read_schedule
from finder.feeds.json_scan import REPEATED
from finder.feeds.made_keys import made_key
from finder.feeds.meeting_guide_online import WayIn, WayInFields, read_way_in
from finder.feeds.meeting_guide_record import Record
from finder.feeds.rows import DecodeOptions, Remarks, Row

KEY_LENGTH = 240
SLUG_LENGTH = 64
MAX_UNMAPPED = 50
MAX_CUSTOM = 60
SHORT_PROGRAM = 4
#: Old servers put the label of a field before its value, with this between them.
LABEL_END = "#@-@#"

WAY_IN = WayInFields("virtual_meeting_link", "virtual_meeting_additional_info", "phone_meeting_number", "")
VENUES = {"1": Attendance.IN_PERSON, "2": Attendance.ONLINE, "3": Attendance.HYBRID}

#: Fields that a listing has a place for, or that say nothing about the meeting.
KNOWN = frozenset(
    {
        *("id_bigint", "worldid_mixed", "shared_group_id_bigint", "service_body_bigint", "service_body_name"),
        *("weekday_tinyint", "venue_type", "start_time", "duration_time", "time_zone", "formats", "lang_enum"),
        *("longitude", "latitude", "distance_in_km", "distance_in_miles", "email_contact", "published"),
        *("root_server_uri", "root_server_id", "format_shared_id_list", "meeting_name", "comments"),
        *("location_text", "location_info", "location_street", "location_municipality", "location_province"),
        *("location_postal_code_1", "location_nation", "id", "coordinates", "timezone", REPEATED),
        *(WAY_IN.url, WAY_IN.url_notes, WAY_IN.phone, *EXTRA),
    }
)
_PRIVATE = re.compile(r"(?:contact|admin|user|password)|e_?mail", re.IGNORECASE)
_CUSTOM_NAME = re.compile(r"[\w][\w .:-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the other answers of the server say, for reading its meetings; ``bodies`` are paths by number there."""

    formats: FormatReader
    bodies: Mapping[int, str]
    usual: dt.timedelta


def decode_meeting(value: object, *, number: int, options: DecodeOptions, server: Server) -> Row:
    """The listing of row *number*, or the reason why none can be made."""
    remarks = Remarks()
    if not isinstance(value, Mapping):
        remarks.refuse("", value, "is not a meeting: a row is an object with fields")
        return Row(number=number, draft=None, remarks=remarks.all())
    record = Record(_unlabelled(value), remarks)
    for name in value.get(REPEATED, ()):
        remarks.add(name, value.get(name), "is given more than once: the last one counts")
    if record.yes("published") is False:
        title = _title(record, record.line("meeting_name"))
        remarks.refuse("published", value.get("published"), "is not published there")
        return Row(
            number=number, draft=None, title=title, remarks=remarks.all()
        )  # without a key: what was here is gone
    name = record.line("meeting_name")
    if not name:
        name = f"{options.program.upper()} Meeting" if len(options.program) <= SHORT_PROGRAM else "Meeting"
        remarks.add("meeting_name", value.get("meeting_name"), f'is missing: listed as "{name}"')
    key, key_field = _key(record, name)
    draft = _draft(record, name, key, options, server)
    title = "" if draft else _title(record, name)
    return Row(number=number, draft=draft, key=key, key_field=key_field, title=title, remarks=remarks.all())


def _title(record: Record, name: str) -> str:
    """A meeting by its name and its number there, since many have one name."""
    number = read_number(record, "id_bigint", "id")
    return name if number is None else f"{name} (id_bigint {number})".strip()


def _unlabelled(value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that hold anything, without the labels that old servers put before a value."""
    return {
        name: text.rsplit(LABEL_END, 1)[1] if isinstance(text, str) and LABEL_END in text else text
        for name, text in value.items()
        if text not in ("", None)
    }


def _key(record: Record, name: str) -> tuple[str, str]:
    """The meeting's number there with its field, else a digest of what it says about when and where."""
    number = read_number(record, "id_bigint", "id")
    if number is not None:
        return str(number), "id_bigint"
    text = record.line("id_bigint", "id", limit=KEY_LENGTH)
    if text:
        record.remarks.add("id_bigint", text, "is not a number: the meeting is given a new one")
        return text, "id_bigint"
    record.remarks.add("id_bigint", None, "is missing: this meeting is known by its name, day, time and place")
    told = ("weekday_tinyint", "start_time", "location_street", "location_municipality", "virtual_meeting_link")
    parts = (fold(name), *(str(record.raw(field) or "")[:500] for field in told))
    return made_key(slugify(name)[:100], parts), ""


def _draft(record: Record, name: str, key: str, options: DecodeOptions, server: Server) -> ListingDraft | None:
    place, way_in = read_place(record), read_way_in(record, WAY_IN, hosts=options.hosts)
    meanings = list(server.formats.read(record))
    specials = {each.special for each in meanings} - {None}
    attendance, closed = _attendance(record, specials, place, way_in)
    if attendance is not Attendance.ONLINE and not (place.addressed or place.placed or place.draft.name):
        reason = "has no address, no point and no way to join: nobody could go there"
        record.remarks.refuse("location_street", "", reason)
        return None
    online = attendance is Attendance.ONLINE
    out_of_it = online and SpecialMeaning.TEMPORARILY_CLOSED in specials and bool(place.street)
    if online and not (way_in.exists or way_in.other_url):
        record.remarks.add(WAY_IN.url, record.raw(WAY_IN.url), "is missing: listed as online, without a way to join")
    number = read_number(record, "id_bigint", "id")
    return ListingDraft(
        name=name,
        program=options.program,
        attendance=attendance,
        schedule=read_schedule(record, zone=options.zone or "", usual=server.usual),
        slug=slugify(name)[:SLUG_LENGTH].strip("-"),
        source_key=key,
        temporarily_closed=closed,
        formats=tuple(dict.fromkeys(slug for each in meanings for slug in each.slugs)),
        unmapped_types=_unmapped(meanings, attendance, closed=closed or out_of_it),
        group=_group(record, name),
        location=place.of(online=online and not out_of_it),
        region=read_regions(place, above=options.region),
        service_body=_body(record, options, server),
        conference_url=way_in.url,
        conference_url_notes=way_in.url_notes,
        conference_phone=way_in.phone,
        conference_phone_notes=way_in.phone_notes,
        notes=record.notes("comments"),
        website=way_in.other_url,
        world_id=record.line("worldid_mixed", limit=64),
        bmlt_id=number,
        extra=_extra(record) | ({LOCATION_CLOSED: "yes"} if out_of_it else {}),
    )


def _attendance(
    record: Record, specials: set[SpecialMeaning | None], place: BmltPlace, way_in: WayIn
) -> tuple[Attendance, bool]:
    """How one can take part, and whether nobody can at present.

    A venue type says so; without one, the formats do, and without those the address and the link. Where the facility
    is closed for now nobody is sent to it: online if there is a way in, else not meeting.
    """
    said = record.line("venue_type")
    venue = VENUES.get(said)
    if venue is None:
        if said:
            record.remarks.add("venue_type", said, "is not 1, 2 or 3: told by formats, address and link")
        reachable, held = way_in.exists or bool(way_in.other_url), bool(place.street)
        if SpecialMeaning.HYBRID in specials or (reachable and held and SpecialMeaning.ONLINE not in specials):
            venue = Attendance.HYBRID
        elif SpecialMeaning.ONLINE in specials or (reachable and not held):
            venue = Attendance.ONLINE
        else:
            venue = Attendance.IN_PERSON
    if SpecialMeaning.TEMPORARILY_CLOSED not in specials:
        return venue, False
    enters = way_in.exists or bool(way_in.other_url)
    if venue is Attendance.ONLINE:  # without a building and without a way in, nothing else can be closed
        return venue, not (enters or place.street)
    if venue is Attendance.HYBRID and enters:
        record.remarks.add("formats", "TC", "the facility is closed for now: listed as online until it opens")
        return Attendance.ONLINE, False
    return venue, True


def _unmapped(meanings: list[Meaning], attendance: Attendance, *, closed: bool) -> tuple[str, ...]:
    """Keys that say more than the formats and the state of the listing do, sorted: servers give them in any order.

    Where one of several that mean the same is among them, so are the others that the meeting has.
    """
    said = {
        SpecialMeaning.TEMPORARILY_CLOSED: closed,
        SpecialMeaning.ONLINE: attendance is Attendance.ONLINE,
        SpecialMeaning.HYBRID: attendance is Attendance.HYBRID,
    }
    beside = [each for each in meanings if not (said[each.special] if each.special else each.told)]
    alike = {slug for each in beside for slug in each.slugs}
    kept = {each.key for each in beside} | {each.key for each in meanings if alike.intersection(each.slugs)}
    return tuple(sorted(kept)[:MAX_UNMAPPED])


def _body(record: Record, options: DecodeOptions, server: Server) -> str:
    number = read_number(record, "service_body_bigint")
    if number is not None and number in server.bodies:
        return server.bodies[number]
    if number is not None and server.bodies:
        record.remarks.add("service_body_bigint", number, "is not among the service bodies of the server")
    return options.service_body


def _group(record: Record, meeting: str) -> GroupDraft | None:
    """Who may be asked about the meeting, privately: a group that is called as its meeting is."""
    if not any(field.startswith(("contact_", "email_contact")) for field in record.names()):
        return None
    found = [
        ContactDraft(
            name=record.line(f"contact_name_{number}", f"contact_name{number}"),
            email=record.email(f"contact_email_{number}") or record.email(f"contact_email{number}"),
            phone=record.line(f"contact_phone_{number}", f"contact_phone{number}"),
        )
        for number in (1, 2)
    ]
    found.append(ContactDraft(email=record.email("email_contact")))
    contacts = tuple(dict.fromkeys(each for each in found if each != ContactDraft()))
    return GroupDraft(name=meeting, contacts=contacts) if contacts else None


def _extra(record: Record) -> dict[str, str]:
    """What else is told of the place, and the server's own fields under their own names; nothing that is private."""
    found = read_extra_of_place(record)
    count = 0
    for field in record.names():
        if field in KNOWN or field in found or record.raw(field) in ("", []):
            continue
        if _PRIVATE.search(field):
            if not field.startswith("contact_"):
                record.remarks.add(clean(field), "", "is private: left out")
            continue
        name = clean(field)
        count += 1
        if count > MAX_CUSTOM or not _CUSTOM_NAME.fullmatch(name):
            record.remarks.add(name, record.raw(field), "is not a field that can be kept: left out")
        elif text := record.notes(field):
            found[name] = text
    return found
