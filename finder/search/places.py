"""Words of a seeker to a point, from the embedded places. No network; nothing is kept of what was asked.

Understood are towns, "town, state", "town state", "town, country", US ZIP codes, postcodes and regions known from the
listings, short names (NYC, St. Louis, Ft. Worth), names without or with other accents, names in other languages, and
misspellings. A name that several places of weight share becomes a choice.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from finder.domain.errors import BadInputError
from finder.domain.geo import is_position, rounded_position
from finder.domain.listing import LocationDraft
from finder.domain.place_names import meant, name_key
from finder.domain.text import clean, fold
from finder.search import addresses
from finder.search.local_places import LocalPlaces
from finder.search.place import Place, PlaceAnswer
from finder.search.place_file import PlaceFile
from finder.search.ranking import Candidate, decide, same_place
from finder.search.spelling import alike
from finder.search.zones import zone_at

__all__ = ["Gazetteer", "LocalPlaces", "Place", "PlaceAnswer"]

MAX_LENGTH = 100
MAX_CHOICES = 8
MAX_SUGGESTIONS = 5
MIN_PREFIX = 2
#: A misspelling is corrected without asking from this score on (spelling up to 100, home and size beside it).
TAKEN_SCORE = 89
HOME_BONUS = 3
MAX_SIZE_BONUS = 6

_POSITION = re.compile(r"^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")
_NOWHERE = "No place of that name is known here. Check the spelling, add the state or country, or try a ZIP code."


class Gazetteer:
    """The places in the file *path*. Any thread may ask, before and after a fork."""

    def __init__(self, path: Path) -> None:
        self._file = PlaceFile(path)

    def lookup(self, text: str, *, default_country: str, local: LocalPlaces | None = None) -> PlaceAnswer:
        """The place meant by *text*, or several to choose from, or what to try. Raises BadInputError when too long."""
        if len(text) > MAX_LENGTH:
            instruction = f"Enter a place in at most {MAX_LENGTH} characters, such as a city or a ZIP code."
            raise BadInputError("near", instruction)
        text = clean(text)
        if not fold(text):
            return PlaceAnswer(message=_NOWHERE)
        local = local or LocalPlaces()
        found = self._position(text) or local.postcode(text) or self._file.zip_code(text)
        if found is not None:
            return PlaceAnswer(place=found)
        candidates = self.candidates(text, local)
        if candidates:
            return decide(candidates, text=text, home=default_country, limit=MAX_CHOICES)
        return self._area(text) or self._misspelt(text, default_country, local)

    def suggest(self, text: str, limit: int = MAX_CHOICES) -> tuple[Place, ...]:
        """Towns whose own name begins with *text*, the largest first. Nothing for less than two characters."""
        key = name_key(clean(text[:MAX_LENGTH]))
        return self._file.beginning_with(key, limit) if len(key) >= MIN_PREFIX else ()

    def nearest_place(self, latitude: float, longitude: float) -> Place | None:
        """The town a point is in or near: the largest within ten kilometres, else the nearest within a hundred."""
        return self._file.near(latitude, longitude)

    def nearby(self, latitude: float, longitude: float) -> Place:
        """A place for a bare position: its zone, and as name no more than the town it is near."""
        town = self._file.near(latitude, longitude)
        return Place(
            name=town.name if town else "your position",
            label=f"near {town.label}" if town else "your position",
            latitude=latitude,
            longitude=longitude,
            zone=zone_at(latitude, longitude) or (town.zone if town else "UTC"),
            country=town.country if town else "",
            kind="point",
        )

    def locate_address(self, location: LocationDraft, *, default_country: str) -> Place | None:
        """The postcode or town of an address, for a listing without a point; None when it cannot be told."""
        for text in addresses.tries(location):
            found = self._file.zip_code(text) if default_country == "US" else None
            if found is None and "," in text and (candidates := self.candidates(text, LocalPlaces())):
                found = decide(candidates, text=text, home=default_country, limit=1).place
            if found is not None:
                return found
        return None

    def _position(self, text: str) -> Place | None:
        match = _POSITION.match(text)
        if match is None:
            return None
        latitude, longitude = rounded_position(float(match[1]), float(match[2]))
        return self.nearby(latitude, longitude) if is_position(latitude, longitude) else None

    def candidates(self, text: str, local: LocalPlaces) -> list[Candidate]:
        """Places named by the first words of *text* and fitting the rest, with whether the name is their own."""
        for name, rest in _splits(text):
            meaning = self._file.qualifiers.read(rest) if rest else None
            if rest and meaning is None:
                continue
            found = self._named(meant(name), local)
            if meaning is not None:
                states, countries = meaning
                found = [
                    named for named in found if (named[0].country, named[2]) in states or named[0].country in countries
                ]
            if found:
                return [(place, own) for place, own, _ in found]
        return []

    def _named(self, key: str, local: LocalPlaces) -> list[tuple[Place, bool, str]]:
        found = self._file.named(key) if key else []
        towns = [place for place, _, _ in found]
        here = [place for place in local.named(key) if not any(same_place(place, town) for town in towns)]
        return found + [(place, True, "") for place in here]

    def _area(self, text: str) -> PlaceAnswer | None:
        """A state as a place, or what to add to the name of a country; None when *text* is neither."""
        meaning = self._file.qualifiers.read(fold(text))
        if meaning is None:
            return None
        states, countries = meaning
        for country, state in sorted(states, key=lambda found: (found[0] != "US", found)):
            place = self._file.state(country, state)
            if place is not None:
                return PlaceAnswer(place=place)
        code = min(countries, default="")
        name = self._file.qualifiers.countries.get(code, text)
        suggestions = self._file.largest_of(code, MAX_SUGGESTIONS)
        return PlaceAnswer(suggestions=suggestions, message=f"{name} is large: enter a town in it.")

    def _misspelt(self, text: str, home: str, local: LocalPlaces) -> PlaceAnswer:
        """The nearest spellings: taken when one is near enough, otherwise suggested."""
        scored: dict[Place, float] = {}
        for name, rest in _typo_splits(text):
            meaning = self._file.qualifiers.read(rest) if rest else None
            if rest and meaning is None:
                continue
            for key, score in alike(self._file, name, local):
                for place, own, state in self._named(key, local):
                    fits = meaning is None or (place.country, state) in meaning[0] or place.country in meaning[1]
                    if fits and own:
                        bonus = (HOME_BONUS if place.country == home else 0) + _size_bonus(place)
                        scored[place] = max(scored.get(place, 0), score + bonus)
        ranked = sorted(scored, key=lambda place: (-scored[place], -place.population, place.label))
        if ranked and scored[ranked[0]] >= TAKEN_SCORE:
            return PlaceAnswer(place=ranked[0], choices=tuple(ranked[1:MAX_CHOICES]), corrected=True)
        return PlaceAnswer(suggestions=tuple(ranked[:MAX_SUGGESTIONS]), message=_NOWHERE)


def _size_bonus(place: Place) -> int:
    return min(MAX_SIZE_BONUS, len(str(place.population)))


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Ways to take *text* apart into the name of a place and what stands behind it."""
    yield text, ""
    head, _, tail = text.partition(",")
    if fold(tail):
        yield head, fold(tail)
    words = fold(text).split()
    for cut in range(len(words) - 1, 0, -1):
        yield " ".join(words[:cut]), " ".join(words[cut:])


def _typo_splits(text: str) -> Iterator[tuple[str, str]]:
    head, _, tail = text.partition(",")
    yield name_key(head), fold(tail)
    words = name_key(head).split()
    if not tail:
        for cut in (1, 2):
            if len(words) > cut:
                yield " ".join(words[:-cut]), " ".join(words[-cut:])
