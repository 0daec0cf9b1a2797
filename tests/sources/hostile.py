"""What a source may answer to do harm: by name, the kind of source, the answer, and words of the reason that is told.

The answers are made as they are sent, so that a flood is none for the machine that sends it.
"""

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.feeds.workbooks import packed
from tests.sources.feeds import a_feed, a_row
from tests.sources.loopback import Answer, Handler

MEGABYTE = 2**20
ROWS = tuple(a_row(number) for number in range(12))
FEED = a_feed(*ROWS)


class Hostile(NamedTuple):
    """An answer, and part of the sentence that it ends with."""

    kind: str
    answer: Answer
    words: str


def saying(body: bytes | Callable[[], bytes], status: int = 200, **headers: str) -> Answer:
    """An answer of this body, which may be made when it is asked for."""

    def answer(request: Handler) -> None:
        request.send(body if isinstance(body, bytes) else body(), status=status, **headers)

    return answer


def raw(*pieces: bytes) -> Answer:
    """An answer of these bytes, headers and all."""

    def answer(request: Handler) -> None:
        for piece in pieces:
            request.wfile.write(piece)

    return answer


def hanging(request: Handler) -> None:
    """Nothing, for ever."""
    request.asked.over.wait(60)


def dripping(*head: bytes, drop: bytes = b" ") -> Answer:
    """A *drop* at a time, for ever, behind the *head*."""

    def answer(request: Handler) -> None:
        for line in head:
            request.wfile.write(line)
        while not request.asked.over.wait(0.03):
            request.wfile.write(drop)

    return answer


def endless(request: Handler) -> None:
    """A list that never ends."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"{},\n" * 0x4000 + b"\r\n"
    while True:
        request.wfile.write(chunk)


def packed_flood(request: Handler) -> None:
    """A gigabyte of blanks in a megabyte."""
    packer = zlib.compressobj(level=1, wbits=31)
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n")
    for _ in range(1024):
        request.wfile.write(packer.compress(b" " * MEGABYTE))
    request.wfile.write(packer.flush())


def circle(request: Handler) -> None:
    """Back and forth between two addresses."""
    request.send(status=302, Location="/b" if request.path == "/a" else "/a")


def workbook_bomb() -> bytes:
    """A workbook whose texts unpack to 256 MB."""
    file = io.BytesIO(packed('<row><c t="s"><v>0</v></c></row>'))
    archive = zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open("xl/sharedStrings.xml", "w") as stream:
        for _ in range(256):
            stream.write(b" " * MEGABYTE)
    return file.getvalue()


def bomb_in_a_bomb() -> bytes:
    """An archive of an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", workbook_bomb())
    return file.getvalue()


