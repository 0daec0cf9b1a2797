"""A listing as flat fields: what a form asks for, what a submission stores, what a moderator compares.

Fields are JSON values (see `FIELDS`), so that a submission keeps them as they were. `fields_of` and `with_fields` go
from a draft to its fields and back; `compare` is the three-way view: then, now, asked.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from finder.domain.errors import BadInputError
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft
from finder.domain.review import Risk
from finder.domain.schedule import Schedule
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, Precision, RecurrenceKind

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its label for people, what it belongs to, its empty value, and the risk of changing it."""

    label: str
    part: str  # listing | schedule | group | place | online
    empty: Any
    risk: Risk | None = None


#: Every field, in the order in which people read them. Weekdays are 0 = Sunday; times HH:MM; dates ISO; region names
#: run from the general to the particular; formats are slugs.
FIELDS: dict[str, Field] = {
    "name": Field("Name", "listing", ""),
    "program": Field("Program", "listing", ""),
    "group_name": Field("Group", "group", ""),
    "attendance": Field("How to attend", "listing", "in_person"),
    "temporarily_closed": Field("Closed for the time being", "listing", False, Risk.VISIBILITY),
    "kind": Field("How often", "schedule", "weekly"),
    "weekdays": Field("Days", "schedule", []),
    "start": Field("Starts", "schedule", None),
    "duration_min": Field("Minutes", "schedule", 60),
    "zone": Field("Time zone", "schedule", ""),
    "interval": Field("Every n weeks", "schedule", 1),
    "weeks_of_month": Field("Weeks of the month", "schedule", []),
    "first_date": Field("First date", "schedule", None),
    "last_date": Field("Last date", "schedule", None),
    "formats": Field("Formats", "listing", []),
    "place_name": Field("Building or venue", "place", "", Risk.ADDRESS),
    "street": Field("Street and number", "place", "", Risk.ADDRESS),
    "unit": Field("Room or unit", "place", "", Risk.ADDRESS),
    "city": Field("Town", "place", "", Risk.ADDRESS),
    "state": Field("State or province", "place", "", Risk.ADDRESS),
    "postal_code": Field("ZIP or postcode", "place", "", Risk.ADDRESS),
    "country": Field("Country", "place", "", Risk.ADDRESS),
    "formatted_address": Field("Address in one line", "place", "", Risk.ADDRESS),
    "latitude": Field("Latitude", "place", None, Risk.ADDRESS),
    "longitude": Field("Longitude", "place", None, Risk.ADDRESS),
    "precision": Field("How exact the point is", "place", "exact"),
    "place_notes": Field("How to find the door", "place", ""),
    "access_notes": Field("Access", "place", ""),
    "address_visibility": Field("Who sees the address", "place", "public", Risk.VISIBILITY),
    "region": Field("Region", "listing", []),
    "conference_url": Field("Join link", "online", "", Risk.LINK),
    "conference_url_notes": Field("How to join", "online", "", Risk.LINK),
    "conference_phone": Field("Join phone", "online", "", Risk.PHONE),
    "conference_phone_notes": Field("How to join by phone", "online", "", Risk.PHONE),
    "join_policy": Field("Who gets the join details", "online", "open", Risk.VISIBILITY),
    "notes": Field("Notes", "listing", ""),
    "website": Field("Website", "listing", "", Risk.LINK),
    "group_notes": Field("About the group", "group", ""),
    "group_website": Field("Group's website", "group", "", Risk.LINK),
    "group_email": Field("Group's public mail address", "group", "", Risk.LINK),
    "group_phone": Field("Group's public phone", "group", "", Risk.PHONE),
    "venmo": Field("Venmo", "group", "", Risk.PAYMENT),
    "square": Field("Cash App", "group", "", Risk.PAYMENT),
    "paypal": Field("PayPal", "group", "", Risk.PAYMENT),
    "service_body": Field("Service body", "listing", ""),
}
#: Fields that only an exception for dates has; it is asked for in a submission of that kind, beside no other field.
EXCEPTION_FIELDS = ("exception_kind", "first_date", "last_date", "start", "duration_min", "place", "note")

