"""Which of several places of one name is meant: one that outweighs the others, or a choice."""

from collections.abc import Iterable

from finder.domain.geo import distance_km
from finder.domain.text import fold
from finder.search.place import Place, PlaceAnswer

#: A place is taken without asking when it weighs so many times the next of its name.
DOMINANT = 10
HOME_WEIGHT = 4
OTHER_NAME_WEIGHT = 0.25
SAME_SPELLING_WEIGHT = 3
SAME_PLACE_KM = 25

Candidate = tuple[Place, bool]  # a place, and whether the name is its own


def decide(candidates: Iterable[Candidate], *, text: str, home: str, limit: int) -> PlaceAnswer:
    """One place when it dominates, with others of its name beside it; otherwise a choice of at most *limit*.

    People weigh, at home four times; a name that is only another name of a place weighs a quarter, one spelt as it was
    typed three times.
    """
    typed = fold(text.partition(",")[0])

    def weight(candidate: Candidate) -> float:
        place, own = candidate
        weighed = float(max(place.population, 1)) * (HOME_WEIGHT if place.country == home else 1)
        weighed *= SAME_SPELLING_WEIGHT if fold(place.name) == typed else 1
        return weighed if own else weighed * OTHER_NAME_WEIGHT

    apart: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda candidate: (-weight(candidate), candidate[0].label)):
        if not any(same_place(candidate[0], other) for other, _ in apart):
            apart.append(candidate)
    first, *rest = apart
    others = tuple(place for place, own in rest if own)[: limit - 1]
    if not rest or weight(first) >= DOMINANT * weight(rest[0]):
        return PlaceAnswer(place=first[0], choices=others)
    return PlaceAnswer(choices=(first[0], *others), message="Several places have that name. Choose one.")


def same_place(place: Place, other: Place) -> bool:
    """Whether two places are one under two entries: near each other and of one country."""
    if place.country and other.country and place.country != other.country:
        return False
    return distance_km(place.latitude, place.longitude, other.latitude, other.longitude) <= SAME_PLACE_KM
