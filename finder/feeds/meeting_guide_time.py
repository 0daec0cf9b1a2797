"""When a Meeting Guide row says it meets: days, times, zone, and the instants it carries about itself."""

import datetime as dt
import re
import zoneinfo
from functools import cache

from finder.domain.schedule import DEFAULT_DURATION, Schedule
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.clock import read_clock
from finder.feeds.meeting_guide_record import Record
from finder.feeds.rows import shown

DAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MAX_DAY = 6
DAYS = 7
LONG_DURATION = dt.timedelta(hours=6)
WHOLE_DAY = dt.timedelta(days=1)

#: Between days of a list.
_SEPARATOR = re.compile(r"\s*(?:[,;/&+]|\band\b)\s*", re.IGNORECASE)
_RANGE = re.compile(r"([^\W\d]+)\.?\s*(?:-|\u2013|\bto\b|\bthrough\b|\bthru\b)\s*([^\W\d]+)\.?", re.IGNORECASE)
#: Several days in a word.
_SEVERAL = {
    **dict.fromkeys(("daily", "every day", "everyday"), tuple(range(DAYS))),
    **dict.fromkeys(("weekdays", "m-f"), tuple(range(1, 6))),
    **dict.fromkeys(("weekends",), (0, 6)),
}
#: What says that a meeting is not held every week: a feed of weekdays cannot.
_SOME_WEEKS = re.compile(
    r"\b(?:[1-5](?:st|nd|rd|th)|first|second|third|fourth|fifth|last|every other|alternat\w*|bi-?weekly|fortnight\w*"
    r"|month\w*|odd|even)\b",
    re.IGNORECASE,
)
SOME_WEEKS = "is not every week, which a day cannot say: no day was taken"
_HOUR_ALONE = re.compile(r"\d{1,3}")  # 7, 730
#: Why a time is not taken, with what would be.
NO_TIME = "is not a time of day: left out. Write it as 19:30 or 7:30 PM"
UNCLEAR = "may be in the morning or in the evening: left out. Write it as 19:30 or 7:30 PM"

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ]*(?:(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,?\s+(.+))?")
#: A date without a time is taken as noon UTC, so that it is the same date nearly everywhere.
_MIDDAY = dt.time(12)


def read_schedule(record: Record, *, zone: str) -> Schedule:
    """The rule of a row, with *zone* where the row has none of its own ("" stays open).

    Without day and time a meeting is by appointment; so it is, with a remark, when either cannot be read: nobody can
    be sent to a time that nobody knows. The days are kept.
    """
    own_zone = read_zone(record) or zone
    days = read_days(record)
    start = read_time(record, "time", "start_time")
    if start is None or not days:
        if start is not None:
            record.remarks.add("day", record.raw("day"), "has a time but no day: listed as by appointment")
        elif days:
            record.remarks.add("time", record.raw("time"), "has a day but no time: listed on that day without a time")
        return Schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=days, zone=own_zone)
    return Schedule(weekdays=days, start=start, duration=_duration(record, start), zone=own_zone)


def read_zone(record: Record) -> str:
    """The IANA name of the row's zone as tzdata spells it, or "" (with a remark when it names none)."""
    text = record.line("timezone", "time_zone")
    if not text:
        return ""
    name = _zones().get(text.casefold().replace(" ", "_"))
    if name is None:
        record.remarks.add("timezone", text, "is not a zone such as America/Chicago: left out")
        return ""
    return name


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


def read_days(record: Record) -> tuple[int, ...]:
    """The weekdays of a row, sorted, 0 = Sunday; what is none gets a remark.

    A text may be a list of days ("Mon, Wed & Fri", "Tue Thu"), a range ("Mon-Fri"), or a word for several ("daily").
    Of "Friday, 1st & 3rd" no day is taken: people would stand before a locked door on all others.
    """
    value = record.raw("day")
    if isinstance(value, str) and _SOME_WEEKS.search(value):
        record.remarks.add("day", value, SOME_WEEKS)
        return ()
    items = value[:50] if isinstance(value, list) else _SEPARATOR.split(value) if isinstance(value, str) else [value]
    days = set[int]()
    for item in items:
        if item is None or (isinstance(item, str) and not item.strip()):
            continue
        found = _days(item)
        if not found:
            record.remarks.add("day", item, "is not a day: 0 (Sunday) to 6, or its English name")
        days.update(found)
    return tuple(sorted(days))


