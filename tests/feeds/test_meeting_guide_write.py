"""Listings as Meeting Guide rows: one a day, and each as its readers want it."""

import datetime as dt
import json
from typing import Any

import pytest

from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.meeting_guide_days import listing_of
from finder.feeds.meeting_guide_write import Vocabulary, listing_rows
from tests.feeds.documents import a_document, a_place, a_rule, an_override
from tests.feeds.reader_rules import kind_of, read
from tests.sources.feeds import OPTIONS

#: A Tuesday, a quarter past six in the evening in Chicago.
NOW = dt.datetime(2026, 3, 10, 23, 15, tzinfo=dt.UTC)
WORDS = Vocabulary(
    types={"open": "O", "women": "W", "wheelchair": "X", "spanish": "S"},
    entities={
        "capital": {"entity": "Capital Area", "entity_phone": "512-555-0100", "entity_url": "https://example.org"}
    },
)
ZOOM = {"url": "https://zoom.us/j/5550100", "url_notes": "Camera off is fine", "phone": "", "phone_notes": ""}
OUT_OF_IT = {"location_closed": "yes"}
BUILDING = ("location", "formatted_address", "address", "city", "latitude", "longitude", "approximate")


def rows(now: dt.datetime = NOW, days: tuple[int, ...] = (), **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever the keys hold
    """The rows of a listing."""
    document = a_document(**changes)
    return listing_rows(document, vocabulary=WORDS, public_url="https://meet.example.org", now=now, days=days)


def the_row(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    """The one row of a listing."""
    (row,) = rows(**changes)
    return row


def test_a_listing_on_one_day_is_one_row_under_its_own_slug() -> None:
    row = the_row()
    assert (row["slug"], row["day"], row["time"], row["end_time"]) == ("courage", 2, "19:00", "20:00")
    assert row["timezone"] == "America/Chicago"
    assert (row["latitude"], row["longitude"], row["approximate"]) == (30.2672, -97.7431, "no")
    assert row["url"] == "https://meet.example.org/meetings/courage"
    assert row["edit_url"] == row["url"] + "/change"
    assert row["feedback_url"] == row["url"] + "/problem"
    assert row["updated"] == "2026-02-01 12:00:00"


def test_several_days_are_rows_with_slugs_of_their_own_and_no_list_of_days() -> None:
    found = rows(schedule=a_rule(weekdays=[0, 2, 6]))
    assert [(row["slug"], row["day"]) for row in found] == [("courage_sun", 0), ("courage_tue", 2), ("courage_sat", 6)]


def test_the_longest_slugs_stay_short_enough_and_apart() -> None:
    slug = "a" * 64
    found = [row["slug"] for number in (30, 31) for row in rows(id=number, slug=slug, schedule=a_rule(weekdays=[1, 3]))]
    assert len(set(found)) == 4
    assert {len(each) for each in found} == {64}
    assert {listing_of(each) for each in found} == {("", 30), ("", 31)}


@pytest.mark.parametrize("slug", ["courage", "courage_mon", "courage-2_sun"])
def test_a_row_s_slug_leads_back_to_its_listing(slug: str) -> None:
    assert listing_of(slug) == (slug.split("_", maxsplit=1)[0], None)


def test_only_the_days_that_are_asked_for_are_rows() -> None:
    assert [row["day"] for row in rows(schedule=a_rule(weekdays=[0, 2, 6]), days=(2,))] == [2]


@pytest.mark.parametrize(
    ("minutes", "end"), [(60, "20:00"), (300, "00:00"), (330, "00:30"), (1440, "18:59"), (1439, "18:59")]
)
def test_the_end_is_a_time_of_day_and_never_the_start(minutes: int, end: str) -> None:
    assert the_row(schedule=a_rule(duration_min=minutes))["end_time"] == end


def test_by_appointment_is_a_row_without_day_and_time() -> None:
    row = the_row(schedule=a_rule(kind="appointment", weekdays=[], start=None))
    assert row.keys().isdisjoint({"day", "time", "end_time"})
    assert row["timezone"] == "America/Chicago"


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"kind": "monthly", "weeks_of_month": [2]}, [2]),  # today is the second Tuesday
        ({"kind": "monthly", "weeks_of_month": [3]}, []),  # next Tuesday is a week from now
        ({"kind": "monthly", "weeks_of_month": [2], "weekdays": [1, 2, 6]}, [2, 6]),  # Monday was yesterday
        ({"kind": "monthly", "weeks_of_month": [3], "weekdays": [1, 2]}, [1]),
        ({"interval": 2, "first_date": "2026-03-03"}, []),
        ({"interval": 2, "first_date": "2026-03-10"}, [2]),
        ({"kind": "once", "weekdays": [], "first_date": "2026-03-14"}, [6]),
        ({"kind": "once", "weekdays": [], "first_date": "2026-03-09"}, []),
        ({"last_date": "2026-03-09"}, []),
        ({"first_date": "2026-03-17"}, [2]),  # seven days from now, less a quarter of an hour
        ({"first_date": "2026-03-18"}, []),
    ],
)
def test_what_is_not_weekly_stands_on_the_days_of_the_coming_week_on_which_it_takes_place(
    rule: dict[str, Any], days: list[int]
) -> None:
    # Seven in the evening is three quarters of an hour away; a week from now it has begun.
    found = rows(
        now=NOW + dt.timedelta(hours=1) if rule.get("first_date") == "2026-03-17" else NOW, schedule=a_rule(**rule)
    )
    assert [row["day"] for row in found] == days


