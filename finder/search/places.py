"""Words of a seeker to a point, from the embedded places. No network; nothing is kept of what was asked.

Understood are towns, "town, state", "town state", "town, country", counties and states, US ZIP codes, postcodes, towns
and regions known from the listings, a part of a town ("Hyde Park, Chicago"), short names (NYC, St. Louis, Ft. Worth),
names without or with other accents, names in other languages, misspellings, and a position as two numbers. A name that
several places of weight share becomes a choice.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from finder.domain.errors import BadInputError
from finder.domain.geo import is_position, rounded_position
from finder.domain.listing import LocationDraft
from finder.domain.place_names import NICKNAMES, name_key
from finder.domain.text import clean, fold
from finder.search import addresses
from finder.search.asking import ZIP_HOME, Asking
from finder.search.corrections import MAX_CHOICES, NOWHERE, correct
from finder.search.local_places import LocalPlaces
from finder.search.phrases import plainer
from finder.search.place import Place, PlaceAnswer
from finder.search.place_file import PlaceFile
from finder.search.ranking import Candidate, decide
from finder.search.zones import zone_at

__all__ = ["Gazetteer", "LocalPlaces", "Place", "PlaceAnswer"]

MAX_LENGTH = 100
MIN_PREFIX = 2
MIN_ZIP_PREFIX, MAX_ZIP_PREFIX = 3, 5
#: Suggestions are picked from so many names with that beginning.
WIDER = 5
#: Among suggestions a town at home counts so many times, a county so many times less.
HOME_PROMINENCE = 10
#: Whoever names a place of fewer people may have misspelt one of more.
HAMLET, TOWN = 1000, 100_000
#: Of latitude, on the mean sphere.
KM_PER_DEGREE = 111.195

_POSITION = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)|(-?\d{1,2}\.\d+)\s+(-?\d{1,3}\.\d+)")


class Gazetteer:
    """The places in the file *path*. Any thread may ask, before and after a fork."""

    def __init__(self, path: Path) -> None:
        self._file = PlaceFile(path)

    @property
    def countries(self) -> Mapping[str, str]:
        """The names of countries by ISO 3166 code."""
        return self._file.countries

    def lookup(self, text: str, *, default_country: str, local: LocalPlaces | None = None) -> PlaceAnswer:
        """The place meant by *text*, or several to choose from, or what to try. Raises BadInputError when too long."""
        if len(text) > MAX_LENGTH:
            instruction = f"Enter a place in at most {MAX_LENGTH} characters, such as a city or a ZIP code."
            raise BadInputError("near", instruction)
        text = clean(text)
        if not fold(text):
            return PlaceAnswer(message=NOWHERE)
        asking = Asking(self._file, local or LocalPlaces(), default_country)
        found = self._position(text) or asking.postcode(text)
        if found is not None:
            return PlaceAnswer(place=found)
        answer = asking.country(text) or self._named(asking, text)
        if answer is not None:
            return _with_larger(answer, asking, text)
        if text.replace("-", "").isdigit():
            abroad = self._file.zip_code(text)
            return PlaceAnswer(suggestions=(abroad.place,) if abroad else (), message=NOWHERE)
        return correct(asking, text)

    def suggest(self, text: str, limit: int = MAX_CHOICES, *, default_country: str = "") -> tuple[Place, ...]:
        """Towns whose own name begins with *text*, the largest first; those of *default_country* count for more.

        "austin, t" goes on to the state; three digits and more begin a ZIP code. Names that are not a place's own are
        looked at when nothing else is found. Nothing for less than two characters.
        """
        text = clean(text[:MAX_LENGTH])
        head, _, tail = text.partition(",")
        if text.isdecimal() and text.isascii() and MIN_ZIP_PREFIX <= len(text) <= MAX_ZIP_PREFIX:
            return self._file.zip_codes(text, limit)
        if len(fold(head)) < MIN_PREFIX:
            return ()
        asking = Asking(self._file, LocalPlaces(), default_country)
        if fold(tail):
            found = [one for one in asking.called(head) if one.own and self._continues(one, fold(tail))]
        else:
            found = self._beginning(asking, head, limit * WIDER)
        return tuple({one.place.label: one.place for one in found}.values())[:limit]

    def nearest_place(self, latitude: float, longitude: float) -> Place | None:
        """The town a point is in or near: the largest within ten kilometres, else the nearest within a hundred."""
        return self._file.near(latitude, longitude)

    def towns_about(self, latitude: float, longitude: float, *, reach_km: float, limit: int) -> tuple[Place, ...]:
        """The largest towns in the square that reaches so far from a point to every side: names for a drawn map."""
        return self._file.towns_about(latitude, longitude, min(90.0, reach_km / KM_PER_DEGREE), limit)

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
        asking = Asking(self._file, LocalPlaces(), default_country)
        for text in addresses.tries(location):
            us = self._file.zip_code(text) if default_country == ZIP_HOME else None
            if us is not None:
                return us.place
            found = asking.candidates(text) if "," in text else []
            towns = [one for one in found if one.place.kind != "region"]  # the middle of a state is nobody's address
            place = decide(towns, text=text, home=default_country, limit=MAX_CHOICES).place if towns else None
            if place is not None:
                return place
        return None

    def _position(self, text: str) -> Place | None:
        match = _POSITION.fullmatch(text)
        if match is None:
            return None
        latitude, longitude = (float(number) for number in match.groups() if number is not None)
        position = rounded_position(latitude, longitude)
        return self.nearby(*position) if is_position(latitude, longitude) else None

    def _named(self, asking: Asking, text: str) -> PlaceAnswer | None:
        foreign: PlaceAnswer | None = None
        for plain in (text, *plainer(text)):
            found = asking.candidates(plain)
            answer = decide(found, text=plain, home=asking.home, limit=MAX_CHOICES) if found else None
            if any(one.own for one in found):
                return answer
            foreign = foreign or answer
        if foreign is not None:
            return foreign
        if "," in text:
            address = LocationDraft(formatted_address=text)
            place = self.locate_address(address, default_country=asking.home)
            return PlaceAnswer(place=place) if place else None
        return None

    def _beginning(self, asking: Asking, head: str, limit: int) -> list[Candidate]:
        nickname = NICKNAMES.get(fold(head))
        found = asking.candidates(nickname)[:1] if nickname else []
        # "st" begins Stockholm as well as St. Louis.
        keys = {name_key(head), name_key(f"{head} -x").removesuffix(" x")}
        begun = [one for key in keys for one in self._file.beginning_with(key, limit)]
        begun.sort(key=lambda one: (-_prominence(one.place, asking.home), one.place.label))
        return found + begun or self._file.known_as(name_key(head), limit)

    def _continues(self, candidate: Candidate, tail: str) -> bool:
        country = self._file.countries.get(candidate.place.country, "")
        region = self._file.qualifiers.regions.get((candidate.place.country, candidate.state))
        words = (candidate.state, region.name if region else "", country, candidate.place.country)
        return any(fold(word).startswith(tail) for word in words)


def _prominence(place: Place, home: str) -> float:
    weighed = place.population * (HOME_PROMINENCE if place.country == home else 1)
    return weighed / HOME_PROMINENCE if place.kind == "region" else weighed


def _with_larger(answer: PlaceAnswer, asking: Asking, text: str) -> PlaceAnswer:
    """The answer; when it is a hamlet (Huston), with the town that is spelt nearly so (Houston) beside it."""
    place = answer.place
    if place is None or place.kind != "city" or place.population >= HAMLET or "," in text:
        return answer
    larger = correct(asking, text, but=place).place
    if larger is None or larger.population < TOWN:
        return answer
    return replace(answer, choices=(larger, *answer.choices)[:MAX_CHOICES])
