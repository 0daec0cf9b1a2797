"""The distinct values of a field with the meetings that have them, and where meetings lie."""

import datetime as dt
from collections.abc import Callable

import numpy as np

from finder.feeds.bmlt_codes import said_of
from finder.feeds.bmlt_fields import PUBLISHED, clock
from finder.search.bmlt_finding import every_pair
from finder.search.bmlt_keys import fact_of
from finder.search.bmlt_pairs import Knowledge, Pairs
from finder.search.bmlt_question import BmltQuestion
from finder.search.snapshot import Snapshot

#: Gives the value of the meeting at a place of the pairs; None leaves it out.
ValueAt = Callable[[int], str | None]


def used_formats(snapshot: Snapshot, known: Knowledge, *, now: dt.datetime) -> set[int]:
    """The numbers of the formats that some meeting has at *now* (aware)."""
    rows = every_pair(snapshot, known, now=now).row
    said = known.facts.of(snapshot, {"said": said_of})["said"]
    return {number for value in said.used(rows) for number in known.formats.numbers(value)}


def field_values(
    snapshot: Snapshot,
    question: BmltQuestion,
    known: Knowledge,
    *,
    now: dt.datetime,
) -> list[tuple[str, list[int]]]:
    """Each value of the field ``question.key`` with the numbers of its meetings, ascending, in the order of values.

    Of the formats only those in ``question.formats`` are looked at, when there are any; then meetings without one of
    them are left out, and without ``any_format`` those that lack one.
    """
    pairs = every_pair(snapshot, known, now=now)
    value_at = _value_at(snapshot, pairs, question, known)
    found: dict[str, list[int]] = {}
    for place, number in enumerate(pairs.number.tolist()):
        value = value_at(place)
        if value is not None:
            found.setdefault(value, []).append(number)
    return [(value, sorted(numbers)) for value, numbers in sorted(found.items())]


def _value_at(snapshot: Snapshot, pairs: Pairs, question: BmltQuestion, known: Knowledge) -> ValueAt:
    field = question.key or ""
    columns, rows = snapshot.columns, pairs.row
    if field == "id_bigint":
        return lambda place: str(pairs.number[place])
    if field == "weekday_tinyint":
        return lambda place: str(pairs.weekday[place] + 1)
    if field == "duration_time":
        return lambda place: clock(int(columns.duration[rows[place]]))
    if field in {"lang_enum", "published"}:
        alike = known.language if field == "lang_enum" else PUBLISHED
        return lambda _: alike
    if field == "service_body_bigint":
        numbers = {body.id: str(body.number) for body in known.bodies.by_id.values()}
        return lambda place: numbers.get(int(columns.body[rows[place]]), "")
    return _of_documents(snapshot, pairs, question, known)


def _of_documents(snapshot: Snapshot, pairs: Pairs, question: BmltQuestion, known: Knowledge) -> ValueAt:
    if question.key == "formats":
        said = known.facts.of(snapshot, {"said": said_of})["said"]
        texts: list[str | None] = [_joined(known.formats.numbers(value), question) for value in said.values]
        codes = said.codes[pairs.row]
    else:
        name, extract = fact_of(question.key or "", question.today)
        fact = known.facts.of(snapshot, {name: extract})[name]
        texts, codes = list(fact.values), fact.codes[pairs.row]
    return lambda place: texts[codes[place]] if codes[place] >= 0 else None


def _joined(numbers: tuple[int, ...], question: BmltQuestion) -> str | None:
    wanted = question.formats.wanted
    if wanted:
        common = [number for number in numbers if number in wanted]
        if not common or (not question.any_format and set(wanted) - set(common)):
            return None
        numbers = tuple(common)
    return ",".join(map(str, numbers))


def points(snapshot: Snapshot, known: Knowledge, *, now: dt.datetime) -> list[tuple[float, float]]:
    """Latitude and longitude in degrees of every meeting that has a point."""
    east, north, up = snapshot.columns.point[:, np.unique(every_pair(snapshot, known, now=now).row)]
    latitude, longitude = np.degrees(np.arcsin(np.clip(up, -1, 1))), np.degrees(np.arctan2(north, east))
    known_ones = ~np.isnan(latitude)
    return list(zip(latitude[known_ones].round(7).tolist(), longitude[known_ones].round(7).tolist(), strict=True))
