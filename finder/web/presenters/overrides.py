"""Dated exceptions in words: over one sitting of a card, and as the banner of a meeting's own page."""

import datetime as dt

from finder.domain.schedule import Override
from finder.domain.schedule_words import describe_time
from finder.domain.vocabulary import OverrideKind
from finder.web.presenters.times import long_date

#: How the days of an exception that has begun are told; the last one is among them.
RUNNING = "through"


def this_time(kind: str, place: str, note: str) -> str:
    """What is different at one sitting, as a sentence."""
    match kind:
        case OverrideKind.MOVED:
            said = f"This time at {place or 'another place'}."
        case OverrideKind.ONLINE_ONLY:
            said = "This time online only."
        case OverrideKind.OTHER_TIME:
            said = "This time at another hour."
        case _:
            said = "Not this time."
    return f"{said} {note}".strip()


def banner(override: Override, *, today: dt.date, back: dt.date | None) -> str:
    """An exception that lies ahead: ``Not on Thursday, December 24. Back on Thursday, December 31.``

    *back* is the date of the first sitting after it, if there is one.
    """
    days = _days(override, today)
    match override.kind:
        case OverrideKind.CANCELLED:
            said = f"Closed {days}." if days.startswith(RUNNING) else f"Not {days}."
            said += f" Back on {long_date(back, now=today)}." if back else ""
        case OverrideKind.MOVED:
            said = f"{_start(days)}: at {override.place or 'another place'}."
        case OverrideKind.ONLINE_ONLY:
            said = f"{_start(days)}: online only."
        case OverrideKind.OTHER_TIME:
            said = f"{_start(days)}: {_hours(override)}."
    return f"{said} {override.note}".strip()


def _days(override: Override, today: dt.date) -> str:
    first, last = override.first_date, override.last_date
    if first == last:
        return f"on {long_date(first, now=today)}"
    if first <= today:
        return f"{RUNNING} {long_date(last, now=today)}"
    return f"from {long_date(first, now=today)} to {long_date(last, now=today)}"


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]


def _hours(override: Override) -> str:
    start = f"starts at {describe_time(override.start)}" if override.start else "at another hour"
    if override.duration is None:
        return start
    return f"{start}, for {int(override.duration.total_seconds() // 60)} minutes"
