"""A BMLT search: one frozen value, as the contract of those servers means each parameter."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

#: How far an automatic radius goes, step by step, in the unit asked for.
AUTO_STEPS: Final = (
    *(0.0625, 0.125, 0.1875, 0.25, 0.4375, 0.5, 0.5625, 0.75, 0.8125, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75),
    *(3, 3.25, 3.5, 3.75, 4, 4.25, 4.5, 4.75, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 11, 12, 13, 14, 15),
    *(17.5, 20, 22.5, 25, 27.5, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 150, 200),
)
DEFAULT_SORT: Final = ("weekday_tinyint", "start_time", "duration_time")
#: Short names of orders -> the fields that they sort by.
SORT_ALIASES: Final = {
    "weekday": (
        *("weekday_tinyint", "location_municipality", "location_city_subsection"),
        *("start_time", "location_neighborhood"),
    ),
    "time": (
        *("weekday_tinyint", "start_time", "location_municipality"),
        *("location_city_subsection", "location_neighborhood"),
    ),
    "town": (
        *("location_municipality", "location_city_subsection", "location_neighborhood"),
        *("weekday_tinyint", "start_time"),
    ),
    "state": (
        *("location_province", "location_municipality", "location_city_subsection"),
        *("weekday_tinyint", "start_time"),
    ),
    "weekday_state": (
        *("weekday_tinyint", "location_province", "location_municipality"),
        *("start_time", "location_city_subsection"),
    ),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """Numbers to have and numbers not to have; what may be is everything when none is to be had."""

    wanted: tuple[int, ...] = ()
    unwanted: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A point in degrees, and how far from it: an exact ``radius``, or as far as ``nearest`` meetings are.

    Both are in units of which a degree of the great circle has ``a_degree``; neither: everywhere, distances told.
    """

    latitude: float
    longitude: float
    a_degree: float
    radius: float | None = None
    nearest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BmltQuestion:
    """Everything that GetSearchResults is asked with. Times are minutes; ``words`` are folded, any of them will do.

    ``nothing``: the question is one that those servers answer with nothing. ``since`` is the first revision of the
    directory that counts. ``today`` is the day from which on exceptions are told in comments.
    """

    nothing: bool = False
    meeting_ids: Signed = Signed()
    search_ids: Signed = Signed()  # given in place of words
    weekdays: Signed = Signed()  # 1 = Sunday
    venue_types: Signed = Signed()
    services: Signed = Signed()
    recursive: bool = False
    formats: Signed = Signed()
    any_format: bool = False
    key: str | None = None
    key_values: tuple[str, ...] = ()
    starts_after: int | None = None
    starts_before: int | None = None
    ends_before: int | None = None
    min_duration: int | None = None
    max_duration: int | None = None
    around: Around | None = None
    by_distance: bool = False
    words: tuple[str, ...] | None = None
    since: int | None = None
    sort_keys: tuple[str, ...] = DEFAULT_SORT
    page_size: int | None = None
    page_num: int = 1
    today: dt.date = dt.date.min
