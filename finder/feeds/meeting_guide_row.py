"""One row of a Meeting Guide feed or table as a listing, and everything about it that was not plain."""

import re
from collections.abc import Mapping

from finder.domain.listing import LOCATION_CLOSED, ContactDraft, GroupDraft, ListingDraft, LocationDraft
from finder.domain.text import fold, slug_of_address, slugify
from finder.domain.vocabulary import Attendance
from finder.feeds.json_scan import REPEATED
from finder.feeds.made_keys import made_key, short_digest
from finder.feeds.meeting_guide_address import ONLINE
from finder.feeds.meeting_guide_online import WayIn, read_link, read_way_in
from finder.feeds.meeting_guide_place import Spot, read_region, read_spot
from finder.feeds.meeting_guide_record import Record
from finder.feeds.meeting_guide_time import read_instant, read_schedule
from finder.feeds.meeting_guide_types import TypeReader, Types
from finder.feeds.rows import DecodeOptions, Remarks, Row

KEY_LENGTH = 240
SLUG_LENGTH = 64
CONTACTS = 3

#: Kept beside a listing so that the entity that vouches for it can be named again.
ENTITY_FIELDS = ("entity", "entity_email", "entity_location", "entity_logo", "entity_phone")

#: What tells rows without a slug apart, beside their name.
KEY_FIELDS = ("day", "time", "formatted_address", "address", "city", "location")

_HANDLE = re.compile(r"[\w.-]{1,60}")
_PAYMENT_HOSTS = {
    "venmo": re.compile(r"(?:https?://)?(?:www\.)?venmo\.com/(?:u/)?", re.IGNORECASE),
    "square": re.compile(r"(?:https?://)?(?:www\.)?cash\.app/", re.IGNORECASE),
}
_PAYPAL = re.compile(r"(?:https?://)?((?:www\.)?(?:paypal\.me|paypal\.com)/[\w./?=&%-]{1,200})", re.IGNORECASE)


def decode_record(value: object, *, number: int, options: DecodeOptions, types: TypeReader, table: bool = False) -> Row:
    """The listing of row *number*, or the reason why none can be made. In a *table* a slug may be missing."""
    remarks = Remarks()
    if not isinstance(value, Mapping):
        remarks.refuse("", value, "is not a meeting: a row is an object with fields")
        return Row(number=number, draft=None, remarks=remarks.all())
    record = Record(value, remarks)
    for name in value.get(REPEATED, ()):
        remarks.add(name, value.get(name), "is given more than once: the last one counts")
    name = record.line("name", "meeting")
    key, key_field = key_of(record, name, table=table)
    draft = _draft(record, name, key, options, types) if name else None
    if not name:
        remarks.refuse("name", value.get("name"), "is missing: a listing needs a name")
    return Row(number=number, draft=draft, key=key, key_field=key_field, title=name, remarks=remarks.all())


def _draft(record: Record, name: str, key: str, options: DecodeOptions, reader: TypeReader) -> ListingDraft | None:
    types = reader.read(record)
    spot = read_spot(record)
    way_in = read_way_in(record, hosts=options.hosts)
    if not (spot.known or way_in.exists or way_in.other_url):
        reason = "has no address and no way to join from afar: nobody could go there"
        record.remarks.refuse("formatted_address", record.raw("location"), reason)
        return None
    attendance, closed = _attendance(record, types, spot, way_in)
    in_person = attendance is not Attendance.ONLINE
    out_of_it = not in_person and types.closed_for_now and spot.known and not spot.stand_in
    formats = types.formats if in_person else reader.without_room(types.formats)
    if formats != types.formats:
        dropped = ", ".join(slug for slug in types.formats if slug not in formats)
        record.remarks.add("types", dropped, "means something in person only, and this meeting is online: left out")
    website = read_link(record, "website") or way_in.other_url
    return ListingDraft(
        name=name,
        program=options.program,
        attendance=attendance,
        schedule=read_schedule(record, zone=options.zone or ""),
        slug=slug_of(record, name),
        source_key=key,
        temporarily_closed=closed,
        formats=formats,
        unmapped_types=types.unmapped,
        group=read_group(record, name),
        location=_location(spot, whole=(in_person or out_of_it) and not spot.area_only),
        region=read_region(record, above=options.region),
        service_body=options.service_body,
        conference_url=way_in.url,
        conference_url_notes=way_in.url_notes,
        conference_phone=way_in.phone,
        conference_phone_notes=way_in.phone_notes,
        notes=record.notes("notes"),
        website=website,
        url=read_link(record, "url"),
        confirmed_at=read_instant(record, "last_contact"),
        updated_at=read_instant(record, "updated"),
        extra=_extra(record) | ({LOCATION_CLOSED: "yes"} if out_of_it else {}),
    )


