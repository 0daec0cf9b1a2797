"""BMLT answers, piece by piece: numbers of weekdays, comments, bytes, formats, the box of all meetings."""

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.domain.bmlt import NO_BODY
from finder.feeds.bmlt_bodies import Bodies
from finder.feeds.bmlt_changes import changed_fields, date_words
from finder.feeds.bmlt_codes import BmltFormats, Said, said_of
from finder.feeds.bmlt_comments import comments_of
from finder.feeds.bmlt_encode import DAY_STEP, Sitting, Template, distance, filled, meant_by, number_on
from finder.feeds.bmlt_fields import MOVING, Told, custom_names, field_value, words_of
from finder.feeds.bmlt_server import centre_of, coverage
from finder.feeds.bmlt_tsml import types_of
from tests.feeds.documents import a_document, a_place, a_rule, an_override

TODAY = dt.date(2026, 3, 10)


@given(st.integers(1, 2**31 - 1), st.integers(0, 6), st.integers(0, 6))
def test_a_number_says_which_weekday_of_which_listing(number: int, weekday: int, first: int) -> None:
    told = number_on(number, weekday, first)
    assert meant_by(told) == ((number, None) if weekday == first else (number, weekday))
    assert told < 2**53  # JavaScript is exact up to there


def test_numbers_of_weekdays_are_never_the_same() -> None:
    told = {number_on(number, day, 0) for number in (1, 2, 10, 2**31 - 1) for day in range(7)}
    assert len(told) == 4 * 7


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Notes."),
        (
            {"schedule": a_rule(interval=2, first_date="2026-01-06")},
            "Every other Tuesday. Next on March 17, 2026. Then on March 31, 2026. Notes.",
        ),
        (
            {"schedule": a_rule(interval=4, first_date="2026-04-07", last_date="2026-04-30")},
            "Every 4 weeks on Tuesday. Next on April 7, 2026. Begins on April 7, 2026. Ends on April 30, 2026. Notes.",
        ),
        (
            {"schedule": a_rule(interval=2, first_date="2026-01-06"), "overrides": [an_override()]},
            "Every other Tuesday. Next on March 31, 2026. Then on April 14, 2026. Not on March 17, 2026. Notes.",
        ),
        ({"join_policy": "on_request", "attendance": "online"}, "How to join is told on request. Notes."),
        ({"schedule": a_rule(kind="monthly", weeks_of_month=[-1])}, "Last Tuesday of the month. Notes."),
        ({"schedule": a_rule(first_date="2026-04-07")}, "Begins on April 7, 2026. Notes."),
        ({"schedule": a_rule(first_date="2026-01-06")}, "Notes."),
        ({"schedule": a_rule(last_date="2026-04-07")}, "Ends on April 7, 2026. Notes."),
        ({"overrides": [an_override()]}, "Not on March 17, 2026. Notes."),
        ({"overrides": [an_override(first_date="2026-03-03", last_date="2026-03-09")]}, "Notes."),
        (
            {"overrides": [an_override(first_date="2026-03-03", last_date="2026-03-24", note="Repairs.")]},
            "Not from March 3, 2026 to March 24, 2026. Repairs. Notes.",
        ),
        ({"overrides": [an_override(kind="moved", place="Hall B")]}, "At Hall B on March 17, 2026. Notes."),
        ({"overrides": [an_override(kind="online_only")]}, "Online only on March 17, 2026. Notes."),
        ({"overrides": [an_override(kind="other_time", start="20:15")]}, "At 8:15 pm on March 17, 2026. Notes."),
    ],
)
def test_comments_begin_with_what_bmlt_has_no_field_for(changes: dict[str, object], said: str) -> None:
    assert comments_of(a_document(notes="Notes.", **changes), TODAY) == said


