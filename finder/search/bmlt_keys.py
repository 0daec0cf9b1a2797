"""``meeting_key``: the search by the exact value of a field, for every field that the public sees."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from finder.feeds.bmlt_fields import DATA, PRIVATE, PUBLISHED, VALUES, Document, field_value
from finder.search.bitmaps import Flags
from finder.search.bmlt_facts import Extract
from finder.search.bmlt_pairs import Knowledge
from finder.search.bmlt_question import BmltQuestion, Signed
from finder.search.bmlt_rows import VENUES
from finder.search.columns import Columns
from finder.search.snapshot import Snapshot

#: Fields that nothing is found by: too many values, or nothing that the public knows.
UNSEARCHABLE = frozenset(
    {
        *PRIVATE,
        *("formats", "latitude", "longitude", "email_contact", "shared_group_id_bigint", "service_body_name"),
        *("distance_in_km", "distance_in_miles", "root_server_uri", "format_shared_id_list"),
    }
)
#: Fields that the columns of the snapshot tell.
OF_COLUMNS = frozenset(
    {"id_bigint", "weekday_tinyint", "start_time", "duration_time", "service_body_bigint", "venue_type"}
)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_NUMBER = re.compile(r"[0-9]{1,18}")
#: Fields whose value changes with the day.
_OF_THE_DAY = frozenset({"comments"})


def fact_of(field: str, today: dt.date) -> tuple[tuple[str, dt.date | None], Extract]:
    """The name under which the values of a field are kept, and what takes them out of a document."""

    def extract(document: Document) -> str:
        return field_value(document, field, today)

    return (field, today if field in _OF_THE_DAY else None), extract


def is_field(field: str, known: Knowledge) -> bool:
    """Whether the values of a field are told by documents, each by its own."""
    return field in VALUES or field in DATA or field in known.custom


def with_key(question: BmltQuestion, known: Knowledge) -> BmltQuestion:
    """The same question with a key that is another condition in disguise made that condition."""
    key, values = question.key, question.key_values
    if key is None:
        return question
    plain = replace(question, key=None, key_values=())
    if key in UNSEARCHABLE or not values:
        return replace(plain, nothing=True)
    if key in {"lang_enum", "published"}:
        alike = {"lang_enum": known.language, "published": PUBLISHED}[key]
        return plain if alike in values else replace(plain, nothing=True)
    if key not in OF_COLUMNS and not is_field(key, known):
        return replace(plain, nothing=True)
    return question


def rows_with_key(snapshot: Snapshot, question: BmltQuestion, known: Knowledge) -> Flags:
    """A flag for every row of the snapshot whose field is one of the values asked for."""
    key, values = question.key or "", question.key_values
    columns = snapshot.columns
    if key in {"id_bigint", "weekday_tinyint"}:  # these are of a weekday, not of a listing
        return np.ones(len(columns.ids), np.bool_)
    if key in {"start_time", "duration_time"}:
        return _at(columns, key, values)
    if key == "service_body_bigint":
        return np.isin(columns.body, known.bodies.ids(_numbers(values)) or [-2])
    if key == "venue_type":
        return np.isin(columns.attendance, [VENUES[each] for each in _numbers(values) if each in VENUES])
    name, extract = fact_of(key, question.today)
    return known.facts.of(snapshot, {name: extract})[name].rows_with(values)


def signed_key(question: BmltQuestion, key: str) -> Signed:
    """The numbers of a key that is a number of weekdays; nothing else when it is not *key*."""
    if question.key != key:
        return Signed()
    return Signed(tuple(number for number in _numbers(question.key_values) if number > 0) or (-1,))


def _at(columns: Columns, key: str, values: Sequence[str]) -> Flags:
    column = columns.start if key == "start_time" else columns.duration
    return np.isin(column, [minutes for each in values if (minutes := _minutes(each)) is not None])


def _minutes(text: str) -> int | None:
    """``H:MM`` or ``HH:MM[:SS]`` as minutes; None for anything else, and for odd seconds."""
    match = _CLOCK.fullmatch(text)
    return None if match is None else int(match[1]) * 60 + int(match[2])


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if _NUMBER.fullmatch(each)]
