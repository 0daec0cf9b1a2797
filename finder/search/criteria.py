"""The question: one frozen value a search is asked with.

What each part means is written down in ``docs/api.md``; the engine and its oracle in the tests follow this:

- *place*: latitude and longitude in degrees, already rounded to two decimals, and ``within_km`` (inclusive). With
  a place only listings with a point and in-person or hybrid attendance count.
- *region_ids*: the regions named and everything below them.
- *listing_ids*: these listings alone, which is how those of a district are asked for; None for any.
- *days*: 0 = Sunday; the listing meets on that weekday in its own zone.
- *bands*, *start_from*, *start_until*: the start in the listing's own zone, minutes of the day.
- *when*: an occurrence in that window of the seeker's zone, not yet ended.
- facets: OR inside one, AND across. ``formats`` takes format slugs of any kind, OR inside.
- *words*: every word must match (prefix or near miss) in name, group, location or notes.
"""

from dataclasses import dataclass
from enum import StrEnum

from finder.domain.vocabulary import Approach, Attendance


class When(StrEnum):
    """Windows of time as a seeker says them."""

    NOW = "now"
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"
    NEXT24H = "next24h"


class TimeBand(StrEnum):
    """Parts of the day; they overlap as people's words do."""

    MORNING = "morning"
    MIDDAY = "midday"
    EVENING = "evening"
    NIGHT = "night"


#: Start minute (inclusive) and end minute (exclusive) of each band; night wraps midnight.
BAND_MINUTES: dict[TimeBand, tuple[int, int]] = {
    TimeBand.MORNING: (4 * 60, 12 * 60),
    TimeBand.MIDDAY: (11 * 60, 17 * 60),
    TimeBand.EVENING: (16 * 60, 21 * 60),
    TimeBand.NIGHT: (20 * 60, 5 * 60),
}


class Sort(StrEnum):
    """Orders of an answer; ties fall to the next of start, distance, id."""

    SOONEST = "soonest"
    NEAREST = "nearest"
    NAME = "name"
    WEEKDAY = "weekday"


#: Facets that are made of formats of one kind, by the parameter that asks for them.
FORMAT_FACETS = ("audience", "focus", "style", "openness", "language", "access")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCriteria:
    """A whole question. Empty tuples and None mean "any"."""

    latitude: float | None = None
    longitude: float | None = None
    within_km: float = 16.09344
    region_ids: tuple[int, ...] = ()
    listing_ids: tuple[int, ...] | None = None
    zone: str = "UTC"  # the seeker's zone: the place's, else tz=, else the site's
    when: tuple[When, ...] = ()
    days: tuple[int, ...] = ()
    bands: tuple[TimeBand, ...] = ()
    start_from: int | None = None
    start_until: int | None = None
    programs: tuple[str, ...] = ()
    approaches: tuple[Approach, ...] = ()
    audience: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    style: tuple[str, ...] = ()
    openness: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    words: tuple[str, ...] = ()  # folded
    sort: Sort = Sort.SOONEST
    page: int = 1
    per_page: int = 25

    @property
    def has_place(self) -> bool:
        """Whether the question has a point."""
        return self.latitude is not None and self.longitude is not None
