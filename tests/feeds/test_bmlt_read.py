"""BMLT answers in: every field of a meeting, the tree, the formats, and whatever else servers send."""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from finder.domain.listing import LOCATION_CLOSED, ContactDraft, ListingDraft
from finder.domain.vocabulary import Attendance, Precision, RecurrenceKind
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.rows import FeedError, Row
from tests.feeds.bmlt_answers import NA, a_meeting, answers, decoded, formats, service_bodies

ZOOM = "https://zoom.us/j/5550101"


def row_of(**changes: Any) -> Row:  # noqa: ANN401 - JSON is any
    return decoded(a_meeting(7, **changes)).rows[0]


def draft_of(**changes: Any) -> ListingDraft:  # noqa: ANN401 - JSON is any
    row = row_of(**changes)
    assert row.draft is not None, row.remarks
    return row.draft


def reasons(row: Row) -> set[tuple[str, str]]:
    return {(remark.field, remark.reason) for remark in row.remarks}


def test_a_town_with_the_mark_of_a_path_in_it_is_one_region() -> None:
    assert draft_of(location_municipality="Plains > Coast").region[-1] == "Plains › Coast"


def test_every_field_of_a_meeting_has_its_place() -> None:
    row = row_of()
    draft = row.draft

    assert draft is not None
    assert row.remarks == ()
    assert (row.key, draft.bmlt_id, draft.world_id, draft.name) == ("7", 7, "G0000007", "Larks 7")
    assert draft.attendance is Attendance.IN_PERSON
    assert draft.schedule.weekdays == (0,)
    assert (draft.schedule.start, draft.schedule.duration) == (dt.time(19, 30), dt.timedelta(minutes=75))
    assert draft.schedule.zone == "America/Chicago"
    assert draft.formats == ("open", "step-study")
    assert draft.unmapped_types == ()
    assert draft.service_body == "Lark Region > River Area"
    assert draft.region == ("IL", "Springfield")
    assert draft.notes == "Ring twice"
    place = draft.location
    assert place is not None
    assert (place.name, place.notes, place.street) == ("Larkspur Hall", "Second floor", "8 Example Street")
    assert (place.city, place.state, place.postal_code, place.country) == ("Springfield", "IL", "62701", "US")
    assert place.formatted_address == "8 Example Street, Springfield, IL 62701, USA"
    assert (place.latitude, place.longitude, place.precision) == (39.77, -89.6436, Precision.EXACT)
    assert draft.extra == {
        "borough": "West Side",
        "neighborhood": "Old Mill",
        "county": "Sangamon",
        "train_lines": "Red",
        "bus_lines": "12",
        "parking": "Behind the hall",
    }
    assert draft.group is None


def test_real_types_say_the_same_as_strings() -> None:
    said = draft_of()
    typed = draft_of(
        id_bigint=7, weekday_tinyint=1, venue_type=1, published=True, longitude=-89.6436, latitude=39.77, bus_lines=12
    )

    assert typed == said


@pytest.mark.parametrize("missing", [..., None, "", []])
def test_a_meeting_of_which_little_is_told_is_taken(missing: object) -> None:
    names = set(a_meeting(7)) - {"meeting_name", "weekday_tinyint", "start_time", "location_street", "id_bigint"}
    draft = draft_of(**dict.fromkeys(names, missing))

    assert draft.attendance is Attendance.IN_PERSON
    assert draft.schedule.duration == dt.timedelta(minutes=90)  # as the server has it
    assert (draft.schedule.zone, draft.formats, draft.service_body, draft.extra) == ("", (), "", {})


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("24:00:00", 1440), ("00:00:00", 90), (None, 90), ("", 90), ("2:00", 120), ("25:00:00", 90), ("soon", 90)],
)
def test_a_length_is_kept_or_that_of_the_server(said: object, minutes: int) -> None:
    assert draft_of(duration_time=said).schedule.duration == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize("field", ["weekday_tinyint", "start_time"])
@pytest.mark.parametrize("value", ["0", "8", "25:00:00", "19:60", "nonsense", "", None, [], {}, float("nan"), -1, True])
def test_without_day_or_start_a_meeting_is_by_appointment(field: str, value: object) -> None:
    row = row_of(**{field: value})

    assert row.draft is not None
    assert row.draft.schedule.kind is RecurrenceKind.APPOINTMENT
    assert any(remark.field in {field, "start_time"} for remark in row.remarks)


def test_what_is_not_published_there_is_not_listed_here() -> None:
    row = row_of(published="0")

    assert row.draft is None
    assert row.key == ""  # so that what an earlier answer brought is gone
    assert reasons(row) == {("published", "is not published there")}


