"""A table, whichever kind of file it is in: CSV with any separator and encoding, or an XLSX workbook.

Its lines are numbered as spreadsheet programs number them: from 1 for the first of the file, the header and empty ones
counted, and a cell of several lines being in one.
"""

from collections.abc import Iterable, Iterator, Sequence

from finder.domain.text import clean, some_of
from finder.feeds.cells import restored
from finder.feeds.csv_cells import csv_cells
from finder.feeds.payload import KeptRows, Payload
from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet import is_spreadsheet, spreadsheet_cells

MAX_COLUMNS = 500
MOST_NAMED = 12
NAME_LENGTH = 40
#: What is said of columns that mean the same as another.
READ_ALREADY = "Columns that mean the same as another one, which was read"
#: The number of a line, and its cells.
Line = tuple[int, list[str]]


def table_cells(payload: Payload, *, max_rows: int) -> tuple[Iterator[Line], str]:
    """The lines of the table in *payload*, the header line included, and a word on how it was read.

    Raises FeedError for what is no table; so may the lines while they are read.
    """
    if is_spreadsheet(payload):
        return spreadsheet_cells(payload, max_rows=max_rows), ""
    lines, note = csv_cells(payload)
    return enumerate(lines, start=1), note


def header_cells(lines: Iterator[Line]) -> list[str]:
    """The first of *lines* that holds anything, which is taken off; nothing when none does."""
    return next((cells for _, cells in lines if any(cell.strip() for cell in cells)), [])


def left_out(why: str, columns: Sequence[str]) -> str:
    """A sentence that names *columns* by their headings, of very many the first; "" for none that has a heading."""
    named = [heading for column in columns if (heading := clean(column)[:NAME_LENGTH])]
    return f"{why}: {some_of(named[:MOST_NAMED], len(named))}." if named else ""


def table_records(lines: Iterable[Line], names: Sequence[str], *, max_rows: int) -> KeptRows:
    """The lines that hold anything: pairs of their number and a record of the fields *names*.

    Cells under an empty name are left out.
    All lines have been read by then. Raises FeedError past *max_rows*.
    """
    return KeptRows(_records(lines, names, max_rows))


def _records(lines: Iterable[Line], names: Sequence[str], max_rows: int) -> Iterator[tuple[int, dict[str, str]]]:
    count = 0
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if count == max_rows:
            raise FeedError(f"The table has more than {max_rows:,} rows: more than one source can have.")
        count += 1
        pairs = zip(names, cells, strict=False)
        yield number, {name: restored(cell) for name, cell in pairs if name and cell.strip()}
