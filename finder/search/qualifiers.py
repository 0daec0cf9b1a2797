"""What stands behind the name of a town: "TX", "Texas", "Tex.", "Canada", "Ontario, Canada"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from finder.domain.place_names import COUNTRY_WORDS, STATE_WORDS
from finder.domain.text import fold
from finder.search.place import Place

State = tuple[str, str]  # country code, state code

#: A misspelt state or country is read when this much of it is right.
MIN_LIKENESS = 0.75
MIN_LENGTH = 4
CODE_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """The states and countries that some words can mean."""

    states: frozenset[State]
    countries: frozenset[str]

    def fits(self, country: str, state: str) -> bool:
        """Whether a place in that state of that country is meant."""
        return (country, state) in self.states or country in self.countries


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """Names and codes of states and countries, folded. A word may mean several ("georgia", "ca")."""

    countries: Mapping[str, str]  # code -> name
    country_words: Mapping[str, str]
    state_words: Mapping[str, tuple[State, ...]]
    regions: Mapping[State, Place]

    @classmethod
    def load(cls, countries: Iterable[tuple[str, str]], regions: Mapping[State, Place]) -> "Qualifiers":
        """Read countries (code, name) and the states of those that people write states of."""
        names = dict(countries)
        words = {fold(name): code for code, name in names.items()} | {code.lower(): code for code in names}
        by_word: dict[str, dict[State, None]] = {}
        for (country, code), place in regions.items():
            name = fold(place.name)
            for word in (fold(code), name, f"{name} state", f"state of {name}"):
                by_word.setdefault(word, {})[country, code] = None
        for country, others in STATE_WORDS.items():
            for word, code in others.items():
                by_word.setdefault(word, {})[country, code] = None
        return cls(names, words | COUNTRY_WORDS, {word: tuple(found) for word, found in by_word.items()}, regions)

    def read(self, words: str) -> Meaning | None:
        """What *words* (folded) can mean, or None when they are neither state nor country.

        "tx", "texas" and "texas usa" all mean Texas; "ca" means California and Canada.
        """
        found = Meaning(frozenset(self.state_words.get(words, ())), self._countries(words))
        if found.states or found.countries:
            return found
        parts = words.split()
        for cut in range(1, len(parts)):
            country = self.country_words.get(" ".join(parts[cut:]))
            states = frozenset(
                state for state in self.state_words.get(" ".join(parts[:cut]), ()) if state[0] == country
            )
            if states:
                return Meaning(states, frozenset())
        return None

    def read_roughly(self, words: str) -> Meaning | None:
        """`read`, misspellings of a whole name forgiven."""
        found = self.read(words)
        if found is not None or len(words) < MIN_LENGTH:
            return found
        known = [word for word in (*self.state_words, *self.country_words) if len(word) >= MIN_LENGTH]
        like = process.extractOne(
            words, known, scorer=OSA.normalized_similarity, processor=None, score_cutoff=MIN_LIKENESS
        )
        return self.read(like[0]) if like else None

    def regions_called(self, words: str) -> list[tuple[Place, str]]:
        """States as places, with their codes."""
        return [(self.regions[state], state[1]) for state in self.state_words.get(words, ()) if state in self.regions]

    def state_code(self, words: str, country: str) -> str:
        """The code of the state of *country* that *words* (folded) name, else ""."""
        return next((code for inside, code in self.state_words.get(words, ()) if inside == country), "")

    def country_called(self, words: str) -> str:
        """The code of the country that *words* name in full, else ""."""
        return self.country_words.get(words, "") if len(words) > CODE_LENGTH else ""

    def _countries(self, words: str) -> frozenset[str]:
        return frozenset({self.country_words[words]} if words in self.country_words else ())
