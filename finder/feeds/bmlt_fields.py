"""A listing as the fields of BMLT: their names and their order, and where each takes its value from.

Every value is a string, and what is absent is "". A field of a person or of an administrator is always "".
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from finder.domain.listing import LOCATION_CLOSED
from finder.domain.text import tokens
from finder.feeds.bmlt_bodies import Bodies
from finder.feeds.bmlt_codes import BmltFormats, said_of
from finder.feeds.bmlt_comments import comments_of

Document = Mapping[str, Any]

#: Which fields of a meeting differ from one answer, or from one weekday, to the next.
MOVING: Final = ("id_bigint", "weekday_tinyint", "distance_in_km", "distance_in_miles")
#: Fields of the meeting itself, in their order.
MAIN: Final = (
    "id_bigint",
    "worldid_mixed",
    "shared_group_id_bigint",
    "service_body_bigint",
    "service_body_name",
    "weekday_tinyint",
    "venue_type",
    "start_time",
    "duration_time",
    "time_zone",
    "formats",
    "lang_enum",
    "longitude",
    "latitude",
    "distance_in_km",
    "distance_in_miles",
    "email_contact",
    "published",
    "root_server_uri",
    "format_shared_id_list",
)
#: Those whose values may be asked for; field -> what it is called.
KEYS: Final[Mapping[str, str]] = {
    "id_bigint": "ID",
    "worldid_mixed": "World ID",
    "service_body_bigint": "Service Body ID",
    "weekday_tinyint": "Weekday",
    "venue_type": "Venue Type",
    "start_time": "Start Time",
    "duration_time": "Duration",
    "time_zone": "Time Zone",
    "formats": "Formats",
    "lang_enum": "Language",
    "longitude": "Longitude",
    "latitude": "Latitude",
}
#: What tells more of it, in the order of the template; field -> what it is called.
DATA: Final[Mapping[str, str]] = {
    "meeting_name": "Meeting Name",
    "location_text": "Location Name",
    "location_info": "Additional Location Information",
    "location_street": "Street Address",
    "location_city_subsection": "Borough",
    "location_neighborhood": "Neighborhood",
    "location_municipality": "Town",
    "location_sub_province": "County",
    "location_province": "State",
    "location_postal_code_1": "Zip Code",
    "location_nation": "Nation",
    "comments": "Comments",
    "zone": "Zone",
    "train_lines": "Train Lines",
    "bus_lines": "Bus Lines",
    "phone_meeting_number": "Phone Meeting Dial-in Number",
    "virtual_meeting_link": "Virtual Meeting Link",
    "virtual_meeting_additional_info": "Virtual Meeting Additional Info",
}
#: Known to those who may edit only: empty for everybody else, and nothing to search by.
PRIVATE: Final = (
    "contact_name_1",
    "contact_name_2",
    "contact_phone_1",
    "contact_phone_2",
    "contact_email_1",
    "contact_email_2",
    "admin_notes",
)
#: Fields that say the same of every meeting here.
PUBLISHED: Final = "1"
VENUE_TYPES: Final = {"in_person": "1", "online": "2", "hybrid": "3"}

#: What else a listing has is told under names of ours for these, and under its own name otherwise.
OURS: Final[Mapping[str, str]] = {
    "location_city_subsection": "borough",
    "location_neighborhood": "neighborhood",
    "location_sub_province": "county",
    "train_lines": "train_lines",
    "bus_lines": "bus_lines",
    "zone": "zone",
}
_ENTITY: Final = frozenset({"entity", "entity_email", "entity_location", "entity_phone", "entity_url"})
_NO_CUSTOM: Final = frozenset({*MAIN, *DATA, *PRIVATE, *OURS.values(), *_ENTITY, LOCATION_CLOSED})

Value = Callable[[Document], str]


def _place(key: str) -> Value:
    return lambda document: str((document["location"] or {}).get(key) or "")


def _degrees(key: str) -> Value:
    def value(document: Document) -> str:
        degrees = (document["location"] or {}).get(key)
        return "" if degrees is None else f"{degrees:.10f}".rstrip("0").rstrip(".")

    return value


def _conference(key: str) -> Value:
    def value(document: Document) -> str:
        if document["temporarily_closed"]:  # with a way to join, TC says that no more than the building is closed
            return ""
        return str((document["conference"] or {}).get(key) or "")

    return value


def _extra(key: str) -> Value:
    return lambda document: str(document["extra"].get(key) or "")


def _street(document: Document) -> str:
    place = document["location"] or {}
    return ", ".join(part for part in (place.get("street"), place.get("unit")) if part)


def _start(document: Document) -> str:
    return f"{document['schedule']['start'] or '00:00'}:00"


def clock(minutes: int) -> str:
    """So many minutes as ``HH:MM:SS``; a whole day is ``24:00:00``, an open end."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