def test_only_the_next_exceptions_are_told() -> None:
    days = [f"2026-0{month}-17" for month in (8, 6, 5, 4, 7)]
    document = a_document(overrides=[an_override(first_date=day, last_date=day) for day in days])
    assert comments_of(document, TODAY) == "Not on April 17, 2026. Not on May 17, 2026. Not on June 17, 2026."


@given(st.dictionaries(st.sampled_from(["meeting_name", "comments", "location_text"]), st.text(), min_size=3))
def test_whatever_people_write_comes_back_out_of_the_bytes(texts: dict[str, str]) -> None:
    template = Template(
        ("id_bigint", "meeting_name", "weekday_tinyint", "comments", "zone", "location_text"), {"zone": ""}
    )
    body = filled(template.piece(texts, ()), template.moving, Sitting(1, 1, 818, 2))
    assert body.isascii()
    assert json.loads(body) == {**texts, "id_bigint": "818", "weekday_tinyint": "3", "zone": ""}


def test_a_template_may_begin_and_end_with_what_moves() -> None:
    for order in (MOVING, MOVING[:1], (*MOVING, "zone"), ("zone", *MOVING), ("zone",)):
        template = Template(order, {"zone": "x"})
        body = json.loads(filled(template.piece({}, ()), template.moving, Sitting(1, 1, 5, 0, 1.0)))
        assert list(body) == list(order)


def test_distances_have_the_digits_of_those_servers() -> None:
    assert distance(0.1360000000001, "distance_in_miles") == "9.3840000000069"
    assert distance(0.0, "distance_in_km") == "0"
    assert distance(float("nan"), "distance_in_km") == ""
    assert distance(None, "distance_in_km") == ""


def a_format(
    number: int, key: str, slug: str | None = None, source: str = "", world_id: str = "", there: int = 0
) -> dict[str, object]:
    language = "de" if there else "en"
    names = {language: {"key": key, "name": f"{key} {language}", "description": ""}}
    return {
        "id": number,
        "source": source,
        "source_number": there or number,
        "key": key,
        "world_id": world_id,
        "kind": "FC1",
        "format": slug,
        "names": names,
    }


FORMATS = BmltFormats(
    [
        a_format(17, "O", "open", world_id="OPEN"),
        a_format(8, "D", "discussion", world_id="DISC"),
        a_format(54, "VM", world_id="VM"),
        a_format(55, "TC", world_id="TC"),
        a_format(10900, "IRR"),
        a_format(10042, "big-book", "big-book"),
        a_format(300, "OO", "open", "There", "OPEN"),
        a_format(301, "V", None, "There", "VM"),
        a_format(302, "Zz", None, "There"),
        a_format(303, "OO2", None, "There", "OPEN"),
        a_format(310, "VM", None, "Stock", "VM", there=54),
        a_format(311, "IRR", None, "Stock", there=55),
    ]
)


@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        ({}, (17,)),
        ({"formats": ["open", "discussion"]}, (8, 17)),
        ({"formats": ["open", "unheard-of"]}, (17,)),
        ({"source": "There", "formats": ["open", "discussion"]}, (8, 300)),
        ({"source": "There", "unmapped_types": ["Zz", "Yy"]}, (300, 302)),
        ({"source": "Elsewhere", "unmapped_types": ["Zz"]}, (17,)),
        ({"source": "There", "unmapped_types": ["OO2"]}, (303,)),
        ({"source": "There", "unmapped_types": ["OO", "OO2"]}, (300, 303)),
        ({"source": "There", "unmapped_types": ["O"]}, (17,)),
        ({"source": "There", "unmapped_types": ["O#17"]}, (17,)),
        ({"source": "There", "unmapped_types": ["O#18"]}, (300,)),
        ({"source": "There", "formats": ["open", "discussion"], "unmapped_types": ["OO2"]}, (8, 303)),
        ({"source": "A table", "unmapped_types": ["D"]}, (17,)),
        ({"attendance": "online"}, (17, 54)),
        ({"attendance": "online", "source": "There"}, (300, 301)),
        ({"attendance": "online", "source": "Stock"}, (17, 54)),
        ({"unmapped_types": ["IRR"], "source": "Stock"}, (17, 311)),
        ({"temporarily_closed": True}, (17, 55)),
        ({"schedule": a_rule(interval=2)}, (17, 10900)),
    ],
)
def test_a_listing_has_the_formats_of_its_own_server_before_ours(
    changes: dict[str, object], numbers: tuple[int, ...]
) -> None:
    assert FORMATS.numbers(said_of(a_document(**changes))) == numbers


