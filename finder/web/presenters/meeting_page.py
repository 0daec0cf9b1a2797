"""One meeting's page: when it is next, what is different soon, how to get in, and everything else that is public."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from finder.domain.errors import ScheduleError
from finder.domain.occurrences import next_occurrence, occurrences
from finder.domain.recurrence import dates
from finder.domain.schedule import Occurrence, Override, Schedule
from finder.domain.schedule_words import describe
from finder.domain.vocabulary import OverrideKind, RecurrenceKind
from finder.feeds.document import overrides_of, schedule_of
from finder.web.presenters.ask import Link
from finder.web.presenters.cards import Seeker
from finder.web.presenters.facts import Fact, facts
from finder.web.presenters.labels import Labels
from finder.web.presenters.overrides import banner
from finder.web.presenters.times import ago, clock, day_words, long_date, moment, unbroken, zone_of, zone_words
from finder.web.presenters.trust import Trust, trust
from finder.web.presenters.ways import join, nearby, phone, report, way_there

Document = Mapping[str, Any]

#: Exceptions that begin within this time are worth a banner.
AHEAD = dt.timedelta(days=60)
#: How far ahead the next dates are looked for, and how many are told.
DATES_WITHIN = dt.timedelta(days=400)
DATES = 3
CLOSED = "This meeting is closed for now. Please check with the group before you go."


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPage:
    """What ``templates/meeting/meeting.html`` shows. Empty texts and None are left out."""

    name: str
    slug: str
    program: Link
    closed: str
    banners: list[str]
    moment: str
    soon: str
    on: bool
    starts: tuple[str, int] | None
    rule: str
    zone: str
    dates: list[str]
    join: Link | None
    phone: Link | None
    directions: str
    calendar: str
    facts: list[Fact]
    trust: Trust
    updated: str
    report: Link | None
    for_whom: str
    expect: str
    nearby: Link


def upcoming(document: Document, now: dt.datetime) -> Occurrence | None:
    """The sitting that is on or comes next; None for a closed meeting and one without a fixed time."""
    schedule = schedule_of(document)
    if document["temporarily_closed"] or schedule.kind is RecurrenceKind.APPOINTMENT:
        return None
    try:
        return next_occurrence(schedule, after=now, overrides=overrides_of(document), horizon=DATES_WITHIN)
    except ScheduleError:
        return None


def meeting_page(document: Document, labels: Labels, seeker: Seeker, *, contact_email: str) -> MeetingPage:
    """The page of the listing in *document* for that seeker; *contact_email* is where the site takes reports."""
    schedule, overrides = schedule_of(document), overrides_of(document)
    coming = upcoming(document, seeker.now)
    program = labels.programs.get(document["program"], {})
    confirmed = document["confirmed_at"]
    said, soon, on = _moment(document, coming, seeker)
    return MeetingPage(
        name=document["name"],
        slug=document["slug"],
        program=Link(labels.program(document["program"]), f"/programs/{document['program']}"),
        closed=CLOSED if document["temporarily_closed"] else "",
        banners=_banners(schedule, overrides, seeker.now),
        moment=said,
        soon=soon,
        on=on,
        starts=_instant(document, coming, seeker),
        rule=unbroken(describe(schedule)),
        zone=_zone(document, seeker),
        dates=_dates(schedule, overrides, coming),
        join=join(document),
        phone=phone(document),
        directions=way_there(document, coming),
        calendar=f"/meetings/{document['slug']}.ics" if coming else "",
        facts=facts(document, labels),
        trust=trust(dt.datetime.fromisoformat(confirmed) if confirmed else None, seeker.now),
        updated=_updated(document, seeker.now),
        report=report(document, contact_email),
        for_whom=program.get("for_whom", ""),
        expect=program.get("expect", ""),
        nearby=nearby(document),
    )


def _moment(document: Document, coming: Occurrence | None, seeker: Seeker) -> tuple[str, str, bool]:
    """The next sitting in words, how soon, whether it is on: ("Tonight, 6:30 pm to 8:00 pm", "in 25 min", False)."""
    if coming is None:
        return _untimed(document["schedule"]), "", False
    online = document["attendance"] == "online"
    own = document["schedule"]["zone"]
    on = coming.start <= seeker.now
    words = moment(coming.start, coming.end, now=seeker.now, own=own, seeker=seeker.zone, online=online, on=on)
    shown = zone_of(seeker.zone if online else own)
    start, here = coming.start.astimezone(shown), seeker.now.astimezone(shown)
    day = day_words(start, here)
    day = long_date(start.date(), now=here.date()) if day[:1].isupper() else day.capitalize()
    soon = words.soon if words.soon.startswith(("on", "in", "starting")) else ""
    hours = f"{words.clock} to {clock(coming.end.astimezone(shown))}"
    return f"{day}, {unbroken(hours)}", soon, on


def _untimed(rule: Document) -> str:
    """What is said in the place of a next time: whom to ask, or nothing where there is none."""
    if rule["kind"] != RecurrenceKind.APPOINTMENT:
        return ""
    if rule["weekdays"] and rule["start"] is None:
        return "No time is listed: ask the group when they meet"
    return "By appointment: ask the group when they meet"


def _instant(document: Document, coming: Occurrence | None, seeker: Seeker) -> tuple[str, int] | None:
    """The start of a sitting to join from anywhere, and how many minutes its clock is ahead of UTC."""
    if coming is None or document["attendance"] == "in_person":
        return None
    zone = zone_of(seeker.zone if document["attendance"] == "online" else document["schedule"]["zone"])
    ahead = coming.start.astimezone(zone).utcoffset() or dt.timedelta()
    return coming.start.astimezone(dt.UTC).isoformat(), int(ahead.total_seconds() // 60)


def _zone(document: Document, seeker: Seeker) -> str:
    """What clock the times are told by, where there could be doubt."""
    own = document["schedule"]["zone"]
    here, there = (seeker.now.astimezone(zone_of(name)).utcoffset() for name in (seeker.zone, own))
    if here == there or not own:
        return ""
    if document["attendance"] == "online":
        return f"The next time is told in {zone_words(seeker.zone)}, the rule in {zone_words(own)}."
    return f"All times are {zone_words(own)}."


def _dates(schedule: Schedule, overrides: tuple[Override, ...], coming: Occurrence | None) -> list[str]:
    if coming is None:
        return []
    today = coming.start.date()
    window = occurrences(schedule, start=coming.end, end=coming.end + DATES_WITHIN, overrides=overrides)
    sittings = [coming, *islice((each for each in window if each.start > coming.start), DATES - 1)]
    return [long_date(each.date, now=today) for each in sittings]


def _banners(schedule: Schedule, overrides: tuple[Override, ...], now: dt.datetime) -> list[str]:
    today = now.astimezone(zone_of(schedule.zone)).date()
    ahead = [
        each
        for each in overrides
        if each.last_date >= today and each.first_date - today <= AHEAD and _meets_in(each, schedule, today)
    ]
    return [banner(each, today=today, back=_back(each, schedule, overrides)) for each in ahead]


def _meets_in(override: Override, schedule: Schedule, today: dt.date) -> bool:
    """Whether the rule names a day from today on that the exception covers; a place's may cover other days only."""
    if schedule.kind is RecurrenceKind.APPOINTMENT:
        return True
    return next(dates(schedule, first=max(today, override.first_date), last=override.last_date), None) is not None


def _back(override: Override, schedule: Schedule, overrides: tuple[Override, ...]) -> dt.date | None:
    """The date of the first sitting after an exception is over."""
    if override.kind is not OverrideKind.CANCELLED or override.last_date >= dt.date.max - AHEAD:
        return None
    morning = dt.datetime.combine(override.last_date + dt.timedelta(days=1), dt.time(), zone_of(schedule.zone))
    try:
        found = next_occurrence(schedule, after=morning, overrides=overrides, horizon=DATES_WITHIN)
    except ScheduleError:
        return None
    return found.date if found else None


def _updated(document: Document, now: dt.datetime) -> str:
    updated = document["updated_at"]
    parts = [
        f"Last changed {ago(dt.datetime.fromisoformat(updated), now)}" if updated else "",
        f"listed by {document['source']}" if document["source"] else "",
    ]
    words = ", ".join(part for part in parts if part)
    return f"{words[:1].upper()}{words[1:]}." if words else ""
