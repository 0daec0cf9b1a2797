"""Tables in: headers in any order and words, any separator and encoding, and broken quotes said by place."""

import datetime as dt
from pathlib import Path

import pytest

from finder.domain.listing import ListingDraft
from finder.feeds.rows import Decoded, DecodeOptions, FeedError
from finder.feeds.seed import load_catalogue
from finder.feeds.tabular import decode_table

SEEDS = Path(__file__).resolve().parents[2] / "seed_data"
CATALOGUE = load_catalogue((SEEDS / "formats.toml").read_text(encoding="utf-8"))
OPTIONS = DecodeOptions(program="aa", catalogue=CATALOGUE, zone="America/Chicago")


def decode(table: str | bytes) -> Decoded:
    return decode_table(table.encode() if isinstance(table, str) else table, options=OPTIONS)


def drafts(table: str | bytes) -> list[ListingDraft]:
    rows = decode(table).rows
    assert all(row.draft for row in rows), rows
    return [row.draft for row in rows if row.draft]


def test_headings_in_plain_words_and_any_order_are_understood() -> None:
    (draft,) = drafts(
        "Types,Full Address,Region,ID,Meeting,Day,Start Time,End Time,Location Name,ZIP,Conference URL\n"
        '"Open, Wheelchair Access, Step Meeting","12 Example St, Springfield, IL 62701, USA",Illinois > Springfield,'
        "larks,Larks at Dawn,Monday,7:00 AM,8:15 am,Larkspur Hall,62701,https://zoom.us/j/5550101\n"
    )

    assert (draft.name, draft.source_key, draft.region) == ("Larks at Dawn", "larks", ("Illinois", "Springfield"))
    assert draft.schedule.weekdays == (1,)
    assert (draft.schedule.start, draft.schedule.duration) == (dt.time(7), dt.timedelta(minutes=75))
    assert set(draft.formats) == {CATALOGUE.meeting_guide[code] for code in ("O", "X", "ST")}
    assert draft.conference_url == "https://zoom.us/j/5550101"
    assert draft.location is not None
    assert draft.location.name == "Larkspur Hall"


def test_types_are_read_by_code_and_by_every_official_name() -> None:
    (draft,) = drafts(
        'Name,City,Types\nA,Springfield,"W, Concurrent with Al-Anon, 12 Steps & 12 Traditions, Newcomer"\n'
    )

    assert draft.formats == tuple(CATALOGUE.meeting_guide[code] for code in ("W", "AL-AN", "12x12", "BE"))
    assert draft.unmapped_types == ()


def test_a_field_s_own_name_wins_over_a_heading_that_means_the_same() -> None:
    (draft,) = drafts("ID,Slug,Name,City\n17,larks,A,Springfield\n")

    assert draft.source_key == "larks"


def test_a_seven_beside_a_zero_is_a_slip_of_one_row() -> None:
    decoded = decode("Name,Day,Time,City\nA,0,19:00,Springfield\nB,7,19:00,Springfield\n")

    assert [row.draft and row.draft.schedule.weekdays for row in decoded.rows] == [(0,), ()]


def test_a_title_above_the_names_of_the_columns_is_passed_over_and_told() -> None:
    decoded = decode("Lark County,,\nPrinted in May,,\n,,\nName,City,Day\nA,Springfield,Monday\n")

    assert [(row.number, row.title) for row in decoded.rows] == [(5, "A")]
    assert "passed over: Lark County, Printed in May" in decoded.note


def test_a_row_is_not_taken_for_the_names_of_the_columns() -> None:
    with pytest.raises(FeedError, match="found: Title, City, Day"):
        decode("Title,City,Day\nMeeting,Springfield,Monday\n")


def test_coordinates_may_have_a_comma_before_their_decimals() -> None:
    (draft,) = drafts("Name;Address;City;Latitude;Longitude\nA;Example Street 1;Springfield;39,8017;-89,6436\n")

    assert draft.location is not None
    assert (draft.location.latitude, draft.location.longitude) == (39.8017, -89.6436)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_told_from_the_header(separator: str, ending: str) -> None:
    lines = (("Name", "City", "Notes"), ("A", "Springfield", f'"one{separator} ""two"""'), ("B", "Austin", ""))
    table = ending.join(separator.join(cells) for cells in lines)

    first, second = drafts(table)
    assert (first.name, second.name) == ("A", "B")
    assert first.notes.split() == f'one{separator} "two"'.split()


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [("utf-8", False), ("utf-8-sig", False), ("utf-16", True), ("cp1252", True)],
)
def test_encodings_of_spreadsheet_programs_are_read(encoding: str, *, noted: bool) -> None:
    decoded = decode("Name,City\nCafé Élan,Montréal\n".encode(encoding))

    assert decoded.rows[0].draft is not None
    assert decoded.rows[0].draft.name == "Café Élan"
    assert bool(decoded.note) is noted


def test_empty_lines_are_no_rows_and_short_lines_miss_their_last_cells() -> None:
    rows = decode("Name,City,Notes\n\n ,,\nA,Springfield\n\n").rows

    assert [(row.number, row.draft and row.draft.name) for row in rows] == [(4, "A")]


