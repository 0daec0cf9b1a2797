import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from finder.domain.errors import NotFoundError
from finder.domain.occurrences import occurrences
from finder.feeds.document import overrides_of, schedule_of
from finder.feeds.ical import calendar_of
from finder.feeds.on_request import on_request_of
from finder.feeds.vtimezone import vtimezone
from tests.feeds.documents import a_document, a_place, a_rule, an_override

NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)
WINDOW = dt.timedelta(days=500)

#: Gaps and folds at many hours, zones without either, a gap of half an hour, one that moved to another day.
ZONES = (
    "America/Chicago",
    "America/Sao_Paulo",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Nuuk",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
)


def read(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def the_calendar(document: dict[str, Any], now: dt.datetime = NOW) -> list[Any]:
    address = "https://meetings.example.org/meetings/courage"
    return read(calendar_of(document, page_url=address, host="meetings.example.org", now=now))


def wall(
    event: Any,  # noqa: ANN401 - a component, whose values may be anything
    name: str,
) -> dt.datetime:
    value: dt.datetime = event[name].dt
    return value.replace(tzinfo=None)


def instant(clock: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return clock.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)


def expanded(events: list[Any], zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> list[tuple[Any, Any]]:
    """What a calendar makes of *events*, written down from RFC 5545 without the product's own code."""
    usual = events[0]
    if usual.get("STATUS") == "CANCELLED":
        return []
    first = wall(usual, "DTSTART")
    starts = [first]
    if "RRULE" in usual:
        rule = usual["RRULE"].to_ical().decode()
        until = usual["RRULE"].get("UNTIL")
        head = ";".join(part for part in rule.split(";") if not part.startswith("UNTIL"))
        local_end = end.astimezone(zone).replace(tzinfo=None) + dt.timedelta(days=2)
        starts = list(rrulestr(head, dtstart=first).between(first, local_end, inc=True))
        if until:
            starts = [each for each in starts if instant(each, zone) <= until[0]]
    held = usual.get("EXDATE", [])
    excluded = {
        each.dt.replace(tzinfo=None) for part in (held if isinstance(held, list) else [held]) for each in part.dts
    }
    replaced = {wall(event, "RECURRENCE-ID"): event for event in events[1:]}
    found = []
    for each in starts:
        event = replaced.get(each, usual)
        if each not in excluded:
            begin = instant(wall(event, "DTSTART") if each in replaced else each, zone)
            found.append((begin, begin + event["DURATION"].dt))
    return sorted({span for span in found if span[1] > start and span[0] < end})


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["weekly", "weekly", "monthly", "once"]))
    first = NOW.date() + dt.timedelta(days=draw(st.integers(-400, 200)))
    starts = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
    days = sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=3)))
    open_start = draw(st.booleans()) and kind != "once"
    rule = a_rule(
        kind=kind,
        weekdays=[] if kind == "once" else days,
        start=draw(starts),
        duration_min=draw(st.integers(1, 1440)),
        zone=draw(st.sampled_from(ZONES)),
        interval=draw(st.integers(1, 4)) if kind == "weekly" else 1,
        weeks_of_month=sorted(draw(st.sets(st.sampled_from([-1, 1, 2, 3, 4, 5]), min_size=1)))
        if kind == "monthly"
        else [],
        first_date=None if open_start else first.isoformat(),
        last_date=(first + dt.timedelta(days=draw(st.integers(0, 600)))).isoformat() if draw(st.booleans()) else None,
    )
    overrides = []
    for _ in range(draw(st.integers(0, 3))):
        begin = NOW.date() + dt.timedelta(days=draw(st.integers(-20, 300)))
        other = draw(st.sampled_from(["cancelled", "moved", "online_only", "other_time"]))
        overrides.append(
            an_override(
                kind=other,
                first_date=begin.isoformat(),
                last_date=(begin + dt.timedelta(days=draw(st.integers(0, 40)))).isoformat(),
                start=draw(starts) if other == "other_time" else None,
                duration_min=draw(st.none() | st.integers(1, 600)),
            )
        )
    return a_document(schedule=rule, overrides=overrides)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_a_calendar_expands_to_the_instants_of_the_directory(document: dict[str, Any]) -> None:
    zone = ZoneInfo(document["schedule"]["zone"])
    start, end = NOW, NOW + WINDOW
    expected = [
        (each.start.astimezone(dt.UTC), each.end.astimezone(dt.UTC))
        for each in occurrences(schedule_of(document), start=start, end=end, overrides=overrides_of(document))
    ]

    try:
        events = the_calendar(document)
    except NotFoundError:
        assert expected == []
        return

    assert expanded(events, zone, start, end) == sorted(set(expected))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 8 * 365 * 96))
