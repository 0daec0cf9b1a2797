"""Brings a snapshot up to date: changed listings become new rows at its end, the arrays are built beside the old."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finder.search.bitmaps import WORD, Words, pack, unpack, words_for
from finder.search.columns import Block, Columns, block_of, id_of, is_gone
from finder.search.numbering import Numbering
from finder.search.occurrence_table import HORIZON_MINUTES, LOOKBACK_MINUTES, weekly_table
from finder.search.regions import RegionOrder
from finder.search.sittings import Sittings, weekly_sittings
from finder.search.snapshot import Late, Snapshot
from finder.search.snapshot_build import special_rows, specials
from finder.search.tags import Matrix, build_tags, renamed
from finder.search.vocabulary import Vocabulary
from finder.search.windows import minutes_of
from finder.search.word_index import WordCollector, WordIndex
from finder.store.shelf_history import Revision
from finder.store.shelf_reader import ShelfReader

#: So many rows may lie outside the order of the grid: every radius looks at them.
FEWEST_LATE_ROWS = 4096
_LATE_SHARE = 50


def updated(snapshot: Snapshot, reader: ShelfReader, at: Revision) -> Snapshot | None:
    """The snapshot with everything that the shelf says since, up to revision *at* at least.

    None when so much has changed that it has to be built anew. Raises what the reader raises.
    """
    if at.vocabulary != snapshot.at.vocabulary:
        snapshot = _under(Vocabulary.load(reader), snapshot)
    rows = []
    room = max(FEWEST_LATE_ROWS, snapshot.built // _LATE_SHARE) - (snapshot.used - snapshot.built)
    for row in reader.rows_since(snapshot.revision):
        rows.append(row)
        if len(rows) > room:
            return None
    snapshot = with_rows(snapshot, rows, reader)
    return replace(snapshot, at=at)


def rolled(snapshot: Snapshot, reader: ShelfReader, *, now: dt.datetime) -> Snapshot:
    """The same listings with their sittings as of *now* (aware). Raises what the reader raises."""
    minute = minutes_of(now)
    columns = _living(snapshot)
    special = specials(reader, columns, range(snapshot.used), minute)
    return replace(snapshot, minute=minute, table=weekly_table(columns, snapshot.zones, minute, special.sittings))


def _living(snapshot: Snapshot) -> Columns:
    """The columns in which rows that are no longer in use have no sittings."""
    alive = unpack(snapshot.live)
    columns = snapshot.columns
    return replace(columns, closed=columns.closed | ~alive, special=columns.special & alive)


def _under(vocabulary: Vocabulary, snapshot: Snapshot) -> Snapshot:
    region = vocabulary.tree.positions(snapshot.columns.region)
    return replace(
        snapshot,
        vocabulary=vocabulary,
        tags=renamed(snapshot.tags, snapshot.columns, vocabulary),
        region=region,
        region_order=RegionOrder(region[: snapshot.built], vocabulary.tree.size),
    )


def with_rows(snapshot: Snapshot, rows: Sequence[tuple[Any, ...]], reader: ShelfReader) -> Snapshot:
    """The snapshot in which *rows* of the shelf have taken the place of what it held of the same listings."""
    if not rows:
        return snapshot
    live = unpack(snapshot.live).copy()
    live[snapshot.rows_of_ids([id_of(row) for row in rows])] = False
    fresh = [row for row in rows if not is_gone(row)]
    if not fresh:
        return replace(snapshot, live=pack(live))
    zones = Numbering((name, number) for number, name in enumerate(snapshot.zones))
    block = block_of(fresh, zones.__getitem__)
    first, used = snapshot.used, snapshot.used + len(fresh)
    words = max(snapshot.words, words_for(used + 1))
    columns = _appended(snapshot.columns, block.columns, first, words * WORD)
    special = specials(reader, columns, range(first, used), snapshot.minute)
    columns = columns.with_weekdays(special_rows(columns, range(first, used)), special.weekdays)
    added = _rows_alone(columns, first, used)
    weekly = weekly_sittings(
        added, tuple(zones), first=snapshot.minute - LOOKBACK_MINUTES, until=snapshot.minute + HORIZON_MINUTES
    )
    weekly = weekly._replace(row=weekly.row + np.int32(first))
    late = (*snapshot.late, *map(Late, range(first, used), block.names, block.words))
    return replace(
        snapshot,
        zones=tuple(zones),
        used=used,
        columns=columns,
        live=_alive(live, first, used, words),
        tags=_with_tags(snapshot, added, block, words),
        region=_filled(snapshot.region, snapshot.vocabulary.tree.positions(added.region), first, words * WORD),
        name_rank=_ranked(snapshot, late, words * WORD),
        late=late,
        late_index=_index(late),
        table=snapshot.table.with_more(Sittings.together((weekly, special.sittings)), words * WORD),
    )


def _appended(columns: Columns, more: Columns, first: int, size: int) -> Columns:
    return columns.taken(slice(first)).with_more([more]).padded(size)


def _rows_alone(columns: Columns, first: int, used: int) -> Columns:
    return columns.taken(slice(first, used))


def _alive(live: NDArray[np.bool_], first: int, used: int, words: int) -> Words:
    flags = np.zeros(words * WORD, np.bool_)
    flags[: len(live)] = live
    flags[first:used] = True
    return pack(flags)


def _filled(held: NDArray[Any], more: NDArray[Any], first: int, size: int) -> NDArray[Any]:
    filled = np.zeros(size, held.dtype)
    filled[:first] = held[:first]
    filled[first : first + len(more)] = more
    return filled


def _with_tags(snapshot: Snapshot, added: Columns, block: Block, words: int) -> Matrix:
    """The matrix with the bits of the *added* rows set; their words may hold bits of rows before."""
    matrix = np.zeros((len(snapshot.tags), words), np.uint64)
    matrix[:, : snapshot.words] = snapshot.tags
    count = len(added.ids)
    size = words_for(count) * WORD
    formats = np.zeros((size, block.formats.shape[1]), np.uint8)
    formats[:count] = block.formats
    alone = build_tags(added.padded(size), formats, snapshot.vocabulary)
    shift, word = snapshot.used % WORD, snapshot.used // WORD
    held = matrix[:, word : word + alone.shape[1]]
    held |= (alone << np.uint64(shift))[:, : held.shape[1]]
    if shift:
        over = matrix[:, word + 1 : word + 1 + alone.shape[1]]
        over |= (alone >> np.uint64(WORD - shift))[:, : over.shape[1]]
    return matrix


def _ranked(snapshot: Snapshot, late: Sequence[Late], size: int) -> NDArray[np.float64]:
    ranks = _filled(snapshot.name_rank, np.empty(0), snapshot.built, size)
    ranks[snapshot.built : snapshot.built + len(late)] = snapshot.name_table.ranks([row.name for row in late])
    return ranks


def _index(late: Sequence[Late]) -> WordIndex:
    collector = WordCollector()
    collector.add(row.words for row in late)
    return collector.finish(np.array([row.row for row in late], np.int32))
