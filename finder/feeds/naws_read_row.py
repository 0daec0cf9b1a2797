"""One row of the spreadsheet of NA World Services as a listing."""

import datetime as dt
import re
from collections.abc import Mapping

from finder.domain.bmlt import BodyDraft
from finder.domain.catalogue import SpecialMeaning
from finder.domain.listing import ListingDraft, LocationDraft
from finder.domain.schedule import Schedule
from finder.domain.text import fold, slugify
from finder.domain.vocabulary import Attendance, Precision, RecurrenceKind
from finder.feeds.bmlt_languages import languages_of
from finder.feeds.bmlt_read_bodies import body_words, read_number
from finder.feeds.made_keys import made_key
from finder.feeds.meeting_guide_address import ADDRESS_LENGTH, POSTAL_LENGTH, coded, country_name
from finder.feeds.meeting_guide_online import WayInFields, read_way_in
from finder.feeds.meeting_guide_place import MAX_REGIONS, read_point, region_path
from finder.feeds.meeting_guide_record import Record
from finder.feeds.meeting_guide_time import DAY_NAMES, read_zone
from finder.feeds.rows import DecodeOptions, Remarks, Row

WAY_IN = WayInFields("virtualmeetinglink", "virtualmeetinginfo", "phonemeetingnumber", "")
FORMATS = ("format1", "format2", "format3", "format4", "format5")
LANGUAGES = ("language1", "language2", "language3")
ZIP_LENGTH = 5
SLUG_LENGTH = 64

_TIME = re.compile(r"(\d{1,2}):?(\d{2})(?::\d{2})?")


class NawsReader:
    """Reads the rows of one sheet; *bodies* are its areas by world id."""

    def __init__(self, options: DecodeOptions, bodies: Mapping[str, BodyDraft]) -> None:
        self._options, self._bodies = options, bodies
        self._catalogue = options.catalogue

    def row(self, fields: Mapping[str, str], *, number: int) -> Row:
        """The listing of row *number*, or the reason why there is none."""
        remarks = Remarks()
        record = Record(fields, remarks)
        name = record.line("committeename")
        if record.line("delete").casefold() in {"d", "delete", "deleted"}:
            remarks.refuse("Delete", fields.get("delete"), "is deleted there")
            return Row(
                number=number, draft=None, title=name, remarks=remarks.all()
            )  # without a key: what was here is gone
        if record.yes("unpublished"):
            remarks.refuse("unpublished", fields.get("unpublished"), "is not published there")
            return Row(number=number, draft=None, title=name, remarks=remarks.all())
        if not name:
            remarks.refuse("CommitteeName", "", "is missing: a listing needs a name")
            return Row(number=number, draft=None, remarks=remarks.all())
        key, key_field = self._key(record)
        draft = self._draft(record, name, key)
        return Row(number=number, draft=draft, key=key, key_field=key_field, title=name, remarks=remarks.all())

    def _key(self, record: Record) -> tuple[str, str]:
        """What the row is known by, and the field that says so, if one does."""
        known = record.line("bmltid", limit=64)
        if known.isascii() and known.isdigit() and int(known):
            return str(int(known)), "bmlt_id"  # that of a further weekday is longer than any that is given here
        told = (record.line(field) for field in ("committee", "committeename", "day", "time", "address", "city"))
        return made_key(record.line("committee", limit=64) or "row", map(fold, told)), ""

    def _draft(self, record: Record, name: str, key: str) -> ListingDraft | None:
        formats, unmapped, specials = self._formats(record)
        way_in = read_way_in(record, WAY_IN, hosts=self._options.hosts)
        attendance, closed = _attendance(specials, reachable=way_in.exists or bool(way_in.other_url))
        place = _place(record, online=attendance is Attendance.ONLINE)
        if attendance is not Attendance.ONLINE and not (place.formatted_address or place.latitude or place.name):
            record.remarks.refuse("Address", "", "has no address, no point and no way to join: nobody could go there")
            return None
        return ListingDraft(
            name=name,
            program=self._options.program,
            attendance=attendance,
            schedule=_schedule(record, zone=self._options.zone or ""),
            slug=slugify(name)[:SLUG_LENGTH].strip("-"),
            source_key=key,
            temporarily_closed=closed,
            formats=formats,
            unmapped_types=unmapped,
            location=place if place != LocationDraft(precision=place.precision) else None,
            region=region_path(*self._options.region, place.state, place.city)[:MAX_REGIONS],
            service_body=self._body(record),
            conference_url=way_in.url,
            conference_url_notes=way_in.url_notes,
            conference_phone=way_in.phone,
            conference_phone_notes=way_in.phone_notes,
            website=way_in.other_url,
            updated_at=_changed(record),
            world_id=record.line("committee", limit=64),
            bmlt_id=read_number(record, "bmltid"),
            extra={"borough": borough} if (borough := record.line("locborough")) else {},
        )

    def _body(self, record: Record) -> str:
        body = self._bodies.get(record.line("arearegion", limit=64))
        return body_words(body.path) if body else self._options.service_body

    def _formats(self, record: Record) -> tuple[tuple[str, ...], tuple[str, ...], set[SpecialMeaning]]:
        """Formats by their codes, codes that stand for none, and what says something about the state."""
        found: dict[str, None] = {}
        unmapped: dict[str, None] = {}
        specials: set[SpecialMeaning] = set()
        closed = record.line("closed").casefold()
        if closed in {"open", "closed"}:
            found[closed] = None
        if record.yes("wheelchr"):
            found["wheelchair"] = None
        for field in FORMATS:
            code = record.line(field, limit=64).upper()
            if special := self._catalogue.special_naws.get(code):
                specials.add(special)
            elif slug := self._catalogue.naws.get(code):
                found[slug] = None
            elif code:
                unmapped[code] = None
                record.remarks.add(field, code, "is not a format known here: kept as it stands, not searchable")
        for field in LANGUAGES:
            language = record.line(field)
            spoken = languages_of(language, self._catalogue) if language else ()
            found |= dict.fromkeys(spoken)
            if language and not spoken:
                record.remarks.add(field, language, "is not a language known here: left out")
        slugs = tuple(slug for slug in found if slug in self._catalogue.by_slug)
        return slugs, tuple(unmapped), specials


