"""Cells of tables that spreadsheet programs would compute: kept from it on the way out, read back as they were."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

#: What begins a formula, also in its wide form; an apostrophe before it makes spreadsheet programs show it as it is.
_STARTS = "=+@\t\r\n\uff1d\uff0b\uff0d\uff20-"
_COMPUTED = re.compile(f"'*[{_STARTS}]")
_NEUTRALISED = re.compile(f"'(?='*[{_STARTS}])")
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()


def neutralised(text: str) -> str:
    """*text* as a cell that no spreadsheet program computes; `restored` gives it back, whatever it was."""
    return f"'{text}" if _COMPUTED.match(text) else text


def restored(cell: str) -> str:
    """What a cell says, without the apostrophe that keeps it from being computed."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Each of *rows* as a line of CSV (RFC 4180) in UTF-8; the cells are written as they are."""
    held = io.StringIO()
    writer = csv.writer(held)
    for row in rows:
        writer.writerow(row)
        yield held.getvalue().encode()
        held.seek(0)
        held.truncate()
