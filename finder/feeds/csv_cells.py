"""Cells of CSV: whatever separator and encoding, and broken quotes said by line and column.

The table is read a piece at a time: only the line that is read is held.
"""

import codecs
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from finder.feeds.payload import Payload, beginning_of, pieces_of
from finder.feeds.rows import FeedError
from finder.feeds.window import Window

MAX_CELL_LENGTH = 100_000
#: Characters of a line of cells.
MAX_LINE_LENGTH = 2**20
SEPARATORS = (",", ";", "\t", "|")

_QUOTE = '"'
_OPENING = re.compile(' *"')
#: A first line that tells spreadsheet programs the separator. They do not show it: the line behind it is row 1.
_TOLD = re.compile(r'("?)sep=([,;\t|])\1(?:\r\n?|\n|\Z)', re.IGNORECASE)
_TOLD_LENGTH = len('"sep=;"\r\n')


def csv_cells(payload: Payload) -> tuple[Iterator[list[str]], str]:
    """The lines of the CSV in *payload*, and a word on its encoding when it was not UTF-8.

    A first line such as ``sep=;`` is none of them. Raises FeedError for what is no CSV; while the lines are read also,
    with line and column, for broken quotes.
    """
    encoding, note = _encoding(payload)
    _refuse_other(_text(payload, encoding))
    window = Window(_text(payload, encoding), returns=True)
    return _Reader(window, _separator(window)).rows(), note


def _encoding(payload: Payload) -> tuple[str, str]:
    """How the table is written, and a word on it when it was not UTF-8."""
    if beginning_of(payload, 2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        if _is_written(payload, "utf-16"):
            return "utf-16", "The table was read as UTF-16."
        raise FeedError("The table begins as UTF-16 but is broken: save it as CSV (UTF-8).")
    if _is_written(payload, "utf-8-sig"):
        return "utf-8-sig", ""
    # What spreadsheet programs write where nobody chose an encoding.
    return "cp1252", "The table is not UTF-8; it was read as Windows-1252."


def _is_written(payload: Payload, encoding: str) -> bool:
    try:
        for _ in _text(payload, encoding, errors="strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _text(payload: Payload, encoding: str, *, errors: str = "replace") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for piece in itertools.chain(pieces_of(payload), (None,)):
        yield decoder.decode(piece or b"", final=piece is None)


def _refuse_other(pieces: Iterator[str]) -> None:
    """Raise FeedError for nothing at all, a web page, and what no text holds."""
    line, found = 1, False
    for piece in pieces:
        if not found and (beginning := piece.lstrip()[:1]):
            if beginning == "<":
                raise FeedError("This is a web page, not a table: check that the address is the one of the CSV file.")
            found = True
        if "\0" in piece:
            line += piece.count("\n", 0, piece.index("\0"))
            raise FeedError(
                f"The table holds a NUL character in line {line}: is it a spreadsheet file? Save it as CSV."
            )
        line += piece.count("\n")
    if not found:
        raise FeedError("The table is empty: there is not even a header line in it.")


def _separator(window: Window) -> str:
    """The separator that the first line tells, which is passed over; else the one the header line uses most.

    What is inside quotes there does not count.
    """
    while window.left() < _TOLD_LENGTH and window.more():
        pass
    if told := _TOLD.match(window.text, window.place):
        window.place = told.end()
        return told[2]
    while window.left() < MAX_LINE_LENGTH and not re.search(r"[\r\n]", window.text.lstrip("\r\n")) and window.more():
        pass
    line = re.split(r"[\r\n]", window.text.lstrip("\r\n")[:MAX_LINE_LENGTH], maxsplit=1)[0]
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)


class _UnfinishedError(Exception):
    """The line goes on behind what was brought of the text."""


@dataclass(slots=True)
class _Reader:
    """Cells of a quoted table. Python's own reader takes a quote that never ends for a very long cell."""

    window: Window
    separator: str
    plain: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.plain = re.compile(f"[^{re.escape(self.separator)}\r\n]*")

    def rows(self) -> Iterator[list[str]]:
        """Rows of cells; raises FeedError naming the line and column of a quote that is wrong."""
        window = self.window
        while window.left() > 0 or window.more():
            try:
                cells, window.place = self._row(window.place)
            except _UnfinishedError:
                if window.left() > MAX_LINE_LENGTH:
                    line, _ = window.where(window.place)
                    raise FeedError(
                        f"Line {line} is longer than {MAX_LINE_LENGTH:,} characters: is a quote never closed?"
                    ) from None
                window.more()
            else:
                yield cells

    def _row(self, place: int) -> tuple[list[str], int]:
        """The cells of the line at *place*, and the place behind it."""
        text, separator, ended = self.window.text, self.separator, self.window.ended
        cells = []
        while True:
            if quoted := _OPENING.match(text, place):
                cell, place = self._quoted(quoted.end() - 1)
            else:
                match = self.plain.match(text, place)
                cell, place = (match[0], match.end()) if match else ("", place)
            if len(cell) > MAX_CELL_LENGTH:
                raise FeedError(f"A cell before {self._where(place)} is longer than {MAX_CELL_LENGTH:,} characters.")
            if place + 1 >= len(text) and not ended:
                raise _UnfinishedError
            cells.append(cell)
            if text[place : place + 1] != separator:
                return cells, min(len(text), place + (2 if text.startswith("\r\n", place) else 1))
            place += 1

    def _quoted(self, start: int) -> tuple[str, int]:
        """A quoted cell that starts at *start*, and the place behind it; a doubled quote is a quote."""
        text, ended = self.window.text, self.window.ended
        place = start + 1
        while True:
            end = text.find(_QUOTE, place)
            if end < 0 and (ended or len(text) - start > 2 * MAX_CELL_LENGTH):
                raise FeedError(f"The quote at {self._where(start)} is never closed.")
            if end < 0 or (end + 1 == len(text) and not ended):
                raise _UnfinishedError
            if not text.startswith(_QUOTE, end + 1):
                break
            place = end + 2
        after = end + 1
        if after < len(text) and text[after] not in {self.separator, "\r", "\n"}:
            raise FeedError(
                f"There is text behind the closing quote at {self._where(after)}: write a quote inside a cell twice."
            )
        return text[start + 1 : end].replace('""', _QUOTE), after

    def _where(self, place: int) -> str:
        line, column = self.window.where(place)
        return f"line {line}, column {column}"
