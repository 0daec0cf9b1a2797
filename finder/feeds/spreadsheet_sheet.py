"""The lines of one sheet: each cell as the text that somebody would read in it, at its place."""

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence

from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet_parts import Collected, Kind, Texts, unescaped
from finder.feeds.spreadsheet_xml import AS_CSV, BROKEN, Part

MAX_COLUMNS = 1_000
MAX_ROW = 1_048_576  # of a sheet, by its format
SECONDS = 60
#: Numbers of days count from here, or from 1904. The day that 1900 did not have counts as one.
EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
TO_1904 = 1462
BEFORE_MARCH_1900 = 60
LAST_DAY = 2_958_465  # 31 December 9999
LETTERS = 26
A = ord("A") - 1

_NAME = re.compile(r"([A-Za-z]{1,3})\d*")
_TEXT_TAGS = ("v", "t")


class Sheet:
    """Takes the tags of a sheet, and gives its lines that hold anything."""

    def __init__(self, texts: Texts, styles: Sequence[Kind], *, since_1904: bool) -> None:
        self._texts, self._styles = texts, styles
        self._since = EPOCH + dt.timedelta(days=TO_1904 if since_1904 else 0)
        self._lines: list[tuple[int, list[str]]] = []
        self._row = 0
        self._line: list[str] = []
        self._column = 0
        self._told: dict[str, str] = {}
        self._within, self._listens, self._aside = False, False, 0
        self._collected = Collected()

    def lines(self, pieces: Iterable[bytes], *, max_rows: int) -> Iterator[tuple[int, list[str]]]:
        """The lines that hold anything, each with its number, without empty cells at their ends. Raises FeedError."""
        part, count = Part(self), 0
        for piece in pieces:
            part.feed(piece)
            count += len(self._lines)
            yield from self._lines
            self._lines.clear()
            if count > max_rows + 1:
                raise FeedError(f"The table has more than {max_rows:,} rows: more than one source can have.")
        part.feed(b"", last=True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        if name == "c":
            named = _NAME.match(attributes.get("r", "").strip())
            self._column = _column(named[1]) if named else self._column + 1
            self._told, self._within = attributes, True
        elif name == "row":
            self._row = _row_number(attributes.get("r", ""), after=self._row)
            self._line, self._column = [], 0
        elif name == "rPh":
            self._aside += 1
        self._listens = self._within and name in _TEXT_TAGS and not self._aside

    def end(self, name: str) -> None:
        """A tag ends."""
        self._listens = False
        if name == "c":
            if text := self._text(self._collected.taken()):
                self._put(text)
            self._told, self._within = {}, False
        elif name == "row":
            if self._line:
                self._lines.append((self._row, self._line))
            self._line, self._column = [], 0
        elif name == "rPh":
            self._aside -= 1

    def text(self, piece: str) -> None:
        """A piece of text."""
        if self._listens:
            self._collected.add(piece)

    def _put(self, text: str) -> None:
        if self._column > MAX_COLUMNS:
            raise FeedError(
                f"The spreadsheet has more than {MAX_COLUMNS:,} columns: is it a list of meetings? {AS_CSV}"
            )
        self._line.extend([""] * (self._column - len(self._line)))
        self._line[self._column - 1] = text

    def _text(self, value: str) -> str:
        kind = self._told.get("t", "n")
        if not value or kind == "e":
            return ""
        if kind == "s":
            try:
                return self._texts[int(value)]
            except (IndexError, ValueError) as error:
                raise FeedError(BROKEN) from error
        if kind in {"str", "inlineStr"}:
            return unescaped(value)
        if kind == "b":
            return "TRUE" if value.strip() in {"1", "true"} else "FALSE"
        return _iso(value) if kind == "d" else self._number(value)

    def _number(self, value: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        if not math.isfinite(number):
            return ""
        style = self._told.get("s", "0")
        place = int(style) if style.isdecimal() and len(style) < len("100000") else 0
        kind = self._styles[place] if place < len(self._styles) else Kind.NUMBER
        if kind is Kind.LENGTH and abs(number) <= LAST_DAY:
            seconds = round(number * 24 * SECONDS * SECONDS)
            return _clock(*divmod(seconds // SECONDS, SECONDS), seconds % SECONDS)
        if kind is Kind.MOMENT and 0 <= number < LAST_DAY:
            return self._moment(number)
        return str(int(number)) if number.is_integer() else str(number)

    def _moment(self, days: float) -> str:
        """A date as 2026-05-31, a time as 19:30, or both."""
        moment = self._since + dt.timedelta(seconds=round(days * 24 * SECONDS * SECONDS))
        if days < 1:
            return _clock(moment.hour, moment.minute, moment.second)
        if self._since == EPOCH and days < BEFORE_MARCH_1900:
            moment += dt.timedelta(days=1)
        if moment.time() == dt.time():
            return moment.date().isoformat()
        return moment.isoformat(sep=" ", timespec="seconds")


def _iso(value: str) -> str:
    """A date that is written as one."""
    try:
        moment = dt.datetime.fromisoformat(value.strip())
    except ValueError:
        return value
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(sep=" ", timespec="seconds")


def _clock(hours: int, minutes: int, seconds: int) -> str:
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def _row_number(told: str, *, after: int) -> int:
    """The number that a row gives itself; where it gives none that can be, that behind the row before."""
    digits = told.strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAX_ROW)) else 0
    return number if after < number <= MAX_ROW else after + 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * LETTERS + ord(letter) - A
    return number