@pytest.mark.parametrize(
    ("venue", "keys", "link", "state"),
    [
        ("1", "O", "", (Attendance.IN_PERSON, False)),
        ("2", "VM", ZOOM, (Attendance.ONLINE, False)),
        ("3", "HY", ZOOM, (Attendance.HYBRID, False)),
        ("1", "TC", "", (Attendance.IN_PERSON, True)),
        ("2", "VM,TC", ZOOM, (Attendance.ONLINE, False)),
        ("3", "HY,TC", ZOOM, (Attendance.ONLINE, False)),  # nobody is sent to a closed facility
        ("3", "HY,TC", "", (Attendance.HYBRID, True)),
        ("", "VM", ZOOM, (Attendance.ONLINE, False)),
        ("", "HY", ZOOM, (Attendance.HYBRID, False)),
        ("", "", ZOOM, (Attendance.HYBRID, False)),
        ("9", "", "", (Attendance.IN_PERSON, False)),
    ],
)
def test_how_one_can_take_part(venue: str, keys: str, link: str, state: tuple[Attendance, bool]) -> None:
    draft = draft_of(venue_type=venue, formats=keys, format_shared_id_list="", virtual_meeting_link=link)

    assert (draft.attendance, draft.temporarily_closed) == state


def test_a_meeting_without_building_and_way_to_join_that_is_closed_for_now_is_closed() -> None:
    nowhere = {"location_street": "", "location_text": "", "virtual_meeting_link": "", "phone_meeting_number": ""}
    draft = draft_of(venue_type="2", formats="VM,TC", format_shared_id_list="", **nowhere)

    assert (draft.attendance, draft.temporarily_closed) == (Attendance.ONLINE, True)


def test_a_meeting_online_has_no_line_that_leads_to_a_door() -> None:
    draft = draft_of(venue_type="2", virtual_meeting_link=ZOOM, virtual_meeting_additional_info="Knock first")

    assert (draft.conference_url, draft.conference_url_notes) == (ZOOM, "Knock first")
    assert draft.location is not None
    assert draft.location.formatted_address == "Springfield, IL, USA"
    assert draft.location.precision is Precision.APPROXIMATE
    assert draft.location.street == "8 Example Street"  # kept for whoever takes the listing with all its fields


@pytest.mark.parametrize(("venue", "keys"), [("2", "VM,TC"), ("3", "HY,TC")])
def test_a_meeting_that_is_online_until_its_building_opens_keeps_the_building(venue: str, keys: str) -> None:
    draft = draft_of(venue_type=venue, formats=keys, format_shared_id_list="", virtual_meeting_link=ZOOM)

    assert draft.extra[LOCATION_CLOSED] == "yes"
    assert draft.location is not None
    assert draft.location.formatted_address.startswith("8 Example Street")
    assert "TC" not in draft.unmapped_types


def test_what_is_online_only_has_no_building_that_could_open() -> None:
    nowhere = {name: "" for name in a_meeting(7) if name.startswith("location_")}
    for changes in ({"formats": "VM"}, {"formats": "VM,TC", **nowhere}):
        draft = draft_of(venue_type="2", format_shared_id_list="", virtual_meeting_link=ZOOM, **changes)
        assert LOCATION_CLOSED not in draft.extra


def test_a_point_without_a_word_of_address_does_not_place_a_meeting_online() -> None:
    nowhere = {name: "" for name in a_meeting(7) if name.startswith("location_")}
    draft = draft_of(venue_type="2", virtual_meeting_link=ZOOM, latitude="38.9", longitude="-75.5", **nowhere)

    assert draft.location is None


def test_the_point_where_servers_put_what_nobody_placed_is_left_out() -> None:
    row = row_of(latitude="34.235918", longitude="-118.563659")

    assert row.draft is not None
    assert row.draft.location is not None
    assert row.draft.location.latitude is None
    assert any(remark.field == "latitude" for remark in row.remarks)


def test_a_meeting_in_person_that_is_nowhere_is_refused() -> None:
    nowhere = {name: "" for name in a_meeting(7) if name.startswith("location_")}
    row = row_of(latitude="", longitude="", **nowhere)

    assert row.draft is None
    assert row.key == "7"
    assert [remark.refused for remark in row.remarks] == [True]


def test_a_refused_meeting_is_known_by_its_name_and_number() -> None:
    nowhere = {name: "" for name in a_meeting(7) if name.startswith("location_")}

    assert row_of(latitude="", longitude="", **nowhere).title == "Larks 7 (id_bigint 7)"
    assert row_of(published="0").title == "Larks 7 (id_bigint 7)"
    assert row_of(published="0", meeting_name="").title == "(id_bigint 7)"
    assert row_of(published="0", id_bigint=...).title == "Larks 7"


