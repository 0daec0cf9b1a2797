"""What was probably meant by words that name nothing: the nearest spelling, taken or suggested."""

from collections.abc import Iterator

from finder.domain.text import fold
from finder.search.asking import MAX_SUGGESTIONS, Asking
from finder.search.phrases import typo_splits
from finder.search.place import Place, PlaceAnswer
from finder.search.qualifiers import Meaning
from finder.search.ranking import Candidate, same_place
from finder.search.spelling import alike

MAX_CHOICES = 8
#: A misspelling is corrected without asking from this score on (spelling up to 100, home and size beside it).
TAKEN_SCORE = 89
HOME_BONUS = 3
MAX_SIZE_BONUS = 6
#: A place abroad must be as large as this to be taken without asking.
MIN_ABROAD = 100_000

NOWHERE = "No place of that name is known here. Check the spelling, add the state or country, or try a ZIP code."


def correct(asking: Asking, text: str, *, but: Place | None = None) -> PlaceAnswer:
    """The place whose name is spelt nearly like *text*, with ``corrected`` set; otherwise suggestions and advice.

    Namesakes of *but* are passed over.
    """
    scored: dict[Place, float] = {}
    for name, meaning in _readings(asking, text):
        for candidate, score in _alike(asking, name, meaning):
            place = candidate.place
            if but is not None and fold(place.name) == fold(but.name):
                continue
            bonus = (HOME_BONUS if place.country == asking.home else 0) + _size_bonus(place)
            scored[place] = max(scored.get(place, 0.0), score + bonus)
        if max(scored.values(), default=0.0) >= TAKEN_SCORE:
            break  # each reading costs a search
    ranked: list[Place] = []
    for place in sorted(scored, key=lambda place: (-scored[place], -place.population, place.label)):
        if not any(same_place(place, other) for other in ranked):
            ranked.append(place)
    if ranked and scored[ranked[0]] >= TAKEN_SCORE and _is_likely(ranked[0], asking):
        return PlaceAnswer(place=ranked[0], choices=tuple(ranked[1:MAX_CHOICES]), corrected=True)
    return PlaceAnswer(suggestions=tuple(ranked[:MAX_SUGGESTIONS]), message=NOWHERE)


def _readings(asking: Asking, text: str) -> list[tuple[str, Meaning | None]]:
    """Names (keys) that may be misspelt, with what stands behind them; those with a state or country first."""
    readings: list[tuple[str, Meaning | None]] = []
    for name, rest in typo_splits(text):
        meaning = asking.file.qualifiers.read_roughly(rest)
        if meaning or not rest or "," in text:
            readings.append((name, meaning))
    return sorted(readings, key=lambda reading: reading[1] is None)


def _alike(asking: Asking, name: str, meaning: Meaning | None) -> Iterator[tuple[Candidate, float]]:
    for key, score in alike(asking.file, name, asking.local):
        for candidate in asking.by_key(key):
            if candidate.own and (meaning is None or meaning.fits(candidate.place.country, candidate.state)):
                yield candidate, score


def _is_likely(place: Place, asking: Asking) -> bool:
    return place.country == asking.home or place.kind != "city" or place.population >= MIN_ABROAD


def _size_bonus(place: Place) -> int:
    return min(MAX_SIZE_BONUS, len(str(place.population)))
