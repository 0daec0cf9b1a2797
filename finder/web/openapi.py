"""The API described in OpenAPI 3.1: one table of parameters, from which ``docs/api.md`` is checked too."""

from finder.config import Settings
from finder.domain.vocabulary import Attendance, JoinPolicy, OverrideKind, Precision, RecurrenceKind
from finder.web.forms.described import CLOCK, DAY, NUMBER, PARAMETERS, PLACE_WORDS, SLUG, Schema, one_of
from finder.web.forms.known import Known
from finder.web.openapi_feeds import BMLT_SCHEMAS, bmlt_path, meeting_guide_path

#: Raised by its first number when an answer loses or changes a key.
API_VERSION = "1.0.0"

DATE: Schema = {"type": "string", "format": "date"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
URI: Schema = {"type": "string", "format": "uri"}
INSTANT: Schema = {"type": "string", "format": "date-time"}


def _maybe(schema: Schema) -> Schema:
    """*schema*, or null where nothing is known or nothing is public."""
    if "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(properties: dict[str, Schema], **more: object) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)} | more


NAMED = _object({"slug": SLUG, "name": TEXT})
PLACE = _object({"name": TEXT, "lat": NUMBER, "lon": NUMBER, "timezone": TEXT})

SUMMARY: dict[str, Schema] = {
    "id": {"type": "integer"},
    "slug": SLUG,
    "url": URI,
    "name": TEXT,
    "program": SLUG,
    "group": _maybe(TEXT),
    "attendance": one_of(Attendance),
    "temporarily_closed": FLAG,
    "location_closed": FLAG,
    "formats": _list(SLUG),
    "recurrence": one_of(RecurrenceKind),
    "days": _list(DAY),
    "start": _maybe(CLOCK),
    "end": _maybe(CLOCK),
    "timezone": TEXT,
    "latitude": _maybe(NUMBER),
    "longitude": _maybe(NUMBER),
    "precision": _maybe(one_of(Precision)),
    "location": _maybe(TEXT),
    "address": _maybe(TEXT),
    "region": _list(NAMED),
    "conference_url": _maybe(TEXT),
    "conference_phone": _maybe(TEXT),
    "join_policy": one_of(JoinPolicy),
    "confirmed_at": _maybe(INSTANT),
    "updated_at": _maybe(INSTANT),
    "source": _maybe(TEXT),
    "source_key": _maybe(TEXT),
    "demo": FLAG,
}
TIMES: dict[str, Schema] = {"next_start": _maybe(INSTANT), "next_end": _maybe(INSTANT), "in_progress": FLAG}
SCHEDULE = _object(
    {
        "kind": one_of(RecurrenceKind),
        "weekdays": _list(DAY),
        "start": _maybe(CLOCK),
        "duration_min": COUNT,
        "zone": TEXT,
        "interval": {"type": "integer", "minimum": 1},
        "weeks_of_month": _list({"type": "integer", "minimum": -1, "maximum": 5}),
        "first_date": _maybe(DATE),
        "last_date": _maybe(DATE),
    }
)
OVERRIDE = _object(
    {
        "kind": one_of(OverrideKind),
        "first_date": DATE,
        "last_date": DATE,
        "start": _maybe(CLOCK),
        "duration_min": _maybe(COUNT),
        "place": TEXT,
        "note": TEXT,
    }
)
DETAIL: dict[str, Schema] = {
    "revision": COUNT,
    "schedule": SCHEDULE,
    "overrides": _list(OVERRIDE),
    "unmapped_types": _list(TEXT),
    "group_details": {"type": ["object", "null"]},
    "location_details": {"type": ["object", "null"]},
    "location_notes": _maybe(TEXT),
    "access_notes": _maybe(TEXT),
    "service_body": {"anyOf": [NAMED, {"type": "null"}]},
    "conference_url_notes": _maybe(TEXT),
    "conference_phone_notes": _maybe(TEXT),
    "notes": _maybe(TEXT),
    "website": _maybe(TEXT),
    "source_url": _maybe(TEXT),
}

SCHEMAS: dict[str, Schema] = {
    "Place": PLACE,
    "Meeting": _object(SUMMARY | {"distance_km": _maybe(NUMBER)} | TIMES),
    "MeetingDetail": _object(SUMMARY | DETAIL | TIMES),
    "Answer": _object(
        {
            "total": COUNT,
            "online_total": COUNT,
            "page": {"type": "integer", "minimum": 1},
            "pages": COUNT,
            "place": {"anyOf": [{"$ref": "#/components/schemas/Place"}, {"type": "null"}]},
            "meetings": _list({"$ref": "#/components/schemas/Meeting"}),
            "facets": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": COUNT}},
        }
    ),
    "Places": _object({"places": _list({"$ref": "#/components/schemas/Place"})}),
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "parameter": TEXT,
            "errors": _list(_object({"parameter": TEXT, "detail": TEXT})),
            "choices": _list({"$ref": "#/components/schemas/Place"}),
        },
        "required": ["type", "title", "status", "detail"],
    },
}


def _get(name: str, summary: str, answer: str, parameters: list[Schema], statuses: dict[str, str]) -> Schema:
    reference = {"$ref": f"#/components/schemas/{answer}"}
    responses: Schema = {
        "200": {"description": "The answer.", "content": {"application/json": {"schema": reference}}},
        "304": {"description": "The answer that you have, by its ETag, is still right."},
    }
    responses |= {status: _refusal(words) for status, words in statuses.items()}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}}


def _refusal(words: str) -> Schema:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, "content": content}


def openapi(settings: Settings, known: Known) -> Schema:
    """The whole description, as JSON values; *known* are the things that the parameters may name."""
    out_of_reach = {"503": "The directory is out of reach: try again shortly."}
    refused = {"400": "A parameter is not as it is described; the problem names it."} | out_of_reach
    nowhere = {"404": "No place has the name in near, or several have: then the problem has choices."}
    missing = {"404": "There is no such meeting."} | refused
    slug = {"name": "slug", "in": "path", "required": True, "schema": SLUG}
    search = [each.taking(known).described() for each in PARAMETERS]
    places = [PLACE_WORDS.described() | {"required": True}]
    meeting = _get("getMeeting", "One meeting", "MeetingDetail", [slug], missing)
    meeting["get"]["responses"]["308"] = {"description": "It has another slug today, which Location leads to."}
    busy = {"503": "The directory is out of reach, or many read long feeds: try again shortly."}
    problems = {status: _refusal(words) for status, words in (refused | nowhere | busy).items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{settings.site_name}: meetings", "version": API_VERSION},
        "servers": [{"url": settings.public_url}],
        "paths": {
            "/api/v1/meetings": _get("findMeetings", "Find meetings", "Answer", search, refused | nowhere),
            "/api/v1/meetings/{slug}": meeting,
            "/api/v1/places": _get("suggestPlaces", "Places by the beginning of their name", "Places", places, refused),
            "/meetings.json": meeting_guide_path(search, problems),
            "/client_interface/json/": bmlt_path(),
        },
        "components": {"schemas": SCHEMAS | BMLT_SCHEMAS},
    }
