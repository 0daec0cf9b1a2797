"""The rows that a question looks at, as a few runs of words: all of them, or those near a point.

Inside a scope rows have numbers of their own, from 0; sets of them have as many words as the scope.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from finder.search.bitmaps import WORD, Words, pack
from finder.search.columns import Columns
from finder.search.grid import INCLUSIVE_KM, ground_km, runs_near, squared_chord, unit_vectors
from finder.search.snapshot import Snapshot
from finder.search.tags import GOABLE, Matrix

Number = TypeVar("Number", bound=np.generic)

#: Distances are compared in whole millimetres, so that rounding cannot turn the order round.
_MM_A_KM = 1_000_000


class Scope:
    """The rows of *snapshot* in the runs of words *runs* (first, one past the last; ascending, apart)."""

    def __init__(self, snapshot: Snapshot, runs: Sequence[tuple[int, int]]) -> None:
        self.snapshot = snapshot
        self._runs = runs
        self.words = sum(end - first for first, end in runs)
        self.squared: NDArray[np.float64] | None = None  # of the chord from the point asked for, by row

    @classmethod
    def everything(cls, snapshot: Snapshot) -> "Scope":
        """All rows."""
        return cls(snapshot, [(0, snapshot.words)])

    @classmethod
    def away(cls, snapshot: Snapshot) -> "Scope":
        """The rows that no place finds, among them all that are online only; and some more."""
        return cls(snapshot, [(len(snapshot.cells) // WORD, snapshot.words)])

    @classmethod
    def near(
        cls, snapshot: Snapshot, latitude: float, longitude: float, within_km: float, *, with_online: bool = False
    ) -> "Scope":
        """The rows whose cells are near a point, and some more; *with_online* also what is online only, wherever."""
        runs: list[tuple[int, int]] = []
        late = (len(snapshot.cells) if with_online else snapshot.built, snapshot.used)
        for first, end in (*runs_near(snapshot.cells, latitude, longitude, within_km), late):
            word, last = first // WORD, -(-end // WORD)
            if first == end:
                continue
            if runs and word <= runs[-1][1]:
                runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
            else:
                runs.append((word, last))
        scope = cls(snapshot, runs)
        scope.measure(latitude, longitude)
        return scope

    def measure(self, latitude: float, longitude: float) -> None:
        """Take the distance of every row from a point."""
        point = unit_vectors(np.array([latitude]), np.array([longitude]))
        away = self.column(self.columns.point) - point
        away *= away
        self.squared = away[0] + away[1] + away[2]

    def within(self, within_km: float) -> Words:
        """Rows at most that far from the point that one can go to; NaN is never near."""
        if self.squared is None:
            return np.zeros(self.words, np.uint64)
        return pack(self.squared <= squared_chord(within_km + INCLUSIVE_KM)) & self.tag(GOABLE)

    def millimetres(self, rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """The distances of *rows*, for comparing; all alike without a point."""
        if self.squared is None:
            return np.zeros(len(rows), np.int64)
        return np.rint(ground_km(self.squared[rows]) * _MM_A_KM).astype(np.int64)

    def kilometres(self, rows: NDArray[np.intp]) -> list[float | None]:
        """The distances of *rows*, for showing; None without a point."""
        if self.squared is None:
            return [None] * len(rows)
        found: list[float | None] = ground_km(self.squared[rows]).tolist()
        return found

    @property
    def columns(self) -> Columns:
        """The columns of the snapshot."""
        return self.snapshot.columns

    @property
    def is_everything(self) -> bool:
        """Whether these are all rows."""
        return self.words == self.snapshot.words

    @cached_property
    def matrix(self) -> Matrix:
        """The sets of tags within the scope."""
        tags = self.snapshot.tags
        if len(self._runs) == 1:
            return tags[:, slice(*self._runs[0])]
        return np.concatenate([tags[:, first:end] for first, end in self._runs] or [tags[:, :0]], axis=1)

    def tag(self, number: int) -> Words:
        """The set of one tag."""
        return self.limited(self.snapshot.tags[number])

    def limited(self, everywhere: Words) -> Words:
        """The part of a set of all rows that is in the scope."""
        if len(self._runs) == 1:
            return everywhere[slice(*self._runs[0])]
        parts: list[Words] = [everywhere[first:end] for first, end in self._runs]
        return np.concatenate(parts) if parts else everywhere[:0]

    @cached_property
    def live(self) -> Words:
        """The rows in use."""
        return self.limited(self.snapshot.live)

    def column(self, array: NDArray[Number]) -> NDArray[Number]:
        """The part of a column that is in the scope."""
        parts = [array[..., first * WORD : end * WORD] for first, end in self._runs]
        return parts[0] if len(parts) == 1 else np.concatenate(parts or [array[..., :0]], axis=-1)

    @cached_property
    def _offsets(self) -> NDArray[np.intp]:
        """By word: what to add to a row of the scope to have the row of the snapshot."""
        firsts = np.array([first for first, _ in self._runs], np.intp)
        lengths = np.array([end - first for first, end in self._runs], np.intp)
        return np.repeat((firsts - (np.cumsum(lengths) - lengths)) * WORD, lengths)

    @property
    def row_runs(self) -> list[tuple[int, int]]:
        """The runs of rows of the snapshot that make the scope."""
        return [(first * WORD, end * WORD) for first, end in self._runs]

    def everywhere(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The rows of the snapshot that are *rows* in the scope."""
        if len(self._runs) == 1:
            return rows + self._runs[0][0] * WORD
        return rows + self._offsets[rows // WORD]
