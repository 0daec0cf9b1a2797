"""The form of a listing: what a facilitator types -> the flat fields of `finder.domain.asked`, and back.

Which fields are required follows attendance and recurrence. Nothing here looks anything up: a town becomes a point in
`finder.web.locating`.
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Form
from wtforms.validators import StopValidation

from finder.domain.asked import FIELDS, Fields, schedule_of
from finder.domain.conference import read_join_link, web_link
from finder.domain.errors import BadInputError, ScheduleError
from finder.domain.pin import read_position
from finder.domain.protection import defaults
from finder.domain.schedule import validate
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, RecurrenceKind
from finder.web.forms.submit_fields import Carried, Choice, Choices, Line, Text, required
from finder.web.parts import parts

DAYS = tuple(str(day) for day in range(7))
WEEKS = ("1", "2", "3", "4", "5", "-1")
INTERVALS = ("1", "2", "3", "4")
LONG = 2000
LINK = 2048
#: Fields that a listing and this form call alike and that are plain text.
SAME = (
    *("name", "program", "attendance", "kind", "group_name", "place_name", "street", "unit", "city", "state"),
    *("postal_code", "country", "place_notes", "access_notes", "address_visibility", "conference_url_notes"),
    *("conference_phone", "conference_phone_notes", "join_policy", "notes", "group_notes", "venmo", "square", "paypal"),
)
_CLOCK = re.compile(r"(\d{1,2})[:.h]?(\d{2})?\s*([ap])?\.?m?\.?", re.IGNORECASE)
DAY_MINUTES = 24 * 60
HALF_DAY = 12


def _values(kind: type[Attendance | JoinPolicy | AddressVisibility | RecurrenceKind]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


def _phone(_form: Form, field: Line) -> None:
    digits = sum(char.isdigit() for char in field.data or "")
    if field.data and not 5 <= digits <= 40:  # noqa: PLR2004 - a number with its codes
        raise StopValidation("Give the number to dial, with its area code: +1 512-555-0100.")


def _link(_form: Form, field: Line) -> None:
    if not field.data:
        return
    typed = field.data if "://" in field.data else f"https://{field.data}"
    if not web_link(typed):
        raise StopValidation("Paste the whole web address, such as https://group.example.org")
    field.data = typed


class ListingForm(Carried):
    """A meeting, as a facilitator describes it. Attendance decides what of it is required."""

    name = Line("Name of the meeting", required("Enter the name of the meeting."), limit=120)
    program = Choice("Program", (), required("Choose the program."), limit=64)
    group_name = Line("Name of the group", limit=120)
    kind = Choice("How often", _values(RecurrenceKind), required("Choose how often it meets."))
    day = Choices("Days", DAYS)
    week = Choices("Weeks of the month", WEEKS)
    interval = Choice("Every how many weeks", INTERVALS)
    start = Line("Starts", limit=16)
    end = Line("Ends", limit=16)
    first_date = Line("First date", limit=16)
    last_date = Line("Last date", limit=16)
    closed = Choices("Closed for now", ("yes",))
    attendance = Choice("How to attend", _values(Attendance), required("Choose how people attend."))
    place_name = Line("Building or venue", limit=120)
    street = Line("Street and number", limit=160)
    unit = Line("Room, floor or entrance", limit=80)
    city = Line("Town", limit=80)
    state = Line("State or province", limit=80)
    postal_code = Line("ZIP or postcode", limit=16)
    country = Choice("Country", (), limit=2)
    pin = Line("Exact position", limit=400)
    place_notes = Text("How to find the door", limit=LONG)
    access_notes = Text("Access", limit=LONG)
    address_visibility = Choice("Who sees the address", _values(AddressVisibility))
    zone = Line("Time zone", limit=64)
    conference_url = Line("Join link", limit=LINK)
    conference_url_notes = Text("How to join", limit=LONG)
    conference_phone = Line("Join phone", _phone, limit=64)
    conference_phone_notes = Text("How to join by phone", limit=LONG)
    join_policy = Choice("Who gets the join details", _values(JoinPolicy))
    format = Choices("What it is like")
    notes = Text("Notes for people who come", limit=LONG)
    website = Line("Website", _link, limit=LINK)
    group_notes = Text("About the group", limit=LONG)
    venmo = Line("Venmo", limit=64)
    square = Line("Cash App", limit=64)
    paypal = Line("PayPal", limit=64)

    #: Fields that are kept private on the listing that is changed: left empty, they stay as they are.
    hidden: frozenset[str] = frozenset()
    #: What can be chosen as country: code and name, by name.
    countries: Sequence[tuple[str, str]] = ()

    def offer(self, *, programs: Sequence[str], formats: Sequence[str], countries: Mapping[str, str]) -> None:
        """Say what can be chosen; *countries* are names by code. Call it before `process`."""
        self.program.values = tuple(programs)
        self.format.values = tuple(formats)
        self.country.values = tuple(countries)
        self.countries = sorted(countries.items(), key=lambda pair: pair[1])

    def validate_start(self, field: Line) -> None:
        """A meeting has a start unless it is by appointment."""
        if self.kind.data != RecurrenceKind.APPOINTMENT.value and not field.data:
            raise StopValidation("Enter when it starts, such as 7:00 pm.")
        if field.data:
            field.data = clock(field.data)

    def validate_end(self, field: Line) -> None:
        """An end is a time."""
        if field.data:
            field.data = clock(field.data)

    def validate_day(self, field: Choices) -> None:
        """Weekly and monthly meetings have days."""
        if self.kind.data in {"weekly", "monthly"} and not field.data:
            raise StopValidation("Choose the days on which it meets.")

    def validate_week(self, field: Choices) -> None:
        """Monthly meetings have weeks."""
        if self.kind.data == RecurrenceKind.MONTHLY.value and not field.data:
            raise StopValidation("Choose in which weeks of the month it meets.")

    def validate_first_date(self, field: Line) -> None:
        """A date; one that happens once has one."""
        if self.kind.data == RecurrenceKind.ONCE.value and not field.data:
            raise StopValidation("Enter the date.")
        field.data = date(field.data)

    def validate_last_date(self, field: Line) -> None:
        """A date."""
        field.data = date(field.data)

    def validate_city(self, field: Line) -> None:
        """In person means a town."""
        if self.attendance.data in {"in_person", "hybrid"} and not field.data:
            raise StopValidation("Enter the town, or choose Online.")

    def validate_street(self, field: Line) -> None:
        """In person means an address, or a position."""
        known = field.data or self.pin.data or "street" in self.hidden
        if self.attendance.data in {"in_person", "hybrid"} and not known:
            raise StopValidation("Enter the street and number, or an exact position below.")

    def validate_pin(self, field: Line) -> None:
        """A position is two numbers, typed or pasted with the link of a map."""
        if field.data and read_position(field.data) is None:
            raise StopValidation("Enter the position as latitude and longitude: 30.2672, -97.7431")

    def validate_zone(self, field: Line) -> None:
        """An online meeting says its zone."""
        if self.attendance.data == Attendance.ONLINE.value and not field.data:
            raise StopValidation("Enter the time zone, such as America/Chicago.")
        if field.data and field.data not in zoneinfo.available_timezones():
            raise StopValidation("Choose a time zone from the list, such as America/Chicago.")

    def validate_conference_url(self, field: Line) -> None:
        """Online means a link or a phone."""
        online = self.attendance.data in {"online", "hybrid"}
        known = field.data or self.conference_phone.data or "conference_url" in self.hidden
        if online and not known:
            raise StopValidation("Enter the join link or a phone number, or choose In person.")
        if field.data:
            try:
                field.data = read_join_link(field.data, parts().settings.conference_hosts).url
            except BadInputError as error:
                raise StopValidation(error.message) from None

    def fields(self) -> Fields:
        """What was typed, as fields of a listing; the point, its precision and the region are not known yet."""
        found: Fields = {name: self[name].data or FIELDS[name].empty for name in SAME}
        found["program"] = self.program.data
        found["formats"] = list(self.format.data)
        found |= {name: value for name, value in defaults(found).items() if not self[name].data}
        start, end = self.start.data or None, self.end.data
        point = read_position(self.pin.data) if self.pin.data else None
        found |= {
            "weekdays": [int(day) for day in self.day.data] if found["kind"] in {"weekly", "monthly"} else [],
            "weeks_of_month": sorted(int(week) for week in self.week.data) if found["kind"] == "monthly" else [],
            "interval": int(self.interval.data or 1) if found["kind"] == "weekly" else 1,
            "start": start if found["kind"] != "appointment" else None,
            "duration_min": minutes_between(start, end) if start and end else 60,
            "first_date": self.first_date.data or None,
            "last_date": self.last_date.data or None,
            "zone": self.zone.data,
            "temporarily_closed": bool(self.closed.data),
            "conference_url": self.conference_url.data,
            "website": self.website.data,
            "latitude": point and point[0],
            "longitude": point and point[1],
        }
        if found["attendance"] == "in_person":
            online = [name for name, field in FIELDS.items() if field.part == "online" and name != "join_policy"]
            found |= {name: FIELDS[name].empty for name in online}
        return found

    def check_schedule(self, fields: Mapping[str, Any]) -> bool:
        """Whether honest dates come of the fields; else the fault is said at its field."""
        try:
            validate(schedule_of(fields))
        except ScheduleError as error:
            self.blame("kind", str(error))
            return False
        return True


def values_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values with which the form shows *fields* of a listing that is there."""
    start = fields["start"]
    end = ""
    if start:
        hour, minute = map(int, start.split(":"))
        total = (hour * 60 + minute + fields["duration_min"]) % DAY_MINUTES
        end = f"{total // 60:02d}:{total % 60:02d}"
    point = fields["latitude"] is not None and fields["longitude"] is not None
    exact = point and fields["precision"] == "exact"
    return {
        **{name: fields[name] for name in SAME},
        "day": [str(day) for day in fields["weekdays"]],
        "week": [str(week) for week in fields["weeks_of_month"]],
        "interval": str(fields["interval"]),
        "start": start or "",
        "end": end,
        "first_date": fields["first_date"] or "",
        "last_date": fields["last_date"] or "",
        "zone": fields["zone"],
        "closed": ["yes"] if fields["temporarily_closed"] else [],
        "pin": f"{fields['latitude']}, {fields['longitude']}" if exact else "",
        "format": list(fields["formats"]),
        "conference_url": fields["conference_url"],
        "website": fields["website"],
    }


def clock(text: str) -> str:
    """A time of day as HH:MM; "7", "7 pm", "7:30pm" and "19.30" are understood. Raises StopValidation."""
    match = _CLOCK.fullmatch(text.strip())
    if match:
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
        if half and 1 <= hour <= HALF_DAY:
            hour = hour % HALF_DAY + (HALF_DAY if half == "p" else 0)
        if hour < DAY_MINUTES // 60 and minute < 60 and not (half and hour == 0 and match[1] == "0"):  # noqa: PLR2004
            return f"{hour:02d}:{minute:02d}"
    raise StopValidation("Enter a time such as 7:00 pm or 19:00.")


def date(text: str | None) -> str:
    """A date as YYYY-MM-DD, "" for none. Raises StopValidation."""
    if not text:
        return ""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise StopValidation("Enter the date as year, month and day: 2026-04-30.") from None


def minutes_between(start: str, end: str) -> int:
    """From *start* to *end*, past midnight if need be; a whole day when they are the same."""
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    return (last - first) % DAY_MINUTES or DAY_MINUTES
