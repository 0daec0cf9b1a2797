"""The order of a BMLT answer: by any field, ascending, blanks last; what is equal in all goes by its number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from finder.domain.text import fold
from finder.feeds.bmlt_codes import said_of
from finder.search.bmlt_keys import fact_of, is_field
from finder.search.bmlt_pairs import Knowledge, Pairs
from finder.search.bmlt_question import BmltQuestion
from finder.search.snapshot import Snapshot

#: The columns of the snapshot that are sorted by as they are.
_COLUMNS = {"start_time": "start", "duration_time": "duration", "venue_type": "attendance"}
_COORDINATES = frozenset({"latitude", "longitude"})
_FORMATS = frozenset({"formats", "format_shared_id_list"})
_BODIES = frozenset({"service_body_bigint", "service_body_name"})

Column = NDArray[Any]


def in_order(snapshot: Snapshot, pairs: Pairs, question: BmltQuestion, known: Knowledge) -> Pairs:
    """The same meetings in the order that *question* asks for; fields that nobody knows are passed over."""
    if question.by_distance and pairs.degrees is not None:
        columns: list[Column] = [pairs.degrees]  # what has no point is NaN, and that sorts last
    else:
        found = (_column(snapshot, pairs, field, question, known) for field in question.sort_keys)
        columns = [column for column in found if column is not None]
    return pairs.taken(np.lexsort([pairs.number, *reversed(columns)]))


def _column(snapshot: Snapshot, pairs: Pairs, field: str, question: BmltQuestion, known: Knowledge) -> Column | None:
    """What *field* sorts by; None when it sorts nothing."""
    known_already: dict[str, Column | None] = {
        "weekday_tinyint": pairs.weekday,
        "id_bigint": pairs.number,
        "distance_in_km": pairs.degrees,
        "distance_in_miles": pairs.degrees,
    }
    if field in known_already:
        return known_already[field]
    if field in _COLUMNS:
        column: Column = getattr(snapshot.columns, _COLUMNS[field])[pairs.row]
        return column
    if field in _BODIES:
        return _bodies(snapshot.columns.body[pairs.row], field, known)
    return _told(snapshot, pairs, field, question, known)


def _told(snapshot: Snapshot, pairs: Pairs, field: str, question: BmltQuestion, known: Knowledge) -> Column | None:
    """What documents say of *field*, in its order."""
    if field in _FORMATS:
        said = known.facts.of(snapshot, {"said": said_of})["said"]
        return said.ranks(pairs.row, lambda value: _blank_last(known.formats.numbers(value)))
    if not is_field(field, known):
        return None
    name, extract = fact_of(field, question.today)
    fact = known.facts.of(snapshot, {name: extract})[name]
    return fact.ranks(pairs.row, _degrees if field in _COORDINATES else _words)


def _bodies(ids: Column, field: str, known: Knowledge) -> Column:
    distinct, inverse = np.unique(ids, return_inverse=True)
    bodies = [known.bodies.by_id.get(number) for number in distinct.tolist()]
    if field == "service_body_bigint":
        keys: list[Any] = [_blank_last(body.number if body else 0) for body in bodies]
    else:
        keys = [_words(body.name if body else "") for body in bodies]
    order = {key: place for place, key in enumerate(sorted(set(keys)))}
    ranks: Column = np.array([order[key] for key in keys], np.intp)[inverse]
    return ranks


def _blank_last(value: Any) -> tuple[bool, Any]:  # noqa: ANN401 - whatever can be compared
    return not value, value


def _words(text: str) -> tuple[bool, str, str]:
    return not text, fold(text), text


def _degrees(text: str) -> tuple[bool, float]:
    return not text, float(text or 0)
