"""The columns of a snapshot: one array a fact, one place in each a listing, and no Python object a listing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finder.domain.geo import MAX_LATITUDE, MAX_LONGITUDE
from finder.search.bitmaps import Flags
from finder.search.grid import cells_of, unit_vectors
from finder.store.shelf_reader import SNAPSHOT_COLUMNS

IN_PERSON, ONLINE, HYBRID = 0, 1, 2
#: Start of a meeting by appointment.
NO_START = -1
#: Cell of a listing that one cannot go to, beyond every cell of the grid.
NO_CELL = np.int32(2**31 - 1)
#: Bytes of a set of formats.
FORMAT_BYTES = 24

_CHUNK = 8192
_AT = {name: number for number, name in enumerate(SNAPSHOT_COLUMNS)}
_INT16 = 2**15 - 1
_INT32 = 2**31 - 1

Rows = Sequence[tuple[Any, ...]]
ZoneNumber = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Arrays with a place for each listing. ``point``: unit vectors (3, n), NaN where there is none."""

    ids: NDArray[np.int64]
    revision: NDArray[np.int32]
    program: NDArray[np.int32]
    attendance: NDArray[np.uint8]
    closed: Flags
    point: NDArray[np.float64]
    weekdays: NDArray[np.uint8]
    start: NDArray[np.int16]
    duration: NDArray[np.int16]
    zone: NDArray[np.uint16]
    special: Flags
    region: NDArray[np.int32]
    body: NDArray[np.int32]
    number: NDArray[np.int32]  # by which BMLT clients know it

    def taken(self, places: NDArray[np.intp] | slice) -> "Columns":
        """These places only, in that order."""
        return Columns(**{each.name: getattr(self, each.name)[..., places] for each in fields(self)})

    def with_more(self, others: Sequence["Columns"]) -> "Columns":
        """These, and after them the others."""
        if not others:
            return self
        parts = (self, *others)
        return Columns(
            **{
                each.name: np.concatenate([getattr(part, each.name) for part in parts], axis=-1)
                for each in fields(self)
            }
        )

    def padded(self, size: int) -> "Columns":
        """These in arrays of *size* places, those beyond with the id -1 and zeros."""
        filled = {}
        for each in fields(self):
            held = getattr(self, each.name)
            filled[each.name] = np.zeros((*held.shape[:-1], size), held.dtype)
            filled[each.name][..., : held.shape[-1]] = held
        filled["ids"][len(self.ids) :] = -1
        return Columns(**filled)

    def with_weekdays(self, places: NDArray[np.intp], weekdays: NDArray[np.uint8]) -> "Columns":
        """These, with other weekdays at *places*."""
        changed = self.weekdays.copy()
        changed[places] = weekdays
        return replace(self, weekdays=changed)


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of the shelf: their columns, cells and sets of formats (n by 24 bytes), and their texts."""

    columns: Columns
    cells: NDArray[np.int32]
    formats: NDArray[np.uint8]
    names: tuple[str, ...]
    words: tuple[str, ...]


def blocks_of(rows: Iterable[tuple[Any, ...]], zone_number: ZoneNumber) -> Iterable[Block]:
    """The rows of `rows_since` (those gone are for the caller to keep apart) in blocks of some thousands."""
    left = iter(rows)
    while chunk := list(islice(left, _CHUNK)):
        yield block_of(chunk, zone_number)


def block_of(rows: Rows, zone_number: ZoneNumber) -> Block:
    """Columns of some rows of the shelf, at least one. *zone_number* numbers the names of zones."""
    by_name: dict[str, tuple[Any, ...]] = dict(zip(SNAPSHOT_COLUMNS, zip(*rows, strict=True), strict=True))
    latitude, longitude = np.array(by_name["latitude"], np.float64), np.array(by_name["longitude"], np.float64)
    nowhere = ~((np.abs(latitude) <= MAX_LATITUDE) & (np.abs(longitude) <= MAX_LONGITUDE))
    latitude[nowhere] = longitude[nowhere] = np.nan
    attendance = np.array(by_name["attendance"], np.uint8)
    start = np.clip(np.array(by_name["start_minute"], np.int64), NO_START, _INT16).astype(np.int16)
    weekdays = (np.array(by_name["weekdays"], np.int64) & 0x7F).astype(np.uint8)
    special = np.array(by_name["special"], np.bool_)
    start[(weekdays == 0) & ~special] = NO_START  # by appointment, whatever hour is given
    columns = Columns(
        ids=np.array(by_name["id"], np.int64),
        revision=_numbers(by_name["revision"]),
        program=_numbers(by_name["program_id"]),
        attendance=attendance,
        closed=np.array(by_name["closed"], np.bool_),
        point=unit_vectors(latitude, longitude),
        weekdays=np.where(start == NO_START, np.uint8(0), weekdays),
        start=start,
        duration=np.clip(np.array(by_name["duration_min"], np.int64), 0, _INT16).astype(np.int16),
        zone=np.fromiter(map(zone_number, by_name["zone"]), np.uint16, len(rows)),
        special=special,
        region=_numbers(by_name["region_id"]),
        body=_numbers(by_name["service_body_id"]),
        number=_numbers(by_name["bmlt_id"]),
    )
    away = nowhere | (attendance == ONLINE)
    with np.errstate(invalid="ignore"):  # the cell of no place is replaced
        cells = np.where(away, NO_CELL, cells_of(np.where(nowhere, 0, latitude), np.where(nowhere, 0, longitude)))
    formats = b"".join(int(text or "0", 16).to_bytes(FORMAT_BYTES, "little") for text in by_name["formats"])
    return Block(
        columns,
        cells.astype(np.int32),
        np.frombuffer(formats, np.uint8).reshape(len(rows), FORMAT_BYTES),
        by_name["name_key"],
        by_name["words"],
    )


def is_gone(row: tuple[Any, ...]) -> bool:
    """Whether a row of `rows_since` says that its listing has left the shelf."""
    return bool(row[_AT["gone"]])


def id_of(row: tuple[Any, ...]) -> int:
    """The id in a row of `rows_since`."""
    number: int = row[_AT["id"]]
    return number


def _numbers(values: tuple[Any, ...]) -> NDArray[np.int32]:
    return np.clip(np.array(values, np.int64), -1, _INT32).astype(np.int32)