def test_formats_without_a_name_in_a_language_are_not_told_in_it() -> None:
    assert FORMATS.shown((8, 17, 300), "en") == ("O,OO,D", "8,17,300")
    assert FORMATS.shown((8, 17), "xx") == ("", "")
    assert FORMATS.records({17}, ["xx"], "") == []
    assert FORMATS.shown((8, 17), "xx", others=True) == ("O,D", "8,17")
    assert [each["lang"] for each in FORMATS.records({17, 54}, ["de"], "", others=True)] == ["en", "de"]
    assert FORMATS.numbers(Said("", (), (), ("HY",))) == ()


def test_a_stock_format_of_a_source_is_ours_in_one_language_more() -> None:
    assert 310 not in FORMATS.entries
    assert FORMATS.shown((54,), "de") == ("VM", "54")
    assert [each["name_string"] for each in FORMATS.records({54}, ["de", "en"], "")] == ["VM de", "VM en"]


def test_types_are_those_that_the_plugins_know() -> None:
    codes = {"big-book": ["B"], "open": ["O"]}
    assert types_of(FORMATS, (8, 17, 54, 302, 10042, 10900), codes) == ["DISC", "O", "ONL", "B"]


def test_a_meeting_out_of_its_building_is_virtual_and_its_facility_closed() -> None:
    document = a_document(attendance="online", extra={"location_closed": "yes"})
    assert said_of(document).special == ("VM", "TC")
    assert custom_names(document) == ()


@pytest.mark.parametrize("attendance", ["online", "hybrid"])
def test_what_is_closed_for_now_is_told_without_the_way_to_join(attendance: str) -> None:
    conference = {"url": "https://zoom.us/j/5550100", "url_notes": "a", "phone": "+1-512-555-0142", "phone_notes": ""}
    fields = ("virtual_meeting_link", "virtual_meeting_additional_info", "phone_meeting_number")
    document = a_document(attendance=attendance, conference=conference)

    # With a link TC says that the building is closed, and the meeting held online.
    assert [field_value(document | {"temporarily_closed": True}, field, TODAY) for field in fields] == ["", "", ""]
    assert all(field_value(document, field, TODAY) for field in fields)


def test_what_sounds_like_a_person_is_no_custom_field() -> None:
    document = a_document(extra={"contact_name2": "x", "admin_word": "x", "lift": "yes", "zone": "2", "entity": "x"})
    assert custom_names(document) == ("lift",)
    assert field_value(document, "lift", TODAY) == "yes"
    for field in ("contact_name2", "admin_word", "contact_email_1", "admin_notes", "entity"):
        assert field_value(document, field, TODAY) == ""
    assert words_of(document, TODAY).split()[-2:] == ["2", "yes"]


def test_a_place_without_a_point_or_a_street_is_told_without() -> None:
    told = Told(
        formats=FORMATS, bodies=Bodies([]), language="en", root="", native_language="en", today=TODAY, custom=()
    )
    fields = told.fields(a_document(location=a_place(latitude=0.0, longitude=None, street="", unit="2 b")), (17,))
    assert (fields["latitude"], fields["longitude"], fields["location_street"]) == ("0", "", "2 b")
    nowhere = told.fields(a_document(location=None), ())
    assert (nowhere["latitude"], nowhere["location_text"], nowhere["service_body_bigint"]) == ("", "", str(NO_BODY))


