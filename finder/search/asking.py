"""One question for a place: what its words can name, at home and with the places of the listings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from finder.domain.geo import distance_km
from finder.domain.place_names import NICKNAMES, name_key
from finder.domain.text import fold
from finder.search.local_places import LocalPlaces
from finder.search.phrases import splits
from finder.search.place import Place, PlaceAnswer
from finder.search.place_file import PlaceFile
from finder.search.ranking import Candidate, decide, same_place

#: "Hyde Park, Chicago": a place within another is so near to it.
WITHIN_TOWN_KM = 60
MAX_SUGGESTIONS = 5
MIN_NAMESAKE = 1000
ZIP_HOME = "US"
POSTCODE_WORDS = (2, 1)
#: Of longer texts no part is looked for within another.
MAX_PARTS = 8


@dataclass(frozen=True, slots=True)
class Asking:
    """Where is looked: the file of places, the places of the listings, and the country of the directory."""

    file: PlaceFile
    local: LocalPlaces
    home: str

    def candidates(self, text: str) -> list[Candidate]:
        """Places named by the first words of *text* and fitting the rest."""
        parts = list(splits(text))
        found = self._qualified(parts)
        if found or len(parts) > MAX_PARTS:
            return found
        return next((found for name, rest in parts if rest and (found := self._within(name, rest))), [])

    def called(self, name: str) -> list[Candidate]:
        """Whatever bears that name: towns, counties, states, and what the listings know."""
        nickname, _, area = NICKNAMES.get(fold(name), "").partition(", ")
        meaning = self.file.qualifiers.read(area)
        if meaning is None:
            return self.by_key(name_key(name))
        return [one for one in self.by_key(name_key(nickname)) if meaning.fits(one.place.country, one.state)]

    def by_key(self, key: str) -> list[Candidate]:
        """Whatever has that key as `finder.domain.place_names.name_key` makes it."""
        found = self.file.named(key) if key else []
        found += [Candidate(place, own=True, state=code) for place, code in self.file.qualifiers.regions_called(key)]
        here = [self._here(place, state) for place, state in self.local.named(key)]
        if not here:
            return found
        listed = [
            replace(one, listed=True) if any(same_place(one.place, other.place) for other in here) else one
            for one in found
        ]
        return listed + [one for one in here if not any(same_place(one.place, other.place) for other in found)]

    def postcode(self, text: str) -> Place | None:
        """The postcode that *text* is or ends with; None when the town before it lies elsewhere."""
        us = self.file.zip_code(text)
        if us is None:
            return self.local.postcode(text) or self._ending(text)
        head = text.rpartition(us.place.name)[0].strip(" ,")
        if not fold(head):
            return us.place if self.home == ZIP_HOME else self.local.postcode(text)
        named = self.candidates(head)
        if not named:
            return us.place if self.home == ZIP_HOME else None
        answer = decide(named, text=head, home=self.home, limit=MAX_SUGGESTIONS)
        meant = {answer.place} if answer.place else set(answer.choices)
        agree = any(one.place in meant and one.state == us.state for one in named)
        return us.place if agree else None

    def country(self, text: str) -> PlaceAnswer | None:
        """What to say to the name of a country; None when *text* is no country's.

        A country that is a town as well (Singapore, Monaco) or shares its name with a state is that; of others a town
        is wanted, and towns at home of that name (Lebanon, Peru) come first among the suggestions.
        """
        words = fold(text)
        code = self.file.qualifiers.country_called(words)
        if not code:
            return None
        found = [one for one in self.candidates(text) if one.place.country in {code, self.home}]
        found = [one for one in found if one.own or one.place.country != self.home]
        if any(one.place.country == code or one.place.kind == "region" for one in found):
            return decide(found, text=text, home=self.home, limit=MAX_SUGGESTIONS)
        namesakes = tuple(one.place for one in found if one.place.population >= MIN_NAMESAKE)[:2]
        suggestions = (*namesakes, *self.file.largest_of(code, MAX_SUGGESTIONS))[:MAX_SUGGESTIONS]
        name = self.file.countries.get(code, text)
        return PlaceAnswer(suggestions=suggestions, message=f"{name} is a whole country. Enter a town in it.")

    def _qualified(self, parts: Iterable[tuple[str, str]]) -> list[Candidate]:
        for name, rest in parts:
            meaning = self.file.qualifiers.read(rest) if rest else None
            if rest and meaning is None:
                continue
            found = self.called(name)
            if meaning is not None:
                found = [one for one in found if meaning.fits(one.place.country, one.state)]
            if found:
                return found
        return []

    def _within(self, name: str, rest: str) -> list[Candidate]:
        """Places called *name* in or near the town, or in the region of the listings, called *rest*."""
        here = [one for one in self.called(name) if fold(one.place.label) == f"{fold(one.place.name)} {rest}"]
        if here:
            return here
        towns = [one for one in self._qualified(splits(rest)) if one.place.kind != "region"]
        if not towns:
            return []
        answer = decide(towns, text=rest, home=self.home, limit=1)
        around = answer.place or answer.choices[0]
        return [one for one in self.called(name) if _apart_km(one.place, around) <= WITHIN_TOWN_KM]

    def _here(self, place: Place, state: str) -> Candidate:
        """A place of the listings, with its country and state as codes where their words are known."""
        words = self.file.qualifiers
        country = words.country_words.get(fold(place.country), place.country)
        if country != place.country:
            place = replace(place, country=country)
        return Candidate(place, own=True, state=words.state_code(fold(state), country), listed=True)

    def _ending(self, text: str) -> Place | None:
        """A postcode of the listings at the end of *text*: "Edmonton T6E 4E8"."""
        words = fold(text).split()
        tails = ("".join(words[-length:]) for length in POSTCODE_WORDS if length < len(words))
        return next((place for tail in tails if (place := self.local.whole_postcode(tail))), None)


def _apart_km(place: Place, other: Place) -> float:
    return distance_km(place.latitude, place.longitude, other.latitude, other.longitude)
