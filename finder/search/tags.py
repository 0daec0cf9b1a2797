"""Everything a listing is or is not, as sets of rows in one matrix: a filter is a union, a count is a population count.

Rows of the matrix: the formats by bit, then whether one can go there, attendance, weekdays, parts of the day,
approaches, programs. Sets of formats do not depend on the vocabulary; those of approaches and programs do.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finder.domain.catalogue import MAX_FORMATS
from finder.domain.schedule import DAYS_IN_WEEK
from finder.domain.vocabulary import Approach, Attendance
from finder.search.bitmaps import WORD, Flags, any_of, pack
from finder.search.columns import HYBRID, IN_PERSON, ONLINE, Columns
from finder.search.criteria import BAND_MINUTES, TimeBand
from finder.search.vocabulary import Vocabulary

Matrix = NDArray[np.uint64]

#: Listings with a point that one can go to, and those that are online only.
GOABLE: Final = MAX_FORMATS
ONLINE_ONLY: Final = GOABLE + 1
ATTENDANCES: Final = {choice: ONLINE_ONLY + 1 + number for number, choice in enumerate(Attendance)}
FIRST_DAY: Final = ONLINE_ONLY + 1 + len(Attendance)
BANDS: Final = {band: FIRST_DAY + DAYS_IN_WEEK + number for number, band in enumerate(TimeBand)}
APPROACHES: Final = {
    approach: FIRST_DAY + DAYS_IN_WEEK + len(TimeBand) + number for number, approach in enumerate(Approach)
}
FIRST_PROGRAM: Final = FIRST_DAY + DAYS_IN_WEEK + len(TimeBand) + len(Approach)

#: What a listing has to be to answer to a choice of attendance: hybrid ones answer to all.
ANSWERING = {
    Attendance.IN_PERSON: (IN_PERSON, HYBRID),
    Attendance.ONLINE: (ONLINE, HYBRID),
    Attendance.HYBRID: (HYBRID,),
}
_FORMAT_ROWS_AT_A_TIME = 1024 * WORD


def between(start: NDArray[np.int16], first: int | None, until: int | None) -> Flags:
    """Whether each start (minute of the day, -1 by appointment) is from *first* (inclusive) until *until* (exclusive).

    *first* after *until* goes over midnight; the two being equal is the whole day, and so is until 00:00 alone: the
    midnight at its end is meant. By appointment is never between.
    """
    first = first or 0
    if until is None:
        return start >= first
    if first >= until:
        return (start >= first) | ((start >= 0) & (start < until))
    return (start >= first) & (start < until)


def build_tags(columns: Columns, formats: NDArray[np.uint8], vocabulary: Vocabulary) -> Matrix:
    """The matrix of *columns* (their size a multiple of 64) and the sets of formats of their rows (n by 24 bytes)."""
    facts = _facts(columns)
    matrix = np.zeros((FIRST_PROGRAM + len(vocabulary.programs), len(columns.ids) // WORD), np.uint64)
    for first in range(0, len(columns.ids), _FORMAT_ROWS_AT_A_TIME):
        bits = np.unpackbits(formats[first : first + _FORMAT_ROWS_AT_A_TIME], axis=1, bitorder="little")
        packed = np.packbits(bits.T, axis=1, bitorder="little")
        words = np.zeros((MAX_FORMATS, -(-packed.shape[1] // 8) * 8), np.uint8)
        words[:, : packed.shape[1]] = packed
        sets = words.view(np.uint64)
        matrix[:MAX_FORMATS, first // WORD : first // WORD + sets.shape[1]] = sets
    matrix[GOABLE : GOABLE + len(facts)] = facts
    name_programs(matrix, columns, vocabulary)
    return matrix


def renamed(matrix: Matrix, columns: Columns, vocabulary: Vocabulary) -> Matrix:
    """The same matrix under another vocabulary."""
    changed = np.empty((FIRST_PROGRAM + len(vocabulary.programs), matrix.shape[1]), np.uint64)
    changed[:FIRST_PROGRAM] = matrix[:FIRST_PROGRAM]
    name_programs(changed, columns, vocabulary)
    return changed


def _facts(columns: Columns) -> list[NDArray[np.uint64]]:
    """The sets from `GOABLE` up to the approaches."""
    used = columns.ids >= 0
    attendance, start = columns.attendance, columns.start
    sets = [used & ~np.isnan(columns.point[0]) & (attendance != ONLINE), used & (attendance == ONLINE)]
    sets += [used & np.isin(attendance, ANSWERING[choice]) for choice in Attendance]
    sets += [(columns.weekdays >> day & 1).astype(np.bool_) for day in range(DAYS_IN_WEEK)]
    sets += [used & between(start, *BAND_MINUTES[band]) for band in TimeBand]
    return [pack(flags) for flags in sets]


def name_programs(matrix: Matrix, columns: Columns, vocabulary: Vocabulary) -> None:
    """Write the sets of programs and approaches into *matrix*."""
    for number, program in enumerate(vocabulary.programs):
        matrix[FIRST_PROGRAM + number] = pack((columns.program == program.id) & (columns.ids >= 0))
    for approach, row in APPROACHES.items():
        members = [
            matrix[FIRST_PROGRAM + number]
            for number, program in enumerate(vocabulary.programs)
            if program.approach is approach
        ]
        matrix[row] = any_of(members, matrix.shape[1])


class TagNames:
    """Which row of the matrix stands for what, under one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.programs = {entry.slug: FIRST_PROGRAM + number for number, entry in enumerate(vocabulary.programs)}
        usable = [entry for entry in vocabulary.formats if 0 <= entry.bit < MAX_FORMATS]
        self.formats = {entry.slug: entry.bit for entry in usable}
        self.kinds: dict[str, dict[str, int]] = {}
        for entry in usable:
            self.kinds.setdefault(entry.kind, {})[entry.slug] = entry.bit


def tags_of(names: dict[str, int], slugs: Sequence[str]) -> list[int]:
    """The rows of the matrix for *slugs*; those that nobody knows are left out."""
    return [names[slug] for slug in slugs if slug in names]
