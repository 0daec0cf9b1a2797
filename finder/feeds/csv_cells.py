"""Cells of CSV: whatever separator and encoding, and broken quotes said by line and column."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from finder.feeds.rows import FeedError

MAX_CELL_LENGTH = 100_000
SEPARATORS = (",", ";", "\t", "|")

_QUOTE = '"'


def csv_cells(payload: bytes) -> tuple[Iterator[list[str]], str]:
    """The lines of the CSV in *payload*, and a word on its encoding when it was not UTF-8.

    Raises FeedError for what is no CSV; while the lines are read also, with line and column, for broken quotes.
    """
    text, note = _decode(payload)
    if not text.strip():
        raise FeedError("The table is empty: there is not even a header line in it.")
    if text.lstrip()[:1] == "<":
        raise FeedError("This is a web page, not a table: check that the address is the one of the CSV file.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FeedError(f"The table holds a NUL character in line {line}: is it a spreadsheet file? Save it as CSV.")
    return _Reader(text, _separator(text)).rows(), note


def _decode(payload: bytes) -> tuple[str, str]:
    """The text of a table, and a word on its encoding when it was not UTF-8."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if payload.startswith(mark):
            try:
                return payload.decode(encoding), "The table was read as UTF-16."
            except UnicodeDecodeError as error:
                raise FeedError("The table begins as UTF-16 but is broken: save it as CSV (UTF-8).") from error
    try:
        return payload.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        # What spreadsheet programs write where nobody chose an encoding.
        return payload.decode("cp1252", "replace"), "The table is not UTF-8; it was read as Windows-1252."


def _separator(text: str) -> str:
    """The separator that the header line uses most, outside quotes."""
    line = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)


@dataclass(slots=True)
class _Reader:
    """Cells of a quoted table. Python's own reader takes a quote that never ends for a very long cell."""

    text: str
    separator: str

    def rows(self) -> Iterator[list[str]]:
        """Rows of cells; raises FeedError naming the line and column of a quote that is wrong."""
        text, separator = self.text, self.separator
        plain = re.compile(f"[^{re.escape(separator)}\r\n]*")
        opening = re.compile(' *"')
        place, cells = 0, []
        while place < len(text):
            if quoted := opening.match(text, place):
                place = quoted.end() - 1
                cell, place = self._quoted(place)
            else:
                match = plain.match(text, place)
                cell, place = (match[0], match.end()) if match else ("", place)
            if len(cell) > MAX_CELL_LENGTH:
                raise FeedError(f"A cell before {self._where(place)} is longer than {MAX_CELL_LENGTH:,} characters.")
            cells.append(cell)
            if place < len(text) and text[place] == separator:
                place += 1
                if place == len(text):
                    cells.append("")
                continue
            place += 2 if text.startswith("\r\n", place) else 1
            yield cells
            cells = []
        if cells:
            yield cells

    def _quoted(self, start: int) -> tuple[str, int]:
        """A quoted cell that starts at *start*, and the place behind it; a doubled quote is a quote."""
        place = start + 1
        while True:
            end = self.text.find(_QUOTE, place)
            if end < 0:
                raise FeedError(f"The quote at {self._where(start)} is never closed.")
            if not self.text.startswith(_QUOTE, end + 1):
                break
            place = end + 2
        after = end + 1
        if after < len(self.text) and self.text[after] not in {self.separator, "\r", "\n"}:
            raise FeedError(
                f"There is text behind the closing quote at {self._where(after)}: write a quote inside a cell twice."
            )
        return self.text[start + 1 : end].replace('""', _QUOTE), after

    def _where(self, place: int) -> str:
        before = self.text[:place].replace("\r\n", "\n").replace("\r", "\n")
        return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"
