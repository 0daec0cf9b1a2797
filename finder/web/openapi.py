"""The API described in OpenAPI 3.1: one table of parameters, from which ``docs/api.md`` is checked too."""

from typing import Any, NamedTuple

from finder.config import Settings
from finder.domain.vocabulary import Approach, Attendance, JoinPolicy, OverrideKind, Precision, RecurrenceKind
from finder.search.criteria import Sort, TimeBand, When
from finder.search.places import MAX_LENGTH as MAX_PLACE_LENGTH
from finder.web.forms.values import MAX_PAGE, MAX_WORDS_LENGTH

#: Raised by its first number when an answer loses or changes a key.
API_VERSION = "1.0.0"

Schema = dict[str, Any]

SLUG: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$"}
CLOCK: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
DATE: Schema = {"type": "string", "format": "date"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
URI: Schema = {"type": "string", "format": "uri"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "integer", "minimum": 0, "maximum": 6}


def _one_of(choices: Any) -> Schema:  # noqa: ANN401 - an enum class
    return {"type": "string", "enum": [choice.value for choice in choices]}


def _maybe(schema: Schema) -> Schema:
    """*schema*, or null where nothing is known or nothing is public."""
    if "enum" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(properties: dict[str, Schema], **more: object) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)} | more


class Parameter(NamedTuple):
    """A parameter of a search: its name, whether it may be repeated, what it takes, what it means."""

    name: str
    repeatable: bool
    schema: Schema
    meaning: str


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("near", False, TEXT | {"maxLength": MAX_PLACE_LENGTH}, "a place in words: city, postcode or region"),
    Parameter("lat", False, NUMBER | {"minimum": -90, "maximum": 90}, "latitude, rounded to two decimals before use"),
    Parameter(
        "lon", False, NUMBER | {"minimum": -180, "maximum": 180}, "longitude, rounded to two decimals before use"
    ),
    Parameter("within", False, NUMBER | {"minimum": 0}, "distance from the place, inclusive; at most 500 miles"),
    Parameter("unit", False, {"type": "string", "enum": ["mi", "km"]}, "unit of within; the site's own without it"),
    Parameter("region", True, SLUG, "regions, with everything in them"),
    Parameter("when", True, _one_of(When), "windows of time in the seeker's zone"),
    Parameter("day", True, DAY, "weekdays in the meeting's zone, 0 = Sunday"),
    Parameter("time", True, _one_of(TimeBand), "parts of the day the meeting starts in, in its zone"),
    Parameter("from", False, CLOCK, "earliest start in the meeting's zone, inclusive"),
    Parameter("until", False, CLOCK, "latest start in the meeting's zone, exclusive"),
    Parameter("program", True, SLUG, "programs"),
    Parameter("approach", True, _one_of(Approach), "families of programs"),
    Parameter("audience", True, SLUG, "formats that say for whom the meeting is"),
    Parameter("focus", True, SLUG, "formats that say what is recovered from"),
    Parameter("style", True, SLUG, "formats that say how the meeting goes"),
    Parameter("openness", True, SLUG, "formats that say who may come"),
    Parameter("language", True, SLUG, "formats that say what is spoken"),
    Parameter("access", True, SLUG, "formats that say who can get in and take part"),
    Parameter("format", True, SLUG, "formats of any kind"),
    Parameter("attendance", True, _one_of(Attendance), "how one takes part; hybrid answers to all three"),
    Parameter("q", False, TEXT | {"maxLength": MAX_WORDS_LENGTH}, "words, all of which must be found"),
    Parameter("sort", False, _one_of(Sort), "order of the answer"),
    Parameter("page", False, {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}, "page of the answer, from 1"),
    Parameter("per_page", False, {"type": "integer", "minimum": 1, "maximum": 100}, "meetings a page; 25 without it"),
    Parameter("tz", False, TEXT, "the seeker's zone (IANA) where there is no place to take it from"),
)

NAMED = _object({"slug": SLUG, "name": TEXT})
PLACE = _object({"name": TEXT, "lat": NUMBER, "lon": NUMBER, "timezone": TEXT})

SUMMARY: dict[str, Schema] = {
    "id": {"type": "integer"},
    "slug": SLUG,
    "url": URI,
    "name": TEXT,
    "program": SLUG,
    "group": _maybe(TEXT),
    "attendance": _one_of(Attendance),
    "temporarily_closed": FLAG,
    "formats": _list(SLUG),
    "recurrence": _one_of(RecurrenceKind),
    "days": _list(DAY),
    "start": _maybe(CLOCK),
    "end": _maybe(CLOCK),
    "timezone": TEXT,
    "latitude": _maybe(NUMBER),
    "longitude": _maybe(NUMBER),
    "precision": _maybe(_one_of(Precision)),
    "location": _maybe(TEXT),
    "address": _maybe(TEXT),
    "region": _list(NAMED),
    "conference_url": _maybe(TEXT),
    "conference_phone": _maybe(TEXT),
    "join_policy": _one_of(JoinPolicy),
    "confirmed_at": _maybe(INSTANT),
    "updated_at": _maybe(INSTANT),
    "source": _maybe(TEXT),
    "source_key": _maybe(TEXT),
    "demo": FLAG,
}
TIMES: dict[str, Schema] = {"next_start": _maybe(INSTANT), "next_end": _maybe(INSTANT), "in_progress": FLAG}
SCHEDULE = _object(
    {
        "kind": _one_of(RecurrenceKind),
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
        "kind": _one_of(OverrideKind),
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


def _described(parameter: Parameter) -> Schema:
    schema = _list(parameter.schema) if parameter.repeatable else parameter.schema
    return {"name": parameter.name, "in": "query", "description": parameter.meaning, "schema": schema, "explode": True}


def _get(name: str, summary: str, answer: str, parameters: list[Schema], statuses: dict[str, str]) -> Schema:
    reference = {"$ref": f"#/components/schemas/{answer}"}
    responses: Schema = {
        "200": {"description": "The answer.", "content": {"application/json": {"schema": reference}}},
        "304": {"description": "The answer that you have, by its ETag, is still right."},
    }
    fault = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses |= {status: {"description": words, "content": fault} for status, words in statuses.items()}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}}


def openapi(settings: Settings) -> Schema:
    """The whole description, as JSON values."""
    out_of_reach = {"503": "The directory is out of reach: try again shortly."}
    refused = {"400": "A parameter cannot be used; the problem names it."} | out_of_reach
    slug = {"name": "slug", "in": "path", "required": True, "schema": SLUG}
    words = {"name": "q", "in": "query", "required": True, "schema": TEXT | {"maxLength": MAX_PLACE_LENGTH}}
    missing = {"404": "There is no such meeting."} | out_of_reach
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{settings.site_name}: meetings", "version": API_VERSION},
        "servers": [{"url": f"{settings.public_url}/api/v1"}],
        "paths": {
            "/meetings": _get(
                "findMeetings", "Find meetings", "Answer", [_described(each) for each in PARAMETERS], refused
            ),
            "/meetings/{slug}": _get("getMeeting", "One meeting", "MeetingDetail", [slug], missing),
            "/places": _get("suggestPlaces", "Places by the beginning of their name", "Places", [words], refused),
        },
        "components": {"schemas": SCHEMAS},
    }
