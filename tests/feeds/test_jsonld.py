import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from finder.domain.occurrences import next_occurrence
from finder.domain.schedule import Occurrence
from finder.feeds.document import overrides_of, schedule_of
from finder.feeds.jsonld import embedded, event
from tests.feeds.documents import a_document, a_place, a_rule, an_override


def said(document: dict[str, Any], upcoming: Occurrence | None = None) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(
        embedded(event(document, page_url="https://a.example.org/m", program_name="AA", upcoming=upcoming))
    )
    return content


def test_a_meeting_is_an_event_with_a_place_a_schedule_and_an_organiser() -> None:
    found = said(a_document())

    assert found["@type"] == "Event"
    assert found["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert found["isAccessibleForFree"] is True
    assert found["organizer"]["name"] == "AA"
    assert found["location"][0]["address"]["addressLocality"] == "Austin"
    assert found["eventSchedule"]["byDay"] == ["https://schema.org/Tuesday"]
    assert found["eventSchedule"]["repeatFrequency"] == "P1W"
    assert found["eventSchedule"]["scheduleTimezone"] == "America/Chicago"


def test_a_monthly_meeting_names_its_week() -> None:
    found = said(a_document(schedule=a_rule(kind="monthly", weeks_of_month=[1, -1])))

    assert found["eventSchedule"]["repeatFrequency"] == "P1M"
    assert found["eventSchedule"]["byDay"] == ["1TU", "-1TU"]


def test_the_next_sitting_is_told_with_its_offset() -> None:
    start = dt.datetime(2026, 3, 17, 19, tzinfo=ZoneInfo("America/Chicago"))
    upcoming = Occurrence(start=start, end=start + dt.timedelta(hours=1), date=start.date())

    assert said(a_document(), upcoming)["startDate"] == "2026-03-17T19:00:00-05:00"


def test_a_cancelled_day_is_told() -> None:
    days = an_override(first_date="2026-03-17", last_date="2026-03-25")

    assert said(a_document(overrides=[days]))["eventSchedule"]["exceptDate"] == ["2026-03-17", "2026-03-24"]


def the_next(document: dict[str, Any]) -> dict[str, Any]:
    """What is said of *document* before Tuesday, March 17, 2026."""
    now = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC)
    return said(document, next_occurrence(schedule_of(document), after=now, overrides=overrides_of(document)))


def test_a_sitting_that_has_moved_is_not_told_at_the_usual_door() -> None:
    day = {"kind": "moved", "first_date": "2026-03-17", "last_date": "2026-03-17"}
    named = the_next(a_document(overrides=[an_override(**day, place="Hall B")]))
    unnamed = the_next(a_document(overrides=[an_override(**day)]))

    town = {"@type": "PostalAddress", "addressLocality": "Austin", "addressRegion": "TX", "addressCountry": "US"}
    assert named["startDate"].startswith("2026-03-17")
    assert named["location"] == [{"@type": "Place", "name": "Hall B", "address": town}]
    assert unnamed["location"] == [{"@type": "Place", "name": "Another place", "address": town}]


def test_a_sitting_that_is_online_only_has_no_place_on_earth() -> None:
    day = an_override(kind="online_only", first_date="2026-03-17", last_date="2026-03-17")
    conference = {"url": "https://zoom.us/j/5550100", "url_notes": "", "phone": "", "phone_notes": ""}
    found = the_next(a_document(attendance="hybrid", conference=conference, overrides=[day]))

    assert found["eventAttendanceMode"].endswith("OnlineEventAttendanceMode")
    assert found["location"] == [{"@type": "VirtualLocation", "url": "https://zoom.us/j/5550100"}]


def test_what_was_to_take_place_once_and_is_cancelled_says_so() -> None:
    once = a_rule(kind="once", weekdays=[], first_date="2026-03-17")

    assert the_next(a_document(schedule=once))["eventStatus"] == "https://schema.org/EventScheduled"
    assert the_next(a_document(schedule=once, overrides=[an_override()]))["eventStatus"].endswith("EventCancelled")


def test_of_every_other_week_it_is_said_which() -> None:
    found = the_next(a_document(schedule=a_rule(interval=2)))

    assert found["eventSchedule"]["startDate"] == found["startDate"][:10]


def test_an_online_meeting_has_no_place_on_earth() -> None:
    conference = {"url": "https://zoom.us/j/5550100", "url_notes": "", "phone": "", "phone_notes": ""}
    found = said(a_document(attendance="online", conference=conference))

    assert found["location"] == [{"@type": "VirtualLocation", "url": "https://zoom.us/j/5550100"}]


def test_a_way_to_join_is_told_only_where_joining_is_open() -> None:
    asked = said(a_document(attendance="hybrid", conference=None, join_policy="on_request"))

    assert [place["@type"] for place in asked["location"]] == ["Place"]
    assert asked["eventAttendanceMode"].endswith("MixedEventAttendanceMode")


def test_a_closed_meeting_is_not_told_as_open() -> None:
    assert said(a_document(temporarily_closed=True))["eventStatus"] == "https://schema.org/EventPostponed"


def test_a_point_on_the_equator_is_a_point() -> None:
    place = said(a_document(location=a_place(latitude=0.0, longitude=0.0)))["location"][0]

    assert place["geo"]["latitude"] == 0.0


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "a & b", "\u2028\u2029", "]]>"])
def test_hostile_text_stays_inside_its_element(text: str) -> None:
    encoded = embedded(event(a_document(name=text), page_url="https://a.example.org/m", program_name="", upcoming=None))

    assert not set(encoded) & set("<>&\u2028\u2029")
    assert orjson.loads(encoded)["name"] == text