def test_a_sitting_that_is_over_makes_way_for_that_of_next_week() -> None:
    over = NOW + dt.timedelta(hours=2)
    cancelled_next = [an_override(first_date="2026-03-17", last_date="2026-03-17")]
    assert "TC" not in the_row(overrides=cancelled_next)["types"]
    assert "TC" in the_row(now=over, overrides=cancelled_next)["types"]


def test_a_closure_of_the_day_is_a_closed_row_without_a_way_in_on_that_day_only() -> None:
    closed = [an_override(first_date="2026-03-11", last_date="2026-03-12", note="Floor is being laid")]
    found = rows(schedule=a_rule(weekdays=[2, 3]), conference=ZOOM, attendance="hybrid", overrides=closed)
    assert [kind_of(row) for row in found] == ["hybrid", "inactive"]
    assert found[1]["types"] == ["O", "TC"]
    assert found[1]["notes"] == "2026-03-11: Cancelled. Floor is being laid"
    assert found[1]["attendance_option"] == "inactive"
    assert "notes" not in found[0]


def test_a_moved_sitting_leads_to_the_new_place_and_not_to_the_old() -> None:
    moved = [
        an_override(kind="moved", first_date="2026-03-10", last_date="2026-03-10", place="Garden Room, 9 Elm Street")
    ]
    row = the_row(overrides=moved)
    assert row["formatted_address"] == "Garden Room, 9 Elm Street, Austin, TX, USA"
    assert row.keys().isdisjoint({"latitude", "longitude", "address", "location_notes"})
    assert "12 Example" not in str(row)
    assert kind_of(row) == "in_person"


def test_a_sitting_that_moved_nobody_says_where_to_is_no_place_to_go_to() -> None:
    moved = [an_override(kind="moved", first_date="2026-03-10", last_date="2026-03-10", note="Ask at the office")]
    row = the_row(overrides=moved)

    assert kind_of(row) == "inactive"
    assert (row["location"], row["formatted_address"]) == ("Another place", "Another place, Austin, TX, USA")
    assert row["notes"] == "2026-03-10: Moved. Ask at the office"


def test_a_sitting_that_is_online_only_is_so_for_readers_too() -> None:
    online = [an_override(kind="online_only", first_date="2026-03-10", last_date="2026-03-10")]
    row = the_row(overrides=online, attendance="hybrid", conference=ZOOM, formats=["open", "wheelchair"])
    assert (kind_of(row), row["types"]) == ("online", ["O"])


