"""What a BMLT search works with: listings by weekday, and what things are looked up in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finder.feeds.bmlt_bodies import Bodies
from finder.feeds.bmlt_codes import BmltFormats
from finder.feeds.bmlt_encode import Sitting
from finder.search.bitmaps import Flags
from finder.search.bmlt_facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What a search looks things up in beside the snapshot.

    ``language`` is the one that meetings are written in, ``custom`` are the fields of the servers they came from.
    """

    facts: Facts
    formats: BmltFormats
    bodies: Bodies
    language: str
    custom: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Listings by weekday, side by side: their rows in the snapshot, the weekday, and what is told of both.

    ``number`` is the one for clients, ``alias`` the one that names the weekday whether it is the first or not.
    """

    row: NDArray[np.intp]
    weekday: NDArray[np.uint8]
    number: NDArray[np.int64]
    alias: NDArray[np.int64]
    degrees: NDArray[np.float64] | None

    def taken(self, places: NDArray[np.intp] | Flags) -> "Pairs":
        """Those at *places*, in that order."""
        return Pairs(
            row=self.row[places],
            weekday=self.weekday[places],
            number=self.number[places],
            alias=self.alias[places],
            degrees=None if self.degrees is None else self.degrees[places],
        )


@dataclass(frozen=True, slots=True)
class Found:
    """How many meetings answer, and those of the page in their order."""

    total: int
    sittings: list[Sitting]