#: Where the values of fields come from that one document alone tells.
VALUES: Final[Mapping[str, Value]] = {
    "worldid_mixed": lambda document: str(document["world_id"]),
    "venue_type": lambda document: VENUE_TYPES[document["attendance"]],
    "start_time": _start,
    "duration_time": lambda document: clock(document["schedule"]["duration_min"]),
    "time_zone": lambda document: str(document["schedule"]["zone"]),
    "longitude": _degrees("longitude"),
    "latitude": _degrees("latitude"),
    "meeting_name": lambda document: str(document["name"]),
    "location_text": _place("name"),
    "location_info": _place("notes"),
    "location_street": _street,
    "location_municipality": _place("city"),
    "location_province": _place("state"),
    "location_postal_code_1": _place("postal_code"),
    "location_nation": _place("country"),
    "phone_meeting_number": _conference("phone"),
    "virtual_meeting_link": _conference("url"),
    "virtual_meeting_additional_info": _conference("url_notes"),
    **{field: _extra(key) for field, key in OURS.items()},
}


def custom_names(document: Document) -> tuple[str, ...]:
    """The fields of the listing's own server that no template here has, by name."""
    return tuple(sorted(name for name in document["extra"] if is_custom(name)))


def is_custom(name: str) -> bool:
    """Whether a field is a server's own; what sounds like a person or an administrator never is."""
    return name not in _NO_CUSTOM and not name.startswith(("contact_", "admin_"))


def field_value(document: Document, field: str, today: dt.date) -> str:
    """The value of a data field, or of a main field that one document alone tells; "" for every other."""
    if field == "comments":
        return comments_of(document, today)
    value = VALUES.get(field)
    if value is not None:
        return value(document)
    return str(document["extra"].get(field) or "") if is_custom(field) else ""


def words_of(document: Document, today: dt.date) -> str:
    """The distinct folded words of all data fields that the public sees, with a space on both sides of each."""
    texts = [field_value(document, field, today) for field in (*DATA, *custom_names(document))]
    return f" {' '.join(dict.fromkeys(word for text in texts for word in tokens(text)))} "


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How listings are told: in which language, by which server, on which day, with which custom fields.

    With ``others``, formats that have no name in the language are told by a name that they have.
    """

    formats: BmltFormats
    bodies: Bodies
    language: str
    root: str
    native_language: str
    today: dt.date
    custom: tuple[str, ...]
    others: bool = False

    @property
    def same(self) -> dict[str, str]:
        """The fields that say the same of every meeting."""
        return dict.fromkeys((*PRIVATE, "shared_group_id_bigint", "email_contact"), "") | {
            "lang_enum": self.native_language,
            "published": PUBLISHED,
            "root_server_uri": self.root,
        }

    @property
    def order(self) -> tuple[str, ...]:
        """All fields in their order."""
        return (*MAIN, *DATA, *PRIVATE, *self.custom)

    def chosen(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """The fields of an answer that *wanted* ones are asked of: all when none of them is known."""
        asked = frozenset(wanted) - {"shared_group_id_bigint"}
        return tuple(field for field in self.order if field in asked) or self.order

    def fields(self, document: Document, numbers: tuple[int, ...]) -> dict[str, str]:
        """Every field but the moving ones and those that are the same; *numbers* are the formats of the listing."""
        keys, shown = self.formats.shown(numbers, self.language, others=self.others)
        body = self.bodies.of(document)
        found = {field: field_value(document, field, self.today) for field in (*VALUES, "comments", *self.custom)}
        return found | {
            "service_body_bigint": str(body.number),
            "service_body_name": body.name,
            "formats": keys,
            "format_shared_id_list": shown,
        }

    def numbers(self, document: Document) -> tuple[int, ...]:
        """The formats of a listing."""
        return self.formats.numbers(said_of(document))