def _attendance(record: Record, types: Types, spot: Spot, way_in: WayIn) -> tuple[Attendance, bool]:
    """How one can take part, and whether nobody can at present.

    As the readers of these feeds have it: in person unless the location is closed (TC) or no more than an area is
    known of it; online by a link of a known service or a phone. What is neither is not meeting at present.
    Who is online because the location is closed keeps it: it will open again.
    """
    in_person = spot.known and not spot.area_only and not types.closed_for_now
    if way_in.exists:
        return (Attendance.HYBRID if in_person else Attendance.ONLINE), False
    if in_person:
        return Attendance.IN_PERSON, False
    if not types.closed_for_now:
        reason = "is no street address, and no way to join is known: listed as not meeting for now"
        record.remarks.add("formatted_address", spot.draft.formatted_address, reason)
    return (Attendance.IN_PERSON if spot.known and spot.stand_in != ONLINE else Attendance.ONLINE), True


def _location(spot: Spot, *, whole: bool) -> LocationDraft | None:
    if not spot.known or spot.stand_in:
        return None
    return spot.draft if whole else spot.town()


def read_group(record: Record, meeting: str) -> GroupDraft | None:
    """The group of a row; contact details without a group belong to a group that is called as its meeting is."""
    name = record.line("group")
    contacts = tuple(
        contact
        for number in range(1, CONTACTS + 1)
        if (contact := _contact(record, f"contact_{number}")) != ContactDraft()
    )
    details = {
        "notes": record.notes("group_notes"),
        "email": record.email("email"),
        "phone": record.line("phone"),
        "venmo": _payment(record, "venmo", "@"),
        "square": _payment(record, "square", "$"),
        "paypal": _paypal(record),
    }
    if not (name or contacts or any(details.values())):
        return None
    district = " > ".join(part for part in (record.line("district"), record.line("sub_district")) if part)
    return GroupDraft(
        name=name or meeting,
        website=read_link(record, "group_website"),
        district=record.fit("district", district, 255),
        contacts=contacts,
        **details,
    )


def _contact(record: Record, prefix: str) -> ContactDraft:
    return ContactDraft(
        name=record.line(f"{prefix}_name"), email=record.email(f"{prefix}_email"), phone=record.line(f"{prefix}_phone")
    )


def _payment(record: Record, field: str, sign: str) -> str:
    text = record.line(field)
    handle = _PAYMENT_HOSTS[field].sub("", text).lstrip(sign).rstrip("/")
    if not text:
        return ""
    if not _HANDLE.fullmatch(handle):
        record.remarks.add(field, text, f"is not a handle such as {sign}example: left out")
        return ""
    return sign + handle


def _paypal(record: Record) -> str:
    text = record.line("paypal")
    if not text:
        return ""
    if match := _PAYPAL.fullmatch(text):
        return "https://" + match[1]
    if _HANDLE.fullmatch(text):
        return "https://paypal.me/" + text
    record.remarks.add("paypal", text, "is not a PayPal name or link: left out")
    return ""


def _extra(record: Record) -> dict[str, str]:
    found = {field: record.line(field) for field in (*ENTITY_FIELDS, "homegroup_online")}
    # The specification's text says entity_website_url, its example entity_url.
    found["entity_url"] = read_link(record, "entity_website_url", "entity_url")
    if not record.raw("group"):
        found["district"] = record.line("district")
    return {field: text for field, text in found.items() if text}


def key_of(record: Record, name: str, *, table: bool) -> tuple[str, str]:
    """What the source calls this row, and the field that says so: its slug, else its id.

    Else it is a digest of what the row says about when and where, and no field is named.
    """
    field = next((field for field in ("slug", "id") if record.line(field, limit=4096)), "")
    key = record.line(field, limit=4096) if field else ""
    if len(key) > KEY_LENGTH:
        return key[:180] + "#" + short_digest([key]), field
    if key or not name:
        return key, field
    if not table:
        record.remarks.add("slug", record.raw("slug"), "is missing: this row is known by its name, day, time and place")
    told = (str(record.raw(field) or "")[:500] for field in KEY_FIELDS)
    return made_key(slugify(name)[:100], [fold(name), *told]), ""


def slug_of(record: Record, name: str) -> str:
    """A slug for people: the source's own when it holds a word, else one made of the name."""
    own = slug_of_address(record.line("slug", limit=4096), SLUG_LENGTH)
    return own if any(letter.isalpha() for letter in own) else slugify(name)[:SLUG_LENGTH].strip("-")
