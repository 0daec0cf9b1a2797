"""A listing as a value: what the register holds and what a feed, a form or a seed file brings."""

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any

from finder.domain.schedule import Override, Schedule
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationDraft:
    """A place where meetings are held. Coordinates in degrees (WGS 84); both or neither."""

    name: str = ""
    formatted_address: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision = Precision.EXACT
    zone: str = ""
    notes: str = ""
    access_notes: str = ""
    address_visibility: AddressVisibility = AddressVisibility.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDraft:
    """Somebody to ask about a listing. Private: never on the shelf."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDraft:
    """The people who hold the meetings, with the contact details that are public.

    ``own`` names a group that is told from others by more than its words; empty, its source and its words name it.
    Private as ``contacts`` are: neither is among its public words.
    """

    name: str
    notes: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    district: str = ""
    venmo: str = ""
    square: str = ""
    paypal: str = ""
    contacts: tuple[ContactDraft, ...] = ()
    own: str = ""


#: What everybody may see of a group.
GROUP_WORDS = tuple(each.name for each in fields(GroupDraft) if each.name not in {"contacts", "own"})


def public_words(group: object) -> dict[str, Any]:
    """The public words of a group, which is a draft or a row of the register."""
    return {name: getattr(group, name) for name in GROUP_WORDS}


#: What ``extra`` calls it that the building of an online meeting is closed for now; it says "yes".
LOCATION_CLOSED = "location_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDraft:
    """One meeting at one time, whole. Region names run from the general to the particular.

    ``formats`` are format slugs; ``unmapped_types`` are foreign codes that nothing here stands for.
    ``source_key`` is unique within its source and survives a refresh. ``world_id`` is the number of NA World Services.
    ``bmlt_id`` is the number by which BMLT clients know it: a new listing is given it when it is free, else another.
    ``extra`` holds what else the public may know of it, by name: of the place ``borough neighborhood county train_lines
    bus_lines``, the fields of an entity, `LOCATION_CLOSED`, and a server's own fields.
    """

    name: str
    program: str
    attendance: Attendance
    schedule: Schedule
    slug: str = ""
    source_key: str = ""
    temporarily_closed: bool = False
    formats: tuple[str, ...] = ()
    unmapped_types: tuple[str, ...] = ()
    group: GroupDraft | None = None
    location: LocationDraft | None = None
    region: tuple[str, ...] = ()
    service_body: str = ""
    conference_url: str = ""
    conference_url_notes: str = ""
    conference_phone: str = ""
    conference_phone_notes: str = ""
    join_policy: JoinPolicy = JoinPolicy.OPEN
    notes: str = ""
    website: str = ""
    url: str = ""
    confirmed_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    overrides: tuple[Override, ...] = ()
    world_id: str = ""
    bmlt_id: int | None = None
    demo: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def has_building(self) -> bool:
        """Whether its location is where it is held, or will be again: not so of a meeting that is online only."""
        return self.attendance is not Attendance.ONLINE or self.extra.get(LOCATION_CLOSED) == "yes"
