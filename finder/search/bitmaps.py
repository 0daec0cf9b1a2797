"""Sets of rows as bits: 64 rows a word, row 0 in the lowest bit of the first word."""

import sys
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

WORD = 64

Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

#: Rows of a matrix that are counted at a time, so that what lies between fits the processor's cache.
_BLOCK = 32

if sys.byteorder != "little":  # pragma: no cover - no such machine is served
    raise RuntimeError("Bit sets of rows are laid out for little-endian machines.")


def words_for(rows: int) -> int:
    """How many words hold *rows* bits."""
    return -(-rows // WORD)


def pack(flags: Flags) -> Words:
    """The rows whose flag is set; the number of flags is a multiple of 64."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def unpack(words: Words) -> Flags:
    """A flag for every row, 64 for each word."""
    return np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)


def rows_of(words: Words) -> NDArray[np.intp]:
    """The numbers of the rows in a set, ascending."""
    return np.flatnonzero(unpack(words))


def count(words: Words) -> int:
    """How many rows are in a set."""
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def counts(matrix: NDArray[np.uint64], mask: Words) -> NDArray[np.int64]:
    """How many rows of *mask* are in each set of *matrix* (sets by words)."""
    found = np.empty(len(matrix), np.int64)
    for first in range(0, len(matrix), _BLOCK):
        block = matrix[first : first + _BLOCK]
        found[first : first + _BLOCK] = np.bitwise_count(block & mask).sum(axis=1, dtype=np.uint32)
    return found


def any_of(sets: Iterable[Words], size: int) -> Words:
    """The union of *sets*, each of *size* words; empty when there are none."""
    union = np.zeros(size, np.uint64)
    for each in sets:
        union |= each
    return union


def set_of(rows: NDArray[np.integer], size: int) -> Words:
    """The set of the given rows, in *size* words."""
    flags = np.zeros(size * WORD, np.bool_)
    flags[rows] = True
    return pack(flags)