def _attendance(specials: set[SpecialMeaning], *, reachable: bool) -> tuple[Attendance, bool]:
    """How one can take part, and whether nobody can at present; a closed facility is one to send nobody to."""
    closed = SpecialMeaning.TEMPORARILY_CLOSED in specials
    if SpecialMeaning.ONLINE in specials or (closed and reachable):
        return Attendance.ONLINE, False
    if SpecialMeaning.HYBRID in specials:
        return Attendance.HYBRID, closed
    return Attendance.IN_PERSON, closed


def _place(record: Record, *, online: bool) -> LocationDraft:
    street, city, state = record.line("address"), record.line("city"), record.line("state")
    country = coded(record.line("country"))
    postal_code = record.line("zip", limit=POSTAL_LENGTH)
    if country == "US" and postal_code.isdigit() and len(postal_code) == ZIP_LENGTH - 1:
        postal_code = postal_code.zfill(ZIP_LENGTH)  # a spreadsheet took it for a number
    latitude, longitude, _ = read_point(record)
    ending = " ".join(part for part in (state, postal_code) if part)
    parts = (city, state) if online else (street, city, ending)
    line = ", ".join(part for part in (*parts, country_name(country)) if part)
    notes = "\n".join(filter(None, (record.line("room"), record.notes("directions"))))
    return LocationDraft(
        name=record.line("place"),
        formatted_address=record.fit("address", line, ADDRESS_LENGTH),
        street=street,
        city=city,
        state=state,
        postal_code=postal_code,
        country=country,
        latitude=latitude,
        longitude=longitude,
        precision=Precision.EXACT if street and not online else Precision.APPROXIMATE,
        notes=notes,
    )


def _schedule(record: Record, *, zone: str) -> Schedule:
    own_zone = read_zone(record) or zone
    day, time = record.line("day").casefold(), record.line("time")
    match = _TIME.fullmatch(time.zfill(4) if time.isdigit() else time)
    weekday = next((number for number, name in enumerate(DAY_NAMES) if day and name.startswith(day[:3])), None)
    if weekday is None or match is None or int(match[1]) > 23 or int(match[2]) > 59:  # noqa: PLR2004 - hours, minutes
        record.remarks.add("Time", f"{day} {time}", "is no day and time to go by: by appointment")
        return Schedule(kind=RecurrenceKind.APPOINTMENT, zone=own_zone)
    return Schedule(weekdays=(weekday,), start=dt.time(int(match[1]), int(match[2])), zone=own_zone)


def _changed(record: Record) -> dt.datetime | None:
    """When it was changed last: 5/31/24, 5/31/2024 or 2024-05-31, taken as noon UTC."""
    text = record.line("lastchanged")
    for form in ("%m/%d/%y", "%m/%d/%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text[:10], form).replace(hour=12, tzinfo=dt.UTC)
        except ValueError:
            continue
    if text:
        record.remarks.add("LastChanged", text, "is not a date such as 5/31/24: left out")
    return None
