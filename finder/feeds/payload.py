"""What a source gave: bytes, or a file when it is much; so that a large payload is read a piece at a time."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

#: What is larger lies in a file.
LARGE = 2**20
CHUNK = 2**18


class Spool:
    """Bytes that are kept in a file of no name, closed when nobody holds them; only a little of them is in memory."""

    def __init__(self, file: BinaryIO | None = None) -> None:
        """What *file* holds, which is closed with it; without one, nothing yet."""
        self._file = file or tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this does
        self.size = os.fstat(self._file.fileno()).st_size

    def __del__(self) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        """Put *piece* behind what is there."""
        self._file.seek(self.size)
        self._file.write(piece)
        self.size += len(piece)

    def read(self, place: int, count: int) -> bytes:
        """As many as *count* bytes from *place*."""
        self._file.seek(place)
        return self._file.read(count)

    def pieces(self, size: int = CHUNK) -> Iterator[bytes]:
        """All of it; others may read meanwhile."""
        place = 0
        while piece := self.read(place, size):
            yield piece
            place += len(piece)

    def settled(self) -> "Payload":
        """The same, as bytes when it is little."""
        return self if self.size > LARGE else self.read(0, self.size)


Payload = bytes | Spool


def size_of(payload: Payload) -> int:
    """How many bytes it has."""
    return payload.size if isinstance(payload, Spool) else len(payload)


def pieces_of(payload: Payload, size: int = CHUNK) -> Iterator[bytes]:
    """All of it, in pieces of *size* bytes at most."""
    if isinstance(payload, Spool):
        yield from payload.pieces(size)
        return
    for place in range(0, len(payload), size):
        yield payload[place : place + size]


def beginning_of(payload: Payload, size: int) -> bytes:
    """Its first *size* bytes."""
    return next(pieces_of(payload, size), b"")


class KeptRows:
    """Rows of JSON values that were all read once and can be read again, in a file when they are many."""

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        self._few: list[bytes] = []
        self._spool: Spool | None = None
        self._held = 0
        self.count = 0
        for row in rows:
            self.add(row)
        self.flush()

    def add(self, row: Any) -> None:  # noqa: ANN401 - JSON is any
        """Put *row* behind the others."""
        line = json.dumps(row).encode("ascii")
        self._few.append(line)
        self._held += len(line)
        self.count += 1
        if self._held > LARGE:
            self._spool = self._spool or Spool()
            self.flush()

    def flush(self) -> None:
        """Put what waits into the file, if there is one."""
        if self._spool is not None and self._few:
            self._spool.write(b"".join(line + b"\n" for line in self._few))
            self._few, self._held = [], 0

    def __iter__(self) -> Iterator[Any]:
        rest = b""
        for piece in self._spool.pieces() if self._spool else ():
            *lines, rest = (rest + piece).split(b"\n")
            yield from map(json.loads, lines)
        yield from map(json.loads, self._few)
