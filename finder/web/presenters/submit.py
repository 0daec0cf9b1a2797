"""What the pages of facilitators show: choices of a form, and answers in words to be checked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from finder.domain.asked import FIELDS, Fields, schedule_of
from finder.domain.conference import has_secret, provider_of
from finder.domain.errors import ScheduleError
from finder.domain.occurrences import occurrences
from finder.domain.schedule_words import describe
from finder.domain.vocabulary import FormatKind
from finder.review.duplicates import Twin
from finder.web.presenters.labels import APPROACHES, KIND_TITLES, Labels
from finder.web.presenters.moderate_words import EXCEPTION_LABELS, label_of, value_words

SOON = dt.timedelta(days=800)
DATES = 3
#: Fields that are told in one sentence, or that only machines need.
TOLD_TOGETHER = {
    *("kind", "weekdays", "start", "duration_min", "interval", "weeks_of_month", "first_date", "last_date"),
    *("latitude", "longitude", "precision", "region", "formatted_address", "service_body", "temporarily_closed"),
}
PARTS = {"listing": "The meeting", "group": "The group", "place": "The place", "online": "Online", "schedule": "When"}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: its value, its words, and what it means."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices under a heading."""

    title: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what was answered; ``before`` is what it was, "" for what is new."""

    label: str
    words: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """Answers in words, to be looked over before they are sent."""

    lines: list[Line]
    rule: str
    dates: list[str]
    place: str
    warnings: list[str] = field(default_factory=list)
    twins: Sequence[Twin] = ()


def program_options(labels: Labels) -> list[Options]:
    """The programs under their approaches."""
    entries = sorted(labels.programs.values(), key=lambda entry: (entry["approach"], entry["position"]))
    order = list(APPROACHES)
    groups = {
        approach: [Option(entry["slug"], entry["name"]) for entry in found]
        for approach, found in groupby(entries, key=lambda entry: str(entry["approach"]))
    }
    return [Options(APPROACHES[approach], groups[approach]) for approach in order if approach in groups]


def format_options(labels: Labels) -> list[Options]:
    """The formats under their kinds, each with what it means."""
    entries = sorted(labels.formats.values(), key=lambda entry: int(entry["position"]))
    found = []
    for kind, title in KIND_TITLES.items():
        of_kind = [
            Option(entry["slug"], entry["name"], entry["description"]) for entry in entries if entry["kind"] == kind
        ]
        if of_kind:
            found.append(Options(title, of_kind))
    return found


def check_page(
    fields: Fields, labels: Labels, *, now: dt.datetime, before: Mapping[str, Any] | None, twins: Sequence[Twin] = ()
) -> CheckPage:
    """*fields* in words: all that are given, or with *before* those that change."""
    lines = []
    for name, spec in FIELDS.items():
        words = value_words(name, fields[name], labels)
        was = value_words(name, before[name], labels) if before is not None else ""
        changes = before is not None and fields[name] != before[name]
        if name in TOLD_TOGETHER or (before is not None and not changes) or not (words or changes):
            continue
        if words != value_words(name, spec.empty, labels) or changes:
            lines.append(Line(label_of(name), words or "Nothing", was))
    return CheckPage(
        lines=lines,
        rule=rule_words(fields),
        dates=next_dates(fields, now=now),
        place=_place(fields),
        warnings=_warnings(fields),
        twins=twins,
    )


def rule_words(fields: Mapping[str, Any]) -> str:
    """The schedule in words; "" when it has none that can be told."""
    try:
        return describe(schedule_of(fields))
    except (ScheduleError, KeyError, TypeError, ValueError):
        return ""


def next_dates(fields: Mapping[str, Any], *, now: dt.datetime) -> list[str]:
    """The next three sittings: ``Tuesday, March 17, 2026, 7:00 pm``."""
    try:
        found = list(occurrences(schedule_of(fields), start=now, end=now + SOON, limit=DATES))
    except (ScheduleError, ValueError):
        return []
    return [
        f"{each.start:%A, %B} {each.start.day}, {each.start.year}, "
        f"{each.start.hour % 12 or 12}:{each.start:%M} {'pm' if each.start.hour >= 12 else 'am'}"  # noqa: PLR2004
        for each in found
    ]


def _place(fields: Mapping[str, Any]) -> str:
    if fields["latitude"] is None or fields["longitude"] is None:
        return ""
    where = f"{fields['latitude']:.5f}, {fields['longitude']:.5f}"
    if fields["precision"] == "exact":
        return f"Shown at {where}."
    return f"Shown in the town only, at {where}: enter an exact position if people should find the door."


def _warnings(fields: Mapping[str, Any]) -> list[str]:
    found = []
    url = fields["conference_url"]
    if url and has_secret(url):
        shown = fields["join_policy"] == "open"
        found.append(
            "The join link holds a passcode, and everybody will see it. Choose “Given on request” if that is not meant."
            if shown
            else "The join link holds a passcode. It is not shown: people ask the group for it."
        )
    host = url.split("/")[2] if url.count("/") >= 2 else ""  # noqa: PLR2004 - after the scheme
    if host and not provider_of(host):
        found.append(f"We do not know the service at {host}. A moderator will look at it with care.")
    return found


def exception_lines(fields: Mapping[str, Any], labels: Labels) -> list[Line]:
    """An exception for dates in words."""
    found = [(name, value_words(name, fields.get(name), labels)) for name in EXCEPTION_LABELS]
    return [
        Line(label_of(name) if name not in EXCEPTION_LABELS else EXCEPTION_LABELS[name], words)
        for name, words in found
        if words
    ]


def is_audience(kind: str) -> bool:
    """Whether a kind of formats says whom a meeting is for."""
    return kind == FormatKind.AUDIENCE.value
