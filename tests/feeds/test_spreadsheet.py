"""Workbooks in: cells as somebody reads them, and files that claim more than a machine holds."""

import datetime as dt
import io
import struct
import tracemalloc
import zipfile
from xml.sax.saxutils import escape

import pytest

from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet import MAX_UNPACKED, spreadsheet_cells
from finder.feeds.tabular import decode_table
from tests.feeds.workbooks import LINK, MAIN, PARTS, WORKBOOK, Cell, packed, workbook
from tests.sources.feeds import OPTIONS

HEADINGS = ("Name", "Slug", "Day", "Time", "End Time", "City", "State", "Latitude", "Longitude", "Updated", "Types")
CELL = '<c r="{}"><v>1</v></c>'


def cells(payload: bytes) -> list[list[str]]:
    return [line for _, line in spreadsheet_cells(payload, max_rows=1000)]


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
            "",
            "Owls,17,1,7:00 PM,,Springfield,IL,,,,O",
        )
    )

    assert decode_table(workbook(rows), options=OPTIONS) == decode_table(table.encode(), options=OPTIONS)


ROWS = {
    "as they are told": (("1", "3", "7"), [3, 7]),
    "not told": ((None, None, None), [2, 3]),
    "told now and then": (("2", None, "9"), [3, 9]),
    "going backward": (("5", "4", "5"), [6, 7]),
    "no numbers": (("one", "-3", "2.5"), [2, 3]),
    "beyond any sheet": (("1", "1048577", "9" * 5000), [2, 3]),
    "at the end of a sheet": (("1", "1048575", "1048576"), [1048575, 1048576]),
    "in other digits": (("1", "٧", ""), [2, 3]),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_have_the_numbers_of_the_sheet(name: str) -> None:
    told, numbers = ROWS[name]
    tags = ["<row>" if number is None else f'<row r="{number}">' for number in told]
    lines = [f'{tag}<c t="str"><v>{text}</v></c></row>' for tag, text in zip(tags, ("Name", "A", "B"), strict=True)]

    assert [row.number for row in decode_table(packed("".join(lines)), options=OPTIONS).rows] == numbers


def test_lines_without_anything_before_the_headings_are_passed_over() -> None:
    rows = decode_table(workbook([(None,), ("", " "), ("Name", "City"), ("A", "Springfield")]), options=OPTIONS).rows

    assert [row.draft and row.draft.name for row in rows] == ["A"]


def test_cells_that_are_styled_and_empty_do_not_count() -> None:
    wide = '<row r="1">' + CELL.format("A1") + '<c r="XFD1" s="1"/></row><row r="1048576" ht="3"/>'

    assert cells(packed(wide)) == [["1"]]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', [["1"]]),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c><v>2</v></c></row>', [["1"], ["2"]]),
        ('<row r="99999999999999999999"><c><v>1</v></c></row>', [["1"]]),
        ('<row><c r="C1"><v>3</v></c><c><v>4</v></c><c r="A1"><v>1</v></c></row>', [["1", "", "3", "4"]]),
        ("<row><c z='&lt;c' r=\"B1\" y='/&gt;'><f>1 + 1</f><v>1</v></c></row><t>not a cell</t>", [["", "1"]]),
        ('<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c t="str"><v></v></c><c><v>7</v></c></row>', [["", "", "7"]]),
        ('<row><c t="d"><v>2026-05-31T00:00:00</v></c><c t="d"><v>x</v></c></row>', [["2026-05-31", "x"]]),
        ("<row><c><v>1e3</v></c><c><v>0.1</v></c><c><v>NaN</v></c><c><v>x</v></c></row>", [["1000", "0.1", "", "x"]]),
        ('<row><c t="str"><v>a_x000D__x005F_x</v></c></row>', [["a\r_x"]]),
        ('<x:row xmlns:x="urn:x"><x:c r=" B1"><x:v>1</x:v></x:c></x:row>', [["", "1"]]),
    ],
)
def test_whatever_a_sheet_claims_to_span_its_cells_are_read(rows: str, lines: list[list[str]]) -> None:
    assert cells(packed(rows)) == lines


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        ('<row><c r="XFD1"><v>1</v></c></row>', "more than 1,000 columns"),
        ("<row><c><v>1</v></c></row>" * 1500, "more than 1,000 rows"),
        ('<row><c t="s"><v>7</v></c></row>', "broken"),
        ("<a>" * 100 + "</a>" * 100, "broken"),
        (f'<row><c z="{"x" * 600_000}"/></row>', "broken"),
        ("".join(f"<a{number}/>" for number in range(6000)), "broken"),
        ('<row><c t="str"><v>&bomb;</v></c></row>', "broken"),
    ],
)
def test_a_sheet_that_is_more_than_a_list_is_refused(sheet: str, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        cells(packed(sheet))


def test_entities_are_not_taken() -> None:
    part = f'<!DOCTYPE sst [<!ENTITY a "{"b" * 1000}"><!ENTITY c "&a;&a;">]><sst><si><t>&c;</t></si></sst>'
    with pytest.raises(FeedError, match="broken"):
        cells(packed('<row><c t="s"><v>0</v></c></row>', **{"xl__sharedStrings.xml": part.encode()}))


def test_texts_that_cells_share_are_told_whole_and_without_how_they_are_said() -> None:
    part = (
        f'<sst xmlns="{MAIN}"><si><t>Lerchen</t></si><si><r><t xml:space="preserve">two </t></r><r><t>halves</t></r>'
        '<rPh sb="0" eb="1"><t>tsu</t></rPh></si><si/><si><t>früh &amp; spät \U0001f426</t></si></sst>'
    )
    rows = "".join(f'<c t="s"><v>{number}</v></c>' for number in (3, 1, 2, 0))

    told = cells(packed(f"<row>{rows}</row>", **{"xl__sharedStrings.xml": part.encode()}))
    assert told == [["früh & spät \U0001f426", "two halves", "", "Lerchen"]]


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("yyyy\\-mm\\-dd", "46091", "2026-03-10"),
        ("[$-409]h:mm AM/PM;@", "0.8125", "19:30"),
        ("d.m.yyyy h:mm", "46091.8125", "2026-03-10 19:30:00"),
        ("[h]:mm", "1.0625", "25:30"),
        ("[Red]0.00", "46091.5", "46091.5"),
        ('0 "days"', "7", "7"),
        ("General", "7", "7"),
        ("yyyy", "59", "1900-02-28"),
        ("yyyy", "61", "1900-03-01"),
        ("yyyy", "99999999", "99999999"),
        ("yyyy", "-1", "-1"),
    ],
)
def test_a_number_is_a_date_when_it_is_written_as_one(code: str, value: str, text: str) -> None:
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="200" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="200"/>'
        "</cellXfs></styleSheet>"
    )
    payload = packed(f'<row><c s="1"><v>{value}</v></c></row>', **{"xl__styles.xml": styles.encode()})

    assert cells(payload) == [[text]]


