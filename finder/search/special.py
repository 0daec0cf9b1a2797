"""Sittings of listings that are not plainly weekly: read from their documents, computed by the rules of the domain.

Of every weekday there is, beside all sittings of the horizon, the first one beyond it, however far away: so the next
sitting on any choice of weekdays is known for as long as the horizon lasts.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from finder.domain.errors import ScheduleError
from finder.domain.occurrences import Span, spans
from finder.domain.schedule import weekday_of, weekdays_of
from finder.feeds.document import Document, overrides_of, schedule_of
from finder.search.sittings import Sittings
from finder.search.windows import instant_of, minutes_of
from finder.store.shelf_reader import ShelfReader

#: Sittings beyond this year are too far away for anybody to look for.
LAST_YEAR = 6000

_LATEST = dt.datetime(LAST_YEAR, 1, 1, tzinfo=dt.UTC)
_DOCUMENTS_AT_A_TIME = 500


class Special(NamedTuple):
    """What the documents of some rows say: the sittings, and the weekdays of each row as bits (bit 0 = Sunday)."""

    sittings: Sittings
    weekdays: NDArray[np.uint8]


def special_sittings(
    reader: ShelfReader, ids: Sequence[int], rows: Sequence[int], *, first: int, until: int
) -> Special:
    """The sittings of the listings *ids*, which are at *rows*; one that has left the shelf meanwhile has none.

    They end after *first*; of each weekday one is given that starts at *until* or later (minutes).
    Raises what the reader raises.
    """
    weekdays = np.zeros(len(ids), np.uint8)
    found: list[tuple[int, int, int, int]] = []
    begin, horizon = instant_of(first), instant_of(until)
    for at in range(0, len(ids), _DOCUMENTS_AT_A_TIME):
        part = ids[at : at + _DOCUMENTS_AT_A_TIME]
        documents = reader.documents(part)
        for place, number in enumerate(part, at):
            if number in documents:
                document = orjson.loads(documents[number])
                weekdays[place] = sum(1 << day for day in weekdays_of(schedule_of(document)))
                found.extend(
                    (rows[place], minutes_of(span.start), minutes_of(span.end), weekday_of(span.date))
                    for span in _spans(document, begin, horizon)
                )
    table = np.array(found, np.int64).reshape(-1, 4)
    sittings = Sittings(
        table[:, 0].astype(np.int32),
        table[:, 1].astype(np.int32),
        table[:, 2].astype(np.int32),
        table[:, 3].astype(np.uint8),
    )
    return Special(sittings, weekdays)


def _spans(document: Document, begin: dt.datetime, horizon: dt.datetime) -> Iterable[Span]:
    if document["temporarily_closed"]:
        return
    schedule, overrides = schedule_of(document), overrides_of(document)
    for day in weekdays_of(schedule):
        try:
            for span in spans(schedule, start=begin, end=_LATEST, overrides=overrides, weekdays=frozenset({day})):
                yield span
                if span.start >= horizon:
                    break
        except ScheduleError:  # nobody can say when it sits: it is found, without a time
            return
