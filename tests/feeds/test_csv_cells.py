"""A table is read a piece at a time: its cells, and the places of what is wrong, are the same however it is cut."""

import csv
import io

import pytest

from finder.feeds import csv_cells as reading
from finder.feeds.payload import Payload, Spool, pieces_of
from finder.feeds.rows import FeedError
from finder.feeds.tabular import decode_table
from tests.sources.feeds import OPTIONS

TABLE = (
    'Name,City,Notes\r\nLarks,"Springfield, IL","Ring ""twice""\r\nat the door"\r\n\r\n"",,\r\nfr\u00fch,\U0001f426,'
    ' "blanks before"\r\n,x,"a\rb"\r\nlast,without,end'
)


def cut(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Have tables come in pieces of so many bytes."""

    def small(payload: Payload) -> object:
        return pieces_of(payload, size)

    monkeypatch.setattr(reading, "pieces_of", small)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 17, 64, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("table", [TABLE, TABLE + "\r\n", TABLE.replace("\r\n", "\n"), TABLE.replace(",", ";")])
def test_cells_are_those_of_any_reader_however_the_table_is_cut(
    size: int, encoding: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, size)
    separator = ";" if ";" in table else ","
    expected = list(csv.reader(io.StringIO(table, newline=""), delimiter=separator, skipinitialspace=True))
    lines, note = reading.csv_cells(table.encode(encoding))

    assert [[] if cells == [""] else cells for cells in lines] == expected
    assert note == ("The table was read as UTF-16." if encoding == "utf-16" else "")


@pytest.mark.parametrize("size", [1, 2, 7, 8, 1000])
@pytest.mark.parametrize("told", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_first_line_that_tells_the_separator_is_none_of_the_table(
    size: int, told: str, end: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, size)
    table = end.join((told, "Name;Notes, if any, of it", "A;x,y"))

    assert list(reading.csv_cells(table.encode(encoding))[0]) == [["Name", "Notes, if any, of it"], ["A", "x,y"]]


@pytest.mark.parametrize("first", ["sep=", "sep=;;", '"sep=;', "sep=x", " sep=;", "\nsep=;"])
def test_what_only_looks_like_it_is_a_line(first: str) -> None:
    with pytest.raises(FeedError, match=r'no column "Name"|never closed'):
        decode_table(f"{first}\nName;City\nA;Austin\n".encode(), options=OPTIONS)


def test_places_in_a_table_that_tells_its_separator_are_those_of_the_text() -> None:
    with pytest.raises(FeedError, match="line 3, column 3 is never closed"):
        list(reading.csv_cells(b'sep=;\nName;City\nA;"b')[0])


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b'Name\r\nA\r"B', "quote at line 3, column 1 is never closed"),
        (b'Name,City\n"A\n\nB",x\nC,"D" E\n', "closing quote at line 5, column 6"),
        (b'Name\n"' + b"a" * 300_000 + b'"', "line 2, column 1 is never closed|longer than 100,000"),
        (b"Name\n" + b"a" * 150_000, "longer than 100,000"),
        (b"Name\nA\nB\0", "NUL character in line 3"),
        (b"\n \n", "empty"),
        (b"  <html>", "web page"),
        ("Name\n".encode("utf-16") + b"\x00\xdc", "UTF-16 but is broken"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    size: int, table: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, size if len(table) < 1000 else size * 10_000)
    with pytest.raises(FeedError, match=words):
        for _ in reading.csv_cells(table)[0]:
            pass


def test_a_table_of_another_encoding_is_read_though_it_is_found_out_late() -> None:
    spool = Spool()
    spool.write(b"Name\n" + b"Larks\n" * 300_000 + b"Gr\xfcn")
    lines, note = reading.csv_cells(spool)

    assert [cells for cells in lines if cells != ["Larks"]] == [["Name"], ["Grün"]]
    assert "Windows-1252" in note
