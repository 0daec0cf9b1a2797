"""The oracle: the same questions answered from the documents, one by one, in plain Python.

It follows the words of ``criteria``, ``windows``, ``word_index``, ``facets`` and ``ordering``, and shares nothing with
the engine but the rules of time and distance of the domain.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from finder.domain.geo import distance_km
from finder.domain.occurrences import next_occurrence, occurrences
from finder.domain.schedule import Occurrence, weekday_of, weekdays_of
from finder.domain.text import tokens
from finder.domain.vocabulary import RecurrenceKind
from finder.feeds.document import overrides_of, schedule_of
from finder.search.criteria import BAND_MINUTES, FORMAT_FACETS, SearchCriteria, Sort, TimeBand, When
from tests.search.oracle_rules import DAY, between, in_window, slips
from tests.synthetic import Document

LAST = dt.datetime(6000, 1, 1, tzinfo=dt.UTC)
NO_DAY = 8 * 24 * 60


@dataclass(frozen=True)
class Found:
    """One listing that answers, with what it is ordered by."""

    id: int
    start: dt.datetime | None
    end: dt.datetime | None
    distance_km: float | None


class Listing:
    """A document with what the questions ask of it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.id: int = document["id"]
        self.schedule = schedule_of(document)
        self.overrides = overrides_of(document)
        self.days = frozenset(weekdays_of(self.schedule))
        place = document["location"] or {}
        self.point = (place["latitude"], place["longitude"]) if place.get("latitude") is not None else None
        texts = (
            document["name"],
            (document["group"] or {}).get("name"),
            place.get("name"),
            place.get("notes"),
            document["notes"],
        )
        self._next: dict[tuple[dt.datetime, frozenset[int]], Occurrence | None] = {}
        self._within: dict[tuple[dt.datetime, dt.datetime], list[Occurrence]] = {}
        self.words = {word for text in texts if text for word in fold_words(text)}

    @cached_property
    def start_minute(self) -> int | None:
        """Wall-clock start, minutes of the day."""
        start = self.schedule.start
        return None if start is None else start.hour * 60 + start.minute

    @cached_property
    def name_key(self) -> str:
        """The name as it is ordered by."""
        return " ".join(fold_words(self.document["name"]))[:255]

    def next(self, now: dt.datetime, days: Iterable[int]) -> Occurrence | None:
        """The next sitting on one of *days*, of any day when there are none."""
        if self.document["temporarily_closed"] or self.schedule.kind is RecurrenceKind.APPOINTMENT:
            return None
        wanted = frozenset(days)
        if (now, wanted) not in self._next:
            self._next[now, wanted] = next_occurrence(
                self.schedule, after=now, overrides=self.overrides, weekdays=wanted or None
            )
        found = self._next[now, wanted]
        return found if found is None or found.start < LAST else None

    def within(self, now: dt.datetime, end: dt.datetime) -> list[Occurrence]:
        """The sittings that have not ended at *now* and start before *end*."""
        if self.document["temporarily_closed"] or self.schedule.kind is RecurrenceKind.APPOINTMENT:
            return []
        if (now, end) not in self._within:
            self._within[now, end] = list(occurrences(self.schedule, start=now, end=end, overrides=self.overrides))
        return self._within[now, end]


def fold_words(text: str) -> list[str]:
    """The words of a text, folded by the rules of the domain."""
    return tokens(text)


