"""The tree of regions laid flat: a region and everything below it are one run of numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finder.search.bitmaps import WORD, Flags, pack, words_for

#: The number of "in no region that is known".
NOWHERE = 0


@dataclass(frozen=True, slots=True)
class RegionEntry:
    """A region; its point is the middle of it, in degrees, where known."""

    id: int
    slug: str
    name: str
    parent_id: int | None
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, document: dict[str, Any]) -> "RegionEntry":
        """The region of a public document."""
        return cls(
            document["id"],
            document["slug"],
            document["name"],
            document.get("parent_id"),
            document.get("latitude"),
            document.get("longitude"),
        )


class RegionTree:
    """Numbers regions in preorder from 1; *regions* in any order. One whose parents run in a circle is its own root."""

    def __init__(self, regions: Sequence[RegionEntry]) -> None:
        children: dict[int, list[RegionEntry]] = {}
        known = {region.id for region in regions}
        roots = []
        for region in regions:
            if region.parent_id is None or region.parent_id not in known:
                roots.append(region)
            else:
                children.setdefault(region.parent_id, []).append(region)
        self.slugs: list[str] = []
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        for region in (*roots, *regions):  # those still without a number run in a circle
            self._lay(region, children)
        self._starts = np.fromiter(self._first.values(), np.intp, len(self._first))
        self._ends = np.fromiter((self._last[number] for number in self._first), np.intp, len(self._first))

    def _lay(self, root: RegionEntry, children: dict[int, list[RegionEntry]]) -> None:
        waiting: list[tuple[RegionEntry, bool]] = [(root, False)]
        while waiting:
            region, done = waiting.pop()
            if done:
                self._last[region.id] = len(self.slugs) + 1
            elif region.id not in self._first:
                self.slugs.append(region.slug)
                self._first[region.id] = len(self.slugs)
                waiting.append((region, True))
                waiting.extend((child, False) for child in reversed(children.get(region.id, ())))

    def positions(self, region_ids: NDArray[np.int32]) -> NDArray[np.intp]:
        """The number of each region id; `NOWHERE` for ids that are not in the tree."""
        distinct, inverse = np.unique(region_ids, return_inverse=True)
        numbers = [self._first.get(number, NOWHERE) for number in distinct.tolist()]
        return np.array(numbers, np.intp)[inverse]

    def runs(self, region_ids: Iterable[int]) -> list[tuple[int, int]]:
        """First number and the one past the last, for each of *region_ids* that is known."""
        return [(self._first[number], self._last[number]) for number in region_ids if number in self._first]

    @property
    def size(self) -> int:
        """How many numbers there are, `NOWHERE` among them."""
        return len(self.slugs) + 1

    def totals(self, found: NDArray[np.integer]) -> dict[str, int]:
        """How many listings lie in each region or below it, by slug, when *found* by number lie in just that one.

        Regions without any are left out.
        """
        before = np.concatenate(([0], np.cumsum(found)))
        inside = before[self._ends] - before[self._starts]
        return {self.slugs[place]: int(inside[place]) for place in np.flatnonzero(inside).tolist()}


class RegionOrder:
    """Rows in the order of their regions: a set of rows is counted by region without looking at each row."""

    def __init__(self, positions: NDArray[np.intp], size: int) -> None:
        self._order = np.argsort(positions, kind="stable")
        self._bounds = np.concatenate(([0], np.cumsum(np.bincount(positions, minlength=size))))

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays take."""
        return self._order.nbytes + self._bounds.nbytes

    def counts(self, flags: Flags) -> NDArray[np.int64]:
        """How many of the rows with a flag lie in each region, by number."""
        in_order = np.zeros(words_for(len(self._order) + 1) * WORD, np.bool_)
        np.take(flags, self._order, out=in_order[: len(self._order)])
        words = pack(in_order)
        before = np.concatenate(([0], np.cumsum(np.bitwise_count(words), dtype=np.int64)))
        word, bit = self._bounds // WORD, (self._bounds % WORD).astype(np.uint64)
        below = np.bitwise_count(words[word] & ((np.uint64(1) << bit) - np.uint64(1)))
        found: NDArray[np.int64] = np.diff(before[word] + below)
        return found
