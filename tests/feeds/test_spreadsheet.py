"""Workbooks in: cells as somebody reads them, and files that claim more than a machine holds."""

import datetime as dt
import io
import struct
import tracemalloc
import zipfile

import pytest

from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet import MAX_UNPACKED, spreadsheet_cells
from finder.feeds.spreadsheet_span import span
from finder.feeds.tabular import decode_table
from tests.feeds.workbooks import Cell, packed, workbook
from tests.sources.feeds import OPTIONS

HEADINGS = ("Name", "Slug", "Day", "Time", "End Time", "City", "State", "Latitude", "Longitude", "Updated", "Types")
CELL = '<c r="{}"><v>1</v></c>'


def cells(payload: bytes) -> list[list[str]]:
    return list(spreadsheet_cells(payload, max_rows=1000))


def test_cells_are_what_somebody_reads_in_them() -> None:
    moment = dt.datetime(2026, 3, 10, 19, 30, 5)  # noqa: DTZ001 - spreadsheets know no zones
    row = ("Über", 7.0, 0.5, True, dt.date(2026, 3, 10), dt.time(19, 30), moment, None, "<&>")

    assert cells(workbook([row])) == [
        ["Über", "7", "0.5", "TRUE", "2026-03-10", "19:30", "2026-03-10 19:30:05", "", "<&>"]
    ]


def test_a_workbook_is_read_as_its_table_would_be() -> None:
    rows: list[tuple[Cell, ...]] = [
        HEADINGS,
        (
            *("Larks", "larks", "Monday", dt.time(19), dt.time(20, 15), "Springfield", "IL", 39.78, -89.64),
            *(dt.date(2026, 3, 1), "Open, Step Meeting"),
        ),
        (None,) * len(HEADINGS),
        ("Owls", 17, 1, "7:00 PM", None, "Springfield", "IL", None, None, None, "O"),
    ]
    table = "\n".join(
        (
            ",".join(HEADINGS),
            'Larks,larks,Monday,19:00,20:15,Springfield,IL,39.78,-89.64,2026-03-01,"Open, Step Meeting"',
            "Owls,17,1,7:00 PM,,Springfield,IL,,,,O",
        )
    )

    assert decode_table(workbook(rows), options=OPTIONS) == decode_table(table.encode(), options=OPTIONS)


def test_lines_without_anything_before_the_headings_are_passed_over() -> None:
    rows = decode_table(workbook([(None,), ("", " "), ("Name", "City"), ("A", "Springfield")]), options=OPTIONS).rows

    assert [row.draft and row.draft.name for row in rows] == ["A"]


def test_cells_that_are_styled_and_empty_do_not_count() -> None:
    wide = '<row r="1">' + CELL.format("A1") + '<c r="XFD1" s="1"/></row><row r="1048576" ht="3"/>'

    assert cells(packed(wide)) == [["1"]]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900"><c r="XFD900"><v>1</v></c></row>',
        "<x:row r = '1'><x:c r='XFD1'><x:v>1</x:v></x:c></x:row><x:row r='900'><x:c><x:v>1</x:v></x:c></x:row>",
        "<row r=\"900\"><c z='<c ' r=\"XFD1\" y='/>'><v>1</v></c></row>",
        '<row r="900">' + "<c><v>1</v></c>" * 3000 + "</row>",
        '<row r="99999999999999999999"><c><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_spans_more_than_a_list_is_refused_before_it_is_made(rows: str) -> None:
    with pytest.raises(FeedError, match=r"rows|broken"):
        cells(packed(rows))


@pytest.mark.parametrize(
    ("sheet", "spanned"),
    [
        (b'<row r="3"><c r="B3"><v>1</v></c></row>', (3, 2)),
        (b"<row><c><v>1</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row>", (2, 2)),
        (
            b'<row r="5"><c><v>1</v></c></row><row><c r="AA6"><v>1</v></c></row>',
            (7, 27),
        ),  # never fewer than a reader takes
        (b'<row r="9"><c r="Z9" s="1"/></row><row r="20"/>', (9, 0)),
        (b"", (0, 0)),
    ],
)
def test_the_span_of_a_sheet(sheet: bytes, spanned: tuple[int, int]) -> None:
    assert span(sheet) == spanned


def test_a_bomb_ends_with_a_reason_and_little_memory() -> None:
    file = io.BytesIO(packed(CELL.format("A1")))
    with zipfile.ZipFile(file, "a") as archive:
        entry = zipfile.ZipInfo("xl/sharedStrings.xml")
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w") as stream:
            for _ in range(200):
                stream.write(b" " * 2**20)
    payload = file.getvalue()
    assert len(payload) < 2**20

    tracemalloc.start()
    try:
        with pytest.raises(FeedError, match="unpacks to more than 32 MB"):
            cells(payload)
        assert tracemalloc.get_traced_memory()[1] < 2.5 * MAX_UNPACKED
    finally:
        tracemalloc.stop()


def test_a_part_that_lies_about_its_size_is_not_believed() -> None:
    payload = packed(CELL.format("A1"), xl__sharedStrings=b"")
    file = io.BytesIO(payload)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * 2**20)
    whole = file.getvalue()
    lying = whole.replace(struct.pack("<I", 2**20), struct.pack("<I", 10))

    assert lying != whole
    with pytest.raises(FeedError, match="broken"):
        cells(lying)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"PK\x03\x04" + bytes(100), "broken"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old spreadsheet file"),
        (packed("")[:-30], "broken"),
        (packed(""), "empty"),
        (workbook([("A" * 200_000,)]), "longer than 100,000"),
        (packed("<row>").replace(b"sheet1.xml", b"sheet1.bin"), "no spreadsheet|broken"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        cells(payload)


def test_an_archive_of_other_things_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil.csv", "x")
    with pytest.raises(FeedError, match="no spreadsheet"):
        cells(file.getvalue())


def test_an_archive_of_very_many_parts_is_refused_unread() -> None:
    with pytest.raises(FeedError, match="parts"):
        cells(b"PK\x03\x04" + b"PK\x01\x02" * 3000)


@pytest.mark.parametrize("place", range(0, 1500, 37))
def test_a_damaged_workbook_is_read_or_refused(place: int) -> None:
    payload = bytearray(workbook([HEADINGS, ("Larks", "larks", "Monday", dt.time(19))]))
    payload[place % len(payload)] ^= 0xFF
    if bytes(payload[:4]) != b"PK\x03\x04":
        return
    try:
        assert cells(bytes(payload))
    except FeedError as error:
        assert str(error)  # noqa: PT017 - either is right, and nothing else
