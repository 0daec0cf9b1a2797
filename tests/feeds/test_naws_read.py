"""The sheet of NA World Services in: 52 columns, rows that say that a meeting is gone."""

import csv
import datetime as dt
import io

import pytest

from finder.domain.listing import ListingDraft
from finder.domain.vocabulary import Attendance, Precision, RecurrenceKind
from finder.feeds.naws_read import decode_naws
from finder.feeds.rows import Decoded, FeedError
from finder.feeds.tabular import decode_table
from tests.feeds.bmlt_answers import NA
from tests.feeds.workbooks import workbook

COLUMNS = (
    *("Committee", "CommitteeName", "AddDate", "AreaRegion", "ParentName", "ComemID", "ContactID", "ContactName"),
    *("CompanyName", "ContactAddrID", "ContactAddress1", "ContactAddress2", "ContactCity", "ContactState"),
    *("ContactZip", "ContactCountry", "ContactPhone", "MeetingID", "Room", "Closed", "WheelChr", "Day", "Time"),
    *("Language1", "Language2", "Language3", "LocationId", "Place", "Address", "City", "LocBorough", "State", "Zip"),
    *("Country", "Directions", "Institutional", "Format1", "Format2", "Format3", "Format4", "Format5", "Delete"),
    *("LastChanged", "Longitude", "Latitude", "ContactGP", "PhoneMeetingNumber", "VirtualMeetingLink"),
    *("VirtualMeetingInfo", "TimeZone", "bmlt_id", "unpublished"),
)


def a_row(**changes: str) -> dict[str, str]:
    """One meeting in Springfield."""
    row = {
        "Committee": "G00000007",
        "CommitteeName": "Larks",
        "AreaRegion": "AR90112",
        "ParentName": "River Area",
        "Room": "Room 2",
        "Closed": "OPEN",
        "WheelChr": "TRUE",
        "Day": "Tuesday",
        "Time": "1930",
        "Place": "Larkspur Hall",
        "Address": "8 Example Street",
        "City": "Springfield",
        "LocBorough": "West Side",
        "State": "IL",
        "Zip": "62701",
        "Country": "US",
        "Directions": "Ring twice",
        "Institutional": "FALSE",
        "Format1": "STEP",
        "LastChanged": "5/31/24",
        "Longitude": "-89.6436",
        "Latitude": "39.77",
        "TimeZone": "America/Chicago",
        "bmlt_id": "7",
        "ContactName": "sentinel",
        "ContactPhone": "555-0199",
    }
    return {**row, **changes}


def sheet(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def decoded(*rows: dict[str, str]) -> Decoded:
    return decode_naws(sheet(*rows), options=NA)


def draft_of(**changes: str) -> ListingDraft:
    row = decoded(a_row(**changes)).rows[0]
    assert row.draft is not None, row.remarks
    return row.draft


def test_every_column_has_its_place() -> None:
    draft = draft_of()

    assert (draft.name, draft.source_key, draft.bmlt_id, draft.world_id) == ("Larks", "7", 7, "G00000007")
    assert draft.formats == ("open", "wheelchair", "step-study")
    assert draft.attendance is Attendance.IN_PERSON
    assert (draft.schedule.weekdays, draft.schedule.start) == ((2,), dt.time(19, 30))
    assert draft.schedule.zone == "America/Chicago"
    assert draft.service_body == "River Area"
    assert draft.updated_at == dt.datetime(2024, 5, 31, 12, tzinfo=dt.UTC)
    assert draft.extra == {"borough": "West Side"}
    assert draft.location is not None
    assert draft.location.formatted_address == "8 Example Street, Springfield, IL 62701, USA"
    assert draft.location.notes == "Room 2\nRing twice"
    assert "sentinel" not in repr(draft)


def test_areas_are_told_once_and_as_far_as_the_sheet_knows_them() -> None:
    bodies = decoded(a_row(), a_row(bmlt_id="8"), a_row(AreaRegion="RG901", ParentName="Lark Region")).bodies

    assert [(body.path, body.world_id, body.kind, body.partial) for body in bodies] == [
        (("River Area",), "AR90112", "AS", True),
        (("Lark Region",), "RG901", "RS", True),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"Delete": "D"}, "is deleted there"), ({"unpublished": "1"}, "is not published there")],
)
def test_rows_that_say_that_a_meeting_is_gone_keep_nothing(changes: dict[str, str], reason: str) -> None:
    row = decoded(a_row(**changes)).rows[0]

    assert (row.draft, row.key) == (None, "")
    assert [remark.reason for remark in row.remarks] == [reason]


@pytest.mark.parametrize(
    ("formats", "link", "state"),
    [
        (("VM",), "https://zoom.us/j/5550101", (Attendance.ONLINE, False)),
        (("TC",), "", (Attendance.IN_PERSON, True)),
        (("VM", "TC"), "https://zoom.us/j/5550101", (Attendance.ONLINE, False)),
        (("HYBR",), "https://zoom.us/j/5550101", (Attendance.HYBRID, False)),
    ],
)
def test_codes_that_tell_of_the_state(formats: tuple[str, ...], link: str, state: tuple[Attendance, bool]) -> None:
    codes = {f"Format{number}": code for number, code in enumerate(formats, start=1)}
    draft = draft_of(**{"VirtualMeetingLink": link, **codes})

    assert (draft.attendance, draft.temporarily_closed, draft.unmapped_types) == (*state, ())
    assert draft.location is not None
    assert (draft.location.precision is Precision.EXACT) == (state[0] is not Attendance.ONLINE)


