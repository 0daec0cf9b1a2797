"""Answers as large as they may be that are no feed in the end: what must be read before one knows takes no memory.

They are made as they are sent, a piece at a time, for the machine that sends them is the one that is measured.
"""

import io
import itertools
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator

from finder.sources.fetch import MAX_BYTES
from tests.feeds.bmlt_answers import SERVER_INFO, a_meeting, formats, service_bodies
from tests.feeds.workbooks import MAIN, packed
from tests.sources.feeds import a_row
from tests.sources.hostile import MEGABYTE, OK, Hostile
from tests.sources.loopback import Answer, Handler

#: As much as is taken, nearly.
NEARLY = MAX_BYTES - 2 * MEGABYTE
PIECE = 2**16
NOTE = "Ring the bell at the side door. " * 20

Pieces = Callable[[], Iterable[bytes]]


def streaming(pieces: Pieces) -> Answer:
    """An answer of these pieces, whose end is the end of the connection."""

    def answer(request: Handler) -> None:
        request.wfile.write(OK + b"Connection: close\r\n\r\n")
        for piece in pieces():
            request.wfile.write(piece)

    return answer


def between(head: bytes, rows: Callable[[int], bytes], tail: bytes, size: int = NEARLY) -> Pieces:
    """The *head*, rows to that size, and the *tail*; some hundred rows come again and again."""

    def pieces() -> Iterator[bytes]:
        some = b"".join(rows(number) for number in range(200))
        yield head
        yield from itertools.repeat(some, size // len(some))
        yield tail

    return pieces


def a_row_of_json(number: int) -> bytes:
    return json.dumps(a_row(number, notes=NOTE)).encode() + b",\n"


def a_row_of_nothing(_number: int) -> bytes:
    return b'{"name": "", "notes": "' + NOTE.encode() + b'"},\n'


def a_row_of_oddities(number: int) -> bytes:
    odd = b"".join(b'"odd%d": 1, "odd%d": 2, ' % (each, each) for each in range(40))
    return b"{" + odd + b'"name": "", "day": {"a": %d}},\n' % number


def a_row_of_bmlt(number: int) -> bytes:
    return json.dumps(a_meeting(number + 1, comments=NOTE)).encode() + b",\n"


def a_format(number: int) -> bytes:
    told = {"id": str(number + 1), "key_string": f"K{number}", "name_string": f"Format {number}", "lang": "en"}
    return json.dumps(told | {"description_string": NOTE, "world_id": ""}).encode() + b",\n"


def a_body(number: int) -> bytes:
    told = {"id": str(number + 1), "parent_id": "0", "name": f"Area {number}", "description": NOTE * 2}
    return json.dumps(told).encode() + b",\n"


def a_line(number: int) -> bytes:
    return b'Larks %d,larks-%d,Monday,19:00,Springfield,"%s"\n' % (number, number, NOTE.encode())


def a_line_without_name(number: int) -> bytes:
    return b",larks-%d,Monday,19:00,Springfield,%s\n" % (number, NOTE.encode())


HEADINGS = b"Name,Slug,Day,Time,City,Notes\n"
BREAKS = b'{"name": "Lar'


def of_a_server(question: str, pieces: Pieces) -> Answer:
    """A BMLT server that is sound but for one answer."""
    whole = {"GetServerInfo": SERVER_INFO, "GetServiceBodies": service_bodies(), "GetFormats": formats("en")}
    sound = {name: json.dumps(told).encode() for name, told in whole.items()}

    def answer(request: Handler) -> None:
        asked = next((name for name in (*sound, "GetSearchResults") if name in request.path), "")
        if asked == question:
            streaming(pieces)(request)
        else:
            request.send(sound.get(asked, b"[]"))

    return answer


def of_a_workbook(head: bytes, row: Callable[[int], bytes], tail: bytes, *, part: str, size: int) -> Pieces:
    """A workbook of which one part is large."""
    sheet = '<row><c t="s"><v>0</v></c></row>'

    def pieces() -> Iterator[bytes]:
        with tempfile.TemporaryFile() as file:
            with zipfile.ZipFile(io.BytesIO(packed(sheet))) as small, zipfile.ZipFile(file, "w") as large:
                for entry in small.infolist():
                    if entry.filename != part:
                        large.writestr(entry, small.read(entry))
                told = zipfile.ZipInfo(part)
                told.compress_type = zipfile.ZIP_DEFLATED
                with large.open(told, "w") as stream:
                    for piece in between(head, row, tail, size)():
                        stream.write(piece)
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece

    return pieces


SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
TEXTS = f'<sst xmlns="{MAIN}">'.encode()
SHEET_PART, TEXTS_PART = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def a_line_of_cells(number: int) -> bytes:
    cells = b"".join(b"<c><v>%d</v></c>" % (number * 30 + place) for place in range(30))
    return b'<row r="%d">' % (number + 1) + cells + b"</row>"


def in_a_sheet(head: bytes, row: Callable[[int], bytes], tail: bytes = b"", size: int = 60 * MEGABYTE) -> Answer:
    return streaming(of_a_workbook(SHEET + head, row, tail + b"</sheetData></worksheet>", part=SHEET_PART, size=size))


def _cell(text: bytes) -> bytes:
    return b'<c t="str"><v>' + text + b"</v></c>"


NAMED = b"<row>" + _cell(b"Name") + b"</row>"


def _of_json() -> Iterator[tuple[str, str, Pieces, str]]:
    kind = "meeting-guide"
    yield "a list that breaks off", kind, between(b"[", a_row_of_json, BREAKS), "broken JSON"
    yield "a list with one bad byte", kind, between(b"[", a_row_of_json, b'"\xff"]'), "not UTF-8"
    yield "an object of one list", kind, between(b'{"meetings": [', a_row_of_json, b"0], 1}"), "broken JSON"
    yield "an object of names", kind, between(b"{", lambda number: b'"a%d":1,' % number, b'"a":1}'), "an object"
    yield "one text", kind, between(b'["', lambda _: b"a" * 1000, b'"]'), "too large"
    yield "one object in a list", kind, between(b"[{", lambda number: b'"a%d":[],' % number, b'"a":1}]'), "too large"
    yield "rows of nothing", kind, between(b"[", a_row_of_nothing, b"{}]"), "cannot be taken"
    yield "rows of objects", kind, between(b"[", lambda _: b"[" + b"{}," * 1000 + b"0],", b"0]"), "600,000 objects"
    yield "rows of oddities", kind, between(b"[", a_row_of_oddities, b"{}]"), "cannot be taken"
    yield "blanks", kind, between(b"", lambda _: b" " * 1000, b""), "empty"


def _of_tables() -> Iterator[tuple[str, str, Pieces, str]]:
    yield "a table with a quote at its end", "csv", between(HEADINGS, a_line, b'"Lar'), "never closed"
    yield "a table of no names", "csv", between(HEADINGS, a_line_without_name, b""), "cannot be taken"
    yield "a table of one heading", "csv", between(b"", lambda _: b"a," * 500, b""), "longer than"
    yield "a table of one cell", "csv", between(HEADINGS + b'"', lambda _: b"a\n" * 500, b'"'), "never closed"
    utf_16 = between("\ufeff".encode("utf-16-le"), lambda n: a_line(n).decode().encode("utf-16-le"), b"\0\xdc")
    yield "a table of two bytes a letter", "csv", utf_16, "UTF-16 but is broken"


#: Answers of nearly the size that is taken.
FLOODS: dict[str, Hostile] = {
    **{name: Hostile(kind, streaming(pieces), words) for name, kind, pieces, words in (*_of_json(), *_of_tables())},
    "meetings of a server that break off": Hostile(
        "bmlt", of_a_server("GetSearchResults", between(b"[", a_row_of_bmlt, BREAKS)), "GetSearchResults: The feed is"
    ),
    "meetings of a server that are none": Hostile(
        "bmlt",
        of_a_server("GetSearchResults", between(b"[", lambda _: b"[" + b"0," * 400 + b"0],", b"0]")),
        "12,000,000 values",
    ),
    "formats without end": Hostile("bmlt", of_a_server("GetFormats", between(b"[", a_format, b"0]")), "128 MB in all"),
    "bodies without end": Hostile("bmlt", of_a_server("GetServiceBodies", between(b"[", a_body, b"0]")), "beside"),
    "a server that is one object": Hostile(
        "bmlt", of_a_server("GetServerInfo", between(b'{"a": "', lambda _: b"a" * 1000, b'"}')), "too large"
    ),
    "a workbook of numbers": Hostile("xlsx", in_a_sheet(b"", a_line_of_cells), '"Name"'),
    "a workbook of cells": Hostile("xlsx", in_a_sheet(NAMED, a_line_of_cells), "more cells"),
    "a workbook that breaks off": Hostile(
        "xlsx", in_a_sheet(NAMED, a_line_of_cells, b"<row></c>", 20 * MEGABYTE), "broken"
    ),
    "a workbook of lines": Hostile(
        "xlsx", in_a_sheet(NAMED, lambda number: b"<row>" + _cell(b"%d" % number) + b"</row>"), "more than 200,000"
    ),
    "a workbook of texts": Hostile(
        "xlsx",
        streaming(
            of_a_workbook(
                TEXTS,
                lambda number: b"<si><t>Larks at dawn, and their friends, number %d</t></si>" % number,
                b"</sst>",
                part=TEXTS_PART,
                size=60 * MEGABYTE,
            )
        ),
        "1,000,000 texts",
    ),
    "a workbook of one tag": Hostile("xlsx", in_a_sheet(b'<row z="', lambda _: b"a" * 1000, b'"/>'), "broken"),
    "a workbook of names": Hostile(
        "xlsx", in_a_sheet(b"".join(b"<a%d/>" % number for number in range(6000)), lambda _: b"<a/>"), "broken"
    ),
    "a workbook that goes deeper": Hostile("xlsx", in_a_sheet(b"", lambda _: b"<a>" * 100), "broken"),
}
