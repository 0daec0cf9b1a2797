"""A table, whichever kind of file it is in: CSV with any separator and encoding, or an XLSX workbook."""

from collections.abc import Iterable, Iterator, Sequence

from finder.feeds.cells import restored
from finder.feeds.csv_cells import csv_cells
from finder.feeds.payload import KeptRows, Payload
from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet import is_spreadsheet, spreadsheet_cells

MAX_COLUMNS = 500


def table_cells(payload: Payload, *, max_rows: int) -> tuple[Iterator[list[str]], str]:
    """The lines of the table in *payload*, empty ones and the header line included, and a word on how it was read.

    Raises FeedError for what is no table; so may the lines while they are read.
    """
    if is_spreadsheet(payload):
        return spreadsheet_cells(payload, max_rows=max_rows), ""
    return csv_cells(payload)


def table_records(lines: Iterable[list[str]], names: Sequence[str], *, max_rows: int) -> KeptRows:
    """The lines that hold anything, as records of the fields *names*; cells under an empty name are left out.

    All lines have been read by then. Raises FeedError past *max_rows*.
    """
    return KeptRows(_records(lines, names, max_rows))


def _records(lines: Iterable[list[str]], names: Sequence[str], max_rows: int) -> Iterator[dict[str, str]]:
    count = 0
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if count == max_rows:
            raise FeedError(f"The table has more than {max_rows:,} rows: more than one source can have.")
        count += 1
        pairs = zip(names, cells, strict=False)
        yield {name: restored(cell) for name, cell in pairs if name and cell.strip()}
