"""What BMLT has no field for is said in the comments: that a meeting is not weekly, begins later, or is out for a day.

BMLT knows a weekday and an hour. Whoever reads no more than these would stand before a locked door on every other
Tuesday, so the sentence comes first.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from finder.domain.schedule import Override, Schedule
from finder.domain.schedule_words import describe_date, describe_days, describe_time
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
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


def exceptions_ahead(overrides: Iterable[Override], today: dt.date) -> list[str]:
    """A sentence for each dated exception that is not over on *today*, the next one first."""
    ahead = (each for each in overrides if each.last_date >= today)
    return [_exception(each) for each in sorted(ahead, key=lambda each: (each.first_date, each.last_date))]


def _exception(override: Override) -> str:
    first, last = describe_date(override.first_date), describe_date(override.last_date)
    days = f"on {first}" if first == last else f"from {first} to {last}"
    match override.kind:
        case OverrideKind.CANCELLED:
            said = f"Not {days}."
        case OverrideKind.MOVED:
            said = f"At {override.place or 'another place'} {days}."
        case OverrideKind.ONLINE_ONLY:
            said = f"Online only {days}."
        case OverrideKind.OTHER_TIME:
            hour = f"At {describe_time(override.start)}" if override.start else "At another hour"
            said = f"{hour} {days}."
    return f"{said} {override.note}".strip()