def test_another_hour_of_one_day_is_that_row_s_time() -> None:
    other = [
        an_override(kind="other_time", first_date="2026-03-10", last_date="2026-03-10", start="18:30", duration_min=90)
    ]
    row = the_row(overrides=other)
    assert (row["time"], row["end_time"], row["notes"]) == ("18:30", "20:00", "2026-03-10: At another time")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "in_person"),
        ({"attendance": "hybrid", "conference": ZOOM}, "hybrid"),
        ({"attendance": "hybrid"}, "in_person"),  # how to join is told on request
        ({"attendance": "online", "conference": ZOOM}, "online"),
        ({"attendance": "online", "conference": ZOOM | {"url": "", "phone": "+1 512 555 0142"}}, "online"),
        ({"attendance": "online", "conference": ZOOM, "location": None}, "online"),
        ({"attendance": "online", "conference": ZOOM, "location": None, "region": []}, "online"),
        ({"attendance": "online", "conference": ZOOM, "extra": OUT_OF_IT}, "online"),
        ({"attendance": "online", "extra": OUT_OF_IT}, "inactive"),  # how to join is told on request
        ({"attendance": "hybrid", "conference": ZOOM, "extra": OUT_OF_IT}, "hybrid"),  # open again
        ({"temporarily_closed": True}, "inactive"),
        ({"temporarily_closed": True, "attendance": "online", "conference": ZOOM}, "inactive"),
        (
            {"location": a_place(address_visibility="area", precision="area", street="", address="Austin, TX, US")},
            "inactive",
        ),
        ({"location": None}, "inactive"),
        ({"location": a_place(precision="approximate", latitude=None, longitude=None)}, "in_person"),
        ({"location": a_place(precision="approximate", street="", address="Austin, TX, USA")}, "inactive"),
    ],
)
def test_readers_count_a_row_as_it_is(changes: dict[str, Any], kind: str) -> None:
    row = the_row(**changes)
    assert read([row]) == {"courage": kind}
    assert row["attendance_option"] == kind
    assert row["formatted_address"].count(",") >= 3


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ({}, "12 Example Street, Austin, TX 78701, USA"),
        ({"address": "12 Example Street, Austin, TX 78701"}, "12 Example Street, Austin, TX 78701, USA"),
        ({"address": "5 High Street, London SW1A 1AA, UK", "country": "GB"}, "5 High Street, London, SW1A 1AA, UK"),
        ({"address": "Ringweg 5, 10115 Berlin", "country": "DE", "state": "", "city": "Berlin"},
         "Ringweg 5, 10115 Berlin, Texas, Germany"),
        ({"address": "Austin, TX, US"}, "Austin, TX, Texas, US"),
        ({"address": "Austin"}, "Austin, TX, Texas, USA"),
        ({"address": "5 Main St., Austin, Texas", "state": "Texas", "country": ""}, "5 Main St., Austin, Texas, Texas"),
        ({"address": "", "city": "", "state": "", "country": ""}, "Address not public, Texas, America, America"),
    ],
)  # fmt: skip
def test_an_address_has_four_parts_of_what_is_known(place: dict[str, Any], line: str) -> None:
    assert the_row(location=a_place(**place))["formatted_address"] == line


@pytest.mark.parametrize(
    "place",
    [
        {"address": "Fullerton, CA, USA", "street": "", "city": "Fullerton", "state": "CA", "postal_code": ""},
        {"address": "Fullerton, CA 92831", "street": "", "city": "Fullerton", "state": "CA", "postal_code": "92831"},
        {"address": "12 Example Street, Austin", "street": "12 Example Street", "city": "Austin", "state": ""},
        {"address": "New York, New York, USA", "street": "", "city": "New York", "state": "New York"},
    ],
)
def test_what_was_added_to_an_address_is_not_read_back(place: dict[str, Any]) -> None:
    row = the_row(location=a_place(**place))
    assert row["formatted_address"] != place["address"]
    assert row["formatted_address"].count(",") >= 3
    [back] = decode_meeting_guide(json.dumps([row]).encode(), options=OPTIONS).rows
    assert back.draft is not None
    assert back.draft.location is not None
    assert back.draft.location.formatted_address == place["address"]


def test_a_whole_address_and_one_that_is_not_known_are_told_once() -> None:
    assert "address_as_known" not in the_row()
    assert "address_as_known" not in the_row(location=None, attendance="online")


def test_a_meeting_without_any_place_says_that_it_is_online() -> None:
    row = the_row(location=None, attendance="online", region=[], schedule=a_rule(zone="UTC"))
    assert row["formatted_address"] == "Online, UTC, UTC, UTC"