def test_the_zone_in_a_calendar_has_the_offsets_of_the_zone(name: str, quarters: int) -> None:
    zone = ZoneInfo(name)
    moment = dt.datetime(2026, 1, 2, tzinfo=dt.UTC) + dt.timedelta(minutes=15 * quarters)

    onsets = []
    parts: list[Any] = vtimezone(name, 2026).subcomponents
    for part in parts:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        dates = (
            [part["DTSTART"].dt, *(each.dt for each in part["RDATE"].dts)] if "RDATE" in part else [part["DTSTART"].dt]
        )
        onsets += [(date.replace(tzinfo=dt.UTC) - before, after) for date in dates]
    offset = max((onset, after) for onset, after in onsets if onset <= moment)[1]

    assert offset == moment.astimezone(zone).utcoffset()


def test_the_clocks_change_by_the_clock_before_the_change() -> None:
    content = vtimezone("America/Chicago", 2026).to_ical().decode().replace("\r\n ", "")

    assert "20260308T020000" in content
    assert "20260308T030000" not in content


def test_a_weekly_meeting_has_a_rule_a_zone_and_an_identity_that_stays() -> None:
    renamed = a_document(id=3, bmlt_id=17, slug="other", revision=9)  # as it is called after it moved
    before, after = the_calendar(a_document(id=17, bmlt_id=17))[0], the_calendar(renamed)[0]

    assert before["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=TU"
    assert before["DTSTART"].params["TZID"] == "America/Chicago"
    assert before["UID"] == after["UID"] == "meeting-17@meetings.example.org"
    assert after["SEQUENCE"] == 9
    assert before["URL"] == "https://meetings.example.org/meetings/courage"


def test_a_cancelled_sitting_is_an_exception_of_the_rule() -> None:
    day = an_override(kind="cancelled", first_date="2026-03-17", last_date="2026-03-17")

    (event,) = the_calendar(a_document(overrides=[day]))

    assert event["EXDATE"].dts[0].dt == dt.datetime(2026, 3, 17, 19, tzinfo=ZoneInfo("America/Chicago"))


def test_a_moved_sitting_stands_in_the_place_of_its_own() -> None:
    day = an_override(kind="moved", first_date="2026-03-17", last_date="2026-03-17", place="Hall B, 3 Example Street")

    usual, moved = the_calendar(a_document(overrides=[day]))

    assert moved["RECURRENCE-ID"].dt == dt.datetime(2026, 3, 17, 19, tzinfo=ZoneInfo("America/Chicago"))
    assert moved["LOCATION"] == "Hall B, 3 Example Street"
    assert moved["UID"] == usual["UID"]


def test_a_sitting_that_moved_to_a_place_that_is_not_named_sends_nobody_to_the_usual_one() -> None:
    day = an_override(kind="moved", first_date="2026-03-17", last_date="2026-03-17")

    _usual, moved = the_calendar(a_document(overrides=[day], location=a_place(notes="Ring 3")))

    assert moved["LOCATION"] == "Another place"
    assert moved["DESCRIPTION"] == "At another place this time."


def test_a_calendar_begins_with_a_sitting_that_takes_place() -> None:
    days = an_override(kind="cancelled", first_date="2026-03-01", last_date="2026-04-05")
    rule = a_rule(interval=2, weekdays=[2, 4])

    usual = the_calendar(a_document(schedule=rule))[0]
    (event,) = the_calendar(a_document(schedule=rule, overrides=[days]))

    begun, later = usual["DTSTART"].dt, event["DTSTART"].dt
    assert later.date() > dt.date(2026, 4, 5)
    assert (later.date().toordinal() // 7 - begun.date().toordinal() // 7) % 2 == 0
    assert "EXDATE" not in event


def test_what_takes_place_once_is_one_event_as_it_will_be() -> None:
    rule = a_rule(kind="once", weekdays=[], first_date="2026-04-01")
    moved = an_override(kind="moved", first_date="2026-04-01", last_date="2026-04-01", place="Hall B", start="18:00")

    (event,) = the_calendar(a_document(schedule=rule, overrides=[moved]))

    assert (event["LOCATION"], event["DTSTART"].dt.hour) == ("Hall B", 18)
    assert "RECURRENCE-ID" not in event


def test_a_last_date_at_the_end_of_the_calendar_breaks_no_calendar() -> None:
    rule = a_rule(first_date="9999-12-01")

    assert the_calendar(a_document(schedule=rule))[0]["DTSTART"].dt.year == 9999


def test_a_meeting_online_only_for_once_sends_nobody_to_the_door() -> None:
    day = an_override(kind="online_only", first_date="2026-03-17", last_date="2026-03-17", note="The hall is painted.")

    _usual, online = the_calendar(a_document(overrides=[day]))

    assert online["LOCATION"] == "Online"
    assert "The hall is painted." in online["DESCRIPTION"]


def test_a_meeting_of_one_evening_has_no_rule() -> None:
    (event,) = the_calendar(a_document(schedule=a_rule(kind="once", weekdays=[], first_date="2026-04-01")))

    assert "RRULE" not in event
    assert event["DTSTART"].dt == dt.datetime(2026, 4, 1, 19, tzinfo=ZoneInfo("America/Chicago"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schedule": a_rule(kind="appointment", weekdays=[], start=None)}, "by appointment"),
    ],
)
def test_what_no_calendar_can_tell_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(NotFoundError, match=words):
        the_calendar(a_document(**changes))


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"temporarily_closed": True}, dt.date(2026, 3, 3)),
        ({"schedule": a_rule(last_date="2026-01-02")}, dt.date(2025, 12, 30)),
        ({"schedule": a_rule(kind="once", weekdays=[], first_date="2026-01-02")}, dt.date(2026, 1, 2)),
        (
            {
                "schedule": a_rule(kind="once", weekdays=[], first_date="2026-03-17"),
                "overrides": [an_override(kind="cancelled", first_date="2026-03-17", last_date="2026-03-17")],
            },
            dt.date(2026, 3, 17),
        ),
        (
            {"overrides": [an_override(kind="cancelled", first_date="2026-03-01", last_date="9999-12-31")]},
            dt.date(2026, 3, 3),
        ),
    ],
)
def test_what_is_closed_or_over_goes_from_the_calendars_that_have_it(changes: dict[str, Any], day: dt.date) -> None:
    usual = the_calendar(a_document(id=17, bmlt_id=17))[0]
    (off,) = the_calendar(a_document(id=17, bmlt_id=17, **changes))

    assert (off["STATUS"], off["UID"], off["DTSTART"].dt.date()) == ("CANCELLED", usual["UID"], day)
    assert "LOCATION" not in off