#: Fields of a group and of a place, and what each is called there.
OF_GROUP = {
    "group_name": "name",
    "group_notes": "notes",
    "group_website": "website",
    "group_email": "email",
    "group_phone": "phone",
    "venmo": "venmo",
    "square": "square",
    "paypal": "paypal",
}
OF_PLACE = {
    "place_name": "name",
    "street": "street",
    "unit": "unit",
    "city": "city",
    "state": "state",
    "postal_code": "postal_code",
    "country": "country",
    "formatted_address": "formatted_address",
    "latitude": "latitude",
    "longitude": "longitude",
    "precision": "precision",
    "place_notes": "notes",
    "access_notes": "access_notes",
    "address_visibility": "address_visibility",
}
_PLAIN = (
    "name",
    "program",
    "temporarily_closed",
    "conference_url",
    "conference_url_notes",
    "conference_phone",
    "conference_phone_notes",
    "notes",
    "website",
    "service_body",
)


def empty_fields() -> Fields:
    """Every field with its empty value."""
    return {name: list(field.empty) if isinstance(field.empty, list) else field.empty for name, field in FIELDS.items()}


def fields_of(draft: ListingDraft) -> Fields:
    """The fields of *draft*, every one of them."""
    schedule = draft.schedule
    group = draft.group or GroupDraft(name="")
    place = draft.location or LocationDraft()
    found: Fields = {name: getattr(draft, name) for name in _PLAIN}
    found |= {name: getattr(group, attribute) for name, attribute in OF_GROUP.items()}
    found |= {name: _plain(getattr(place, attribute)) for name, attribute in OF_PLACE.items()}
    found |= {
        "attendance": draft.attendance.value,
        "join_policy": draft.join_policy.value,
        "formats": list(draft.formats),
        "region": list(draft.region),
        "kind": schedule.kind.value,
        "weekdays": sorted(set(schedule.weekdays)),
        "start": schedule.start and schedule.start.strftime("%H:%M"),
        "duration_min": int(schedule.duration.total_seconds()) // 60,
        "zone": schedule.zone,
        "interval": schedule.interval,
        "weeks_of_month": sorted(set(schedule.weeks_of_month)),
        "first_date": schedule.first_date and schedule.first_date.isoformat(),
        "last_date": schedule.last_date and schedule.last_date.isoformat(),
    }
    return {name: found[name] for name in FIELDS}


def _plain(value: object) -> object:
    return value.value if isinstance(value, Precision | AddressVisibility) else value


def with_fields(draft: ListingDraft | None, changes: Mapping[str, Any]) -> ListingDraft:
    """*draft* with the fields in *changes* as they say; without a draft, a listing of these fields alone.

    What is no field of a form (slug, source key, confirmation, exceptions ...) stays. Raises BadInputError naming the
    field whose value cannot be used.
    """
    fields = {**(fields_of(draft) if draft else empty_fields()), **_known(changes)}
    _refuse_long(changes)
    schedule = schedule_of(fields)
    group = {attribute: fields[name] for name, attribute in OF_GROUP.items()}
    place = {attribute: fields[name] for name, attribute in OF_PLACE.items()}
    held_group = draft.group if draft and draft.group else GroupDraft(name="")
    held_place = draft.location if draft and draft.location else LocationDraft()
    has_place = any(value for name, value in place.items() if name not in {"precision", "address_visibility"})
    place["precision"] = _enum(Precision, fields, "precision")
    place["address_visibility"] = _enum(AddressVisibility, fields, "address_visibility")
    parts: dict[str, Any] = {name: fields[name] for name in _PLAIN} | {
        "attendance": _enum(Attendance, fields, "attendance"),
        "join_policy": _enum(JoinPolicy, fields, "join_policy"),
        "formats": tuple(fields["formats"]),
        "region": tuple(fields["region"]),
        "schedule": schedule,
        "group": replace(held_group, **group) if group["name"] else None,
        "location": replace(held_place, **place, zone=held_place.zone or schedule.zone) if has_place else None,
    }
    return replace(draft, **parts) if draft else ListingDraft(**parts)