def test_rows_have_the_numbers_of_the_sheet() -> None:
    header, first, second = sheet(a_row(Directions="Ring\ntwice"), a_row(bmlt_id="8", Address="", City="")).split(
        b"\r\n"
    )[:3]
    table = b"\r\n".join((b"", header, first, b"", b"," * 20, second))
    numbers = [row.number for row in decode_naws(table, options=NA).rows]

    assert numbers == [3, 6]


def test_a_second_column_of_one_name_is_named_and_the_first_is_read() -> None:
    cells = [COLUMNS, [a_row().get(column, "") for column in COLUMNS]]
    twice = [[*cells[0], "Room", "room", "", "名前"], [*cells[1], "Attic", "Cellar", "x", "y"]]
    decoded = decode_naws(workbook(twice), options=NA)

    assert decoded.rows[0].draft is not None
    assert decoded.rows[0].draft.location is not None
    assert decoded.rows[0].draft.location.notes == "Room 2\nRing twice"
    assert decoded.note == "Columns that mean the same as another one, which was read: Room, room."


def test_without_a_number_a_meeting_is_known_by_its_world_id_day_and_time() -> None:
    rows = decoded(a_row(bmlt_id=""), a_row(bmlt_id="", Day="Friday"), a_row(bmlt_id="", Format1="")).rows

    assert len({row.key for row in rows}) == 3  # the third is the first one again
    assert rows[2].key == f"{rows[0].key}#2"
    assert all(row.key.startswith("G00000007#") for row in rows)


def test_further_days_of_a_meeting_are_known_by_their_long_numbers() -> None:
    rows = decoded(a_row(), a_row(bmlt_id="50000000007", Day="Thursday")).rows

    assert [row.key for row in rows] == ["7", "50000000007"]
    assert [row.draft.bmlt_id for row in rows if row.draft] == [7, None]
    assert not any(row.remarks for row in rows)


@pytest.mark.parametrize(
    ("told", "slug"),
    [("Persian", "persian"), ("fa", "persian"), ("FA", "persian"), ("PER", "persian"), ("ES", "spanish")],
)
def test_a_language_is_known_by_its_name_and_by_the_keys_of_servers(told: str, slug: str) -> None:
    assert slug in draft_of(Language1=told).formats


@pytest.mark.parametrize(
    ("time", "start"), [("0730", dt.time(7, 30)), ("730", dt.time(7, 30)), ("19:30", dt.time(19, 30))]
)
def test_times_with_and_without_a_colon(time: str, start: dt.time) -> None:
    assert draft_of(Time=time).schedule.start == start


@pytest.mark.parametrize("changes", [{"Time": "2530"}, {"Time": ""}, {"Day": ""}, {"Day": "Someday"}])
def test_without_day_or_time_it_is_by_appointment(changes: dict[str, str]) -> None:
    assert draft_of(**changes).schedule.kind is RecurrenceKind.APPOINTMENT


def test_a_workbook_says_the_same_although_it_took_words_for_numbers() -> None:
    row = a_row(Zip="02657", Time="0730", City="Provincetown", State="MA")
    cells = [None if row.get(name, "") == "" else row[name] for name in COLUMNS]
    as_numbers = [{"02657": 2657, "0730": 730, "7": 7, "39.77": 39.77}.get(cell or "", cell) for cell in cells]

    assert decode_naws(workbook([COLUMNS, as_numbers]), options=NA) == decoded(row)


def test_another_table_is_refused_by_name() -> None:
    with pytest.raises(FeedError, match="no column Committee and no CommitteeName"):
        decode_naws(b"Name,Day,Time\nA,1,19:00\n", options=NA)
    with pytest.raises(FeedError, match="choose its format, naws"):
        decode_table(sheet(a_row()), options=NA)


@pytest.mark.parametrize(
    ("told", "languages"),
    [
        ("fa", ["persian"]),
        ("PER", ["persian"]),
        ("Persian", ["persian"]),
        ("L/R", ["lithuanian", "russian"]),
        ("FR", ["french"]),
        ("Klingon", []),
        ("W", []),
    ],
)
def test_a_language_is_known_by_its_name_its_key_and_its_code(told: str, languages: list[str]) -> None:
    (row,) = decoded(a_row(Language1=told)).rows
    assert row.draft is not None
    assert [slug for slug in row.draft.formats if slug not in {"open", "wheelchair", "step-study"}] == languages
    assert [remark.field for remark in row.remarks] == ([] if languages else ["language1"])


def test_the_number_of_a_further_weekday_is_what_its_row_is_known_by() -> None:
    rows = decoded(a_row(), a_row(bmlt_id="50000000007", Day="Thursday")).rows
    assert [(row.key, row.draft and row.draft.bmlt_id) for row in rows] == [("7", 7), ("50000000007", None)]
