"""What somebody who writes to us is called: a first name and an initial at most, as the fellowships do."""

import re
import unicodedata

from finder.domain.errors import BadInputError
from finder.domain.text import clean

LONGEST = 40
_INITIAL = re.compile(r"[^\W\d_]\.?")
_WITHIN = "'\u2019-"


def check_name(text: str) -> str:
    """*text* as a first name, with an initial or without: "Robin", "Robin K.", "Mary-Lou B"; "" stays "".

    Raises BadInputError with the shorter form to use, as in "Robin K." for a whole name.
    """
    words = clean(text).split()
    if not words:
        return ""
    if not all(map(_is_word, words)) or len(clean(text)) > LONGEST:
        raise BadInputError("contact_name", "Give a first name, and an initial if you like: Robin K.")
    *firsts, last = words
    if firsts and not _INITIAL.fullmatch(last):
        shorter = " ".join([firsts[0], f"{last[0].upper()}."])
        raise BadInputError("contact_name", f"First name and an initial at most, please: {shorter}")
    return " ".join(words)


def _is_word(word: str) -> bool:
    """Whether *word* can be part of a name: it begins with a letter; letters of India carry their signs along."""
    return word[0].isalpha() and all(
        char.isalpha() or char in _WITHIN or unicodedata.category(char)[0] == "M" for char in word.rstrip(".")
    )