class Oracle:
    """Answers questions about *documents* under a vocabulary of public documents."""

    def __init__(self, documents: Iterable[Document], vocabulary: dict[str, list[Document]]) -> None:
        self._slips: dict[tuple[str, str], int] = {}
        self.listings = [Listing(document) for document in documents]
        self.approach = {each["slug"]: each["approach"] for each in vocabulary["program"]}
        self.kind = {each["slug"]: each["kind"] for each in vocabulary["format"]}
        self.regions = {each["id"]: each for each in vocabulary["region"]}
        self.region_ids = {each["slug"]: each["id"] for each in vocabulary["region"]}
        self.all_words = {word for listing in self.listings for word in listing.words}

    def regions_of(self, listing: Listing) -> list[dict[str, Any]]:
        """The region of a listing and all above it."""
        path = listing.document["region"]
        region = self.regions.get(self.region_ids.get(path[-1]["slug"], 0)) if path else None
        found = []
        while region:
            found.append(region)
            region = self.regions.get(region["parent_id"])
        return found

    def answers(self, listing: Listing, criteria: SearchCriteria, now: dt.datetime) -> Found | None:
        """How *listing* answers, or None when it does not."""
        distance = None
        if criteria.latitude is not None and criteria.longitude is not None:
            if listing.point is None or listing.document["attendance"] == "online":
                return None
            distance = distance_km(criteria.latitude, criteria.longitude, *listing.point)
            if distance > criteria.within_km + 1e-8:
                return None
        if not self._is_such(listing, criteria):
            return None
        if criteria.when:
            sitting = self._sitting_in(listing, criteria, now)
            if sitting is None:
                return None
        else:
            sitting = listing.next(now, criteria.days)
        if sitting is None:
            return Found(listing.id, None, None, distance)
        return Found(listing.id, sitting.start.astimezone(dt.UTC), sitting.end.astimezone(dt.UTC), distance)

    def _sitting_in(self, listing: Listing, criteria: SearchCriteria, now: dt.datetime) -> Occurrence | None:
        zone = ZoneInfo(criteria.zone)
        for sitting in listing.within(now, now + 10 * DAY):
            on_day = not criteria.days or weekday_of(sitting.date) in criteria.days
            if on_day and any(in_window(when, sitting, now, zone) for when in criteria.when):
                return sitting
        return None

    def _is_such(self, listing: Listing, criteria: SearchCriteria) -> bool:
        document = listing.document
        formats = set(document["formats"])
        appointment = listing.schedule.kind is RecurrenceKind.APPOINTMENT
        minute = None if appointment else listing.start_minute
        by_kind = [
            {slug for slug in formats if self.kind[slug] == facet} & set(getattr(criteria, facet))
            for facet in FORMAT_FACETS
            if getattr(criteria, facet)
        ]
        return (
            (not criteria.days or bool(listing.days & set(criteria.days)))
            and (not criteria.bands or any(between(minute, *BAND_MINUTES[band]) for band in criteria.bands))
            and between(minute, criteria.start_from, criteria.start_until)
            and (not criteria.programs or document["program"] in criteria.programs)
            and (not criteria.approaches or self.approach[document["program"]] in criteria.approaches)
            and all(by_kind)
            and (not criteria.formats or bool(formats & set(criteria.formats)))
            and (not criteria.attendance or document["attendance"] in {*criteria.attendance, "hybrid"})
            and (
                not criteria.region_ids or bool(set(criteria.region_ids) & {r["id"] for r in self.regions_of(listing)})
            )
            and all(self._has_word(listing, word) for word in criteria.words)
        )

    def _has_word(self, listing: Listing, word: str) -> bool:
        if len(word) < 2:
            return word in listing.words
        if any(each.startswith(word) for each in self.all_words):
            return any(each.startswith(word) for each in listing.words)
        allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        for slip in range(1, allowed + 1):
            if any(self._is_near(each, word, slip) for each in self.all_words):
                return any(self._is_near(each, word, slip) for each in listing.words)
        return False

    def _is_near(self, word: str, other: str, slip: int) -> bool:
        if (word, other) not in self._slips:
            self._slips[word, other] = slips(word, other)
        return self._slips[word, other] <= slip

    def found(self, criteria: SearchCriteria, now: dt.datetime) -> list[Found]:
        """Everything that answers, in order."""
        found = [each for listing in self.listings if (each := self.answers(listing, criteria, now))]
        never = dt.datetime.max.replace(tzinfo=dt.UTC)
        by_id = {listing.id: listing for listing in self.listings}

        def millimetres(each: Found) -> int:
            return 0 if each.distance_km is None else round(each.distance_km * 1_000_000)

        def week_minute(each: Found) -> int:
            listing = by_id[each.id]
            days = listing.days & set(criteria.days) if criteria.days else listing.days
            return min(days) * 24 * 60 + (listing.start_minute or 0) if days else NO_DAY

        keys = {
            Sort.SOONEST: lambda each: (each.start or never, millimetres(each), each.id),
            Sort.NEAREST: lambda each: (millimetres(each), each.start or never, each.id),
            Sort.NAME: lambda each: (by_id[each.id].name_key, each.id),
            Sort.WEEKDAY: lambda each: (week_minute(each), each.id),
        }
        return sorted(found, key=keys[criteria.sort])

    def total(self, criteria: SearchCriteria, now: dt.datetime) -> int:
        """How many answer."""
        return sum(1 for listing in self.listings if self.answers(listing, criteria, now))

    def online_total(self, criteria: SearchCriteria, now: dt.datetime) -> int:
        """How many that are online only answer everything but the place."""
        anywhere = replace(criteria, latitude=None, longitude=None)
        return sum(
            1
            for listing in self.listings
            if listing.document["attendance"] == "online" and self.answers(listing, anywhere, now)
        )

    def facets(self, criteria: SearchCriteria, now: dt.datetime) -> dict[str, dict[str, int]]:
        """The count beside every choice."""
        found: dict[str, dict[str, int]] = {}
        for facet, parameter, choices in self._choices():
            none: dict[str, Any] = {parameter: ()}
            others = replace(criteria, **none)
            pool = [each for each in self.listings if self.answers(each, others, now)]
            numbers = {}
            for name, choice in choices.items():
                only: dict[str, Any] = {parameter: (choice,)}
                if facet in {"day", "when"}:
                    chosen = replace(criteria, **only)
                    numbers[name] = sum(1 for each in pool if self.answers(each, chosen, now))
                else:  # everything else has been seen to hold
                    chosen = replace(SearchCriteria(), **only)
                    numbers[name] = sum(1 for each in pool if self._is_such(each, chosen))
            found[facet] = {name: number for name, number in numbers.items() if number}
        return found

    def _choices(self) -> Iterable[tuple[str, str, dict[str, Any]]]:
        yield "day", "days", {str(day): day for day in range(7)}
        yield "time", "bands", {band.value: band for band in TimeBand}
        yield "when", "when", {when.value: when for when in When}
        yield "program", "programs", {slug: slug for slug in self.approach}
        yield "approach", "approaches", {approach: approach for approach in self.approach.values()}
        yield "attendance", "attendance", {name: name for name in ("in_person", "online", "hybrid")}
        yield "format", "formats", {slug: slug for slug in self.kind}
        for facet in FORMAT_FACETS:
            yield facet, facet, {slug: slug for slug, kind in self.kind.items() if kind == facet}
        yield "region", "region_ids", self.region_ids
