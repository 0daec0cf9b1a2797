"""Cells of an XLSX workbook as the text that somebody would read in them, line by line.

A workbook is a packed archive of XML. Only the parts that hold cells are unpacked, a piece at a time and never more
than a limit; whatever a sheet claims to span, nothing is made but the cells that are there.
"""

import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator

from finder.feeds.payload import Payload, beginning_of, pieces_of, size_of
from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet_parts import Texts, read_book, read_styles
from finder.feeds.spreadsheet_sheet import Sheet
from finder.feeds.spreadsheet_xml import AS_CSV, BROKEN

MAX_PACKED = 16 * 2**20
MAX_UNPACKED = 64 * 2**20
MAX_ENTRIES = 2_000
CHUNK = 2**16

ARCHIVE = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"  # a workbook of before 2007, and one with a password
ENTRY = b"PK\x01\x02"
PACKED_AS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NOTHING = b"<nothing/>"


def is_spreadsheet(payload: Payload) -> bool:
    """Whether *payload* is a spreadsheet file by its first bytes, whatever it is called."""
    return beginning_of(payload, len(ARCHIVE)) in {ARCHIVE, OLD}


def spreadsheet_cells(payload: Payload, *, max_rows: int) -> Iterator[tuple[int, list[str]]]:
    """The lines of the first sheet that holds anything, each with its number in it.

    Raises FeedError for what cannot be read, or is too large.
    """
    if beginning_of(payload, len(OLD)) == OLD:
        raise FeedError(f"This is an old spreadsheet file (.xls), or one with a password. {AS_CSV}")
    if size_of(payload) > MAX_PACKED:
        raise FeedError(f"The spreadsheet is larger than {MAX_PACKED // 2**20} MB. {AS_CSV}")
    content = b"".join(pieces_of(payload, MAX_PACKED))
    if content.count(ENTRY) > MAX_ENTRIES:
        raise FeedError(f"The spreadsheet has more than {MAX_ENTRIES:,} parts: it is no list of meetings. {AS_CSV}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _cells(_Archive(archive), max_rows)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise FeedError(BROKEN) from error


def _cells(archive: "_Archive", max_rows: int) -> Iterator[tuple[int, list[str]]]:
    book = read_book(archive.part)
    if not any(archive.has(path) for path in book.sheets):
        raise FeedError(f"This file is no spreadsheet in the format XLSX. {AS_CSV}")
    texts, styles = Texts(archive.part(book.texts)), read_styles(archive.part(book.styles))
    for path in book.sheets:
        sheet = Sheet(texts, styles, since_1904=book.since_1904)
        lines = sheet.lines(archive.part(path), max_rows=max_rows)
        first = next(lines, None)
        if first is not None:
            yield from itertools.chain((first,), lines)
            return
    raise FeedError("The table is empty: there is not even a header line in it.")


class _Archive:
    """The parts of a workbook, which are not unpacked to more than a limit all together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {entry.filename.lstrip("/").casefold(): entry for entry in archive.infolist()}
        self._left = MAX_UNPACKED

    def has(self, path: str) -> bool:
        """Whether there is such a part."""
        return path.casefold() in self._entries

    def part(self, path: str) -> Iterator[bytes]:
        """The pieces of a part; of one that is not there, nothing is told."""
        entry = self._entries.get(path.casefold())
        if entry is None:
            yield NOTHING
            return
        if entry.compress_type not in PACKED_AS:
            raise FeedError(BROKEN)
        with self._archive.open(entry) as stream:
            while piece := stream.read(CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    size = f"{MAX_UNPACKED // 2**20} MB"
                    raise FeedError(
                        f"The spreadsheet unpacks to more than {size}: more than a list of meetings. {AS_CSV}"
                    )
                yield piece