def test_rows_have_the_numbers_that_a_spreadsheet_program_shows() -> None:
    rows = decode('\n\nName,City,Notes\nA,Austin,"over\ntwo lines"\n\n,,no name\nB,Austin,\n').rows

    assert [(row.number, row.draft and row.draft.name) for row in rows] == [(4, "A"), (6, None), (7, "B")]


def test_a_line_that_tells_the_separator_is_no_row_of_the_sheet() -> None:
    rows = decode("sep=;\nName;City\nA;Austin\n;no name\n").rows

    assert [(row.number, row.draft and row.draft.name) for row in rows] == [(2, "A"), (3, None)]


AGAIN = "Columns that mean the same as another one, which was read: {}."
UNKNOWN = "Columns that are not known here, and left out: {}."


@pytest.mark.parametrize(
    ("headings", "note"),
    [
        ("Zip,Postal Code", AGAIN.format("Zip")),
        ("Postal Code,Zip", AGAIN.format("Zip")),
        ("Zip,Zip Code", AGAIN.format("Zip Code")),
        ("Postal Code,Zip,zip", AGAIN.format("Zip, zip")),
        ("Notes,NOTES", AGAIN.format("NOTES")),
        ("Foo,foo", UNKNOWN.format("Foo, foo")),
        ("名前,,Notes", UNKNOWN.format("名前")),
        ("Notes,Zip,Latitude", ""),
    ],
)
def test_columns_that_are_left_out_are_named_with_the_reason(headings: str, note: str) -> None:
    assert decode(f"Name,City,{headings}\nA,Austin,1,2,3\n").note == note


def test_a_second_column_of_one_meaning_is_named_and_the_first_is_read() -> None:
    decoded = decode("Name,City,Zip,Zip Code,Notes,notes,,\nA,Austin,,00501,first,second,x,y\n")

    assert decoded.rows[0].draft is not None
    assert decoded.rows[0].draft.notes == "first"
    assert decoded.note == "Columns that mean the same as another one, which was read: Zip Code, notes."


def test_an_apostrophe_that_kept_a_cell_from_being_computed_is_taken_off() -> None:
    (draft,) = drafts("Name,City,Notes\n'=1+1,Springfield,'quoted'\n")

    assert (draft.name, draft.notes) == ("=1+1", "'quoted'")


def test_a_row_without_id_is_taken_without_a_remark() -> None:
    (row,) = decode("Name,Address,City,State,Day,Time\nA,12 Example St,Springfield,IL,Sunday,9:00 PM\n").rows

    assert row.draft is not None
    assert row.remarks == ()
    assert row.key


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<html><p>Sign in", "web page"),
        (b"PK\x03\x04" + bytes(100), "spreadsheet"),
        (b"Name\x00,Day\nA,1\n", "NUL character in line 1"),
        (b'Name,City\n"abc,x\nd,e\n', "line 2, column 1 is never closed"),
        (b'Name,City\r\nA,"b" c\r\n', "line 2, column 6"),
        (b"Title,City\nA,B\n", 'no column "Name"'),
        (b"Name,Day,City\nA,1,B\nC,7,B\n", "1 may be Sunday or Monday"),
        (b",".join([b"c"] * 20_000) + b"\n", "columns"),
        (b"Name\n" + b"A" * 200_000, "longer than"),
    ],
)
def test_a_table_that_cannot_be_read_is_explained(table: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        decode(table)


def test_a_table_of_more_rows_than_any_source_has_is_refused() -> None:
    options = DecodeOptions(program="aa", catalogue=CATALOGUE, max_rows=2)

    with pytest.raises(FeedError, match="more than 2 rows"):
        decode_table(b"Name\nA\nB\nC\n", options=options)


def test_columns_of_which_nothing_is_taken_are_named() -> None:
    table = (
        b"Name,Day,Time,Venue,Full Address,Zoom Link,Passcode,Chair\n"
        b'Larks,Monday,19:00,Hall,"1 Example Street, Austin, TX 78701, USA",https://zoom.us/j/5550100,1234,\n'
    )
    decoded = decode_table(table, options=OPTIONS)

    assert decoded.note == "Columns that are not known here, and left out: Passcode."  # nobody filled in the chair
    draft = decoded.rows[0].draft
    assert draft is not None
    assert draft.conference_url == "https://zoom.us/j/5550100"
    assert draft.location is not None
    assert draft.location.name == "Hall"


@pytest.mark.parametrize(
    ("columns", "first", "second", "field"),
    [
        ("Source Key,Slug,Attendance,Join Policy,City", "k1,larks,online,open,", "k1,owls,online,open,", "source_key"),
        ("Source Key,Slug,Attendance,Join Policy,City", ",larks,online,open,", ",larks,online,open,", "slug"),
        ("Slug,City", "larks,Springfield", "larks,Springfield", "slug"),
        ("City", "Springfield", "Springfield", ""),
    ],
)
def test_of_two_rows_that_are_known_by_the_same_the_column_that_repeats_is_named(
    columns: str, first: str, second: str, field: str
) -> None:
    _, again = decode(
        f"Name,Timezone,Day,Time,{columns}\nA,UTC,Monday,19:00,{first}\nA,UTC,Monday,19:00,{second}\n"
    ).rows

    (remark,) = [remark for remark in again.remarks if "this one is kept as" in remark.reason]
    assert remark.field == field
    assert remark.reason.startswith(
        "is given to more than one row" if field else "is what more than one row is known by"
    )
