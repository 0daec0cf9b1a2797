"""The answers of a made-up BMLT server; a test changes what matters to it."""

import json
from typing import Any

from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.rows import Decoded, DecodeOptions
from tests.sources.feeds import CATALOGUE

NA = DecodeOptions(program="na", catalogue=CATALOGUE, country="US")
SERVER_INFO = [
    {"version": "4.2.7", "versionInt": "4002007", "langs": "en,de", "nativeLang": "en", "defaultDuration": "01:30"}
]

#: Number, number above, name, type, world id.
BODIES = (
    ("1", "0", "Lark Region", "RS", "RG901"),
    ("12", "1", "River Area", "AS", "AR90112"),
    ("13", "1", "Hill > Dale Area", "AS", "AR90113"),
    ("40", "12", "Mill Town Group", "GR", ""),
)
#: Number, world id, type, then key and name by language.
FORMATS: tuple[tuple[str, str, str, dict[str, tuple[str, str]]], ...] = (
    ("17", "OPEN", "O", {"en": ("O", "Open"), "de": ("O", "Offen")}),
    ("4", "CLOSED", "O", {"en": ("C", "Closed"), "de": ("G", "Geschlossen")}),
    ("27", "STEP", "FC1", {"en": ("St", "Step"), "de": ("S", "Schritte")}),
    ("60", "STEP", "FC1", {"en": ("S10", "Step Ten"), "de": ("S10", "Zehnter Schritt")}),
    ("22", "SPK", "FC1", {"en": ("SD", "Speaker/Discussion"), "de": ("SD", "Sprecher")}),
    ("51", "LC", "FC1", {"en": ("CL", "Living Clean"), "de": ("CL", "Living Clean")}),
    ("70", "LANG", "LANG", {"en": ("uk", "Ukrainian speaking"), "de": ("uk", "Ukrainisch")}),
    ("71", "LANG", "LANG", {"en": ("xx", "Klingon"), "de": ("xx", "Klingonisch")}),
    ("80", "", "FC2", {"en": ("ND", "No dogs"), "de": ("KT", "Keine Tiere")}),
    ("54", "VM", "FC2", {"en": ("VM", "Virtual Meeting"), "de": ("VM", "Virtuell")}),
    ("55", "TC", "FC2", {"en": ("TC", "Temporarily Closed Facility"), "de": ("TC", "Geschlossen")}),
    ("56", "HYBR", "FC2", {"en": ("HY", "Hybrid Meeting"), "de": ("HY", "Hybrid")}),
)


def a_meeting(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON is any
    """One meeting in Springfield as a server gives it; the changes that are ... leave their field out."""
    meeting: dict[str, Any] = {
        "id_bigint": str(number),
        "worldid_mixed": f"G00{number:05d}",
        "shared_group_id_bigint": "",
        "service_body_bigint": "12",
        "weekday_tinyint": str(number % 7 + 1),
        "venue_type": "1",
        "start_time": "19:30:00",
        "duration_time": "01:15:00",
        "time_zone": "America/Chicago",
        "formats": "O,St",
        "lang_enum": "en",
        "longitude": "-89.6436",
        "latitude": f"{39.7 + number % 20 / 100:.4f}",
        "distance_in_km": "",
        "distance_in_miles": "",
        "email_contact": "",
        "published": "1",
        "root_server_uri": "https://bmlt.example.org/main_server",
        "format_shared_id_list": "17,27",
        "meeting_name": f"Larks {number}",
        "location_text": "Larkspur Hall",
        "location_info": "Second floor",
        "location_street": f"{number % 20 + 1} Example Street",
        "location_city_subsection": "West Side",
        "location_neighborhood": "Old Mill",
        "location_municipality": "Springfield",
        "location_sub_province": "Sangamon",
        "location_province": "IL",
        "location_postal_code_1": "62701",
        "location_nation": "USA",
        "comments": "Ring twice",
        "train_lines": "Red",
        "bus_lines": "12",
        "phone_meeting_number": "",
        "virtual_meeting_link": "",
        "virtual_meeting_additional_info": "",
        "contact_name_1": "",
        "contact_phone_1": "",
        "contact_email_1": "",
        "parking": "Behind the hall",
    }
    return {name: value for name, value in {**meeting, **changes}.items() if value is not ...}


def service_bodies() -> list[dict[str, str]]:
    """The answer to GetServiceBodies."""
    return [
        {
            "id": number,
            "parent_id": above,
            "name": name,
            "description": f"About {name}",
            "type": kind,
            "url": "https://larks.example.org/",
            "helpline": "555-0100",
            "world_id": world_id,
        }
        for number, above, name, kind, world_id in BODIES
    ]


def formats(language: str) -> list[dict[str, str]]:
    """The answer to GetFormats in a language."""
    return [
        {
            "key_string": names[language][0],
            "name_string": names[language][1],
            "description_string": f"{names[language][1]}.",
            "lang": language,
            "id": number,
            "world_id": world_id,
            "format_type_enum": kind,
        }
        for number, world_id, kind, names in FORMATS
    ]


def answers(*meetings: Any, **changes: Any) -> bytes:  # noqa: ANN401 - JSON is any
    """A payload of all answers; *changes* replace one by its name ("." written as "_"), None leaves it out."""
    whole: dict[str, Any] = {
        "GetServerInfo": SERVER_INFO,
        "GetServiceBodies": service_bodies(),
        "GetFormats_en": formats("en"),
        "GetFormats_de": formats("de"),
        "GetSearchResults": list(meetings),
        **changes,
    }
    return json.dumps({name: answer for name, answer in whole.items() if answer is not None}).encode()


def decoded(*meetings: Any, **changes: Any) -> Decoded:  # noqa: ANN401 - JSON is any
    """The answers, read."""
    return decode_bmlt(answers(*meetings, **changes), options=NA)