def test_contacts_stay_private() -> None:
    draft = draft_of(
        contact_name_1="Robin",
        contact_phone_1="555-0101",
        contact_email_2="robin@example.org",
        email_contact="robin@example.org",
        contact_notes="sentinel",
        admin_notes="sentinel",
        email_of_the_key_holder="sentinel@example.org",
    )

    assert draft.group is not None
    assert draft.group.contacts == (
        ContactDraft(name="Robin", phone="555-0101"),
        ContactDraft(email="robin@example.org"),
    )
    public = dataclasses.replace(draft, group=None)
    assert "sentinel" not in repr(public)
    assert "robin" not in repr(public).casefold()


def test_labels_before_a_value_are_cut_off() -> None:
    assert draft_of(parking="Where to park#@-@#Behind the hall").extra["parking"] == "Behind the hall"


def test_a_meeting_without_a_name_is_called_by_its_program() -> None:
    assert draft_of(meeting_name="").name == "NA Meeting"


def test_the_second_meeting_of_a_number_is_kept_beside_the_first() -> None:
    first, second = decoded(a_meeting(7), a_meeting(7, meeting_name="Other")).rows

    assert (first.key, second.key) == ("7", "7#2")


def test_formats_are_known_by_number_key_world_id_and_name() -> None:
    slugs = {each.number: each.slug for each in decoded().formats}

    assert slugs == {
        17: "open",
        4: "closed",
        27: "step-study",
        22: "speaker-discussion",
        51: "living-clean",
        70: "ukrainian",
        60: None,
        71: "other-language",
        80: None,
        54: None,
        55: None,
        56: None,
    }


def test_formats_keep_their_names_in_every_language() -> None:
    step = next(each for each in decoded().formats if each.number == 27)

    assert (step.key, step.world_id, step.kind) == ("St", "STEP", "FC1")
    assert [(name.language, name.key, name.name) for name in step.names] == [
        ("en", "St", "Step"),
        ("de", "S", "Schritte"),
    ]


def test_a_format_that_says_more_than_its_kind_keeps_its_key() -> None:
    meetings = (a_meeting(7, formats="S10,ND", format_shared_id_list="60,80"), a_meeting(8))
    draft = decoded(*meetings).rows[0].draft

    assert draft is not None
    assert draft.formats == ("step-study",)
    assert draft.unmapped_types == ("ND", "S10")


def test_keys_are_read_in_any_of_the_languages() -> None:
    assert draft_of(formats="S,KT", format_shared_id_list=...).unmapped_types == ("ND",)
    assert draft_of(formats="S", format_shared_id_list=...).formats == ("step-study",)


def test_stock_keys_are_known_without_a_list_of_formats() -> None:
    row = decoded(a_meeting(7, formats="O,BK,Zz"), GetFormats_en=None, GetFormats_de=None).rows[0]

    assert row.draft is not None
    assert (row.draft.formats, row.draft.unmapped_types) == (("open", "literature"), ("Zz",))
    assert [remark.field for remark in row.remarks] == ["formats"]


def test_meetings_come_by_their_number_there_and_are_numbered_by_their_place_in_the_answer() -> None:
    rows = decoded(a_meeting(12), a_meeting(3), a_meeting(1, id_bigint="none")).rows

    assert [(row.number, row.key) for row in rows] == [(2, "3"), (1, "12"), (3, "none")]


def test_two_formats_of_one_key_are_told_apart() -> None:
    listed = formats("en")
    listed[1]["key_string"] = "O"
    result = decoded(GetFormats_en=listed, GetFormats_de=None)

    assert {each.number: each.key for each in result.formats}[4] == "O"
    assert {each.number: each.key for each in result.formats}[17] == "O#17"


def test_the_tree_is_told_from_the_top_down() -> None:
    bodies = decoded(GetServiceBodies=service_bodies()[::-1]).bodies

    assert [(body.number, " / ".join(body.path)) for body in bodies] == [
        (1, "Lark Region"),
        (12, "Lark Region / River Area"),
        (13, "Lark Region / Hill › Dale Area"),
        (40, "Lark Region / River Area / Mill Town Group"),
    ]
    assert (bodies[1].kind, bodies[1].world_id, bodies[1].helpline) == ("AS", "AR90112", "555-0100")


def test_a_tree_that_bites_its_tail_has_a_top_all_the_same() -> None:
    told = [
        {"id": "1", "parent_id": "2", "name": "A"},
        {"id": "2", "parent_id": "1", "name": "B"},
        {"id": "3", "parent_id": "99", "name": "C"},
        {"id": "4", "parent_id": "4", "name": "D"},
        {"id": "5", "parent_id": "0", "name": "C"},
    ]
    result = decoded(GetServiceBodies=told)

    assert len({body.path for body in result.bodies}) == len(told)
    assert any("circle" in remark.reason for remark in result.remarks)