def test_a_calendar_tells_what_one_needs_to_get_in() -> None:
    ways = {"url": "https://zoom.us/j/5550100", "url_notes": "Passcode: larks", "phone": "+1-512-555-0100"}
    document = a_document(
        attendance="hybrid",
        conference=ways | {"phone_notes": "Code 5#"},
        location=a_place(notes="Basement, ring 3", access_notes="Ramp at the back"),
    )
    here, online = the_calendar(document)[0], the_calendar(document | {"attendance": "online"})[0]

    for words in ("Join: https://zoom.us/j/5550100", "Passcode: larks", "Phone: +1-512-555-0100", "Code 5#"):
        assert words in here["DESCRIPTION"]
        assert words in online["DESCRIPTION"]
    assert "Basement, ring 3\nRamp at the back" in here["DESCRIPTION"]
    assert "Basement" not in online["DESCRIPTION"]
    assert online["LOCATION"] == "Online"


def test_what_is_told_on_request_says_so_and_whom_to_ask() -> None:
    hidden = a_place(address_visibility="area", street="", address="Austin, TX, US")
    group = {**(a_document()["group"] or {}), "email": "larks@example.org", "phone": "512-555-0100"}
    document = a_document(attendance="hybrid", location=hidden, conference=None, join_policy="on_request", group=group)

    words = on_request_of(document)
    assert words == [
        *("The address is given on request.", "How to join is told on request."),
        "Ask: larks@example.org, 512-555-0100",
    ]
    assert "\n".join(words) in the_calendar(document)[0]["DESCRIPTION"]
    assert on_request_of(document | {"attendance": "online"})[0] == "How to join is told on request."
    assert on_request_of(document | {"attendance": "in_person"})[0] == "The address is given on request."
    assert on_request_of(a_document(group=group)) == []


def test_the_same_listing_gives_the_same_bytes() -> None:
    document = a_document()
    made = {calendar_of(document, page_url="https://a.example.org/", host="a.example.org", now=NOW) for _ in range(2)}

    assert len(made) == 1
