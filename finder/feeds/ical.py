"""A listing as a calendar (RFC 5545): its rule, its exceptions, its zone, under an identity that stays.

The calendar expands to the same instants as the directory's own clock: the rule is an RRULE by the wall clock of the
meeting's zone, lengths are elapsed time, cancelled sittings are EXDATEs, and sittings that are elsewhere or at another
time replace the one that they stand for (RECURRENCE-ID). Exceptions are told for `HORIZON` ahead.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from icalendar import Calendar, Event, vRecur

from finder.domain.errors import NotFoundError
from finder.domain.recurrence import first_sitting
from finder.domain.rrule import changed_sittings, excluded_starts, nominal_start, to_rrule
from finder.domain.schedule import Override, Schedule, zone_of
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.document import Document, overrides_of, schedule_of
from finder.feeds.vtimezone import vtimezone

PRODUCT = "-//Meeting Finder//Meetings//EN"
HORIZON = dt.timedelta(days=3 * 366)
_DAY = dt.timedelta(days=1)


def calendar_of(document: Document, *, page_url: str, host: str, now: dt.datetime) -> bytes:
    """The calendar of one listing, from the sittings of the day before *now* (aware) on.

    *page_url* is the absolute address of its page, *host* the name that its identity is unique under.
    Raises NotFoundError for a listing that no calendar can tell: by appointment, closed for now, or over.
    """
    schedule = schedule_of(document)
    if document["temporarily_closed"]:
        raise NotFoundError("This meeting is closed for now, so there is no calendar of it.")
    if schedule.kind is RecurrenceKind.APPOINTMENT or schedule.start is None:
        raise NotFoundError("This meeting is by appointment, so there is no calendar of it: ask the group.")
    today = now.astimezone(zone_of(schedule.zone)).date()
    first = first_sitting(schedule, not_before=today - _DAY)
    if first is None:
        raise NotFoundError("This meeting is over, so there is no calendar of it.")
    stamp = dt.datetime.fromisoformat(document["updated_at"] or document["confirmed_at"] or now.isoformat())
    identity = [
        ("uid", f"meeting-{document['id']}@{host}"),
        ("dtstamp", stamp.astimezone(dt.UTC)),
        ("sequence", document["revision"]),
        ("url", page_url),
    ]
    calendar = Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add_component(vtimezone(schedule.zone, first.year))
    for event in _events(document, schedule, first):
        for name, value in identity:
            event.add(name, value)
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _events(document: Document, schedule: Schedule, first: dt.date) -> Iterator[Event]:
    """The event of the rule, then one for each sitting that is not as the rule says."""
    overrides, last = overrides_of(document), first + HORIZON
    usual = _event(document, nominal_start(schedule, first), schedule.duration)
    rule = to_rrule(schedule)
    if rule:
        usual.add("rrule", vRecur.from_ical(rule))
    cancelled = list(excluded_starts(schedule, overrides, first=first, last=last))
    if cancelled:
        usual.add("exdate", cancelled)
    yield usual
    for nominal, sitting in changed_sittings(schedule, overrides, first=first, last=last):
        duration = sitting.end.astimezone(dt.UTC) - sitting.start.astimezone(dt.UTC)
        event = _event(document, sitting.start, duration, override=sitting.override)
        event.add("recurrence-id", nominal)
        yield event


def _event(document: Document, start: dt.datetime, duration: dt.timedelta, override: Override | None = None) -> Event:
    event = Event()
    event.add("summary", document["name"])
    event.add("dtstart", start)
    event.add("duration", duration)
    place = _place(document["location"] or {}, override, attendance=document["attendance"])
    if place:
        event.add("location", place)
    description = _description(document, override)
    if description:
        event.add("description", description)
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")  # a calendar shared at work should show no more than "busy"
    return event


def _place(location: dict[str, Any], override: Override | None, *, attendance: str) -> str:
    """Where to go, in a line: what is public of it, or where a sitting has moved to; nothing when it is online."""
    if override is not None and override.kind is OverrideKind.MOVED and override.place:
        return override.place
    if attendance == "online" or (override is not None and override.kind is OverrideKind.ONLINE_ONLY):
        return ""
    return ", ".join(part for part in (location.get("name"), location.get("address")) if part)


def _description(document: Document, override: Override | None) -> str:
    conference = document["conference"] or {}
    lines = [
        override.note if override else "",
        "Online only this time." if override and override.kind is OverrideKind.ONLINE_ONLY else "",
        f"Join: {conference['url']}" if conference.get("url") else "",
        f"Phone: {conference['phone']}" if conference.get("phone") else "",
        document["notes"],
    ]
    return "\n".join(line for line in lines if line)
