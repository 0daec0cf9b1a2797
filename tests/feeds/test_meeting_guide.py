"""Meeting Guide JSON in: what a row becomes, and what is said about rows that are not plain."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from finder.domain.listing import ContactDraft, ListingDraft
from finder.domain.schedule import Schedule
from finder.domain.vocabulary import Attendance, Precision, RecurrenceKind
from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.rows import Decoded, DecodeOptions, FeedError, Row
from finder.feeds.seed import load_catalogue

SEEDS = Path(__file__).resolve().parents[2] / "seed_data"
CATALOGUE = load_catalogue((SEEDS / "formats.toml").read_text(encoding="utf-8"))
OPTIONS = DecodeOptions(program="aa", catalogue=CATALOGUE)

PLAIN = {
    "name": "Larks at Dawn",
    "slug": "larks-at-dawn",
    "day": 1,
    "time": "07:00",
    "end_time": "08:15",
    "timezone": "America/Chicago",
    "formatted_address": "12 Example Street, Springfield, IL 62701, USA",
    "latitude": 39.8017,
    "longitude": -89.6436,
}


def decode(payload: str | bytes, options: DecodeOptions = OPTIONS) -> Decoded:
    return decode_meeting_guide(payload.encode() if isinstance(payload, str) else payload, options=options)


def row_of(**changes: object) -> Row:
    record = {name: value for name, value in {**PLAIN, **changes}.items() if value is not ...}
    return decode(json.dumps([record])).rows[0]


def draft_of(**changes: object) -> ListingDraft:
    row = row_of(**changes)
    assert row.draft is not None, row.remarks
    return row.draft


def remarked(row: Row) -> set[str]:
    return {remark.field for remark in row.remarks}


def test_a_plain_row_becomes_a_listing_without_a_remark() -> None:
    row = row_of(types=["O", "W"], location="Larkspur Hall", region="Illinois > Springfield", notes="Side door.")

    assert row.remarks == ()
    draft = row.draft
    assert draft is not None
    assert (draft.name, draft.program, draft.source_key, draft.slug) == (
        "Larks at Dawn",
        "aa",
        "larks-at-dawn",
        "larks-at-dawn",
    )
    assert draft.schedule == Schedule(
        weekdays=(1,), start=dt.time(7), duration=dt.timedelta(minutes=75), zone="America/Chicago"
    )
    assert draft.attendance is Attendance.IN_PERSON
    assert draft.formats == (CATALOGUE.meeting_guide["O"], CATALOGUE.meeting_guide["W"])
    assert draft.region == ("Illinois", "Springfield")
    place = draft.location
    assert place is not None
    assert (place.name, place.street, place.city, place.state) == (
        "Larkspur Hall",
        "12 Example Street",
        "Springfield",
        "IL",
    )
    assert (place.postal_code, place.country, place.precision) == ("62701", "US", Precision.EXACT)
    assert (place.latitude, place.longitude) == (39.8017, -89.6436)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        (0, (0,)),
        ("6", (6,)),
        ([3], (3,)),
        (["5", 1, 1], (1, 5)),
        ("Monday", (1,)),
        ("tues", (2,)),
        ("Monday, Wednesday", (1, 3)),
        (2.0, (2,)),
        ("Mon & Wed", (1, 3)),
        ("Mon, Wed and Fri", (1, 3, 5)),
        ("Mon-Fri", (1, 2, 3, 4, 5)),
        ("Tue Thu", (2, 4)),
        ("Fri. \N{EN DASH} Mon.", (0, 1, 5, 6)),
        ("Monday through Wednesday, Sat", (1, 2, 3, 6)),
        ("Daily", (0, 1, 2, 3, 4, 5, 6)),
        ("M-F", (1, 2, 3, 4, 5)),
    ],
)
def test_days_are_read_as_numbers_texts_arrays_and_names(written: object, days: tuple[int, ...]) -> None:
    assert draft_of(day=written).schedule.weekdays == days


@pytest.mark.parametrize(
    "written",
    ["Friday, 1st & 3rd", "1st Monday and Friday", "Friday, alternating", "Last Tuesday", "Monthly, Mon"],
)
def test_a_day_that_is_not_every_week_is_taken_for_no_weekly_one(written: str) -> None:
    row = row_of(day=written)

    assert row.draft is not None
    assert (row.draft.schedule.kind, row.draft.schedule.weekdays) == (RecurrenceKind.APPOINTMENT, ())
    assert any("not every week" in remark.reason for remark in row.remarks)


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("19:30", dt.time(19, 30)),
        ("7:30", dt.time(7, 30)),
        ("19:30:00", dt.time(19, 30)),
        ("1:00 PM", dt.time(13)),
        ("12:00 am", dt.time(0)),
        ("12:15PM", dt.time(12, 15)),
        ("7 p.m.", dt.time(19)),
        ("23:59", dt.time(23, 59)),
        ("noon", dt.time(12)),
    ],
)
def test_times_are_read_in_24_and_in_12_hours(written: str, start: dt.time) -> None:
    assert draft_of(time=written, end_time=...).schedule.start == start


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": 7}, "day"),
        ({"day": True}, "day"),
        ({"day": "someday"}, "day"),
        ({"time": "25:61"}, "time"),
        ({"time": "24:00"}, "time"),
        ({"time": "7"}, "time"),
        ({"time": {"$ne": 1}}, "time"),
        ({"day": ...}, "day"),
        ({"time": ...}, "time"),
    ],
)
def test_a_day_or_time_that_nobody_can_read_makes_it_by_appointment_and_says_so(
    changes: dict[str, Any], field: str
) -> None:
    row = row_of(**changes)

    assert row.draft is not None
    assert row.draft.schedule.kind is RecurrenceKind.APPOINTMENT
    assert row.draft.schedule.weekdays == (() if field == "day" else (1,))
    assert field in remarked(row)


def test_without_day_and_time_it_is_by_appointment_without_a_remark() -> None:
    row = row_of(day=..., time=..., end_time=...)

    assert row.draft is not None
    assert row.draft.schedule == Schedule(kind=RecurrenceKind.APPOINTMENT, zone="America/Chicago")
    assert row.remarks == ()


@pytest.mark.parametrize(
    ("start", "end", "minutes", "flagged"),
    [
        ("23:00", "00:30", 90, False),
        ("19:00", "8:00", 13 * 60, True),
        ("06:00", "23:00", 17 * 60, True),
        ("06:00", "12:00", 360, False),
        ("18:00", "18:00", 60, True),
        ("18:00", "late", 60, True),
        ("18:00", None, 60, False),
    ],
)
def test_an_end_before_the_start_is_past_midnight_and_flagged_past_six_hours(
    start: str, end: str | None, minutes: int, *, flagged: bool
) -> None:
    row = row_of(time=start, end_time=end)

    assert row.draft is not None
    assert row.draft.schedule.duration == dt.timedelta(minutes=minutes)
    assert ("end_time" in remarked(row)) is flagged


def test_a_zone_comes_from_the_row_then_from_the_options_and_a_wrong_one_is_remarked() -> None:
    options = DecodeOptions(program="aa", catalogue=CATALOGUE, zone="Europe/Paris")
    records = [PLAIN, {**PLAIN, "timezone": "", "slug": "b"}, {**PLAIN, "timezone": "../../etc/localtime", "slug": "c"}]
    own, none, wrong = decode(json.dumps(records), options).rows

    assert own.draft is not None
    assert none.draft is not None
    assert wrong.draft is not None
    assert own.draft.schedule.zone == "America/Chicago"
    assert none.draft.schedule.zone == "Europe/Paris"
    assert wrong.draft.schedule.zone == "Europe/Paris"
    assert remarked(wrong) == {"timezone"}


ZOOM = "https://us02web.zoom.us/j/5550101?pwd=x"


@pytest.mark.parametrize(
    ("changes", "attendance", "closed"),
    [
        ({}, Attendance.IN_PERSON, False),
        ({"conference_url": ZOOM}, Attendance.HYBRID, False),
        ({"conference_phone": "+1 (555) 555-0100,,5550101#"}, Attendance.HYBRID, False),
        ({"conference_phone": "555-0100"}, Attendance.IN_PERSON, False),
        ({"conference_url": ZOOM, "approximate": "yes"}, Attendance.ONLINE, False),
        ({"conference_url": ZOOM, "types": ["TC"]}, Attendance.ONLINE, False),
        ({"conference_url": ZOOM, "formatted_address": "Springfield, IL, USA"}, Attendance.ONLINE, False),
        (
            {"conference_url": ZOOM, "formatted_address": ..., "latitude": ..., "longitude": ...},
            Attendance.ONLINE,
            False,
        ),
        ({"conference_url": "https://evilzoom.us/j/1"}, Attendance.IN_PERSON, False),
        ({"types": ["TC"]}, Attendance.IN_PERSON, True),
        ({"approximate": "yes"}, Attendance.IN_PERSON, True),
        ({"formatted_address": "Springfield, IL, USA"}, Attendance.IN_PERSON, True),
        ({"formatted_address": "12 Example Street, Springfield, IL"}, Attendance.IN_PERSON, False),
        ({"formatted_address": "12 Example Street, London SW1A 1AA, UK"}, Attendance.IN_PERSON, False),
        ({"formatted_address": "Springfield, IL, USA", "approximate": "no"}, Attendance.IN_PERSON, False),
    ],
)
def test_attendance_follows_link_phone_closure_and_how_exact_the_address_is(
    changes: dict[str, Any], attendance: Attendance, *, closed: bool
) -> None:
    draft = draft_of(**changes)

    assert (draft.attendance, draft.temporarily_closed) == (attendance, closed)


def test_an_online_meeting_keeps_no_finer_place_than_its_town() -> None:
    county = draft_of(conference_url=ZOOM, formatted_address="Sangamon County, IL, USA", location="Zoom").location
    no_hall = draft_of(conference_url=ZOOM, approximate="yes").location

    assert county is not None
    assert no_hall is not None
    assert (county.name, county.formatted_address) == ("", "Sangamon County, IL, USA")
    assert county.precision is no_hall.precision is Precision.APPROXIMATE
    assert no_hall.street == ""


def test_a_meeting_that_is_online_until_its_building_opens_keeps_the_building() -> None:
    row = row_of(conference_url=ZOOM, types=["O", "TC", "ONL"], location="Larkspur Hall")

    assert row.remarks == ()
    draft, before = row.draft, draft_of(location="Larkspur Hall")
    assert draft is not None
    assert (draft.attendance, draft.temporarily_closed) == (Attendance.ONLINE, False)
    assert draft.extra == {"location_closed": "yes"}
    assert draft.location == before.location
    assert draft_of(conference_url=ZOOM, types=["O"]).extra == {}
    assert draft.has_building
    assert not replace(draft, extra={"location_closed": "of its own server"}).has_building


@pytest.mark.parametrize(
    "changes",
    [
        {"formatted_address": ..., "latitude": ..., "longitude": ...},
        {
            "formatted_address": "Online, America, America, America",
            "latitude": ...,
            "longitude": ...,
            "approximate": "yes",
        },
    ],
)
def test_where_there_is_no_building_none_is_closed(changes: dict[str, Any]) -> None:
    draft = draft_of(conference_url=ZOOM, types=["TC"], **changes)

    assert (draft.attendance, draft.location, draft.extra) == (Attendance.ONLINE, None, {})


def test_types_that_speak_of_a_room_are_left_out_online_and_remarked() -> None:
    online = row_of(conference_url=ZOOM, approximate="yes", types=["O", "X", "OUT"])

    assert online.draft is not None
    assert online.draft.formats == (CATALOGUE.meeting_guide["O"],)
    assert remarked(online) == {"types"}
    assert CATALOGUE.meeting_guide["X"] in draft_of(types=["O", "X"]).formats


def test_every_type_code_of_the_catalogue_is_read_whatever_its_case() -> None:
    codes = list(CATALOGUE.meeting_guide)
    draft = draft_of(types=[code.lower() for code in codes])

    assert draft.formats == tuple(dict.fromkeys(CATALOGUE.meeting_guide.values()))
    assert draft.unmapped_types == ()


def test_unknown_and_empty_types_are_reported_and_the_unknown_kept() -> None:
    row = row_of(types=["O", "ASBI", "", "O", "ASBI", 7])

    assert row.draft is not None
    assert row.draft.formats == (CATALOGUE.meeting_guide["O"],)
    assert row.draft.unmapped_types == ("ASBI", "7")
    assert [remark.value for remark in row.remarks] == ["ASBI", "", "ASBI", "7"]


def test_words_in_the_place_of_a_phone_become_notes() -> None:
    row = row_of(conference_phone="E-mail group@example.org for the code", conference_phone_notes="After six.")

    assert row.draft is not None
    assert row.draft.conference_phone == ""
    assert row.draft.conference_phone_notes == "E-mail group@example.org for the code\nAfter six."
    assert row.draft.attendance is Attendance.IN_PERSON
    assert remarked(row) == {"conference_phone"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://zoom.us/j/1", "https://zoom.us/j/1"),
        ("http://zoom.us/j/1", "https://zoom.us/j/1"),
        ("zoom.us/j/1", "https://zoom.us/j/1"),
        ("Join at https://zoom.us/j/1 please", "https://zoom.us/j/1"),
        ("javascript:alert(1)", ""),
        ("zoommtg://zoom.us/join?confno=1", ""),
        ("https://zoom.us@evil.example/j/1", ""),
        ("https://user@zoom.us/j/1", ""),
        ("https://zoom.us.evil.example/j/1", ""),
        ("https://zoom.us:8443/j/1", ""),
        ("https://zoom.us/s/1?zak=SECRET", ""),
        ("https://zo\u043em.us/j/1", ""),
        ("https://meet.google.com/abc-defg-hij", "https://meet.google.com/abc-defg-hij"),
    ],
)
def test_a_join_link_is_https_of_a_known_service_or_it_is_none(written: str, kept: str) -> None:
    assert draft_of(conference_url=written).conference_url == kept


def test_a_link_of_an_unknown_host_is_kept_as_web_page_with_a_remark() -> None:
    row = row_of(conference_url="https://larks.example.org/join")

    assert row.draft is not None
    assert (row.draft.conference_url, row.draft.website) == ("", "https://larks.example.org/join")
    assert remarked(row) == {"conference_url"}


def test_an_address_in_parts_is_joined_and_one_in_a_single_field_taken_apart() -> None:
    parts = {"address": "8 Example Ave", "city": "Springfield", "state": "IL", "postal_code": "62701", "country": "USA"}
    joined = draft_of(formatted_address=..., **parts).location
    apart = draft_of(formatted_address=..., address="9516 101 Avenue NW, Edmonton, Alberta, T5H 4R6, Canada").location

    assert joined is not None
    assert apart is not None
    assert joined.formatted_address == "8 Example Ave, Springfield, IL 62701, USA"
    assert (apart.street, apart.city, apart.state) == ("9516 101 Avenue NW", "Edmonton", "Alberta")
    assert (apart.postal_code, apart.country) == ("T5H 4R6", "CA")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("8 Oak St, Springfield, CA 90001, USA", ("8 Oak St", "Springfield", "CA", "90001", "US")),
        ("8 Oak St, Springfield, CA", ("8 Oak St", "Springfield", "CA", "", "")),
        ("8 Oak St, Springfield", ("8 Oak St", "Springfield", "", "", "")),
        ("6 Elm Drive, St. Albert, Alberta, Canada", ("6 Elm Drive", "St. Albert", "Alberta", "", "CA")),
        (
            "Hall 4, 8 Oak St, Edmonton, Alberta, T6L 5C4, Canada",
            ("Hall 4, 8 Oak St", "Edmonton", "Alberta", "T6L 5C4", "CA"),
        ),
        ("12 High St, London SW1A 1AA, UK", ("12 High St", "London", "", "SW1A 1AA", "GB")),
        ("Musterweg 1, 10115 Berlin, Germany", ("Musterweg 1", "Berlin", "", "10115", "DE")),
        ("Sangamon County, IL, USA", ("", "Sangamon County", "IL", "", "US")),
        ("Springfield", ("", "Springfield", "", "", "")),
    ],
)
def test_the_parts_of_an_address_are_told_apart_from_its_end(line: str, parts: tuple[str, ...]) -> None:
    place = draft_of(formatted_address=line).location

    assert place is not None
    assert (place.street, place.city, place.state, place.postal_code, place.country) == parts


@pytest.mark.parametrize(
    ("changes", "point"),
    [
        ({"latitude": "39.8017", "longitude": "-89.6436"}, (39.8017, -89.6436)),
        ({"latitude": 0, "longitude": 12.5}, (0, 12.5)),
        ({"latitude": ..., "longitude": ..., "coordinates": "39.8017, -89.6436"}, (39.8017, -89.6436)),
        ({"latitude": ..., "longitude": ..., "coordinates": "39,-90,41,-88"}, (40, -89)),
        ({"latitude": 0, "longitude": 0}, (None, None)),
        ({"latitude": 91, "longitude": 0}, (None, None)),
        ({"latitude": ...}, (None, None)),
        ({"latitude": "north", "longitude": "west"}, (None, None)),
        ({"latitude": 1e308, "longitude": 1e308}, (None, None)),
        ({"latitude": True, "longitude": True}, (None, None)),
    ],
)
def test_points_are_read_from_numbers_texts_and_boxes_and_nowhere_else(
    changes: dict[str, Any], point: tuple[float | None, float | None]
) -> None:
    row = row_of(**changes)

    assert row.draft is not None
    assert row.draft.location is not None
    assert (row.draft.location.latitude, row.draft.location.longitude) == point
    assert bool(row.remarks) is (point == (None, None))


def test_regions_come_from_a_list_from_fields_or_from_a_path() -> None:
    path = ("Illinois", "Sangamon", "Springfield")

    assert draft_of(regions=["Illinois", "Sangamon", "Springfield"]).region == path
    assert draft_of(region="Illinois", sub_region="Sangamon", sub_sub_region="Springfield").region == path
    assert draft_of(region="Illinois > Sangamon>Springfield").region == path
    assert draft_of(regions=[None], region="Illinois", sub_region="Illinois").region in {("Illinois",), ()}


def test_entities_tags_and_hidden_characters_are_not_part_of_a_text() -> None:
    draft = draft_of(name="Women&#8217;s &amp; Girls\u200b\u202e", notes="<p>Bring a chair.<br>Ring twice.</p>")

    assert draft.name == "Women\u2019s & Girls"
    assert draft.notes == "Bring a chair.\nRing twice."


def test_what_is_too_long_is_cut_with_a_remark() -> None:
    row = row_of(name="N" * 300, notes="n" * 20_000, location="L" * 300, types=["T" * 100])

    assert row.draft is not None
    assert row.draft.location is not None
    assert len(row.draft.name) == 255
    assert len(row.draft.location.name) == 255
    assert len(row.draft.notes) == 10_000
    assert len(row.draft.unmapped_types[0]) == 64
    assert {"name", "notes", "location", "types"} <= remarked(row)


def test_instants_are_read_in_the_forms_that_feeds_use() -> None:
    def updated(text: str) -> dt.datetime | None:
        return draft_of(updated=text).updated_at

    moment = dt.datetime(2024, 5, 31, 18, 4, 5, tzinfo=dt.UTC)
    assert updated("2024-05-31 18:04:05") == moment
    assert updated("2024-05-31T18:04:05Z") == moment
    assert updated("2024-05-31T20:04:05+02:00") == moment
    assert updated("2024-05-3118:04:05") == moment
    assert updated("5/31/2024 6:04:05 PM") == moment
    assert updated("2024-02-30 00:00:00") is None
    assert draft_of(last_contact="2024-05-31").confirmed_at == dt.datetime(2024, 5, 31, 12, tzinfo=dt.UTC)


def test_a_group_carries_its_public_details_and_its_private_contacts() -> None:
    draft = draft_of(
        group="Lark Group",
        group_notes="Since 1999.",
        email="larks@example.org",
        phone="555-0101",
        district="District 7",
        venmo="LarkGroup",
        square="https://cash.app/$LarkGroup",
        paypal="LarkGroup",
        contact_1_name="Robin",
        contact_1_email="robin@example.org",
        contact_2_phone="555-0102",
    )
    group = draft.group

    assert group is not None
    assert (group.name, group.notes, group.email, group.phone) == (
        "Lark Group",
        "Since 1999.",
        "larks@example.org",
        "555-0101",
    )
    assert (group.district, group.venmo, group.square) == ("District 7", "@LarkGroup", "$LarkGroup")
    assert group.paypal == "https://paypal.me/LarkGroup"
    assert group.contacts == (ContactDraft(name="Robin", email="robin@example.org"), ContactDraft(phone="555-0102"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a@example.org, b@example.org"),
        ("paypal", "Password: x!"),
        ("venmo", "ask me"),
        ("website", "by mail"),
    ],
)
def test_details_that_are_none_are_left_out_with_a_remark(field: str, value: str) -> None:
    row = row_of(**{field: value})

    assert row.draft is not None
    assert row.draft.group is None
    assert remarked(row) == {field}


def test_the_entity_is_kept_under_either_name_of_its_address_and_feedback_is_not() -> None:
    draft = draft_of(entity="Intergroup", entity_website_url="https://a.example.org", feedback_emails=["x@example.org"])

    assert draft.extra == {"entity": "Intergroup", "entity_url": "https://a.example.org"}
    assert draft_of(entity_url="https://a.example.org").extra == {"entity_url": "https://a.example.org"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ...}, "name"),
        ({"name": "  "}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"formatted_address": ..., "latitude": ..., "longitude": ..., "location": "Somewhere"}, "formatted_address"),
    ],
)
def test_only_a_row_without_name_or_without_any_way_there_is_refused(changes: dict[str, Any], field: str) -> None:
    row = row_of(**changes)

    assert row.draft is None
    assert field in {remark.field for remark in row.remarks if remark.refused}


def test_two_rows_of_one_slug_are_both_kept_under_keys_that_stay_the_same() -> None:
    records = [PLAIN, {**PLAIN, "name": "Second"}, {**PLAIN, "name": "Third"}]
    once, again = decode(json.dumps(records)), decode(json.dumps(records))

    assert [row.key for row in once.rows] == ["larks-at-dawn", "larks-at-dawn#2", "larks-at-dawn#3"]
    assert [row.draft and row.draft.source_key for row in once.rows] == [row.key for row in once.rows]
    assert [remarked(row) for row in once.rows] == [set(), {"slug"}, {"slug"}]
    assert once == again


def test_a_row_without_slug_is_known_by_what_it_says_of_itself() -> None:
    key = row_of(slug=...).key

    assert key == row_of(slug=..., notes="other").key
    assert key != row_of(slug=..., time="09:00").key
    assert "slug" in remarked(row_of(slug=...))


def test_a_repeated_key_counts_by_its_last_value_and_is_remarked() -> None:
    text = json.dumps([PLAIN])[:-2] + ', "name": "Later"}]'
    row = decode(text).rows[0]

    assert row.draft is not None
    assert row.draft.name == "Later"
    assert remarked(row) == {"name"}


def test_nul_surrogates_and_numbers_that_are_none_are_left_out_with_a_remark() -> None:
    text = json.dumps([{**PLAIN, "notes": "a\x00b", "location": "c\ud800d"}]).replace("39.8017", "NaN")
    row = decode(text).rows[0]

    assert row.draft is not None
    assert row.draft.location is not None
    assert (row.draft.notes, row.draft.location.name, row.draft.location.latitude) == ("ab", "cd", None)
    assert {"notes", "location", "latitude"} <= remarked(row)


def test_rows_that_are_no_objects_are_refused_one_by_one() -> None:
    rows = decode(json.dumps([1, None, "x", [], PLAIN])).rows

    assert [row.draft is None for row in rows] == [True, True, True, True, False]
    assert all(row.remarks[0].refused for row in rows[:4])


def test_a_mark_of_byte_order_and_a_wrapped_list_are_seen_through() -> None:
    assert len(decode(b"\xef\xbb\xbf" + json.dumps([PLAIN]).encode()).rows) == 1
    assert len(decode(json.dumps({"count": 1, "meetings": [PLAIN]})).rows) == 1


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "empty"),
        (b"null", "null"),
        (b"{}", "object"),
        (b'"x"', "a text"),
        (b'{"error": "no such feed"}', "error"),
        (b"<!doctype html><p>Checking your browser", "web page"),
        (b'[\n {"name": "x"\n', "line 3, column 1"),
        (b'[{"name": "x"}]\n\n  trailing', "line 3, column 3"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        ("[]".encode("utf-16"), "UTF-16"),
        ("[]".encode("utf-32"), "UTF-32"),
        ('[{"name":\n"Caf\xe9"}]'.encode("latin-1"), "line 2, column 5"),
    ],
)
def test_a_payload_that_is_no_feed_is_explained(payload: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        decode(payload)


def test_a_feed_of_more_rows_than_any_source_has_is_refused() -> None:
    options = DecodeOptions(program="aa", catalogue=CATALOGUE, max_rows=3)

    with pytest.raises(FeedError, match="more than 3 rows"):
        decode("[" + ",".join(["{}"] * 4) + "]", options)
    with pytest.raises(FeedError, match="more than 3 rows"):
        decode("[" + ",".join(["{}"] * 400) + "]", options)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1,
        1e308,
        10**400,
        [],
        {},
        [[]],
        "",
        " ",
        "x" * 70_000,
        {"$ne": 1},
        [None],
        ["\ud800"],
        "\x00",
        -7.5,
    ],
)
@pytest.mark.parametrize(
    "field", [*PLAIN, "types", "regions", "updated", "email", "conference_url", "approximate", "id"]
)
def test_no_value_in_any_field_is_a_crash(field: str, value: object) -> None:
    row = row_of(**{field: value})

    assert row.number == 1
    assert row.draft is not None or any(remark.refused for remark in row.remarks)


def test_a_field_that_is_named_like_our_own_mark_says_nothing() -> None:
    payload = json.dumps([{"name": "A", "slug": "a", "city": "Springfield", "\0repeated": 5}]).encode()

    (row,) = decode_meeting_guide(payload, options=OPTIONS).rows
    assert row.draft is not None
