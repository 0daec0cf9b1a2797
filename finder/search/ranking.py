"""Which of several places of one name is meant: one that outweighs the others, or a choice."""

from collections.abc import Iterable
from dataclasses import dataclass

from finder.domain.geo import distance_km
from finder.domain.text import fold
from finder.search.place import Place, PlaceAnswer

#: A place is taken without asking when it weighs so many times the next of its name.
DOMINANT = 10
HOME_WEIGHT = 4
OTHER_NAME_WEIGHT = 0.25
SAME_SPELLING_WEIGHT = 3
#: Whoever types a name mostly means a town.
REGION_WEIGHT = 0.25
SAME_PLACE_KM = 25
#: Where there are meetings weighs so many times as much, and so does a namesake at home of so many people: nobody is
#: taken to one of two cities unasked.
LISTED_WEIGHT = 20
CITY = 50_000

CHOOSE = "Several places have that name. Choose one."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant; ``own``: by its own name, not by another it has. ``state`` is a code, or "".

    ``listed``: the directory has meetings there.
    """

    place: Place
    own: bool
    state: str = ""
    listed: bool = False


def decide(candidates: Iterable[Candidate], *, text: str, home: str, limit: int) -> PlaceAnswer:
    """One place when it dominates, with others of its name beside it; otherwise a choice of at most *limit*.

    People weigh, at home four times; a name that is only another name of a place weighs a quarter, one spelt as it was
    typed three times; a place with meetings twenty times. Whoever types a whole label gets that place.
    """
    candidates = tuple(candidates)
    typed, label = fold(text.partition(",")[0]), fold(text)
    some_listed = any(candidate.listed for candidate in candidates)

    def weight(candidate: Candidate) -> float:
        place = candidate.place
        weighed = float(max(place.population, 1)) * (HOME_WEIGHT if place.country == home else 1)
        weighed *= SAME_SPELLING_WEIGHT if fold(place.name) == typed else 1
        weighed *= REGION_WEIGHT if place.kind == "region" else 1
        city = some_listed and place.country == home and place.population >= CITY
        weighed *= LISTED_WEIGHT if candidate.listed or city else 1
        return weighed if candidate.own else weighed * OTHER_NAME_WEIGHT

    ranked = sorted(candidates, key=lambda candidate: (-weight(candidate), candidate.place.label))
    apart: list[Candidate] = []
    for candidate in ranked:
        if not any(same_place(candidate.place, other.place) for other in apart):
            apart.append(candidate)
    same = [one for one in ranked if "," in text and fold(one.place.label) == label]
    exact = next((one for one in same if one.place.label == text), next(iter(same), None))
    first = exact or apart[0]
    apart = [one for one in apart if one is not first and not same_place(one.place, first.place)]
    others = tuple(one.place for one in apart if one.own)[: limit - 1]
    second = max(map(weight, apart), default=0.0)
    if exact or not others or weight(first) >= DOMINANT * second:
        return PlaceAnswer(place=first.place, choices=others)
    return PlaceAnswer(choices=(first.place, *others), message=CHOOSE)


def same_place(place: Place, other: Place) -> bool:
    """Whether two places are one to whoever reads them: of one label, or near each other under two spellings."""
    if place.country and other.country and place.country != other.country:
        return False
    if place.label == other.label:
        return True
    if distance_km(place.latitude, place.longitude, other.latitude, other.longitude) > SAME_PLACE_KM:
        return False
    towns = place.kind != "region" and other.kind != "region"
    return _area(place) == _area(other) if towns else fold(place.name) == fold(other.name)


def _area(place: Place) -> str:
    return place.label.rpartition(", ")[2]
