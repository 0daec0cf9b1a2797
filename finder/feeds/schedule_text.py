"""Rules and dated exceptions as text that people can read in a table, and back again.

A rule that comes back every week on the days that a row names needs no text. Any other is an RFC 5545 rule such as
``FREQ=MONTHLY;BYDAY=1FR,3FR`` (first and last date have columns of their own), ``once`` or ``by appointment``. An
exception is one line: ``2026-12-24 to 2026-12-26: moved; start=18:30; minutes=90; place="Hall B"; note="..."``.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from finder.domain.rrule import to_rrule
from finder.domain.schedule import Override, Schedule
from finder.domain.vocabulary import OverrideKind, RecurrenceKind

ONCE, APPOINTMENT = "once", "by appointment"
DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")

_BY_DAY = re.compile(r"(-1|[1-5])?(SU|MO|TU|WE|TH|FR|SA)")
_EXCEPTION = re.compile(
    r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?: ([a-z ]+?)((?:; *[a-z]+=(?:\"(?:[^\"\\]|\\.)*\"|[\d:]+))*)"
)
_DETAIL = re.compile(r"; *([a-z]+)=(\"(?:[^\"\\]|\\.)*\"|[\d:]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a meeting comes back, its days and dates aside; no ``weekdays``: those that the row names."""

    kind: RecurrenceKind = RecurrenceKind.WEEKLY
    interval: int = 1
    weeks_of_month: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()


def rhythm_text(schedule: Schedule) -> str:
    """How a schedule comes back, as text; "" for every week."""
    if schedule.kind is RecurrenceKind.ONCE:
        return ONCE
    if schedule.kind is RecurrenceKind.APPOINTMENT:
        return APPOINTMENT
    if schedule.kind is RecurrenceKind.WEEKLY and schedule.interval == 1:
        return ""
    return to_rrule(replace(schedule, last_date=None)) or ""


def read_rhythm(text: str) -> Rhythm:
    """What `rhythm_text` wrote, or an RFC 5545 rule of the same kinds. Raises ValueError with what is wanted."""
    words = text.strip().casefold()
    if words in {"", "weekly"}:
        return Rhythm()
    if words == ONCE:
        return Rhythm(kind=RecurrenceKind.ONCE)
    if words == APPOINTMENT:
        return Rhythm(kind=RecurrenceKind.APPOINTMENT)
    parts = dict(part.split("=", 1) for part in text.upper().removeprefix("RRULE:").split(";") if "=" in part)
    days = [_BY_DAY.fullmatch(day.strip()) for day in parts.get("BYDAY", "").split(",") if day.strip()]
    named = [(int(day[1] or 0), DAY_CODES.index(day[2])) for day in days if day]
    weeks, weekdays = ({week for week, _ in named}, {weekday for _, weekday in named})
    interval = parts.get("INTERVAL", "1")
    known = parts.keys() <= {"FREQ", "INTERVAL", "BYDAY", "WKST"} and parts.get("WKST", "SU") == "SU"
    whole = None not in days and len(named) == len(weeks) * len(weekdays) and interval.isdecimal() and int(interval) > 0
    if known and whole and parts.get("FREQ") == "WEEKLY" and weeks <= {0}:
        return Rhythm(interval=int(interval), weekdays=tuple(sorted(weekdays)))
    if known and whole and parts.get("FREQ") == "MONTHLY" and weeks and 0 not in weeks and int(interval) == 1:
        ordered = tuple(sorted(weeks))
        return Rhythm(kind=RecurrenceKind.MONTHLY, weeks_of_month=ordered, weekdays=tuple(sorted(weekdays)))
    raise ValueError(
        'is no rule known here: leave it empty for every week, or write "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", '
        '"FREQ=MONTHLY;BYDAY=1FR,3FR", "once" or "by appointment"'
    )


def exceptions_text(overrides: Sequence[Override]) -> str:
    """Dated exceptions, a line each."""
    return "\n".join(_exception(override) for override in overrides)


def _exception(override: Override) -> str:
    first, last = override.first_date.isoformat(), override.last_date.isoformat()
    said = {
        "start": "" if override.start is None else f"{override.start:%H:%M}",
        "minutes": "" if override.duration is None else str(int(override.duration.total_seconds()) // 60),
        "place": orjson.dumps(override.place).decode() if override.place else "",
        "note": orjson.dumps(override.note).decode() if override.note else "",
    }
    details = "".join(f"; {name}={value}" for name, value in said.items() if value)
    dates = first if first == last else f"{first} to {last}"
    return f"{dates}: {override.kind.value.replace('_', ' ')}{details}"


def read_exceptions(text: str) -> tuple[Override, ...]:
    """What `exceptions_text` wrote. Raises ValueError with the first line that cannot be read."""
    lines = (line.strip() for line in text.split("\n"))
    return tuple(_read_exception(line) for line in lines if line)


def _read_exception(line: str) -> Override:
    found = _EXCEPTION.fullmatch(line)
    try:
        override = _override(found) if found else None
    except (ValueError, TypeError):
        override = None
    if override is None or override.last_date < override.first_date:
        raise ValueError(f'is no exception such as "2026-12-25: cancelled; note=\\"...\\"": {line[:80]}')
    return override


def _override(found: re.Match[str]) -> Override:
    details = {name: orjson.loads(value) if value[0] == '"' else value for name, value in _DETAIL.findall(found[4])}
    minutes, start = details.pop("minutes", None), details.pop("start", None)
    return Override(
        kind=OverrideKind(found[3].replace(" ", "_")),
        first_date=dt.date.fromisoformat(found[1]),
        last_date=dt.date.fromisoformat(found[2] or found[1]),
        start=dt.time.fromisoformat(start) if start else None,
        duration=dt.timedelta(minutes=int(minutes)) if minutes else None,
        **details,
    )
