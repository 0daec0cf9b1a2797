"""A listing as a calendar (RFC 5545): its rule, its exceptions, its zone, under an identity that stays.

The calendar expands to the same instants as the directory's own clock: the rule is an RRULE by the wall clock of the
meeting's zone, lengths are elapsed time, cancelled sittings are EXDATEs, and sittings that are elsewhere or at another
time replace the one that they stand for (RECURRENCE-ID). Exceptions are told for `HORIZON` ahead. The first sitting of
a calendar takes place, and what takes place once is one event as it is: programs show a beginning whatever is excluded,
and know exceptions of rules alone.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from icalendar import Calendar, Component, Event, vRecur

from finder.domain.errors import NotFoundError
from finder.domain.occurrences import occurrence_on
from finder.domain.overrides import override_on
from finder.domain.recurrence import first_sitting, ordinal_on_or_after
from finder.domain.rrule import changed_sittings, excluded_starts, nominal_start, to_rrule
from finder.domain.schedule import Occurrence, Override, Schedule, zone_of
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.document import UNNAMED_PLACE, Document, overrides_of, schedule_of
from finder.feeds.on_request import on_request_of
from finder.feeds.vtimezone import vtimezone

#: More meetings than this a calendar program does not bear: those that follow it read all of it anew each time.
MAX_IN_CALENDAR = 500
PRODUCT = "-//Meeting Finder//Meetings//EN"
HORIZON = dt.timedelta(days=3 * 366)
#: How often a program that follows a calendar should look again.
REFRESH = "PT12H"
_DAY = dt.timedelta(days=1)
_END = b"END:VCALENDAR\r\n"
_ONLY_THIS_TIME = {
    OverrideKind.MOVED: "At another place this time.",
    OverrideKind.ONLINE_ONLY: "Online only this time.",
    OverrideKind.OTHER_TIME: "At another time than usual.",
}


def calendar_of(document: Document, *, page_url: str, host: str, now: dt.datetime) -> bytes:
    """The calendar of one listing, from the sittings of the day before *now* (aware) on.

    *page_url* is the absolute address of its page, *host* the name that its identity is unique under.
    One that is closed for now or has no sitting left is cancelled there, so that whoever follows it learns of that.
    Raises NotFoundError for a listing that no calendar can tell, since it is by appointment.
    """
    calendar = _empty()
    told = _cancelled if _is_off(document, now) else _told
    for component in told(document, page_url=page_url, host=host, now=now):
        calendar.add_component(component)
    content: bytes = calendar.to_ical()
    return content


def calendar_of_none(about: str, *, now: dt.datetime) -> bytes:
    """A calendar with no event, and *about* why: programs that follow one take out of it what it no longer holds."""
    calendar = _empty()
    calendar.add("x-wr-caldesc", about)
    calendar.add("description", about)  # RFC 7986, 5.2
    calendar.add_component(vtimezone("UTC", now.year))  # a calendar holds something (RFC 5545, 3.6)
    content: bytes = calendar.to_ical()
    return content


def calendar_of_many(
    documents: Iterable[Document], *, name: str, pages: str, host: str, now: dt.datetime, about: str = ""
) -> Iterator[bytes]:
    """One calendar of many listings, a listing at a time; those that no calendar can tell are left out.

    *name* is what calendar programs call it, *about* what they tell of it. *pages* is the absolute address below which
    each listing has its page.
    """
    calendar = _empty()
    if about:
        calendar.add("x-wr-caldesc", about)
        calendar.add("description", about)  # RFC 7986, 5.2
    for key, value in (("x-wr-calname", name), ("name", name), ("x-published-ttl", REFRESH)):
        calendar.add(key, value)
    calendar["refresh-interval;value=duration"] = REFRESH  # RFC 7986, 5.7
    head: bytes = calendar.to_ical()
    yield head.removesuffix(_END)
    zones: set[str] = set()
    for document in documents:
        try:
            zone, *events = _told(document, page_url=f"{pages}/{document['slug']}", host=host, now=now)
        except NotFoundError:
            continue
        if (called := str(zone["tzid"])) not in zones:
            zones.add(called)
            yield vtimezone(called, (now - _DAY).year - 1).to_ical()
        for event in events:
            yield event.to_ical()
    if not zones:  # a calendar holds something (RFC 5545, 3.6)
        yield vtimezone("UTC", now.year).to_ical()
    yield _END


def _empty() -> Calendar:
    calendar = Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    return calendar


def _told(document: Document, *, page_url: str, host: str, now: dt.datetime) -> list[Component]:
    """The zone of a listing, then its events. Raises NotFoundError where no calendar can tell it."""
    schedule = schedule_of(document)
    if document["temporarily_closed"]:
        raise NotFoundError("This meeting is closed for now, so there is no calendar of it.")
    if schedule.kind is RecurrenceKind.APPOINTMENT or schedule.start is None:
        raise NotFoundError("This meeting is by appointment, so there is no calendar of it: ask the group.")
    first = _first_held(schedule, overrides_of(document), now)
    if first is None:
        raise NotFoundError("This meeting is over, or no longer takes place, so there is no calendar of it.")
    events = _events(document, schedule, first)
    return [vtimezone(schedule.zone, first.year), *_identified(events, document, page_url, host, now)]


def _identified(events: Iterable[Event], document: Document, page_url: str, host: str, now: dt.datetime) -> list[Event]:
    """*events* under the identity of the listing."""
    stamp = dt.datetime.fromisoformat(document["updated_at"] or document["confirmed_at"] or now.isoformat())
    identity = [
        ("uid", f"meeting-{document['bmlt_id']}@{host}"),
        ("dtstamp", stamp.astimezone(dt.UTC)),
        ("sequence", document["revision"]),
        ("url", page_url),
    ]
    named = list(events)
    for event in named:
        for name, value in identity:
            event.add(name, value)
    return named


def _is_off(document: Document, now: dt.datetime) -> bool:
    """Whether a listing that a calendar could tell is closed for now or over."""
    schedule = schedule_of(document)
    if schedule.kind is RecurrenceKind.APPOINTMENT or schedule.start is None:
        return False
    return bool(document["temporarily_closed"]) or _first_held(schedule, overrides_of(document), now) is None


def _first_held(schedule: Schedule, overrides: tuple[Override, ...], now: dt.datetime) -> dt.date | None:
    """The date of the first sitting from the day before *now* (aware) on that is not cancelled.

    None where none is left, or none before a closure that lasts beyond `HORIZON`.
    """
    begin = now.astimezone(zone_of(schedule.zone)).date() - _DAY
    day = first_sitting(schedule, not_before=begin)
    while day is not None:
        override = override_on(overrides, day)
        if override is None or override.kind is not OverrideKind.CANCELLED:
            return day
        if override.last_date - begin > HORIZON:
            return None
        after = override.last_date.toordinal() + 1  # over the whole closure in one step
        ordinal = ordinal_on_or_after(schedule, after, schedule.weekdays)
        day = None if ordinal is None else dt.date.fromordinal(ordinal)
    return None


def _cancelled(document: Document, *, page_url: str, host: str, now: dt.datetime) -> list[Component]:
    """A listing that is off, as an event that is cancelled: what a calendar has of it goes."""
    schedule = schedule_of(document)
    day = schedule.last_date or schedule.first_date or now.astimezone(zone_of(schedule.zone)).date()
    day = first_sitting(schedule, not_before=day - 7 * _DAY) or day
    event = Event()
    event.add("summary", document["name"])
    event.add("dtstart", nominal_start(schedule, day))
    event.add("duration", schedule.duration)
    event.add("status", "CANCELLED")
    event.add("class", "PRIVATE")
    return [vtimezone(schedule.zone, day.year), *_identified([event], document, page_url, host, now)]


def _events(document: Document, schedule: Schedule, first: dt.date) -> Iterator[Event]:
    """The event of the rule, then one for each sitting that is not as the rule says."""
    overrides, last = overrides_of(document), min(first, dt.date.max - HORIZON) + HORIZON
    if schedule.kind is RecurrenceKind.ONCE:
        yield _event_of(document, occurrence_on(schedule, first, override_on(overrides, first)))
        return
    usual = _event(document, nominal_start(schedule, first), schedule.duration)
    rule = to_rrule(schedule)
    if rule:
        usual.add("rrule", vRecur.from_ical(rule))
    cancelled = list(excluded_starts(schedule, overrides, first=first, last=last))
    if cancelled:
        usual.add("exdate", cancelled)
    yield usual
    for nominal, sitting in changed_sittings(schedule, overrides, first=first, last=last):
        event = _event_of(document, sitting)
        event.add("recurrence-id", nominal)
        yield event


def _event_of(document: Document, sitting: Occurrence) -> Event:
    duration = sitting.end.astimezone(dt.UTC) - sitting.start.astimezone(dt.UTC)
    return _event(document, sitting.start, duration, override=sitting.override)


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
    """Where to go, in a line: what is public of it, or where a sitting has moved to; "Online" when it is."""
    if override is not None and override.kind is OverrideKind.MOVED:
        return override.place or UNNAMED_PLACE
    if attendance == "online" or (override is not None and override.kind is OverrideKind.ONLINE_ONLY):
        return "Online"
    return ", ".join(part for part in (location.get("name"), location.get("address")) if part)


def _description(document: Document, override: Override | None) -> str:
    conference, place = document["conference"] or {}, document["location"] or {}
    online = document["attendance"] == "online" or bool(override and override.kind is OverrideKind.ONLINE_ONLY)
    elsewhere = bool(override and override.kind is OverrideKind.MOVED)
    at_the_door = () if online or elsewhere else (place.get("notes"), place.get("access_notes"))
    lines = [
        override.note if override else "",
        _ONLY_THIS_TIME.get(override.kind, "") if override else "",
        f"Join: {conference['url']}" if conference.get("url") else "",
        conference.get("url_notes"),
        f"Phone: {conference['phone']}" if conference.get("phone") else "",
        conference.get("phone_notes"),
        *on_request_of(document),
        *at_the_door,
        document["notes"],
    ]
    return "\n".join(line for line in lines if line)
