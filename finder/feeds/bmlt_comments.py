"""What BMLT has no field for is said in the comments: that a meeting is not weekly, begins later, or is out for a day.

BMLT knows a weekday and an hour. Whoever reads no more than these would stand before a locked door on every other
Tuesday, so the sentence comes first.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from finder.domain.schedule import Override, Schedule
from finder.domain.schedule_words import describe_date, describe_days, exceptions_ahead
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.document import overrides_of, schedule_of

Document = Mapping[str, Any]

#: So many dated exceptions are told, the next ones.
MOST_EXCEPTIONS = 3


def comments_of(document: Document, today: dt.date) -> str:
    """The notes of a listing, after what they who come have to know of its days from *today* on."""
    rule = document["schedule"]
    weekly = rule["kind"] == "weekly" and rule["interval"] == 1
    if weekly and not document["overrides"] and not rule["first_date"] and not rule["last_date"]:
        notes: str = document["notes"]
        return notes
    return " ".join([*_sentences(schedule_of(document), overrides_of(document), today), document["notes"]]).strip()


def _sentences(schedule: Schedule, overrides: tuple[Override, ...], today: dt.date) -> Iterator[str]:
    if schedule.kind is not RecurrenceKind.WEEKLY or schedule.interval > 1:
        yield f"{describe_days(schedule)}."
    if schedule.kind is not RecurrenceKind.ONCE:
        if schedule.first_date is not None and schedule.first_date > today:
            yield f"Begins on {describe_date(schedule.first_date)}."
        if schedule.last_date is not None:
            yield f"Ends on {describe_date(schedule.last_date)}."
    yield from exceptions_ahead(overrides, today)[:MOST_EXCEPTIONS]