def _days(item: object) -> tuple[int, ...]:
    day = _day(item)
    if day is not None or not isinstance(item, str):
        return () if day is None else (day,)
    word = " ".join(item.split()).casefold()
    told = _RANGE.fullmatch(word)
    first, last = (_day(told[1]), _day(told[2])) if told else (None, None)
    if first is not None and last is not None:
        return tuple((first + step) % DAYS for step in range((last - first) % DAYS + 1))
    if word in _SEVERAL:
        return _SEVERAL[word]
    several = [None if part.isdigit() else _day(part) for part in word.split()]
    return tuple(each for each in several if each is not None) if None not in several else ()


def _day(item: object) -> int | None:
    if isinstance(item, bool):
        return None
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    if isinstance(item, int):
        return item if 0 <= item <= MAX_DAY else None
    if not isinstance(item, str):
        return None
    word = item.strip().casefold().rstrip(".")
    if re.fullmatch(r"[0-6](\.0)?", word):
        return int(word[0])
    for number, name in enumerate(DAY_NAMES):
        if word in {name, name + "s"} or (len(word) >= len("sun") and name.startswith(word)):
            return number
    return None


def read_time(record: Record, *fields: str) -> dt.time | None:
    """The time of day in the first of *fields* that says something; None, with a remark when it cannot be read."""
    text = record.line(*fields)
    if not text:
        return None
    found = read_clock(text)
    if found is None:
        record.remarks.add(fields[0], text, UNCLEAR if _HOUR_ALONE.fullmatch(text) else NO_TIME)
        return None
    return found.replace(second=0)


def _duration(record: Record, start: dt.time) -> dt.timedelta:
    """From *start* to the row's end; an end before the start is past midnight, and kept even when it looks a slip."""
    end = read_time(record, "end_time")
    if end is None:
        return DEFAULT_DURATION
    length = dt.timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute)
    if not length:
        record.remarks.add("end_time", record.raw("end_time"), "ends when it starts: taken as one hour")
        return DEFAULT_DURATION
    if length < dt.timedelta(0):
        length += WHOLE_DAY
        if length > LONG_DURATION:
            reason = "ends before it starts, and past midnight would be more than 6 hours: kept, please check"
            record.remarks.add("end_time", record.raw("end_time"), reason)
    elif length > LONG_DURATION:
        record.remarks.add("end_time", record.raw("end_time"), "lasts more than 6 hours: kept, please check")
    return length


def read_instant(record: Record, field: str) -> dt.datetime | None:
    """An aware UTC instant from the forms feeds use; what names no zone is UTC, as the specification has it."""
    text = record.line(field)
    if not text or text.startswith("0000-00-00"):
        return None
    try:
        found = _instant(text)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        record.remarks.add(field, shown(text), "is not a date such as 2024-05-31 18:00:00: left out")
    return found


def _instant(text: str) -> dt.datetime | None:
    if match := _ISO.fullmatch(text):
        date = dt.date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return dt.datetime.combine(date, _MIDDAY, dt.UTC)
        clock = dt.time(int(match[4]), int(match[5]), int(match[6] or 0))
        offset = match[7] or "Z"
        stamp = f"{date.isoformat()}T{clock.isoformat()}{'+00:00' if offset == 'Z' else offset}"
        return dt.datetime.fromisoformat(stamp).astimezone(dt.UTC)
    if match := _AMERICAN.fullmatch(text):
        date = dt.date(int(match[3]), int(match[1]), int(match[2]))
        found = read_clock(match[4]) if match[4] else _MIDDAY
        return None if found is None else dt.datetime.combine(date, found, dt.UTC)
    return None