def test_of_a_hidden_place_no_more_is_told_than_its_area() -> None:
    area = a_place(
        address_visibility="area", precision="area", street="", postal_code="", address="Austin, TX, US", name=""
    )
    row = the_row(location=area)
    assert row.keys().isdisjoint({"latitude", "longitude", "address", "location", "postal_code"})
    assert row["approximate"] == "yes"


def test_types_are_codes_and_what_has_none_here_stays_as_it_came() -> None:
    row = the_row(formats=["open", "women", "spanish", "no-code"], unmapped_types=["ASBI"], temporarily_closed=True)
    assert row["types"] == ["O", "W", "S", "ASBI", "TC"]


def test_a_building_that_is_closed_is_told_with_its_address_and_with_the_types_that_say_so() -> None:
    online = {"attendance": "online", "conference": ZOOM, "extra": OUT_OF_IT}
    row, plain = the_row(formats=["open", "wheelchair"], **online), the_row()

    assert row["types"] == ["O", "TC", "ONL"]
    assert row["conference_url"] == ZOOM["url"]
    assert {name: row[name] for name in BUILDING} == {name: plain[name] for name in BUILDING}
    town = a_place(precision="approximate", street="", address="Rosedale, Austin, TX, USA")
    assert the_row(location=town, **online)["approximate"] == "yes"


def test_a_cancelled_day_of_a_meeting_out_of_its_building_is_closed_altogether() -> None:
    cancelled = [an_override(first_date="2026-03-10", last_date="2026-03-10")]
    row = the_row(attendance="online", conference=ZOOM, extra=OUT_OF_IT, overrides=cancelled)

    assert (row["types"], row["attendance_option"], "conference_url" in row) == (["O", "TC"], "inactive", False)


def test_a_key_of_another_server_is_not_told_as_a_type_that_means_something_else() -> None:
    """There "S" may be a break in summer, and "FF" first Fridays."""
    assert the_row(formats=["open"], unmapped_types=["S", "ff", "ONL", "TC", "Zz"])["types"] == ["O", "Zz"]


def test_types_of_a_room_are_left_out_where_there_is_none() -> None:
    assert the_row(formats=["open", "wheelchair"])["types"] == ["O", "X"]
    assert the_row(formats=["open", "wheelchair"], attendance="online", conference=ZOOM)["types"] == ["O"]


def test_regions_are_told_both_ways_from_the_general_on() -> None:
    row = the_row(region=[{"slug": name.lower(), "name": name} for name in ("Texas", "Travis", "Austin", "East")])
    assert row["regions"] == ["Texas", "Travis", "Austin", "East"]
    assert (row["region"], row["sub_region"], row["sub_sub_region"]) == ("Texas", "Travis", "Austin")


def test_a_group_s_public_details_are_told() -> None:
    public = {"website": "https://example.org/larks", "email": "larks@example.org", "phone": "512-555-0101"}
    money = {"venmo": "@larks", "square": "$larks", "paypal": "https://paypal.me/larks"}
    group = {"id": 2, "name": "Larks", "notes": "Coffee first", "district": "12"} | public | money
    row = the_row(group=group)
    assert {name: row[name] for name in (*public, *money)} == public | money
    assert (row["group"], row["group_notes"], row["district"]) == ("Larks", "Coffee first", "12")


def test_the_entity_is_the_source_s_own_or_the_service_body_and_its_address_has_both_names() -> None:
    body = {"slug": "capital", "name": "Capital Area"}
    row = the_row(service_body=body)
    assert (row["entity"], row["entity_phone"]) == ("Capital Area", "512-555-0100")
    assert row["entity_url"] == row["entity_website_url"] == "https://example.org"
    own = the_row(service_body=body, extra={"entity": "Old Intergroup", "entity_url": "https://old.example.org"})
    assert (own["entity"], own["entity_website_url"]) == ("Old Intergroup", "https://old.example.org")
    assert "entity_phone" not in own


def test_a_point_on_the_equator_is_one() -> None:
    row = the_row(location=a_place(latitude=0.0, longitude=0.0))
    assert (row["latitude"], row["longitude"]) == (0.0, 0.0)
