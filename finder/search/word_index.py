"""Finds listings by their words: exact, by the beginning of a word, and by a near miss.

- A word matches a listing that has it, and, from two letters on, one that has a word beginning with it.
- A word of four letters or more that matches nothing on the whole shelf in these ways matches words that are one slip
  away; from eight letters on, if there is none of those, two slips. A slip is a letter too many, missing, wrong, or two
  neighbours swapped.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from finder.search.numbering import Numbering

SHORTEST_PREFIX = 2
SHORTEST_NEAR_MISS = 4
TWO_SLIPS_FROM = 8

_LAST = "\U0010ffff"
Numbers = NDArray[np.int32]


def slips_allowed(word: str) -> int:
    """How many slips a near miss of *word* may have."""
    if len(word) < SHORTEST_NEAR_MISS:
        return 0
    return 2 if len(word) >= TWO_SLIPS_FROM else 1


class WordIndex:
    """The distinct words of some rows in order, and for each of them the rows that have it."""

    def __init__(self, words: Sequence[str], ends: NDArray[np.int64], rows: Numbers) -> None:
        self._words = words
        self._ends = ends
        self._rows = rows
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._by_length = {int(size): np.flatnonzero(lengths == size) for size in np.unique(lengths)}

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays take."""
        return self._ends.nbytes + self._rows.nbytes

    def rows(self, word: str) -> Numbers:
        """Rows that have *word*, or a word that begins with it; some of them more than once."""
        first = bisect_left(self._words, word)
        if len(word) >= SHORTEST_PREFIX:
            end = bisect_left(self._words, word + _LAST, first)
        else:
            end = first + (first < len(self._words) and self._words[first] == word)
        return self._between(first, end)

    def near(self, word: str, slips: int) -> Numbers:
        """Rows that have a word at most so many *slips* away from *word*; some of them more than once."""
        found = [np.empty(0, np.int32)]
        for size in range(len(word) - slips, len(word) + slips + 1):
            numbers = self._by_length.get(size)
            if numbers is not None:
                words = [self._words[number] for number in numbers.tolist()]
                distances = cdist([word], words, scorer=OSA.distance, score_cutoff=slips, dtype=np.uint8)[0]
                close = numbers[distances <= slips]
                found.extend(self._between(number, number + 1) for number in close.tolist())
        return np.concatenate(found)

    def _between(self, first: int, end: int) -> Numbers:
        return self._rows[self._ends[first] : self._ends[end]]


class WordCollector:
    """Takes in the words of rows as they come; gives the index."""

    def __init__(self) -> None:
        self._numbers = Numbering()
        self._taken: list[Numbers] = []
        self._counts: list[Numbers] = []

    def add(self, texts: Iterable[str]) -> None:
        """Take in the words of the next rows: of each a text with the words between spaces."""
        number = self._numbers.__getitem__
        counts: list[int] = []
        taken: list[int] = []
        for text in texts:
            words = text.split()
            counts.append(len(words))
            taken.extend(map(number, words))
        self._counts.append(np.array(counts, np.int32))
        self._taken.append(np.array(taken, np.int32))

    def finish(self, rows: NDArray[np.integer]) -> WordIndex:
        """The index; *rows* are the numbers of the rows taken in, in the order in which they came."""
        words = sorted(self._numbers)
        place = np.empty(len(words), np.int32)
        place[np.fromiter(map(self._numbers.__getitem__, words), np.intp, len(words))] = np.arange(len(words))
        self._numbers = Numbering()
        taken = place[np.concatenate(self._taken)] if self._taken else np.empty(0, np.int32)
        self._taken = []
        counts = np.concatenate(self._counts) if self._counts else np.empty(0, np.int32)
        owners = np.repeat(rows.astype(np.int32), counts)
        ends = np.concatenate(([0], np.cumsum(np.bincount(taken, minlength=len(words)))))
        return WordIndex(words, ends.astype(np.int64), owners[np.argsort(taken, kind="stable")])
