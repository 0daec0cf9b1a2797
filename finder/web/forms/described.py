"""The parameters of the API as its description tells them, and whether a request keeps to that.

A person who types an address is understood; a program is told what it got wrong. So the API takes what its description
allows and nothing else: a filter that is misspelt would otherwise be no filter, and its answer meetings nobody asked
for.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from finder.domain.text import clean
from finder.domain.vocabulary import Approach, Attendance
from finder.search.criteria import Sort, TimeBand, When
from finder.search.places import MAX_LENGTH as MAX_PLACE_LENGTH
from finder.web.forms.fields import MAX_CHOICES, UNITS
from finder.web.forms.known import Known
from finder.web.forms.values import MAX_PAGE, MAX_WITHIN_MI, MAX_WORDS_LENGTH, WEEKDAY_NAMES, shown, zone_names

Schema = dict[str, Any]

SLUG: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$", "maxLength": 128}
CLOCK: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
NUMBER: Schema = {"type": "number"}
DAY: Schema = {"type": "integer", "minimum": 0, "maximum": 6}
#: Words as typed: whatever is text.
WORDS: Schema = {"type": "string", "pattern": "^[^\ufffd]*$"}

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]+")
#: More characters than any number has that is meant.
_LONGEST_NUMBER = 40
UNKNOWN = "There is no such parameter: /api/v1/openapi.json names those that there are."


def one_of(choices: Any) -> Schema:  # noqa: ANN401 - an enum class
    """The schema of the values of *choices*."""
    return {"type": "string", "enum": [choice.value for choice in choices]}


class Parameter(NamedTuple):
    """A parameter of a search: its name, whether it may be repeated, what it takes, what it means."""

    name: str
    repeatable: bool
    schema: Schema
    meaning: str

    def taking(self, known: Known) -> "Parameter":
        """The same, taking the things that the directory has; where there are none, nothing but an empty text."""
        if self.name not in known.by_parameter:
            return self
        slugs = sorted(known.by_parameter[self.name])
        return self._replace(schema={"type": "string", "enum": slugs or [""]})

    def described(self) -> Schema:
        """It as OpenAPI describes a parameter."""
        many = {"type": "array", "items": self.schema, "maxItems": MAX_CHOICES}
        schema = many if self.repeatable else self.schema
        return {"name": self.name, "in": "query", "description": self.meaning, "schema": schema, "explode": True}


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("near", False, WORDS | {"maxLength": MAX_PLACE_LENGTH}, "a place in words: city, postcode or region"),
    Parameter(
        "lat",
        False,
        NUMBER | {"minimum": -90, "maximum": 90},
        "latitude, rounded to two decimals before use; together with lon",
    ),
    Parameter(
        "lon",
        False,
        NUMBER | {"minimum": -180, "maximum": 180},
        "longitude, rounded to two decimals before use; together with lat",
    ),
    Parameter("within", False, NUMBER | {"minimum": 0, "maximum": MAX_WITHIN_MI}, "distance from the place, inclusive"),
    Parameter("unit", False, {"type": "string", "enum": list(UNITS)}, "unit of within; the site's own without it"),
    Parameter("region", True, SLUG, "regions, with everything in them"),
    Parameter("district", True, SLUG, "districts that groups are of"),
    Parameter("when", True, one_of(When), "windows of time in the seeker's zone"),
    Parameter(
        "day",
        True,
        {"anyOf": [DAY, {"type": "string", "enum": list(WEEKDAY_NAMES)}]},
        "weekdays in the meeting's zone, 0 = Sunday",
    ),
    Parameter("time", True, one_of(TimeBand), "parts of the day the meeting starts in, in its zone"),
    Parameter("from", False, CLOCK, "earliest start in the meeting's zone, inclusive"),
    Parameter("until", False, CLOCK, "latest start in the meeting's zone, exclusive"),
    Parameter("program", True, SLUG, "programs"),
    Parameter("approach", True, one_of(Approach), "families of programs"),
    Parameter("audience", True, SLUG, "formats that say for whom the meeting is"),
    Parameter("focus", True, SLUG, "formats that say what is recovered from"),
    Parameter("style", True, SLUG, "formats that say how the meeting goes"),
    Parameter("openness", True, SLUG, "formats that say who may come"),
    Parameter("language", True, SLUG, "formats that say what is spoken"),
    Parameter("access", True, SLUG, "formats that say who can get in and take part"),
    Parameter("format", True, SLUG, "formats of any kind"),
    Parameter("attendance", True, one_of(Attendance), "how one takes part; hybrid answers to all three"),
    Parameter("q", False, WORDS | {"maxLength": MAX_WORDS_LENGTH}, "words, all of which must be found"),
    Parameter("sort", False, one_of(Sort), "order of the answer"),
    Parameter("page", False, {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}, "page of the answer, from 1"),
    Parameter("per_page", False, {"type": "integer", "minimum": 1, "maximum": 100}, "meetings a page; 25 without it"),
    Parameter(
        "tz",
        False,
        {"type": "string", "enum": list(zone_names())},
        "the seeker's zone (IANA) where there is no place to take it from",
    ),
)
BY_NAME: Mapping[str, Parameter] = {each.name: each for each in PARAMETERS}
PLACE_WORDS = Parameter("q", False, WORDS | {"minLength": 1, "maxLength": MAX_PLACE_LENGTH}, "the beginning of a name")


def strays(args: "MultiDict[str, str]", names: Collection[str]) -> dict[str, str]:
    """An instruction for every parameter in *args* that is none of *names*."""
    return {clean(name[:100]) or "?": UNKNOWN for name in args if name not in names}


def misfits(args: "MultiDict[str, str]", parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """An instruction for every one of *parameters* that is not given as it is described.

    What things there are in the directory is not looked at: that is known to whoever answers.
    """
    found: dict[str, str] = {}
    for name, parameter in parameters.items():
        values = args.getlist(name)
        if parameter.repeatable:
            values = [part for value in values for part in value.split(",")]
        elif len(values) > 1:
            found[name] = "Give this once."
        wrong = next((value for value in values if not fits(value, parameter.schema)), None)
        if wrong is not None:
            said = shown(clean(wrong[:200]))
            found.setdefault(name, f"{said} is not what this takes: {parameter.meaning}. See /api/v1/openapi.json.")
    return found


def fits(text: str, schema: Schema) -> bool:
    """Whether *text*, as it stands in a query, is a value of *schema*."""
    if "anyOf" in schema:
        return any(fits(text, each) for each in schema["anyOf"])
    if "enum" in schema:
        return text in schema["enum"]
    if schema["type"] == "string":
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(text))
        return shortest <= len(text) <= longest and re.search(schema.get("pattern", ""), text) is not None
    grammar = _WHOLE if schema["type"] == "integer" else _NUMBER
    if len(text) > _LONGEST_NUMBER or not grammar.fullmatch(text):
        return False
    number = float(text)
    return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))
