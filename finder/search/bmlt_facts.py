"""Facts of listings that few questions ask about: taken out of their documents when first asked for, then kept.

A column holds a number for each listing that stands for one of its distinct values. When the shelf changes, the
documents that changed are read and no others. Facts that nobody has asked for lately are forgotten.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from finder.search.bitmaps import Flags, rows_of
from finder.search.snapshot import Snapshot
from finder.store.shelf_reader import ShelfReader

Codes = NDArray[np.int32]
#: Gives the fact of a public document.
Extract = Callable[[Mapping[str, Any]], Hashable]

#: Facts that are held at a time, those of the question at hand aside.
MOST_HELD = 16
#: The code of what has no document any more.
GONE = -1
_DOCUMENTS_AT_A_TIME = 500
_FEWEST_TO_TIDY = 1000


@dataclass(slots=True)
class _Held:
    """A fact: of each listing of the spine the place of its value among ``values``, which only grow."""

    extract: Extract
    codes: Codes
    values: list[Any] = field(default_factory=list)
    places: dict[Any, int] = field(default_factory=dict)

    def code_of(self, document: Mapping[str, Any]) -> int:
        value = self.extract(document)
        place = self.places.get(value)
        if place is None:
            place = self.places[value] = len(self.values)
            self.values.append(value)
        return place

    def moved(self, same: Flags, before: NDArray[np.intp]) -> "_Held":
        """The same on another spine: what is the *same* comes from its place *before*."""
        codes = np.full(len(same), GONE, np.int32)
        codes[same] = self.codes[before[same]]
        return _Held(self.extract, codes, self.values, self.places)

    def tidied(self) -> "_Held":
        """The same without values that no listing has any more, once these are many."""
        if len(self.values) < 2 * len(self.codes) + _FEWEST_TO_TIDY:
            return self
        used = np.unique(self.codes[self.codes != GONE])
        values = [self.values[code] for code in used.tolist()]
        codes = np.where(self.codes == GONE, GONE, np.searchsorted(used, self.codes)).astype(np.int32)
        return _Held(self.extract, codes, values, {value: place for place, value in enumerate(values)})


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact under one snapshot: by row the place of its value among ``values``; `GONE` where there is none."""

    codes: Codes
    values: Sequence[Any]
    places: Mapping[Any, int]

    def rows_where(self, wanted: Callable[[Any], bool]) -> Flags:
        """A flag for every row whose value is *wanted*."""
        size = len(self.values)
        flags = np.zeros(size + 1, np.bool_)  # the last place, -1, is what is gone
        flags[:size] = np.fromiter((wanted(value) for value in self.values[:size]), np.bool_, size)
        return flags[self.codes]

    def rows_with(self, values: Iterable[Any]) -> Flags:
        """A flag for every row that has one of *values*."""
        return np.isin(self.codes, [self.places[value] for value in values if value in self.places])

    def ranks(self, rows: NDArray[np.intp], key: Callable[[Any], Any]) -> NDArray[np.intp]:
        """For each of *rows* the place of its value in the order of *key* among theirs; equal keys share one."""
        used, inverse = np.unique(self.codes[rows], return_inverse=True)
        keys = [key(self.values[code]) if code != GONE else None for code in used.tolist()]
        order = {each: place for place, each in enumerate(sorted({each for each in keys if each is not None}))}
        return np.array([order.get(each, len(order)) for each in keys], np.intp)[inverse]

    def used(self, rows: NDArray[np.intp]) -> list[Any]:
        """The distinct values of *rows*."""
        return [self.values[code] for code in np.unique(self.codes[rows]).tolist() if code != GONE]


class Facts:
    """The facts of the listings behind *reader*; for any number of threads."""

    def __init__(self, reader: ShelfReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._revisions: NDArray[np.int32] = np.empty(0, np.int32)
        self._snapshot: weakref.ref[Snapshot] | None = None
        self._place: NDArray[np.intp] = np.empty(0, np.intp)

    def of(self, snapshot: Snapshot, wanted: Mapping[Hashable, Extract]) -> dict[Hashable, Fact]:
        """The facts *wanted*, by name, of every row of *snapshot*. Raises what the reader raises."""
        with self._lock:
            if self._snapshot is None or snapshot is not self._snapshot():
                self._follow(snapshot)
            missing = [name for name in wanted if name not in self._held]
            if missing:
                made = {name: _Held(wanted[name], np.full(len(self._ids), GONE, np.int32)) for name in missing}
                self._read(np.arange(len(self._ids)), made.values())
                self._held |= made
            for name in wanted:
                self._held.move_to_end(name)
            found = {name: self._fact(self._held[name]) for name in wanted}
            while len(self._held) > max(MOST_HELD, len(wanted)):
                self._held.popitem(last=False)
            return found

    def _fact(self, held: _Held) -> Fact:
        return Fact(np.append(held.codes, np.int32(GONE))[self._place], held.values, held.places)

    def _follow(self, snapshot: Snapshot) -> None:
        """Lay the spine of *snapshot*, its living listings by id, and read what is new or changed."""
        rows = rows_of(snapshot.live)
        rows = rows[np.argsort(snapshot.columns.ids[rows], kind="stable")]
        ids, revisions = snapshot.columns.ids[rows], snapshot.columns.revision[rows]
        place = np.full(len(snapshot.columns.ids), len(ids), np.intp)
        place[rows] = np.arange(len(rows))
        same, before = np.zeros(len(ids), np.bool_), np.zeros(len(ids), np.intp)
        if len(self._ids):
            before = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
            same = (self._ids[before] == ids) & (self._revisions[before] == revisions)
        moved = OrderedDict((name, held.moved(same, before)) for name, held in self._held.items())
        self._read(np.flatnonzero(~same), moved.values(), ids)
        self._held = OrderedDict((name, held.tidied()) for name, held in moved.items())
        self._ids, self._revisions, self._place = ids, revisions, place
        self._snapshot = weakref.ref(snapshot)  # an old one is not kept for our sake

    def _read(self, places: NDArray[np.intp], held: Iterable[_Held], ids: NDArray[np.int64] | None = None) -> None:
        """Fill in the codes of *held* at *places* of the spine (*ids*)."""
        columns = list(held)
        if not columns:
            return
        spine = self._ids if ids is None else ids
        for at in range(0, len(places), _DOCUMENTS_AT_A_TIME):
            part = places[at : at + _DOCUMENTS_AT_A_TIME]
            numbers = spine[part].tolist()
            documents = self._reader.documents(numbers)
            for place, number in zip(part.tolist(), numbers, strict=True):
                if number in documents:
                    document = orjson.loads(documents[number])
                    for each in columns:
                        each.codes[place] = each.code_of(document)
