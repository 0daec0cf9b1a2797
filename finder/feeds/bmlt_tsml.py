"""A listing in the shape of Meeting Guide, as BMLT servers write it for the plugins of WordPress."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from finder.domain.text import slugify
from finder.feeds.bmlt_codes import BmltFormatEntry, BmltFormats
from finder.feeds.bmlt_encode import Sitting, encoded
from finder.feeds.bmlt_fields import Told

#: Codes of NA World Services that those plugins know by another name; all others keep theirs.
RENAMED: Final = {"CLOSED": "C", "OPEN": "O", "VM": "ONL", "WCHR": "X"}
#: Those that say too little to be a type.
UNTOLD: Final = frozenset({"", "LANG", "HYBR"})
_ADDRESS: Final = (
    *("location_street", "location_municipality", "location_province", "location_postal_code_1", "location_nation"),
)
_DAY = 24 * 60


def tsml_meeting(document: Mapping[str, Any], told: Told, sitting: Sitting, codes: Mapping[str, list[str]]) -> bytes:
    """The listing on the weekday of *sitting*; *codes* are the Meeting Guide types of formats here, by slug."""
    numbers = told.numbers(document)
    fields = told.fields(document, numbers)
    rule = document["schedule"]
    start = int(rule["start"][:2]) * 60 + int(rule["start"][3:])
    end = (start + rule["duration_min"]) % _DAY
    region = told.bodies.of(document).name if document["service_body"] else ""
    online = document["attendance"] == "online"
    point = fields["latitude"] and fields["longitude"] and not online
    return encoded(
        {
            "day": sitting.weekday,
            "time": rule["start"],
            "end_time": f"{end // 60:02d}:{end % 60:02d}",
            "name": fields["meeting_name"],
            "location": "Online Meeting" if online else fields["location_text"],
            "formatted_address": ", ".join(fields[field] for field in _ADDRESS if fields[field]),
            "address": fields["location_street"],
            "city": fields["location_municipality"],
            "state": fields["location_province"],
            "postal_code": fields["location_postal_code_1"],
            "country": fields["location_nation"],
            "types": types_of(told.formats, numbers, codes),
            "location_notes": fields["location_info"],
            "notes": fields["comments"],
            "coordinates": f"{fields['latitude']},{fields['longitude']}" if point else None,
            "slug": f"{slugify(fields['meeting_name'])}-{sitting.number}".lstrip("-"),
            "region": region,
            "regions": [region],
            "conference_url": fields["virtual_meeting_link"] or None,
            "conference_url_notes": fields["virtual_meeting_additional_info"] or None,
            "conference_phone": fields["phone_meeting_number"] or None,
        }
    )


def types_of(formats: BmltFormats, numbers: Iterable[int], codes: Mapping[str, list[str]]) -> list[str]:
    """The types of formats, each once: by their code of NA World Services, else by what they stand for here."""
    entries = [formats.entries[number] for number in numbers]
    return list(dict.fromkeys(code for entry in entries if (code := _type_of(entry, codes))))


def _type_of(entry: BmltFormatEntry, codes: Mapping[str, list[str]]) -> str:
    if entry.world_id not in UNTOLD:
        return RENAMED.get(entry.world_id, entry.world_id)
    return next(iter(codes.get(entry.slug or "", [])), "")