def test_days_may_count_from_1904() -> None:
    book = WORKBOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>').encode()

    assert cells(packed('<row><c s="1"><v>44629</v></c></row>', **{"xl__workbook.xml": book})) == [["2026-03-10"]]


def test_the_first_sheet_that_is_seen_and_holds_anything_is_read() -> None:
    sheets = "".join(
        f'<sheet name="{number}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        for number, state in ((3, "hidden"), (4, "visible"), (1, "visible"))
    )
    book = WORKBOOK.replace('<sheet name="Meetings" sheetId="1" r:id="rId1"/>', sheets).encode()
    more = "".join(
        f'<Relationship Id="rId{number}" Type="{LINK}/worksheet" Target="/xl/worksheets/sheet{number}.xml"/>'
        for number in (3, 4)
    )
    parts = {
        "xl__workbook.xml": book,
        "xl___rels__workbook.xml.rels": PARTS.replace("</Relationships>", f"{more}</Relationships>").encode(),
        "xl__worksheets__sheet3.xml": b"<worksheet><row><c><v>3</v></c></row></worksheet>",
        "xl__worksheets__sheet4.xml": b"<worksheet><row><c/></row></worksheet>",
    }

    assert cells(packed("<row><c><v>1</v></c></row>", **parts)) == [["1"]]


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
        with pytest.raises(FeedError, match="unpacks to more than 64 MB"):
            cells(payload)
        assert tracemalloc.get_traced_memory()[1] < MAX_UNPACKED / 8
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
