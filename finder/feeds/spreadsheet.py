"""Cells of an XLSX workbook as the text that somebody would read in them.

A workbook is a packed archive of XML. It is unpacked here, only what is needed and never more than a limit, and what
its sheets span is looked at before a grid of that size is made: a few hundred bytes can claim billions of cells.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet_span import span

MAX_UNPACKED = 32 * 2**20
MAX_ENTRIES = 2_000
MAX_CELLS = 1_500_000
MAX_CELL_LENGTH = 100_000
CHUNK = 2**20
SECONDS = 60

ARCHIVE = b"PK\x03\x04"
OLD = b"\xd0\xcf\x11\xe0"  # a workbook of before 2007, and one with a password
ENTRY = b"PK\x01\x02"
AS_CSV = "Save the sheet as CSV (UTF-8) and try again."
BROKEN = f"The spreadsheet is broken and cannot be read. {AS_CSV}"
FIRST_YEAR = 1900  # what lies before is a time of day without a date

_WANTED = re.compile(
    r"xl/(?:workbook|sharedstrings|styles)[^/]*\.xml|xl/worksheets/[^/]+\.xml|xl/_rels/[^/]+\.rels"
    r"|_rels/\.rels|\[content_types\]\.xml",
    re.IGNORECASE,
)
_SHEET = re.compile(r"xl/worksheets/", re.IGNORECASE)


def is_spreadsheet(payload: bytes) -> bool:
    """Whether *payload* is a spreadsheet file by its first bytes, whatever it is called."""
    return payload.startswith((ARCHIVE, OLD))


def spreadsheet_cells(payload: bytes, *, max_rows: int) -> Iterator[list[str]]:
    """The lines of the first sheet that holds anything. Raises FeedError for what cannot be read, or is too large."""
    if payload.startswith(OLD):
        raise FeedError(f"This is an old spreadsheet file (.xls), or one with a password. {AS_CSV}")
    archive = _unpacked(payload, max_rows=max_rows)
    try:
        sheet = _sheet(CalamineWorkbook.from_filelike(archive))
        for cells in sheet.iter_rows():
            yield [_text(cell) for cell in cells]
    except FeedError:
        raise
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        raise FeedError(BROKEN) from error
    except BaseException as error:
        # What the reader's own language calls a panic is no Exception to Python, and cannot be imported by name.
        if type(error).__name__ != "PanicException":
            raise
        raise FeedError(BROKEN) from error


def _unpacked(payload: bytes, *, max_rows: int) -> io.BytesIO:
    """The parts of the workbook that hold cells, in an archive that is not packed and says the truth about itself."""
    if payload.count(ENTRY) > MAX_ENTRIES:
        raise FeedError(f"The spreadsheet has more than {MAX_ENTRIES:,} parts: it is no list of meetings. {AS_CSV}")
    result, left, seen = io.BytesIO(), MAX_UNPACKED, set()
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as packed, zipfile.ZipFile(result, "w") as plain:
            for entry in packed.infolist():
                name = entry.filename.lstrip("/")
                if name.casefold() in seen or not _WANTED.fullmatch(name):
                    continue
                seen.add(name.casefold())
                content = _content(packed, entry, left)
                left -= len(content)
                if _SHEET.match(name):
                    _refuse_large(content, max_rows)
                plain.writestr(zipfile.ZipInfo(name), content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise FeedError(BROKEN) from error
    if not any(_SHEET.match(name) for name in seen):
        raise FeedError(f"This file is no spreadsheet in the format XLSX. {AS_CSV}")
    result.seek(0)
    return result


def _content(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    content = bytearray()
    with packed.open(entry) as stream:
        while piece := stream.read(CHUNK):
            content += piece
            if len(content) > limit:
                size = f"{MAX_UNPACKED // 2**20} MB"
                raise FeedError(f"The spreadsheet unpacks to more than {size}: more than a list of meetings. {AS_CSV}")
    return bytes(content)


def _refuse_large(sheet: bytes, max_rows: int) -> None:
    rows, columns = span(sheet)
    if rows > max_rows + 1:
        raise FeedError(f"The table has more than {max_rows:,} rows: more than one source can have.")
    if rows * columns > MAX_CELLS:
        raise FeedError(
            f"The spreadsheet spans {rows:,} rows and {columns:,} columns: more than {MAX_CELLS:,} cells. {AS_CSV}"
        )


def _sheet(book: CalamineWorkbook) -> CalamineSheet:
    """The first sheet that is seen and holds anything."""
    for number, told in enumerate(book.sheets_metadata):
        if told.typ == SheetTypeEnum.WorkSheet and told.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_index(number)
            if sheet.start is not None:
                return sheet
    raise FeedError("The table is empty: there is not even a header line in it.")


def _text(cell: object) -> str:
    """What somebody reads in a cell; whole numbers without a point, dates as 2026-05-31, times as 19:30."""
    if isinstance(cell, str):
        text = cell
    elif isinstance(cell, bool):
        text = "TRUE" if cell else "FALSE"
    elif isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else str(cell)
    elif isinstance(cell, dt.datetime):
        text = _moment(cell)
    elif isinstance(cell, dt.time):
        text = _clock(cell)
    elif isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), SECONDS)
        text = f"{minutes // SECONDS:02d}:{minutes % SECONDS:02d}" + (f":{seconds:02d}" if seconds else "")
    else:
        text = str(cell)
    if len(text) > MAX_CELL_LENGTH:
        raise FeedError(f"A cell of the spreadsheet is longer than {MAX_CELL_LENGTH:,} characters.")
    return text


def _moment(cell: dt.datetime) -> str:
    if cell.year < FIRST_YEAR:
        return _clock(cell.time())
    return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ", timespec="seconds")


def _clock(time: dt.time) -> str:
    return time.isoformat(timespec="seconds" if time.second else "minutes")
