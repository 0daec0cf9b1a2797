"""Reads the XML of a workbook a piece at a time: nothing in it can make the reader hold more than a little.

No entities, no depth, no tags or names without end; a parser that is fed like this keeps what it has not finished.
"""

from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

from finder.feeds.rows import FeedError

AS_CSV = "Save the sheet as CSV (UTF-8) and try again."
BROKEN = f"The spreadsheet is broken and cannot be read. {AS_CSV}"

MAX_DEPTH = 64
#: Bytes of one tag.
MAX_TAG = 2**18
#: Different names of tags and attributes; all of the format together have some hundred.
MAX_NAMES = 5_000
#: Tags of one part; a cell takes two or three. It is also a matter of time: so many are read within seconds.
MAX_TAGS = 3_000_000


class Listener(Protocol):
    """What takes the tags (without prefix) and texts of a part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag begins."""

    def end(self, name: str) -> None:
        """A tag ends."""

    def text(self, piece: str) -> None:
        """A piece of text."""


class Part:
    """The XML of one part, told to a listener while it is fed."""

    def __init__(self, listener: Listener) -> None:
        self._depth = self._tags = self._fed = 0
        self._names: dict[str, str] = {}
        self._listener = listener
        self._parser = expat.ParserCreate(None, None, self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = listener.text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """Read on. Raises FeedError."""
        self._fed += len(piece)
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise FeedError(BROKEN) from error
        unfinished = self._fed - max(0, self._parser.CurrentByteIndex)
        if len(self._names) > MAX_NAMES or unfinished > MAX_TAG + len(piece):
            raise FeedError(BROKEN)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._tags += 1
        if self._depth > MAX_DEPTH:
            raise FeedError(BROKEN)
        if self._tags > MAX_TAGS:
            raise FeedError(f"The spreadsheet has more cells than a list of meetings. {AS_CSV}")
        self._listener.start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._listener.end(name.rpartition(":")[2] if ":" in name else name)

    def _refuse(self, *_told: object) -> None:
        raise FeedError(BROKEN)


def tell(pieces: Iterable[bytes], listener: Listener) -> None:
    """Tell *listener* all of a part. Raises FeedError for one that is broken."""
    part = Part(listener)
    for piece in pieces:
        part.feed(piece)
    part.feed(b"", last=True)
