"""The forms of direct editing: a place, its closing for dates, a node of a tree, and which of two listings stays."""

from dataclasses import replace
from typing import Any

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from finder.domain.errors import BadInputError
from finder.domain.listing import ContactDraft, GroupDraft, LocationDraft
from finder.domain.names import check_name
from finder.domain.schedule import Override
from finder.domain.text import clean, clean_multiline
from finder.domain.vocabulary import Approach, FormatKind, OverrideKind, Precision
from finder.mail.address import one_address
from finder.web.forms.account import Faulty
from finder.web.forms.choices import day, select

LONG = 255
LONGEST_NOTES = 2000
LONGEST_REASON = 500
LONGEST_CLOSING = 366
APPROACHES = {
    Approach.TWELVE_STEP: "12 steps",
    Approach.SMART: "SMART Recovery",
    Approach.OTHER: "Without the 12 steps",
}
FORMAT_KINDS = {
    FormatKind.AUDIENCE: "Whom it is for",
    FormatKind.FOCUS: "What else it is about",
    FormatKind.STYLE: "What happens",
    FormatKind.TOPIC: "Its topics",
    FormatKind.OPENNESS: "Who may come",
    FormatKind.LANGUAGE: "The language",
    FormatKind.ACCESS: "How one gets in and follows",
    FormatKind.VENUE: "The place",
}
#: Parts of an address as its one line tells them.
_IN_LINE = ("street", "city", "state", "postal_code", "country")


def _tidy(value: str | None) -> str:
    return clean(value or "")


def _tidy_lines(value: str | None) -> str:
    return clean_multiline(value or "")


def line(label: str, most: int = LONG) -> StringField:
    """A line of at most *most* characters."""
    return StringField(label, [Length(max=most, message=f"Use at most {most} characters.")], filters=[_tidy])


def _lines(label: str, most: int = LONGEST_NOTES) -> TextAreaField:
    return TextAreaField(label, [Length(max=most, message=f"Use at most {most} characters.")], filters=[_tidy_lines])


def reason_of(where: str = "reason") -> StringField:
    """Why it is done; *where* is its id on a page that asks for it twice."""
    words = "Say why: it is kept with the change."
    checks = [InputRequired(words), Length(max=LONGEST_REASON, message=words)]
    return StringField("Why", checks, filters=[_tidy], id=where)


class PlaceForm(Faulty):
    """A place where meetings are held. ``seen`` says which state of it was edited."""

    name = line("Building or venue")
    street = line("Street and number")
    unit = line("Room or unit")
    city = line("Town")
    state = line("State or province")
    postal_code = line("ZIP or postcode", 64)
    country = line("Country")
    formatted_address = line("Address in one line", 1024)
    latitude = line("Latitude", 32)
    longitude = line("Longitude", 32)
    precision = select(
        "How exact the point is",
        "Choose how exact the point is: the building, or about there.",
        choices={Precision.EXACT: "The building", Precision.APPROXIMATE: "About there"},
    )
    notes = _lines("How to find the door")
    access_notes = _lines("Access")
    reason = reason_of()
    seen = HiddenField()

    @classmethod
    def of(cls, held: LocationDraft, seen: str) -> "PlaceForm":
        """A form that shows *held*."""
        shown = {name: getattr(held, name) for name in cls._names()}
        shown |= {name: "" if shown[name] is None else f"{shown[name]}" for name in ("latitude", "longitude")}
        return cls(data={**shown, "precision": held.precision.value, "seen": seen})

    @staticmethod
    def _names() -> tuple[str, ...]:
        plain = ("name", "street", "unit", "city", "state", "postal_code", "country", "formatted_address")
        return (*plain, "latitude", "longitude", "notes", "access_notes")

    def draft(self, held: LocationDraft) -> LocationDraft:
        """*held* as the form says. Its one line follows its parts when only they were changed. Raises BadInputError."""
        said: dict[str, Any] = {name: self[name].data for name in self._names()}
        for name in ("latitude", "longitude"):
            said[name] = _degrees(name, said[name])
        said["precision"] = Precision(self.precision.data)
        parts_changed = any(said[name] != getattr(held, name) for name in _IN_LINE)
        if parts_changed and said["formatted_address"] == held.formatted_address:
            said["formatted_address"] = one_line(said)
        return replace(held, **said)


def one_line(parts: dict[str, Any]) -> str:
    """An address in one line: "12 Example Street, Austin, TX 78701, US"."""
    region = " ".join(part for part in (parts["state"], parts["postal_code"]) if part)
    return ", ".join(part for part in (parts["street"], parts["city"], region, parts["country"]) if part)


