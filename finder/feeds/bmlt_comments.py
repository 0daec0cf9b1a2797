"""What BMLT has no field for is said in the comments: that a meeting is not weekly, begins later, or is out for a day.

So is that its address or its link is told to those alone who ask.

BMLT knows a weekday and an hour. Whoever reads no more than these would stand before a locked door on every other
Tuesday, so the sentence comes first.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from finder.domain.recurrence import dates
from finder.domain.schedule import Override, Schedule
from finder.domain.schedule_words import describe_date, describe_days, exceptions_ahead
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.document import overrides_of, schedule_of
from finder.feeds.on_request import on_request_of

Document = Mapping[str, Any]

#: So many dated exceptions are told, the next ones.
MOST_EXCEPTIONS = 3
#: Of a meeting of every other week so many dates are told.
MOST_DATES = 2


def comments_of(document: Document, today: dt.date) -> str:
    """The notes of a listing, after what they who come have to know of its days from *today* on."""
    return " ".join([*days_of(document, today), *on_request_of(document), document["notes"]]).strip()


def days_of(document: Document, today: dt.date) -> list[str]:
    """What is to know of the days of a listing from *today* on beside its weekday and hour, in sentences."""
    rule = document["schedule"]
    weekly = rule["kind"] == "weekly" and rule["interval"] == 1
    if weekly and not document["overrides"] and not rule["first_date"] and not rule["last_date"]:
        return []
    return list(_sentences(schedule_of(document), overrides_of(document), today))


def _sentences(schedule: Schedule, overrides: tuple[Override, ...], today: dt.date) -> Iterator[str]:
    if schedule.kind is not RecurrenceKind.WEEKLY or schedule.interval > 1:
        yield f"{describe_days(schedule)}."
    if schedule.interval > 1:  # which week is nothing that a rule in words tells
        held = (day for day in dates(schedule, first=today, last=dt.date.max) if not _is_off(day, overrides))
        ahead = islice(held, MOST_DATES)
        yield from (f"{word} {describe_date(date)}." for word, date in zip(("Next on", "Then on"), ahead, strict=False))
    if schedule.kind is not RecurrenceKind.ONCE:
        if schedule.first_date is not None and schedule.first_date > today:
            yield f"Begins on {describe_date(schedule.first_date)}."
        if schedule.last_date is not None:
            yield f"Ends on {describe_date(schedule.last_date)}."
    yield from exceptions_ahead(overrides, today)[:MOST_EXCEPTIONS]


def _is_off(day: dt.date, overrides: tuple[Override, ...]) -> bool:
    return any(each.kind is OverrideKind.CANCELLED and each.first_date <= day <= each.last_date for each in overrides)
