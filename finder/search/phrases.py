"""Ways to take apart what somebody typed: a name, what stands behind it, and words that only surround it."""

import re
from collections.abc import Iterator

from finder.domain.place_names import name_key
from finder.domain.text import fold

#: Words that people put around the name of a place.
_BEFORE = re.compile(
    r"^(?:(?:i am |im )?(?:near|around|close to|next to|in|at)(?: me in)? |meetings? (?:in|near) |"
    r"(?:the )?(?:city|town|village) of |(?:downtown|central|greater|metro|inner) )+"
)
_AFTER = re.compile(r"(?: (?:area|metro|metro area|metropolitan area|downtown|city centre|city center))+$")
_WITH_DIGIT = re.compile(r"\S*\d\S*")
_SPACES_AND_COMMAS = re.compile(r"(?:\s*,)+\s*")
MAX_TYPO_TAIL = 2


def splits(text: str) -> Iterator[tuple[str, str]]:
    """The whole, then name and rest (folded): at the comma, then at every space, the longest name first."""
    yield text, ""
    head, _, tail = text.partition(",")
    if fold(tail):
        yield head, fold(tail)
    words = fold(text).split()
    for cut in range(len(words) - 1, 0, -1):
        yield " ".join(words[:cut]), " ".join(words[cut:])


def typo_splits(text: str) -> Iterator[tuple[str, str]]:
    """Key and rest (folded) where either may be misspelt: few, since each costs a search."""
    head, _, tail = text.partition(",")
    yield name_key(head), fold(tail)
    words = name_key(head).split()
    if not fold(tail):
        for cut in range(1, min(MAX_TYPO_TAIL, len(words) - 1) + 1):
            yield " ".join(words[:-cut]), " ".join(words[-cut:])


def plainer(text: str) -> Iterator[str]:
    """The text without a postcode or house number, then without the words people put around a name."""
    text = text.strip(" ,")
    without_digits = _SPACES_AND_COMMAS.sub(", ", " ".join(_WITH_DIGIT.sub(" ", text).split())).strip(" ,")
    seen = {text, ""}
    for plain in (without_digits, _bare(text), _bare(without_digits)):
        if plain not in seen:
            seen.add(plain)
            yield plain


def _bare(text: str) -> str:
    head, comma, tail = text.partition(",")
    key = fold(head)
    bare = _AFTER.sub("", _BEFORE.sub("", key)) or key
    return text if bare == key else f"{bare}{comma}{tail}"
