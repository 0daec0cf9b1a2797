"""The order by name, without a Python string for each listing.

A name is a number: its place among the distinct names. Names that come later get numbers between, so that the order is
the one a fresh snapshot would have.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import overload

import numpy as np
from numpy.typing import NDArray

from finder.search.numbering import Numbering


class _Sorted(Sequence[bytes]):
    """Sorted byte strings in one piece of memory."""

    def __init__(self, names: Sequence[str]) -> None:
        encoded = [name.encode("utf-8", "surrogatepass") for name in names]  # the order of UTF-8 is that of str
        self._bytes = b"".join(encoded)
        self._ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))

    @property
    def nbytes(self) -> int:
        return len(self._bytes) + self._ends.nbytes

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        first = int(self._ends[index - 1]) if index else 0
        return self._bytes[first : int(self._ends[index])]


class NameTable:
    """The distinct names of a snapshot in order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = _Sorted(names)

    @property
    def nbytes(self) -> int:
        """How many bytes the names take."""
        return self._names.nbytes

    def ranks(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Numbers in the order of *names* among themselves and among the names of the table."""
        ranked: dict[str, float] = {}
        for place, group in groupby(sorted(set(names)), key=self._place):
            between = list(group)
            for number, name in enumerate(between):
                exact = place == int(place)
                ranked[name] = place if exact else place - 0.5 + (number + 1) / (len(between) + 1)
        return np.array([ranked[name] for name in names], np.float64)

    def _place(self, name: str) -> float:
        """The number of *name*, or half-way between those of its neighbours."""
        wanted = name.encode("utf-8", "surrogatepass")
        place = bisect_left(self._names, wanted)
        found = place < len(self._names) and self._names[place] == wanted
        return float(place) if found else place - 0.5


class NameCollector:
    """Takes names in as they come; gives the table and the number of each."""

    def __init__(self) -> None:
        self._numbers = Numbering()
        self._taken: list[NDArray[np.int32]] = []

    def add(self, names: Iterable[str]) -> None:
        """Take in the names of the next rows."""
        self._taken.append(np.fromiter(map(self._numbers.__getitem__, names), np.int32))

    def finish(self) -> tuple[NameTable, NDArray[np.float64]]:
        """The table, and the number of every name taken in, in the order in which they came."""
        in_order = sorted(self._numbers)
        rank = np.empty(len(in_order), np.float64)
        rank[np.fromiter(map(self._numbers.__getitem__, in_order), np.intp, len(in_order))] = np.arange(len(in_order))
        taken = np.concatenate(self._taken) if self._taken else np.empty(0, np.int32)
        return NameTable(in_order), rank[taken]
