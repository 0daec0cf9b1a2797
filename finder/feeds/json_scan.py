"""Reads JSON that strangers wrote a piece at a time, and says in a sentence what is wrong with it.

Nothing is held but one row. Python's reader takes NaN, repeated keys and any depth; here NaN stays a float that no
field accepts, a repeated key is remembered beside its record, and depth, size and encoding have an end.
"""

import codecs
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from finder.feeds.payload import Payload, beginning_of, pieces_of
from finder.feeds.rows import MAX_ROWS, FeedError
from finder.feeds.window import Window

CHUNK = 2**18
#: Characters of one row; a meeting takes one or two thousand. Of lists in lists each takes dozens of bytes of memory.
MAX_ITEM = 2**19
#: Longer integers become infinite, so that Python does not refuse the whole text over one of them.
MAX_DIGITS = 18
#: Objects in one text, rows among them; those that are read twice count twice. And values, counted by their commas.
MAX_OBJECTS, MAX_VALUES = 3 * MAX_ROWS, 60 * MAX_ROWS
#: The key under which a record carries the names that were given twice; what a feed sends under it is dropped.
REPEATED = "\0repeated"
#: A mistake that lies so far before the end of what was read is not only that the rest has not come yet.
NEAR_THE_END = 32
#: So many characters of a number may be missing where it seems to have ended, as in 1.5e+3.
OF_A_NUMBER = 3

ARCHIVE = b"PK\x03\x04"
_LONG = re.compile(r"\d{19}")
_SPACES = re.compile("[ \t\r\n]*")
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class JsonText:
    """A JSON text, read from its beginning on. Everything here raises FeedError, with line and column."""

    def __init__(self, payload: Payload) -> None:
        """*payload* is UTF-8; it may begin with a mark that says so."""
        if beginning_of(payload, len(ARCHIVE)) == ARCHIVE:
            raise FeedError("This is a workbook or another packed file, not JSON: choose its format, xlsx.")
        self._window = Window(_decoded(payload))
        self._quick = json.JSONDecoder(object_pairs_hook=self._record).raw_decode
        self._careful = json.JSONDecoder(object_pairs_hook=self._record, parse_int=_whole).raw_decode
        self._objects = self._values = 0
        first = self.peek()
        if not first:
            raise FeedError("The feed is empty: there is nothing in it, not even an empty list.")
        if first == "<":
            raise FeedError("This is a web page, not a feed: check that the address is the one of the JSON feed.")
        #: Characters of the value that was read last.
        self.length = 0

    def peek(self) -> str:
        """The next character that is no space, "" at the end."""
        window = self._window
        while True:
            spaces = _SPACES.match(window.text, window.place)
            window.place = spaces.end() if spaces else window.place
            if window.left():
                return window.text[window.place]
            if not window.more():
                return ""

    def item(self) -> Any:  # noqa: ANN401 - JSON is any
        """The value that comes next, whole."""
        self.peek()
        window = self._window
        while True:
            try:
                value, end = self._scan(window.text, window.place)
            except json.JSONDecodeError as error:
                message, place = error.msg, error.pos
            except RecursionError as error:
                raise FeedError("The feed is nested too deeply to be a list of meetings.") from error
            else:
                self.length = end - window.place
                if self.length <= MAX_ITEM and (end < len(window.text) - OF_A_NUMBER or window.ended):
                    self._count(window.text.count(",", window.place, end))
                    window.place = end
                    return value
                message, place = "", end
            certain = message and place < len(window.text) - NEAR_THE_END and not message.startswith("Unterminated")
            if not certain and window.left() > MAX_ITEM:
                line, _ = window.where(window.place)
                raise FeedError(f"A row of the feed at line {line} is too large: longer than {MAX_ITEM:,} characters.")
            if certain or window.ended:
                self._broken(message, place)
            window.more()

    def _scan(self, text: str, place: int) -> tuple[Any, int]:
        """A value and where it ends."""
        try:
            value, end = self._quick(text, place)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number of thousands of digits
            return self._careful(text, place)
        return self._careful(text, place) if _LONG.search(text, place, end) else (value, end)

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise FeedError(f"The feed holds more than {MAX_VALUES:,} values: is it a list of meetings?")

    def _record(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self._objects += 1
        if self._objects > MAX_OBJECTS:
            raise FeedError(f"The feed holds more than {MAX_OBJECTS:,} objects: is it a list of meetings?")
        found = dict(pairs)
        found.pop(REPEATED, None)
        if len(found) != len(pairs):
            given = Counter(name for name, _ in pairs)
            found[REPEATED] = sorted(name for name, times in given.items() if times > 1)
        return found

    def rows(self, max_rows: int) -> Iterator[Any]:
        """The values of the list that comes next."""
        self._window.place += 1
        if self._passed("]"):
            return
        count = 0
        while True:
            count += 1
            if count > max_rows:
                raise FeedError(
                    f"The feed has more than {max_rows:,} rows: more than one source can have. Split it, or check its "
                    "address."
                )
            yield self.item()
            if self._passed("]"):
                return
            self._pass(",")

    def names(self) -> Iterator[str]:
        """The names in the object that comes next; what stands behind each is to be read before the one after it."""
        self._window.place += 1
        if self._passed("}"):
            return
        while True:
            if self.peek() != '"':
                self._broken("Expecting property name enclosed in double quotes", self._window.place)
            name = self.item()
            self._pass(":")
            yield name
            if self._passed("}"):
                return
            self._pass(",")

    def end(self) -> None:
        """Nothing, when nothing comes any more."""
        if self.peek():
            self._broken("Extra data", self._window.place)

    def _passed(self, mark: str) -> bool:
        found = self.peek() == mark
        self._window.place += found
        return found

    def _pass(self, mark: str) -> None:
        if not self._passed(mark):
            self._broken(f"Expecting '{mark}' delimiter", self._window.place)

    def _broken(self, message: str, place: int) -> NoReturn:
        line, column = self._window.where(place)
        raise FeedError(f"The feed is broken JSON at line {line}, column {column}: {message}.")


def _decoded(payload: Payload) -> Iterator[str]:
    """The text of a payload in pieces; raises FeedError with line and column when it is not UTF-8."""
    for mark, name in _MARKS:
        if beginning_of(payload, 4).startswith(mark):
            raise FeedError(f"The feed is written in {name}; JSON is UTF-8. Save it as UTF-8.")
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line, column = 1, 1  # columns are counted in bytes here
    for piece in itertools.chain(pieces_of(payload, CHUNK), (None,)):
        try:
            text = decoder.decode(piece or b"", final=piece is None)
        except UnicodeDecodeError as error:
            line, column = _behind(error.object[: error.start], line, column)
            raise FeedError(
                f"The feed is not UTF-8: line {line}, column {column} holds a byte of another encoding. "
                "Save it as UTF-8."
            ) from error
        line, column = _behind(text.encode(), line, column)
        yield text


def _behind(text: bytes, line: int, column: int) -> tuple[int, int]:
    """The place behind *text*, which begins at *line* and *column*."""
    lines = text.count(b"\n")
    return line + lines, len(text) - text.rfind(b"\n") if lines else column + len(text)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)
