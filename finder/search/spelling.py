"""Names spelt like a misspelt one: trigrams find candidates, edit distance ranks them."""

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from finder.search.local_places import LocalPlaces
from finder.search.place_file import PlaceFile

MIN_LENGTH = 4
CANDIDATES = 150
MAX_LENGTH_DIFFERENCE = 3
MIN_LIKENESS = 0.66
BEST = 12


def alike(file: PlaceFile, name: str, local: LocalPlaces) -> list[tuple[str, float]]:
    """Keys spelt like *name* (a key itself) and how alike they are, 0 to 100; nothing for very short names."""
    if len(name) < MIN_LENGTH:
        return []
    grams = sorted({name[start : start + 3] for start in range(len(name) - 2)})
    keys = set(file.spelt_like(grams, CANDIDATES))
    keys |= {key for key in local.keys if abs(len(key) - len(name)) <= MAX_LENGTH_DIFFERENCE}
    found = process.extract(
        name, sorted(keys), scorer=OSA.normalized_similarity, processor=None, limit=BEST, score_cutoff=MIN_LIKENESS
    )
    return [(key, max(score * 100, fuzz.ratio(key, name))) for key, score, _ in found]