def _degrees(name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise BadInputError(name, f"Write the {name} in degrees, such as 30.2672.") from None


class CloseForm(Faulty):
    """A place is closed from one date to another."""

    first_date = day("First day", InputRequired("Give the first day."))
    last_date = day("Last day", Optional())
    note = line("What seekers read", LONG)
    reason = reason_of("close-reason")

    def override(self) -> Override:
        """The exception that the form says. Raises BadInputError."""
        first, last = self.first_date.data, self.last_date.data or self.first_date.data
        if last < first:
            raise BadInputError("last_date", "The last day lies before the first: change one of them.")
        if (last - first).days > LONGEST_CLOSING:
            raise BadInputError("last_date", "Close it for a year at most, or close its meetings for good.")
        return Override(kind=OverrideKind.CANCELLED, first_date=first, last_date=last, note=self.note.data)


class NodeForm(Faulty):
    """A region's or service body's name and what it lies in."""

    name = line("Name")
    parent = select("Lies in", "Choose what it lies in from the list: it may have changed.")
    reason = reason_of()

    @property
    def parent_id(self) -> int | None:
        """The number of what it lies in, or None."""
        return int(self.parent.data) if self.parent.data else None


class IntoForm(Faulty):
    """What something is merged into."""

    into = select("Into", "Choose what stays from the list: it may have changed.", InputRequired("Choose what stays."))
    reason = reason_of("merge-reason")


class KeepForm(Faulty):
    """Which of two listings stays, by its slug."""

    keep = HiddenField(validators=[InputRequired("Choose which of the two stays.")])
    reason = reason_of()


class GroupForm(Faulty):
    """The public words of a group. ``seen`` says which state of it was edited."""

    name = line("Name of the group")
    notes = _lines("About the group")
    website = line("Website", 2048)
    email = line("Public mail address")
    phone = line("Public phone")
    district = line("District")
    venmo = line("Venmo")
    square = line("Cash App")
    paypal = line("PayPal")
    reason = reason_of()
    seen = HiddenField()

    NAMES = ("name", "notes", "website", "email", "phone", "district", "venmo", "square", "paypal")

    @classmethod
    def of(cls, held: GroupDraft, seen: str) -> "GroupForm":
        """A form that shows *held*."""
        return cls(data={**{name: getattr(held, name) for name in cls.NAMES}, "seen": seen})

    def words(self) -> dict[str, tuple[str, str]]:
        """What the form says: field -> its label and its text."""
        return {name: (self[name].label.text, self[name].data or "") for name in self.NAMES}

    def draft(self) -> GroupDraft:
        """The group as the form says. Raises BadInputError for what does not look like what it is called."""
        said: dict[str, Any] = {name: self[name].data or "" for name in self.NAMES}
        if not said["name"]:
            raise BadInputError("name", "Enter the name of the group.")
        if said["website"] and not said["website"].startswith(("https://", "http://")):
            raise BadInputError("website", "Write the whole address, beginning with https://.")
        if said["email"] and "@" not in said["email"]:
            raise BadInputError("email", "Write a mail address, such as group@example.org.")
        return GroupDraft(**said)


class ContactForm(Faulty):
    """Somebody who answers for a group. Nothing of it is public."""

    contact_name = StringField("First name and initial", filters=[_tidy])
    contact_email = StringField("Mail address", filters=[_tidy])
    contact_phone = line("Phone", 64)
    contact_reason = reason_of("contact-reason")

    def draft(self) -> ContactDraft:
        """The contact as the form says. Raises BadInputError with the fields of this form."""
        try:
            name, email = check_name(self.contact_name.data or ""), one_address(self.contact_email.data or "")
        except BadInputError as error:
            field = {"email": "contact_email"}.get(error.parameter, error.parameter)
            raise BadInputError(field, error.message) from error
        return ContactDraft(name=name, email=email, phone=self.contact_phone.data or "")


class OneGroupForm(Faulty):
    """Why two groups are one."""

    reason = reason_of()
    seen = HiddenField()


class ProgramForm(Faulty):
    """What people read of a program."""

    name = line("Name")
    short_name = line("Short name", 64)
    focus = line("What it is about")
    for_whom = _lines("For whom")
    expect = _lines("What to expect")
    site = line("Its own site", 2048)
    reason = reason_of()
    seen = HiddenField()


class FormatForm(Faulty):
    """What people read of a format."""

    name = line("Name")
    description = _lines("What it means")
    reason = reason_of()
    seen = HiddenField()


class NewProgramForm(ProgramForm):
    """A program that was not there, of one approach."""

    sort = select("Approach", "Choose one of the listed approaches.", choices=APPROACHES)
    ORDER = ("name", "short_name", "sort", "focus", "for_whom", "expect", "site")

    def chosen(self) -> Approach:
        """Its approach."""
        return Approach(self.sort.data)


class NewFormatForm(FormatForm):
    """A format that was not there, of one kind."""

    sort = select(
        "What it says something about", "Choose one of the listed things that it may be about.", choices=FORMAT_KINDS
    )
    ORDER = ("name", "sort", "description")

    def chosen(self) -> FormatKind:
        """Its kind."""
        return FormatKind(self.sort.data)
