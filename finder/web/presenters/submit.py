"""What the pages of facilitators show: choices of a form, and answers in words to be checked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from finder.domain.asked import Fields
from finder.domain.conference import has_secret, host_of, provider_of
from finder.domain.schedule_words import describe_date
from finder.domain.vocabulary import AddressVisibility, JoinPolicy, Precision
from finder.review.duplicates import Twin
from finder.web.presenters.answers import Line, Part, answer_parts, next_dates, rule_words
from finder.web.presenters.labels import APPROACHES, KIND_TITLES, Labels
from finder.web.presenters.moderate_words import EXCEPTION_LABELS, label_of, value_words


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: its value, its words, and what it means."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices under a heading; ``chosen`` says which of them are chosen already."""

    title: str
    options: Sequence[Option]
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """Answers in words, to be looked over before they are sent."""

    parts: Sequence[Part]
    rule: str
    rule_before: str
    dates: Sequence[str]
    you: Sequence[Line]
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


def format_options(labels: Labels, chosen: Sequence[str] = ()) -> list[Options]:
    """The formats under their kinds, each with what it means; those in *chosen* are named beside the heading."""
    entries = sorted(labels.formats.values(), key=lambda entry: int(entry["position"]))
    found = []
    for kind, title in KIND_TITLES.items():
        of_kind = [
            Option(entry["slug"], entry["name"], entry["description"]) for entry in entries if entry["kind"] == kind
        ]
        if of_kind:
            named = ", ".join(option.label for option in of_kind if option.value in chosen)
            found.append(Options(title, of_kind, named))
    return found


def check_page(
    fields: Fields,
    labels: Labels,
    *,
    now: dt.datetime,
    before: Mapping[str, Any] | None,
    you: Sequence[Line],
    twins: Sequence[Twin] = (),
) -> CheckPage:
    """*fields* in words: all that are given, or with *before* those that change."""
    rule, was = rule_words(fields), rule_words(before) if before is not None else ""
    return CheckPage(
        parts=answer_parts(fields, labels, before=before, warnings=_warnings(fields, before)),
        rule=rule,
        rule_before=was if was != rule else "",
        dates=next_dates(fields, now=now),
        you=you,
        twins=twins,
    )


def sender_lines(name: str, email: str, since: dt.date | None, note: str) -> list[Line]:
    """Who sends it, in words."""
    lines = [
        ("Your first name", name),
        ("We write to", email),
        ("It holds from", describe_date(since) if since else ""),
        ("To the moderators", note),
    ]
    return [Line(label, words) for label, words in lines if words]


def _warnings(fields: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """What is to be thought of, by the part of the form; of a change only what it changes."""
    was = before or {}
    told: dict[str, list[str]] = {"what": [], "where": [], "online": []}
    if before is None and not fields["group_name"]:
        told["what"].append(
            "Without a group nobody can be asked whether the listing is still right, or get the link to manage it. "
            "If the group has no name of its own, write the name of the meeting and its town: Quiet Morning, Austin."
        )
    point = (fields["latitude"], fields["longitude"])
    if None not in point and point != (was.get("latitude"), was.get("longitude")):
        told["where"].append(_point_words(fields))
    url = fields["conference_url"]
    if url and (url, fields["join_policy"]) != (was.get("conference_url"), was.get("join_policy")):
        told["online"] += _link_words(url, is_open=fields["join_policy"] == JoinPolicy.OPEN.value)
    return told


def _point_words(fields: Mapping[str, Any]) -> str:
    where = f"{fields['latitude']:.5f}, {fields['longitude']:.5f}"
    if fields["address_visibility"] == AddressVisibility.AREA.value:
        return "People see the area only, not the address and not the point."
    if fields["precision"] == Precision.EXACT.value:
        return f"Shown at {where}."
    return f"Shown in the town only, at {where}: give an exact position if people should find the door."


def _link_words(url: str, *, is_open: bool) -> list[str]:
    found = []
    if has_secret(url):
        found.append(
            "The join link holds a passcode, and everybody will see it. Choose “Given on request” if that is not meant."
            if is_open
            else "The join link holds a passcode. It is not shown: people ask the group for it."
        )
    host = host_of(url)
    if not provider_of(host):
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