def test_bodies_are_known_by_the_meetings_where_nobody_else_tells_of_them() -> None:
    result = decoded(a_meeting(7, service_body_name="River Area"), GetServiceBodies=None)

    assert [(body.number, body.path, body.partial) for body in result.bodies] == [(12, ("River Area",), True)]
    assert result.rows[0].draft is not None
    assert result.rows[0].draft.service_body == "River Area"


def test_bodies_and_regions_lie_below_what_the_options_say() -> None:
    options = dataclasses.replace(NA, service_body="World > Zone", region=("United States",))
    result = decode_bmlt(answers(a_meeting(7)), options=options)

    assert result.bodies[1].path == ("World", "Zone", "Lark Region", "River Area")
    assert result.rows[0].draft is not None
    assert result.rows[0].draft.service_body == "World > Zone > Lark Region > River Area"
    assert result.rows[0].draft.region == ("United States", "IL", "Springfield")


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda rows: rows,
        lambda rows: {"meetings": rows, "formats": formats("en")},
        lambda rows: {"whatever": rows},
        lambda rows: {"GetSearchResults.json": rows, "GetFormats.json": formats("en")},
        lambda rows: {"GetSearchResults": json.dumps({"meetings": rows, "formats": []})},
    ],
)
def test_answers_come_bare_wrapped_or_together(wrapped: Callable[[object], object]) -> None:
    payload = b"\xef\xbb\xbf" + json.dumps(wrapped([a_meeting(7), a_meeting(8)])).encode()

    assert [row.draft and row.draft.bmlt_id for row in decode_bmlt(payload, options=NA).rows] == [7, 8]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "is empty"),
        (b"<html>", "web page"),
        (b"null", "no list of meetings"),
        (b"{}", "no list of meetings"),
        (b'"x"', "no list of meetings"),
        (json.dumps({"GetFormats": formats("en")}).encode(), "GetSearchResults is missing"),
        (b'{"GetSearchResults": "[{"}', "GetSearchResults: .*line 1, column 3"),
        (b"[{]", "broken JSON at line 1"),
        ("[]".encode("utf-16"), "UTF-16"),
        (b'["\xff"]', "not UTF-8"),
        (b"[" * 100_000, "too deeply"),
        (json.dumps({"a": "[" * 100_000}).encode(), "a: .*too deeply"),
        (json.dumps({str(number): [] for number in range(300)}).encode(), "not the answers of a server"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        decode_bmlt(payload, options=NA)


def test_an_empty_list_is_an_answer_without_meetings() -> None:
    assert decode_bmlt(b"[]", options=NA).rows == ()
    assert decoded().rows == ()


def test_of_two_formats_that_mean_the_same_the_one_that_meetings_have_stands_for_it() -> None:
    result = decoded(a_meeting(7, formats="S10", format_shared_id_list="60"))

    assert {each.number: each.slug for each in result.formats if each.slug == "step-study"} == {60: "step-study"}
    assert result.rows[0].draft is not None
    assert result.rows[0].draft.unmapped_types == ()
    assert {each.number for each in result.formats if each.used} == {60}


def test_a_meeting_of_two_formats_that_mean_the_same_says_both() -> None:
    both = a_meeting(7, formats="St,S10", format_shared_id_list="27,60")
    result = decoded(both, a_meeting(8, formats="St", format_shared_id_list="27"))

    drafts = [row.draft for row in result.rows]
    assert [draft and draft.formats for draft in drafts] == [("step-study",), ("step-study",)]
    assert [draft and draft.unmapped_types for draft in drafts] == [("S10", "St"), ()]


def test_of_two_formats_of_one_key_the_one_that_meetings_have_keeps_it() -> None:
    told = [*formats("en"), {"id": "600", "key_string": "ND", "name_string": "Nightly", "lang": "en"}]
    result = decoded(a_meeting(7, format_shared_id_list="600", formats=""), GetFormats_en=told, GetFormats_de=None)

    assert {each.number: each.key for each in result.formats if each.number in {80, 600}} == {80: "ND#80", 600: "ND"}


@pytest.mark.parametrize("nation", ["Deutschland", "DE", "de", "Germany"])
def test_a_country_is_the_same_however_it_is_written(nation: str) -> None:
    place = draft_of(location_nation=nation).location

    assert place is not None
    assert (place.country, place.formatted_address.rsplit(", ", 1)[1]) == ("DE", "Germany")
