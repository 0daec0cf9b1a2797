"""Finds what a BMLT search asks for: the weekdays of listings in the order asked for, a page of them, and how many.

A listing with several weekdays is one meeting for each of them, since a meeting of BMLT has one weekday.
"""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from finder.feeds.bmlt_codes import said_of
from finder.feeds.bmlt_encode import DAY_STEP, Sitting
from finder.feeds.bmlt_fields import words_of
from finder.search.bitmaps import Flags
from finder.search.bmlt_keys import rows_with_key, signed_key, with_key
from finder.search.bmlt_pairs import Found, Knowledge, Pairs
from finder.search.bmlt_question import AUTO_STEPS, Around, BmltQuestion, Signed
from finder.search.bmlt_rows import days_of, degrees_of, first_days, matching_rows, scope_of
from finder.search.bmlt_sorting import in_order
from finder.search.snapshot import Snapshot
from finder.search.windows import minutes_of


def find_meetings(snapshot: Snapshot, question: BmltQuestion, known: Knowledge, *, now: dt.datetime) -> Found:
    """What answers *question* at *now* (aware). Raises what reading the shelf raises."""
    question = with_key(question, known)
    if question.nothing:
        return Found(0, [])
    pairs = in_order(snapshot, _within(_pairs(snapshot, question, known, now), question.around), question, known)
    total = len(pairs.row)
    if question.page_size is not None:
        first = (question.page_num - 1) * question.page_size
        pairs = pairs.taken(np.arange(min(first, total), min(first + question.page_size, total)))
    return Found(total, _sittings(snapshot, pairs))


def every_pair(snapshot: Snapshot, known: Knowledge, *, now: dt.datetime) -> Pairs:
    """All meetings that BMLT clients can be told of, in no order."""
    return _pairs(snapshot, BmltQuestion(), known, now)


def _pairs(snapshot: Snapshot, question: BmltQuestion, known: Knowledge, now: dt.datetime) -> Pairs:
    scope = scope_of(snapshot, question.around)
    inside = np.flatnonzero(matching_rows(snapshot, scope, question, known.bodies, minutes_of(now)))
    rows = scope.everywhere(inside)
    degrees = None if scope.squared is None else degrees_of(scope.squared[inside])
    keep = _by_documents(snapshot, rows, question, known)
    rows, degrees = rows[keep], None if degrees is None else degrees[keep]
    columns = snapshot.columns
    weekdays = columns.weekdays[rows]
    days = days_of(days_of(weekdays, question.weekdays), signed_key(question, "weekday_tinyint"))
    places = [np.flatnonzero(days >> day & 1) for day in range(7)]
    place = np.concatenate(places)
    weekday = np.repeat(np.arange(7, dtype=np.uint8), [len(each) for each in places])
    own = columns.number[rows].astype(np.int64)[place]
    alias = (weekday.astype(np.int64) + 1) * DAY_STEP + own
    number = np.where(weekday == first_days(weekdays)[place], own, alias)
    pairs = Pairs(
        row=rows[place],
        weekday=weekday,
        number=number,
        alias=alias,
        degrees=None if degrees is None else degrees[place],
    )
    for chosen in (question.meeting_ids, question.search_ids, signed_key(question, "id_bigint")):
        if chosen:
            pairs = pairs.taken(_with_numbers(pairs, chosen))
    return pairs


def _by_documents(snapshot: Snapshot, rows: NDArray[np.intp], question: BmltQuestion, known: Knowledge) -> Flags:
    """Of *rows* a flag for each that meets the conditions on what only its document says."""
    keep = np.ones(len(rows), np.bool_)
    if question.formats:
        said = known.facts.of(snapshot, {"said": said_of})["said"]
        keep &= said.rows_where(lambda value: _has(known.formats.numbers(value), question))[rows]
    if question.key is not None:
        keep &= rows_with_key(snapshot, question, known)[rows]
    if question.words is not None:
        name = ("words", question.today)
        words = known.facts.of(snapshot, {name: lambda document: words_of(document, question.today)})[name]
        wanted = [f" {word} " for word in question.words]
        keep &= words.rows_where(lambda text: any(word in text for word in wanted))[rows]
    return keep


def _has(numbers: tuple[int, ...], question: BmltQuestion) -> bool:
    """Whether a listing with these formats has those asked for, all or any, and none of the others."""
    wanted, unwanted = question.formats.wanted, question.formats.unwanted
    if any(number in numbers for number in unwanted):
        return False
    return not wanted or (any if question.any_format else all)(number in numbers for number in wanted)


def _with_numbers(pairs: Pairs, chosen: Signed) -> Flags:
    flags = np.ones(len(pairs.row), np.bool_)
    if chosen.wanted:
        flags &= np.isin(pairs.number, chosen.wanted) | np.isin(pairs.alias, chosen.wanted)
    if chosen.unwanted:
        flags &= ~(np.isin(pairs.number, chosen.unwanted) | np.isin(pairs.alias, chosen.unwanted))
    return flags


def _within(pairs: Pairs, around: Around | None) -> Pairs:
    """Those near enough; an automatic radius is the first step that holds as many as are asked for."""
    if around is None or pairs.degrees is None or (around.radius is None and around.nearest is None):
        return pairs
    away = pairs.degrees * around.a_degree
    radius = around.radius
    if radius is None:
        nearest = np.sort(away[~np.isnan(away)])
        enough = np.searchsorted(nearest, AUTO_STEPS, side="right") >= (around.nearest or 0)
        radius = AUTO_STEPS[int(np.argmax(enough))] if enough.any() else AUTO_STEPS[-1]
    return pairs.taken(away <= radius)


def _sittings(snapshot: Snapshot, pairs: Pairs) -> list[Sitting]:
    columns = snapshot.columns
    degrees = [None] * len(pairs.row) if pairs.degrees is None else pairs.degrees.tolist()
    return list(
        map(
            Sitting,
            columns.ids[pairs.row].tolist(),
            columns.revision[pairs.row].tolist(),
            pairs.number.tolist(),
            pairs.weekday.tolist(),
            degrees,
        )
    )
