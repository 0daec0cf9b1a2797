"""Looks through a large JSON list without holding it: a broken one is found out before it fills the memory."""

import codecs
import json
import re
from typing import BinaryIO

from finder.feeds.rows import MAX_ROWS, FeedError

CHUNK = 2**18
#: Characters of one row; a meeting takes one or two thousand. Of lists in lists each takes dozens of bytes of memory.
MAX_ITEM = 2**19
SPACE = " \t\r\n"
_SPACES = re.compile(f"[{SPACE}]*")


def scan_list(file: BinaryIO, *, max_rows: int = MAX_ROWS) -> None:
    """Nothing, when *file* holds a whole JSON list of rows that can be taken, or something else than a list.

    Raises FeedError for a list that breaks off, is not UTF-8, has too many or too large rows, or holds nothing at all.
    """
    reader = _Reader(file)
    first = reader.peek()
    if not first:
        raise FeedError("The feed is empty: there is nothing in it, not even an empty list.")
    if first != "[":
        return
    reader.skip(1)
    if reader.peek() == "]":
        return
    rows = 0
    while True:
        reader.item()
        rows += 1
        if rows > max_rows:
            raise FeedError(f"The feed has more than {max_rows:,} rows: more than one source can have.")
        mark = reader.peek()
        reader.skip(1)
        if mark == "]":
            return


class _Reader:
    """A window on the text of a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._text, self._place, self._line = file, "", 0, 1
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self._scan = json.JSONDecoder(parse_int=float).raw_decode
        self._ended = False

    def _more(self) -> bool:
        """Read on; False at the end."""
        if self._ended:
            return False
        piece = self._file.read(CHUNK)
        self._ended = not piece
        self._line += self._text.count("\n", 0, self._place)
        try:
            self._text = self._text[self._place :] + self._decode.decode(piece, final=self._ended)
        except UnicodeDecodeError as error:
            raise FeedError("The feed is not UTF-8: it holds bytes of another encoding. Save it as UTF-8.") from error
        self._place = 0
        return not self._ended

    def peek(self) -> str:
        """The next character that is no space, "" at the end."""
        while True:
            spaces = _SPACES.match(self._text, self._place)
            self._place = spaces.end() if spaces else self._place
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def skip(self, count: int) -> None:
        """Go on."""
        self._place += count

    def item(self) -> None:
        """Pass over one value, whole."""
        self.peek()
        while True:
            try:
                _, end = self._scan(self._text, self._place)
            except json.JSONDecodeError:
                end = len(self._text)
            except RecursionError as error:
                raise FeedError("The feed is nested too deeply to be a list of meetings.") from error
            follows = _SPACES.match(self._text, end)
            if follows and self._text[follows.end() : follows.end() + 1] in {",", "]"}:  # so it was whole
                self._place = end
                return
            if len(self._text) - self._place > MAX_ITEM or not self._more():
                raise self.broken()

    def broken(self) -> FeedError:
        """Where it is broken."""
        line = self._line + self._text.count("\n", 0, self._place)
        return FeedError(f"The feed is broken JSON at or after line {line}: it breaks off, or a row is too large.")