def _known(changes: Mapping[str, Any]) -> Fields:
    for name in changes:
        if name not in FIELDS:
            raise BadInputError(name, f"A listing has no field {name!r}.")
    return dict(changes)


#: How long the text of a field may be; the others are lines.
LINE = 255
LONGEST = {
    **dict.fromkeys(("notes", "place_notes", "access_notes", "group_notes"), 10_000),
    **dict.fromkeys(("conference_url_notes", "conference_phone_notes"), 10_000),
    **dict.fromkeys(("conference_url", "website", "group_website"), 2048),
    **dict.fromkeys(("formatted_address", "service_body"), 1024),
    **dict.fromkeys(("program", "zone", "postal_code"), 64),
    "group_email": 320,
}


def _refuse_long(changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        most = LONGEST.get(name, LINE)
        if any(len(text) > most for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)):
            raise BadInputError(name, f"{FIELDS[name].label}: shorten this to {most} characters.")


def schedule_of(fields: Mapping[str, Any]) -> Schedule:
    """The schedule that the fields say. Raises BadInputError naming the field; whether it holds, `validate` tells."""
    return Schedule(
        kind=_enum(RecurrenceKind, fields, "kind"),
        weekdays=tuple(sorted(set(fields["weekdays"]))),
        start=_read(dt.time.fromisoformat, fields, "start"),
        duration=dt.timedelta(minutes=fields["duration_min"]),
        zone=fields["zone"],
        interval=fields["interval"],
        weeks_of_month=tuple(sorted(set(fields["weeks_of_month"]))),
        first_date=_read(dt.date.fromisoformat, fields, "first_date"),
        last_date=_read(dt.date.fromisoformat, fields, "last_date"),
    )


def _enum(kind: Any, fields: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any closed vocabulary
    try:
        return kind(fields[name])
    except ValueError:
        choices = ", ".join(member.value for member in kind)
        raise BadInputError(name, f"{FIELDS[name].label}: choose one of {choices}.") from None


def _read(read: Any, fields: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - dates and times
    try:
        return read(fields[name]) if fields[name] else None
    except (TypeError, ValueError):
        raise BadInputError(name, f"{FIELDS[name].label}: this cannot be read.") from None


@dataclass(frozen=True, slots=True)
class Compared:
    """One field three ways. *clash*: it has changed since, and to something else than what is asked."""

    name: str
    then: Any
    now: Any
    asked: Any

    @property
    def clash(self) -> bool:
        """Whether taking what is asked would undo what somebody else has changed meanwhile."""
        return bool(self.now not in (self.then, self.asked))

    @property
    def settled(self) -> bool:
        """Whether the listing says so already."""
        return bool(self.now == self.asked)


def compare(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None, asked: Mapping[str, Any]) -> list[Compared]:
    """The fields that are asked to change, three ways, in the order of `FIELDS`; empty values where there is none."""
    empty = empty_fields()
    then, now = then or empty, now or then or empty
    return [
        Compared(name, then.get(name, empty[name]), now.get(name, empty[name]), asked[name])
        for name in FIELDS
        if name in asked
    ]


def changed(then: Mapping[str, Any], wanted: Mapping[str, Any]) -> Fields:
    """The fields of *wanted* that are not as *then*; formats are so in whatever order they stand."""
    return {name: wanted[name] for name in FIELDS if name in wanted and not _same(name, wanted[name], then.get(name))}


def _same(name: str, one: Any, other: Any) -> bool:  # noqa: ANN401 - whatever the fields hold
    return bool(one == other) or (name == "formats" and sorted(one) == sorted(other or ()))
