"""The search snapshot: the shelf in columns, immutable, for any number of threads.

Listings that one can go to come first, in the order of the grid; then those that are online only or have no point;
then those that came later, in the order in which they came. A row whose listing has changed or gone is no longer in
`live`. An update builds the changed arrays beside the old ones.
"""

import datetime as dt
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from finder.search.bitmaps import WORD, Words, count, rows_of
from finder.search.columns import Columns
from finder.search.names import NameTable
from finder.search.occurrence_table import OccurrenceTable
from finder.search.regions import RegionOrder
from finder.search.tags import Matrix, TagNames
from finder.search.vocabulary import Vocabulary
from finder.search.windows import instant_of
from finder.search.word_index import WordIndex
from finder.store.shelf_history import Revision

__all__ = ["Late", "Snapshot", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Late:
    """The texts of a row that came after the snapshot was built."""

    row: int
    name: str
    words: str


class Sized(Protocol):
    """What knows how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""


class Memory:
    """What questions of the same minute ask for again: some sets of rows, forgotten together when there are many."""

    _MOST = 64

    def __init__(self) -> None:
        self._held: dict[Hashable, Words] = {}

    def get(self, key: Hashable) -> Words | None:
        """The set held for *key*, or None."""
        return self._held.get(key)

    def put(self, key: Hashable, words: Words) -> Words:
        """Hold *words* for *key*, and give them back."""
        if len(self._held) >= self._MOST:
            self._held = {}
        self._held[key] = words
        return words


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """One state of the shelf. All arrays have a place for every row, filled up to a multiple of 64.

    ``places`` of the grid: the first ``len(cells)`` rows, by cell. From row ``len(cells)`` to ``built`` are the rows
    that no radius finds; from ``built`` to ``used`` those that came later. ``minute`` is when the sittings were
    computed.
    """

    at: Revision
    vocabulary: Vocabulary
    zones: tuple[str, ...]
    minute: int
    built: int
    used: int
    columns: Columns
    cells: NDArray[np.int32]
    live: Words
    tags: Matrix
    region: NDArray[np.intp]
    region_order: RegionOrder
    name_table: NameTable
    name_rank: NDArray[np.float64]
    index: WordIndex
    late: tuple[Late, ...]
    late_index: WordIndex
    table: OccurrenceTable

    @property
    def revision(self) -> int:
        """The revision of the directory that this is a state of."""
        return self.at.directory

    @property
    def size(self) -> int:
        """How many listings there are."""
        return count(self.live)

    @property
    def computed_at(self) -> dt.datetime:
        """When the sittings were computed (aware UTC)."""
        return instant_of(self.minute)

    @cached_property
    def memory(self) -> Memory:
        """Sets of rows that were asked for."""
        return Memory()

    @cached_property
    def names(self) -> TagNames:
        """Which row of ``tags`` stands for what."""
        return TagNames(self.vocabulary)

    @property
    def words(self) -> int:
        """How many words a set of rows has."""
        return len(self.live)

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays take."""
        parts = (self.live, self.tags, self.region, self.region_order, self.name_rank, self.name_table, self.cells)
        more = (self.index, self.table.first, self.table.by_row, self.table.by_time)
        columns = (getattr(self.columns, each.name) for each in fields(self.columns))
        held: Iterator[Sized] = chain(parts, more, columns)
        return sum(each.nbytes for each in held)

    def first_ids(self, limit: int) -> list[int]:
        """The lowest ids of listings, ascending."""
        ids = self.columns.ids[rows_of(self.live)]
        if limit < len(ids):
            ids = np.partition(ids, limit)[:limit]
        found: list[int] = np.sort(ids).tolist()
        return found

    def with_table(self, table: OccurrenceTable, minute: int) -> "Snapshot":
        """The same listings with sittings computed anew."""
        return replace(self, table=table, minute=minute)

    def rows_of_ids(self, ids: Sequence[int]) -> NDArray[np.intp]:
        """The live rows of the listings *ids*, in no particular order; those that are not here are left out."""
        flags = np.isin(self.columns.ids, np.array(ids, np.int64))
        rows = np.flatnonzero(flags)
        alive = self.live[rows // WORD] >> (rows % WORD).astype(np.uint64) & np.uint64(1)
        return rows[alive.astype(np.bool_)]