def _many(piece: bytes, size: int) -> Callable[[], bytes]:
    return lambda: b"[" + piece * (size // len(piece)) + b"0]"


def _odd_json() -> Iterator[tuple[str, bytes | Callable[[], bytes], str]]:
    yield "a list that opens for ever", b"[" * 100_000, "nested too deeply"
    yield "an object that opens for ever", b'{"a":' * 100_000, "nested too deeply"
    yield "a deep list that is whole", b"[" * 100_000 + b"]" * 100_000, "nested too deeply"
    yield "not a number", b"[NaN, Infinity, -Infinity]", "no meeting"
    yield "a number of a million digits", b"[" + b"9" * 1_000_000 + b"]", ""
    yield "a number without end", b"[1e999, -1e999]", "no meeting"
    yield "null", b"null", ""
    yield "a word", b'"x"', ""
    yield "nothing", b"", "empty"
    yield "blanks", b" " * 1000, "empty"
    yield "a feed cut short", FEED[: len(FEED) // 2], "broken JSON"
    yield "two feeds in one", FEED + FEED, "broken JSON"
    yield "bytes that are no text", b"\x80\xff\xfe\x00" * 1000, ""
    yield "half a pair of UTF-16", '[{"name": "\udc00"}]'.encode("utf-16-le", "surrogatepass"), ""
    yield "numbers to the limit", _many(b"0,", 20 * MEGABYTE), "more than 200,000 rows"
    yield "objects to the limit", _many(b"{},", 5 * MEGABYTE), "more than 200,000"
    yield "lists in one row", lambda: b'[{"name":' + _many(b"[],", 10 * MEGABYTE)() + b"}]", "too large"
    yield "keys in one row", lambda: b"[{" + b'"a":1,' * 80_000 + b'"a":1}]', "no meeting"


TABLES: dict[str, tuple[bytes, str]] = {
    "a quote that is never closed": (b'Name,Day\n"Larks' + b",Monday\n" * 20_000, "quot"),
    "columns without end": (b"Name," + b"c," * 20_000 + b"\n", "columns"),
    "rows without end": (b"Name\n" + b"A\n" * 300_000, "more than"),
    "no name": (b"Foo,Bar\n1,2\n", '"Name"'),
    "only headings": (b"Name,Day,Time\n", ""),
    "zeros": (b"\0" * 100_000, ""),
    "JSON": (FEED, ""),
}
OK = b"HTTP/1.1 200 OK\r\n"

#: Answers that are no feed, or none that can be believed.
HOSTILE: dict[str, Hostile] = {
    "an announced gigabyte": Hostile("meeting-guide", raw(OK, b"Content-Length: 1073741824\r\n\r\n"), "larger than"),
    "an endless body": Hostile("meeting-guide", endless, "larger than"),
    "an endless body for a BMLT server": Hostile("bmlt", endless, "more to tell than fits into 128 MB"),
    "a gzip bomb": Hostile("meeting-guide", packed_flood, "larger than"),
    "a bomb in a bomb": Hostile(
        "meeting-guide", saying(gzip.compress(gzip.compress(b"0" * 10**6)), Content_Encoding="gzip"), ""
    ),
    "headers without end": Hostile("meeting-guide", raw(OK, b"X: a\r\n" * 100_000), "not proper HTTP"),
    "a header without end": Hostile("meeting-guide", raw(OK, b"X: " + b"a" * 10**6), "not proper HTTP"),
    "a length below zero": Hostile("meeting-guide", raw(OK, b"Content-Length: -5\r\n\r\n", FEED[:99]), "broken JSON"),
    "too great a length": Hostile("meeting-guide", saying(FEED, Content_Length="999999"), "broke off"),
    "too small a length": Hostile("meeting-guide", saying(FEED, Content_Length="100"), "broken JSON"),
    "a chunk of nonsense": Hostile(
        "meeting-guide", raw(OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "broke the connection off"
    ),
    "circles of redirects": Hostile("meeting-guide", circle, "redirects more than 3 times"),
    "a redirect inside": Hostile(
        "meeting-guide", saying(b"", 302, Location="http://169.254.169.254/"), "not on the public"
    ),
    "a redirect to a file": Hostile("meeting-guide", saying(b"", 302, Location="file:///etc/passwd"), "http or https"),
    "a page": Hostile("meeting-guide", saying(b"<!doctype html>", Content_Type="text/html"), "web page"),
    "a picture": Hostile("meeting-guide", saying(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, Content_Type="image/png"), ""),
    "no answer": Hostile("meeting-guide", raw(), "broke the connection off"),
    "another protocol": Hostile("meeting-guide", raw(b"SSH-2.0-larks\r\n"), "not proper HTTP"),
    "a password wanted": Hostile("meeting-guide", saying(b"", 401), "status 401"),
    "a workbook bomb": Hostile("xlsx", saying(workbook_bomb), "unpacks to more than 64 MB"),
    "an archive in an archive": Hostile("xlsx", saying(bomb_in_a_bomb), ""),
    "half a workbook": Hostile("xlsx", saying(lambda: workbook_bomb()[:5000]), ""),
    **{f"{name}, as JSON": Hostile("meeting-guide", saying(body), words) for name, body, words in _odd_json()},
    **{f"{name}, by BMLT": Hostile("bmlt", saying(body), "") for name, body, _words in _odd_json()},
    **{f"{name}, as a table": Hostile("csv", saying(body), words) for name, (body, words) in TABLES.items()},
    **{f"{name}, as a sheet of NAWS": Hostile("naws", saying(body), "") for name, (body, _words) in TABLES.items()},
}
#: Answers that take their time.
SLOW: dict[str, Answer] = {
    "hangs": hanging,
    "drips a status line": dripping(b"HTTP/1.1 2", drop=b"0"),
    "drips headers": dripping(OK, drop=b"X: a\r\n"),
    "drips a body": dripping(OK, b"Content-Length: 1000000\r\n\r\n["),
    "drips chunks": dripping(OK, b"Transfer-Encoding: chunked\r\n\r\n", drop=b"1\r\n \r\n"),
    "drips what is packed": dripping(
        OK, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")[:10], drop=b"\0\0\0\xff\xff"
    ),
    "goes on with 100": dripping(drop=b"HTTP/1.1 100 Continue\r\n\r\n"),
}
#: Feeds that are proper and would erase what is held: nine tenths are still there at most.
ERASING: dict[str, bytes] = {
    "an empty list": b"[]",
    "one meeting left": a_feed(ROWS[0]),
    "ten of twelve": a_feed(*ROWS[:10]),
    "rows of nothing": json.dumps([{}] * 12).encode(),
    "rows of others": a_feed(*(a_row(number) for number in range(100, 112))),
    "rows without a name": a_feed(*(row | {"name": ""} for row in ROWS)),
}