def a_body(number: int, parent: int | None) -> dict[str, object]:
    texts = dict.fromkeys(("kind", "url", "helpline", "description", "world_id"), "")
    return {
        "id": number,
        "bmlt_id": number + 100,
        "slug": f"b{number}",
        "name": f"B{number}",
        "parent_id": parent,
    } | texts


def test_bodies_that_hang_in_a_circle_are_walked_once() -> None:
    bodies = Bodies([a_body(1, 2), a_body(2, 1), a_body(3, None)])
    assert bodies.below([101]) == {101, 102}
    assert bodies.above([101]) == {101, 102}
    assert bodies.above([103, 999]) == {103}
    assert bodies.ids([103, 999]) == [3]


@pytest.mark.parametrize(
    ("points", "box"),
    [
        ([], None),
        ([(0.0, 0.0)], None),
        ([(43.0, -77.0)], (-77.0, 43.0, -77.0, 43.0)),
        ([(43.0, -77.0), (45.0, -80.0), (0.0, 0.0)], (-80.0, 45.0, -77.0, 43.0)),
        ([(-37.0, 174.0), (-18.0, -178.0)], (174.0, -18.0, -178.0, -37.0)),
        ([(1.0, 0.0), (2.0, 10.0)], (0.0, 2.0, 10.0, 1.0)),
    ],
)
def test_the_box_is_the_narrowest_also_across_the_date_line(
    points: list[tuple[float, float]], box: tuple[float, float, float, float] | None
) -> None:
    assert coverage(points) == box


def test_the_middle_of_a_box_lies_within_it() -> None:
    assert centre_of((170.0, 10.0, -170.0, -10.0)) == (0.0, 180.0)
    assert centre_of((-80.0, 45.0, -70.0, 35.0)) == (40.0, -75.0)
    assert centre_of(None) == (0.0, 0.0)


def test_dates_are_written_as_those_servers_do() -> None:
    zone = ZoneInfo("America/Chicago")
    assert date_words(dt.datetime(2026, 3, 10, 0, 5, tzinfo=zone)) == "12:05 AM, 3/10/2026"
    assert date_words(dt.datetime(2026, 11, 1, 12, 30, tzinfo=zone)) == "12:30 PM, 11/1/2026"
    assert date_words(dt.datetime(2026, 11, 1, 19, 0, tzinfo=zone)) == "7:00 PM, 11/1/2026"


def test_what_bmlt_cannot_see_is_no_change_there() -> None:
    assert changed_fields("confirmed_at updated_at group region", None) == []
    assert changed_fields("notes overrides name", None) == ["comments", "meeting_name"]


@pytest.mark.parametrize(
    ("changed", "rule", "fields"),
    [
        ("schedule.start", {}, ["start_time"]),
        ("schedule.weekdays schedule.zone", {}, ["weekday_tinyint", "time_zone"]),
        ("schedule.weekdays", {"interval": 2}, ["weekday_tinyint", "comments"]),
        ("schedule.first_date", {}, ["comments"]),
        ("schedule.first_date", {"kind": "once"}, ["comments", "weekday_tinyint"]),
        ("location.street location.unit", {}, ["location_street"]),
        ("location.id location.precision location.address", {}, []),
        ("conference.url join_policy", {}, ["virtual_meeting_link", "comments"]),
        ("extra.train_lines extra.Room%20key extra.contact_name extra.entity_phone", {}, ["train_lines", "Room key"]),
        ("conference", {}, ["phone_meeting_number", "virtual_meeting_link", "virtual_meeting_additional_info"]),
    ],
)
def test_a_change_names_the_fields_that_differ(changed: str, rule: dict[str, Any], fields: list[str]) -> None:
    assert changed_fields(changed, {"schedule": {"kind": "weekly", "interval": 1} | rule}) == fields
    assert DAY_STEP == 10_000_000_000
