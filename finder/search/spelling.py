"""Names spelt like a misspelt one: trigrams find candidates, edit distance ranks them."""

from collections.abc import Iterable
from string import ascii_lowercase

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from finder.search.local_places import LocalPlaces
from finder.search.place_file import PlaceFile

MIN_LENGTH, MAX_LENGTH = 4, 40
CANDIDATES = 150
MAX_LENGTH_DIFFERENCE = 3
MIN_LIKENESS = 0.66
BEST = 12
#: Up to this length one slip can leave no trigram whole, so that every slip of one letter is tried.
SHORT = 7


def alike(file: PlaceFile, name: str, local: LocalPlaces) -> list[tuple[str, float]]:
    """Keys spelt like *name* (a key itself) and how alike they are, 0 to 100; nothing for very short or long ones."""
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        return []
    grams = sorted({name[start : start + 3] for start in range(len(name) - 2)})
    found = dict(_closest(name, {*file.spelt_like(grams, CANDIDATES), *file.existing(sorted(_slips(name)))}))
    found |= _closest(name, [key for key in local.keys if abs(len(key) - len(name)) <= MAX_LENGTH_DIFFERENCE])
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:BEST]


def _closest(name: str, keys: Iterable[str]) -> Iterable[tuple[str, float]]:
    found = process.extract(
        name, keys, scorer=OSA.normalized_similarity, processor=None, limit=BEST, score_cutoff=MIN_LIKENESS
    )
    return [(key, max(score * 100, fuzz.ratio(key, name))) for key, score, _ in found]


def _slips(name: str) -> set[str]:
    """What *name* would be with two neighbours swapped, a letter dropped, and when short, one added or changed."""
    ends = [(name[:place], name[place:]) for place in range(len(name) + 1)]
    slips = {head + tail[1] + tail[0] + tail[2:] for head, tail in ends if len(tail) > 1}
    slips |= {head + tail[1:] for head, tail in ends if tail}
    if len(name) <= SHORT:
        slips |= {
            head + letter + rest for head, tail in ends for letter in ascii_lowercase for rest in (tail, tail[1:])
        }
    return slips - {name}
