"""A listing as it was described, in words, part by part as its form asks: what is given, or what changes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from finder.domain.asked import FIELDS, schedule_of
from finder.domain.errors import ScheduleError
from finder.domain.occurrences import occurrences
from finder.domain.schedule import Occurrence
from finder.domain.schedule_words import describe, describe_date, describe_time
from finder.domain.vocabulary import Attendance, RecurrenceKind
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_words import label_of, value_words
from finder.web.presenters.times import WEEKDAYS

Fields = Mapping[str, Any]

SOON = dt.timedelta(days=800)
DATES = 3
#: Sittings of an exception that are told one by one.
FEW = 6
#: Sittings of an exception are looked for within this time.
MANY = dt.timedelta(days=3 * 366)
SCHEDULE = (
    *("kind", "weekdays", "start", "duration_min", "interval", "weeks_of_month", "first_date", "last_date"),
    "zone",
)
ADDRESS = ("street", "city", "state", "postal_code", "country", "formatted_address")
#: Parts of the form: anchor -> title, and the fields that are told there one by one.
PARTS: dict[str, tuple[str, Sequence[str]]] = {
    "what": ("What", ("name", "program", "group_name")),
    "when": ("When", ("temporarily_closed", "zone")),
    "how": ("How to attend", ("attendance",)),
    "where": ("The place", ("place_name", "unit", "place_notes", "access_notes", "address_visibility")),
    "online": (
        "Online",
        (
            *("conference_url", "conference_url_notes", "conference_phone", "conference_phone_notes"),
            "join_policy",
        ),
    ),
    "like": (
        "What it is like",
        ("formats", "notes", "website", "group_notes", "venmo", "square", "paypal"),
    ),
}
#: Fields that are told whatever they say, because they decide who sees what.
ALWAYS = {"attendance", "address_visibility", "join_policy"}


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what was answered; ``before`` is what it was, "" for what is new."""

    label: str
    words: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The answers of one part of the form, and what is to be thought of."""

    anchor: str
    title: str
    lines: Sequence[Line]
    warnings: Sequence[str] = field(default_factory=list)


def answer_parts(
    fields: Fields, labels: Labels, *, before: Fields | None, warnings: Mapping[str, Sequence[str]]
) -> list[Part]:
    """*fields* in words: all that are given, or with *before* those that change. *warnings* are by anchor."""
    left_out = (
        {"online": {"where"}, "in_person": {"online"}}.get(fields["attendance"], set()) if before is None else set()
    )
    found = []
    for anchor, (title, names) in PARTS.items():
        lines = [*_address_line(anchor, fields, before), *_lines(names, fields, labels, before)]
        tells_when = anchor == "when" and (before is None or _differs(SCHEDULE, fields, before))
        told = warnings.get(anchor, ())
        if (lines or tells_when or told) and anchor not in left_out:
            found.append(Part(anchor, title, lines, told))
    return found


def _lines(names: Sequence[str], fields: Fields, labels: Labels, before: Fields | None) -> list[Line]:
    found = []
    for name in names:
        if name == "zone" and before is None and fields["attendance"] != Attendance.ONLINE.value:
            continue  # it follows from the place
        words = value_words(name, fields[name], labels)
        if before is not None:
            if fields[name] != before[name]:
                found.append(Line(label_of(name), words or "Nothing", value_words(name, before[name], labels)))
        elif words and (name in ALWAYS or fields[name] != FIELDS[name].empty):
            found.append(Line(label_of(name), words))
    return found


def _address_line(anchor: str, fields: Fields, before: Fields | None) -> list[Line]:
    if anchor != "where" or (before is not None and not _differs(ADDRESS, fields, before)):
        return []
    words, was = address_words(fields), address_words(before) if before is not None else ""
    return [Line("Address", words or "Nothing", was)] if words or was else []


def address_words(fields: Fields) -> str:
    """The address in one line, "" without one."""
    region = " ".join(str(fields[name]) for name in ("state", "postal_code") if fields[name])
    pieces = [fields["street"], fields["city"], region, fields["country"]]
    whole = str(fields["formatted_address"])
    return whole or ", ".join(str(piece) for piece in pieces if piece)


def _differs(names: Sequence[str], fields: Fields, before: Fields) -> bool:
    return any(fields[name] != before[name] for name in names)


def rule_words(fields: Fields) -> str:
    """The schedule in words; "" when it has none that can be told."""
    try:
        return describe(schedule_of(fields))
    except (ScheduleError, KeyError, TypeError, ValueError):
        return ""


def next_dates(fields: Fields, *, now: dt.datetime) -> list[str]:
    """The next three sittings: ``Tuesday, March 17, 2026, 7:00 pm``; none of what is closed for the time being."""
    if fields["temporarily_closed"]:
        return []
    try:
        found = list(occurrences(schedule_of(fields), start=now, end=now + SOON, limit=DATES))
    except (ScheduleError, ValueError):
        return []
    return [_sitting_words(each) for each in found]


def sittings_within(fields: Fields, first: dt.date, last: dt.date) -> list[str] | None:
    """The sittings from *first* to *last* as `next_dates` tells them: `FEW`, then how many more within `MANY`.

    None when there is no telling: by appointment, or not within `MANY`.
    """
    if fields["kind"] == RecurrenceKind.APPOINTMENT.value:
        return None
    try:
        until = min(last, first + MANY)
        begin = dt.datetime.combine(first, dt.time(), dt.UTC) - dt.timedelta(days=1)
        end = dt.datetime.combine(until, dt.time(), dt.UTC) + dt.timedelta(days=3)
        found = [each for each in occurrences(schedule_of(fields), start=begin, end=end) if first <= each.date <= until]
    except (ScheduleError, ValueError, OverflowError):
        return None
    if not found and until < last:
        return None
    told = [_sitting_words(each) for each in found[:FEW]]
    return [*told, f"and {len(found) - FEW} more"] if len(found) > FEW else told


def _sitting_words(sitting: Occurrence) -> str:
    day, start = WEEKDAYS[sitting.start.isoweekday() % 7], sitting.start
    return f"{day}, {describe_date(start.date())}, {describe_time(start.time())}"
