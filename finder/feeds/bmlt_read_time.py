"""When a BMLT meeting is held: a weekday from 1 (Sunday), a start, a length."""

import datetime as dt
import re

from finder.domain.schedule import DEFAULT_DURATION, LONGEST_DURATION, Schedule
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.bmlt_read_bodies import read_number
from finder.feeds.meeting_guide_record import Record
from finder.feeds.meeting_guide_time import read_zone

DAYS = 7
HOURS, SIXTY = 24, 60
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")


def read_schedule(record: Record, *, zone: str, usual: dt.timedelta = DEFAULT_DURATION) -> Schedule:
    """The rule of a meeting, of the *usual* length where it has none, in *zone* where it names none.

    Without a weekday or a start that can be read it is by appointment: nobody is sent to a time that nobody knows.
    """
    own_zone = read_zone(record) or zone
    weekday, start = _weekday(record), _start(record)
    if weekday is None or start is None:
        record.remarks.add("start_time", record.raw("start_time"), "has no day and time to go by: by appointment")
        return Schedule(kind=RecurrenceKind.APPOINTMENT, zone=own_zone)
    length = read_length(record, "duration_time")
    return Schedule(weekdays=(weekday,), start=start, duration=length or usual, zone=own_zone)


def read_length(record: Record, field: str) -> dt.timedelta | None:
    """A length of more than nothing and at most 24 hours ("24:00:00": open ended), or None."""
    length = _hours(record, field)
    if length is None or not length:
        return None
    if length > LONGEST_DURATION:
        record.remarks.add(field, record.raw(field), "is longer than a day: left out")
        return None
    return length


def _weekday(record: Record) -> int | None:
    number = read_number(record, "weekday_tinyint")
    if number is None or number > DAYS:
        if record.raw("weekday_tinyint") not in (None, ""):
            record.remarks.add("weekday_tinyint", record.raw("weekday_tinyint"), "is not a day from 1 (Sunday) to 7")
        return None
    return number - 1


def _start(record: Record) -> dt.time | None:
    start = _hours(record, "start_time")
    if start is None:
        return None
    if start >= dt.timedelta(hours=HOURS):
        record.remarks.add("start_time", record.raw("start_time"), "is not a time of day: left out")
        return None
    return (dt.datetime.min.replace(tzinfo=dt.UTC) + start).time()


def _hours(record: Record, field: str) -> dt.timedelta | None:
    text = record.line(field)
    if not text:
        return None
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[2]) >= SIXTY or int(match[3] or 0) >= SIXTY:
        record.remarks.add(field, text, "is not hours and minutes such as 19:30:00: left out")
        return None
    return dt.timedelta(hours=int(match[1]), minutes=int(match[2]))
