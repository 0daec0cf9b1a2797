"""What stands behind the name of a town: "TX", "Texas", "Canada", "Ontario, Canada"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from finder.domain.place_names import COUNTRY_WORDS, STATE_CODES, STATE_NAMES
from finder.domain.text import fold

State = tuple[str, str]  # country code, state code


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """Names and codes of states and countries, folded. A word may mean several ("georgia", "ca")."""

    countries: Mapping[str, str]  # code -> name
    country_words: Mapping[str, str] = field(default_factory=dict)
    state_words: Mapping[str, tuple[State, ...]] = field(default_factory=dict)
    state_names: Mapping[State, str] = field(default_factory=dict)

    @classmethod
    def load(cls, countries: Iterable[tuple[str, str]], states: Iterable[tuple[str, str, str]]) -> "Qualifiers":
        """Read countries (code, name) and states (country, code, name) and add those known beside."""
        names = dict(countries)
        words = {fold(name): code for code, name in names.items()} | {code.lower(): code for code in names}
        known: dict[State, str] = {(country, code): name for country, code, name in states}
        for country, codes in STATE_CODES.items():
            known |= {(country, code): STATE_NAMES.get(country, {}).get(code, code) for code in codes.values()}
        by_word: dict[str, list[State]] = {}
        for (country, code), name in known.items():
            for word in {fold(code), fold(name)}:
                by_word.setdefault(word, []).append((country, code))
        return cls(names, words | COUNTRY_WORDS, {word: tuple(found) for word, found in by_word.items()}, known)

    def read(self, words: str) -> tuple[set[State], set[str]] | None:
        """The states and countries that *words* (folded) can mean, or None when they mean neither.

        "tx", "texas" and "texas usa" all mean Texas; "ca" means California and Canada.
        """
        states, countries = set(self.state_words.get(words, ())), set()
        if words in self.country_words:
            countries.add(self.country_words[words])
        if states or countries:
            return states, countries
        parts = words.split()
        for cut in range(1, len(parts)):
            inner, outer = " ".join(parts[:cut]), " ".join(parts[cut:])
            country = self.country_words.get(outer)
            if country and inner in self.state_words:
                return {state for state in self.state_words[inner] if state[0] == country}, set()
        return None
