"""Builds a snapshot from the whole shelf."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from finder.search.bitmaps import WORD, pack, words_for
from finder.search.columns import NO_CELL, Block, Columns, block_of, blocks_of
from finder.search.names import NameCollector, NameTable
from finder.search.numbering import Numbering
from finder.search.occurrence_table import HORIZON_MINUTES, LOOKBACK_MINUTES, weekly_table
from finder.search.regions import RegionOrder
from finder.search.snapshot import Snapshot
from finder.search.special import Special, special_sittings
from finder.search.tags import build_tags
from finder.search.vocabulary import Vocabulary
from finder.search.windows import minutes_of
from finder.search.word_index import WordCollector, WordIndex
from finder.store.shelf_reader import ShelfReader


class _Gathering:
    """Takes the shelf in block by block, in the order of ids."""

    def __init__(self) -> None:
        self.zones = Numbering()
        self.names = NameCollector()
        self.words = WordCollector()
        self._columns: list[Columns] = []
        self._cells: list[NDArray[np.int32]] = []
        self._formats: list[NDArray[np.uint8]] = []

    def add(self, block: Block) -> None:
        self.names.add(block.names)
        self.words.add(block.words)
        self._columns.append(block.columns)
        self._cells.append(block.cells)
        self._formats.append(block.formats)

    def finish(self) -> "_Gathered":
        """Everything in the order of the grid."""
        cells = np.concatenate(self._cells) if self._cells else np.empty(0, np.int32)
        order = np.argsort(cells, kind="stable")
        columns = self._columns[0].with_more(self._columns[1:]).taken(order) if self._columns else _no_columns()
        formats = np.concatenate(self._formats)[order] if self._formats else np.empty((0, 24), np.uint8)
        row_of = np.empty(len(order), np.int32)
        row_of[order] = np.arange(len(order))
        name_table, rank = self.names.finish()
        return _Gathered(
            columns, cells[order], formats, name_table, rank[order], self.words.finish(row_of), tuple(self.zones)
        )


class _Gathered:
    """What was taken in, row by row in the order of the grid."""

    def __init__(
        self,
        columns: Columns,
        cells: NDArray[np.int32],
        formats: NDArray[np.uint8],
        name_table: NameTable,
        rank: NDArray[np.float64],
        index: WordIndex,
        zones: tuple[str, ...],
    ) -> None:
        self.used = len(cells)
        self.words = words_for(self.used + 1)
        self.columns = columns.padded(self.words * WORD)
        self.cells = cells[: np.searchsorted(cells, NO_CELL)]
        self.formats = formats
        self.name_table = name_table
        self.rank = np.zeros(self.words * WORD)
        self.rank[: self.used] = rank
        self.index = index
        self.zones = zones


def build_snapshot(reader: ShelfReader, *, now: dt.datetime) -> Snapshot:
    """The present state of the shelf, with sittings as of *now* (aware). Raises what the reader raises."""
    at = reader.revision()  # first: a change in between is read twice rather than not at all
    vocabulary = Vocabulary.load(reader)
    gathering = _Gathering()
    for block in blocks_of(reader.rows_since(0), gathering.zones.__getitem__):
        gathering.add(block)
    held = gathering.finish()
    minute = minutes_of(now)
    special = specials(reader, held.columns, range(held.used), minute)
    columns = held.columns.with_weekdays(special_rows(held.columns, range(held.used)), special.weekdays)
    region = vocabulary.tree.positions(columns.region)
    live = np.zeros(held.words * WORD, np.bool_)
    live[: held.used] = True
    return Snapshot(
        at=at,
        vocabulary=vocabulary,
        zones=held.zones,
        minute=minute,
        built=held.used,
        used=held.used,
        columns=columns,
        cells=held.cells,
        live=pack(live),
        tags=build_tags(columns, held.formats, vocabulary),
        region=region,
        region_order=RegionOrder(region[: held.used], vocabulary.tree.size),
        name_table=held.name_table,
        name_rank=held.rank,
        index=held.index,
        late=(),
        late_index=WordCollector().finish(np.empty(0, np.int32)),
        table=weekly_table(columns, held.zones, minute, special.sittings),
    )


def special_rows(columns: Columns, rows: range) -> NDArray[np.intp]:
    """Those of *rows* that are not plainly weekly."""
    return np.flatnonzero(columns.special[rows.start : rows.stop]) + rows.start


def specials(reader: ShelfReader, columns: Columns, rows: range, minute: int) -> Special:
    """What the documents of the rows that are not plainly weekly say, as of *minute*."""
    chosen = special_rows(columns, rows)
    return special_sittings(
        reader,
        columns.ids[chosen].tolist(),
        chosen.tolist(),
        first=minute - LOOKBACK_MINUTES,
        until=minute + HORIZON_MINUTES,
    )


def _no_columns() -> Columns:
    row = (0, False, 0, 0, 0, False, None, None, 0, -1, 0, "", False, "0", 0, 0, "", "", 0)
    return block_of([row], Numbering().__getitem__).columns.taken(np.empty(0, np.intp))
