"""A schedule in plain words, US English: "First and third Friday of the month, 7:00 pm to 8:30 pm"."""

import datetime as dt
from collections.abc import Iterable, Sequence

from finder.domain.schedule import DAYS_IN_WEEK, LAST_WEEK, Override, Schedule
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

WEEKDAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", LAST_WEEK: "last"}
_WEEK_ORDER = (1, 2, 3, 4, 5, LAST_WEEK)
_EVERY_OTHER = 2
_NOON = dt.time(12)
_MIDNIGHT = dt.time(0)
_MORNING_HOURS = 12


def describe(schedule: Schedule) -> str:
    """When the meeting takes place, as one phrase without a full stop; the zone is not named."""
    days = describe_days(schedule)
    if schedule.kind is RecurrenceKind.APPOINTMENT or schedule.start is None:
        return days
    parts = [days, describe_hours(schedule.start, schedule.duration)]
    if schedule.kind is not RecurrenceKind.ONCE:
        if schedule.first_date is not None:
            parts.append(f"from {describe_date(schedule.first_date)}")
        if schedule.last_date is not None:
            parts.append(f"until {describe_date(schedule.last_date)}")
    return ", ".join(parts)


def describe_days(schedule: Schedule) -> str:
    """On which days, without hours: "Every Tuesday", "Last Sunday of the month", "By appointment"."""
    match schedule.kind:
        case RecurrenceKind.APPOINTMENT:
            named = schedule.weekdays and schedule.start is None
            return f"{_weekly(schedule)}, at a time that is not listed" if named else "By appointment"
        case RecurrenceKind.ONCE:
            return "Once" if schedule.first_date is None else f"Once, on {_full_date(schedule.first_date)}"
        case RecurrenceKind.MONTHLY:
            return _monthly(schedule)
        case RecurrenceKind.WEEKLY:
            return _weekly(schedule)


def describe_hours(start: dt.time, duration: dt.timedelta) -> str:
    """From when until when by the clock on the wall: "7:00 pm to 8:30 pm", "11:00 pm until 12:30 am the next day"."""
    began = dt.datetime.combine(dt.date.min, start)
    ended = began + duration
    if ended.date() == began.date() or (ended.time() == _MIDNIGHT and start != _MIDNIGHT):
        return f"{describe_time(start)} to {describe_time(ended.time())}"
    return f"{describe_time(start)} until {describe_time(ended.time())} the next day"


def describe_time(time: dt.time) -> str:
    """A time of day: "7:00 pm", "noon", "midnight". Seconds are left out."""
    if (time.hour, time.minute) == (_NOON.hour, 0):
        return "noon"
    if (time.hour, time.minute) == (_MIDNIGHT.hour, 0):
        return "midnight"
    half = "am" if time.hour < _MORNING_HOURS else "pm"
    return f"{time.hour % _MORNING_HOURS or _MORNING_HOURS}:{time.minute:02} {half}"


def describe_date(day: dt.date) -> str:
    """A date: "March 7, 2026"."""
    # Not strftime: its names follow the language of the machine.
    return f"{MONTH_NAMES[day.month - 1]} {day.day}, {day.year}"


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


def _full_date(day: dt.date) -> str:
    return f"{WEEKDAY_NAMES[day.toordinal() % DAYS_IN_WEEK]}, {describe_date(day)}"


def _weekly(schedule: Schedule) -> str:
    names = _names(schedule.weekdays)
    if schedule.interval == 1:
        if len(names) == DAYS_IN_WEEK:
            return "Every day"
        return f"Every {names[0]}" if len(names) == 1 else _listed([f"{name}s" for name in names])
    rhythm = "Every other" if schedule.interval == _EVERY_OTHER else f"Every {schedule.interval} weeks"
    if len(names) == 1:
        return f"{rhythm} {names[0]}" if schedule.interval == _EVERY_OTHER else f"{rhythm} on {names[0]}"
    weeks = f"{rhythm} week" if schedule.interval == _EVERY_OTHER else rhythm
    return f"{weeks}, every day" if len(names) == DAYS_IN_WEEK else f"{weeks} on {_listed(names)}"


def _monthly(schedule: Schedule) -> str:
    weeks = _listed([_ORDINALS[week] for week in _WEEK_ORDER if week in schedule.weeks_of_month])
    return f"{weeks[:1].upper()}{weeks[1:]} {_listed(_names(schedule.weekdays))} of the month"


def _names(weekdays: Sequence[int]) -> list[str]:
    """The names of the weekdays from Sunday on, or with Sunday last when Saturday is among them: a weekend is one."""
    ordered = sorted(set(weekdays))
    if ordered[:1] == [0] and ordered[-1] == DAYS_IN_WEEK - 1:
        ordered = [*ordered[1:], 0]
    return [WEEKDAY_NAMES[weekday] for weekday in ordered]


def _listed(words: Sequence[str]) -> str:
    """The words as a list: "a", "a and b", "a, b, and c"."""
    if len(words) <= 1:
        return "".join(words)
    *others, last = words
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} and {last}"
