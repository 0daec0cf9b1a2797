"""Requests in words: kinds, where they stand, what is risky, and every field's value as a moderator reads it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from finder.domain.asked import FIELDS
from finder.domain.review import Kind, Risk, Status
from finder.domain.schedule_words import describe_date, describe_time
from finder.web.presenters.labels import ATTENDANCE, Labels
from finder.web.presenters.times import WEEKDAYS, ago, minutes_between

KINDS: dict[Kind, str] = {
    Kind.NEW: "New meeting",
    Kind.CHANGE: "Change",
    Kind.CLOSE: "Close for good",
    Kind.EXCEPTION: "Other for some dates",
    Kind.CONFIRM: "Still right",
    Kind.PROBLEM: "Problem",
}
STATUSES: dict[Status, str] = {
    Status.UNPROVEN: "Address not proven",
    Status.PENDING: "Waiting",
    Status.QUESTION: "Waiting for an answer",
    Status.SECOND_LOOK: "Waiting for a second person",
    Status.SCHEDULED: "Approved for a date",
    Status.APPROVED: "Approved",
    Status.REJECTED: "Rejected",
    Status.MERGED: "Settled with another",
    Status.WITHDRAWN: "Withdrawn",
    Status.UNDONE: "Approved and taken back",
}
#: Risk -> its mark, and what it means.
RISKS: dict[Risk, tuple[str, str]] = {
    Risk.LINK: ("Link changes", "A link is new or another one: see that it leads where it says."),
    Risk.PHONE: ("Phone changes", "A phone number is new or another one."),
    Risk.ADDRESS: ("Address changes", "The place is new or another one: see the map."),
    Risk.PAYMENT: ("Payment changes", "Where contributions go is new or another account: ask the group."),
    Risk.VISIBILITY: (
        "Visibility changes",
        "Who sees the address or the join details, or whether it meets at all.",
    ),
    Risk.LOOK_ALIKE: ("Look-alike letters", "A word mixes letters of other scripts that look like ours. Marked below."),
    Risk.NEW_SUBMITTER: ("New submitter", "This address answers for no group yet."),
    Risk.PROTECTED: ("Two people decide", "A meeting of the young, or one with a hidden address."),
    Risk.HIDDEN_CHARACTERS: ("Hidden characters", "There are characters that nobody sees. Marked below."),
    Risk.JOIN_SECRET: ("Secret in the link", "The join link carries a passcode: is it meant to be public?"),
    Risk.UNKNOWN_HOST: ("Unknown service", "The join link leads to a service that is not on the list."),
}
#: Marks that are said, but not as a warning.
MILD = frozenset({Risk.NEW_SUBMITTER})

CHOICES: dict[str, dict[str, str]] = {
    "attendance": dict(ATTENDANCE),
    "kind": {
        "weekly": "Every week, or every so many weeks",
        "monthly": "In certain weeks of the month",
        "once": "Once",
        "appointment": "By appointment",
    },
    "precision": {"exact": "The building", "approximate": "About here", "area": "The middle of an area"},
    "address_visibility": {"public": "Everybody", "area": "The area only"},
    "join_policy": {"open": "Everybody", "on_request": "Given on request"},
    "temporarily_closed": {"yes": "Yes", "no": "No"},
    "exception_kind": {
        "cancelled": "Does not take place",
        "moved": "In another place",
        "online_only": "Online only",
        "other_time": "At another time",
    },
}
WEEKS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
#: Labels of the fields that only an exception for dates has.
EXCEPTION_LABELS = {
    "exception_kind": "What is different",
    "first_date": "First date",
    "last_date": "Last date",
    "start": "Starts",
    "duration_min": "Minutes",
    "place": "Place",
    "note": "Note for everybody",
}
DATES = frozenset({"first_date", "last_date"})
HOUR = 60
DAY = 24 * HOUR


def label_of(name: str) -> str:
    """What a field is called."""
    return FIELDS[name].label if name in FIELDS else EXCEPTION_LABELS.get(name, name)


def value_words(name: str, value: Any, labels: Labels) -> str:  # noqa: ANN401 - a JSON value
    """The value of field *name* as text; "" when there is none. Odd values are told as they are."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return _list_words(name, value, labels)
    text = str(value)
    if name in CHOICES:
        return CHOICES[name].get(text, text)
    if name == "start" or name in DATES:
        return _moment_words(name, text)
    return labels.program(text) if name == "program" else text


def _list_words(name: str, value: list[Any], labels: Labels) -> str:
    if name == "weekdays":
        return ", ".join(WEEKDAYS[day] if day in range(7) else str(day) for day in value)
    if name == "weeks_of_month":
        return ", ".join(WEEKS.get(week, str(week)) for week in value)
    if name == "formats":
        return ", ".join(labels.format(str(slug)) for slug in value)
    return " > ".join(map(str, value)) if name == "region" else ", ".join(map(str, value))


def _moment_words(name: str, text: str) -> str:
    try:
        return (
            describe_time(dt.time.fromisoformat(text))
            if name == "start"
            else describe_date(dt.date.fromisoformat(text))
        )
    except ValueError:
        return text


def waited(since: dt.datetime | None, now: dt.datetime) -> str:
    """For how long something has waited: ``25 min``, ``3 hours``, ``5 days``; "" without a beginning."""
    if since is None:
        return ""
    minutes = max(0, minutes_between(since, now))
    if minutes < HOUR:
        return f"{minutes} min"
    hours = minutes // HOUR
    if minutes < 2 * DAY:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{minutes // DAY} days"


def when(at: dt.datetime, now: dt.datetime) -> str:
    """How long ago, closer than by the day for what was today: ``just now``, ``12 min ago``, ``yesterday``."""
    minutes = minutes_between(at, now)
    if minutes < 1:
        return "just now"
    return f"{waited(at, now)} ago" if minutes < DAY else ago(at, now)


def risk_words(risks: Mapping[str, object] | list[str] | tuple[str, ...]) -> list[tuple[str, str, bool]]:
    """Mark, meaning and mildness of each risk that is known, in the order of the table, the mild ones last."""
    found = [(*words, risk in MILD) for risk, words in RISKS.items() if risk.value in risks]
    return sorted(found, key=lambda each: each[2])


def format_slugs(labels: Labels) -> dict[str, str]:
    """The formats as people write them, in small letters, by name and by slug -> slug."""
    names = {str(entry["name"]).casefold(): slug for slug, entry in labels.formats.items()}
    return names | {slug: slug for slug in labels.formats}
