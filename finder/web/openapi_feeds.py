"""Two feeds that speak other people's protocols, described in OpenAPI beside the API: Meeting Guide and BMLT.

What their protocols take without a word (a list of which something is no number) is text here: nothing of it is
refused. What they mean in full is in ``docs/feeds.md``.
"""

from typing import Any, Final

from finder.feeds.bmlt_fields import DATA, KEYS
from finder.web.bmlt import JSON_OPERATIONS

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
#: Parameters of a search that a feed has no use for: it is whole, in an order of its own.
_OF_PAGES: Final = frozenset({"sort", "page", "per_page"})

#: Parameters of the BMLT endpoint beside ``switcher``: name -> what it means, after the operation that takes it.
BMLT_PARAMETERS: Final[dict[str, str]] = {
    "meeting_ids": "GetSearchResults: numbers of meetings, between commas; with a minus all others",
    "weekdays": "GetSearchResults: 1 = Sunday to 7, likewise",
    "venue_types": "GetSearchResults: 1 in person, 2 online, 3 both, likewise",
    "services": "GetSearchResults, GetServiceBodies: numbers of service bodies, likewise",
    "recursive": "GetSearchResults, GetServiceBodies: 1 takes those below, too",
    "parents": "GetServiceBodies: 1 takes those above, too",
    "formats": "GetSearchResults: numbers of formats, likewise",
    "formats_comparison_operator": "GetSearchResults: AND without it; OR wants any of the formats",
    "meeting_key_value": "GetSearchResults: what the field meeting_key holds",
    "StartsAfterH": "GetSearchResults: starts later than this hour; StartsAfterM, StartsBefore, EndsBefore likewise",
    "MinDurationH": "GetSearchResults: lasts so many hours at least; MinDurationM, MaxDuration likewise",
    "lat_val": "GetSearchResults: latitude, with long_val and a radius",
    "long_val": "GetSearchResults: longitude",
    "geo_width": "GetSearchResults: radius in miles; below zero the nearest so many meetings",
    "geo_width_km": "GetSearchResults: radius in kilometres, likewise",
    "sort_results_by_distance": "GetSearchResults: 1 puts the nearest first",
    "SearchString": "GetSearchResults: words to be found, or numbers of meetings",
    "data_field_key": "GetSearchResults: fields to tell, between commas",
    "sort_keys": "GetSearchResults: fields to sort by, between commas",
    "page_size": "GetSearchResults: meetings a page; X-Total-Count tells how many there are",
    "page_num": "GetSearchResults: page, from 1",
    "get_used_formats": "GetSearchResults: tells the formats of the meetings, too",
    "get_formats_only": "GetSearchResults: tells the formats of the meetings alone",
    "lang_enum": "GetSearchResults, GetFormats: language of the formats",
    "show_all": "GetFormats: 1 tells those that no meeting has, too",
    "key_strings": "GetFormats: their keys",
    "format_ids": "GetFormats: their numbers",
    "meeting_id": "GetChanges: number of a meeting",
    "service_body_id": "GetChanges: number of a service body",
    "start_date": "GetChanges: first day, as 2026-03-10",
    "end_date": "GetChanges: last day, likewise",
    "updated_after": "GetSearchResults: an instant or a day; tells what has changed since",
}

_ROWS: Schema = {
    "type": "array",
    "items": {"type": "object", "additionalProperties": {"type": ["string", "boolean", "object", "null"]}},
}
BMLT_SCHEMAS: Final[dict[str, Schema]] = {
    "MeetingGuideRow": {
        "type": "object",
        "properties": {
            "slug": TEXT,
            "name": TEXT,
            "day": {"type": "integer", "minimum": 0, "maximum": 6},
            "time": TEXT,
            "end_time": TEXT,
            "timezone": TEXT,
            "types": {"type": "array", "items": TEXT},
            "formatted_address": TEXT,
            "address_as_known": TEXT,
            "latitude": {"type": "number"},
            "longitude": {"type": "number"},
            "regions": {"type": "array", "items": TEXT},
            "attendance_option": {"type": "string", "enum": ["in_person", "hybrid", "online", "inactive"]},
            "approximate": {"type": "string", "enum": ["yes", "no"]},
            "conference_url": TEXT,
            "conference_phone": TEXT,
            "updated": TEXT,
            "url": TEXT,
        },
        "required": ["slug", "name", "timezone", "formatted_address", "attendance_option", "url"],
    },
    "BmltAnswer": {
        "anyOf": [
            _ROWS,
            {
                "type": "object",
                "properties": {"meetings": _ROWS, "formats": _ROWS},
                "required": ["formats"],
                "additionalProperties": False,
            },
        ]
    },
    "BmltRefusal": {
        "type": "object",
        "properties": {"message": TEXT, "errors": {"type": "object"}},
        "required": ["message"],
    },
}
_NOT_MODIFIED: Schema = {"description": "The answer that you have, by its ETag, is still right."}


def _answer(schema: Schema, description: str = "The answer.") -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def meeting_guide_path(search: list[Schema], problems: dict[str, Schema]) -> Schema:
    """The feed of Meeting Guide, which takes the parameters of a *search*; *problems* are its refusals by status."""
    rows = {"type": "array", "items": {"$ref": "#/components/schemas/MeetingGuideRow"}}
    return {
        "get": {
            "operationId": "readMeetingGuide",
            "summary": "Meeting Guide JSON of the whole directory, or of a search",
            "parameters": [each for each in search if each["name"] not in _OF_PAGES],
            "responses": {"200": _answer(rows), "304": _NOT_MODIFIED, **problems},
        }
    }


def bmlt_path() -> Schema:
    """The semantic interface of a BMLT server, as JSON."""
    switcher = _query("switcher", {"type": "string", "enum": list(JSON_OPERATIONS)}, "what is asked for")
    fields = f"GetSearchResults, GetFieldValues: one of {', '.join((*KEYS, *DATA))}"
    told = BMLT_PARAMETERS | {"meeting_key": fields}
    parameters = [
        switcher | {"required": True},
        *(_query(name, TEXT, meaning) for name, meaning in told.items()),
    ]
    refusal = {"$ref": "#/components/schemas/BmltRefusal"}
    return {
        "get": {
            "operationId": "askBmlt",
            "summary": "What a BMLT server answers; docs/feeds.md has every parameter",
            "parameters": parameters,
            "responses": {
                "200": _answer({"$ref": "#/components/schemas/BmltAnswer"}),
                "304": _NOT_MODIFIED,
                "400": _answer(refusal, "The operation wants a field, or the address is nowhere."),
                "422": _answer(refusal, "There is no such operation, or a parameter is not what it takes."),
                "503": _answer(refusal, "The directory is out of reach: try again shortly."),
            },
        }
    }


def _query(name: str, schema: Schema, meaning: str) -> Schema:
    return {"name": name, "in": "query", "description": meaning, "schema": schema}
