"""Words: folding for comparison, slugs, and cleaning what people and feeds write."""

import re
import unicodedata
from functools import lru_cache

from unidecode import unidecode

_JOINERS = {"\u200c", "\u200d"}

#: Letters that carry no combining accent and still have a plain form.
_PLAIN = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "þ": "th",
        "Þ": "th",
        "\u0131": "i",  # dotless i
    }
)
_APOSTROPHES = re.compile("['\u2019\u02bc`\u00b4]")
_NOT_WORD = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")


class _Removed(dict[int, str | None]):
    """What becomes of a character: control, format (bidi, zero-width, tags), surrogate and private ones go.

    Judged when first met: looking at all of Unicode beforehand would slow every start.
    """

    def __init__(self, kept: set[str]) -> None:
        super().__init__({ord(char): "\n" for char in "\u2028\u2029\x85\x0b\x0c"} | {ord(char): char for char in kept})

    def __missing__(self, number: int) -> str | None:
        never_a_character = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF  # noqa: PLR2004 - Unicode, 23.7
        hidden = never_a_character or unicodedata.category(chr(number)) in {"Cc", "Cf", "Cs", "Co"}
        found = self[number] = None if hidden else chr(number)
        return found


_REMOVED = _Removed({"\t", "\n"})
_JOINED_SCRIPTS = re.compile(
    r"[\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\U0001f000-\U0001faff]"
)
_KEEPING_JOINERS = _Removed({"\t", "\n", *_JOINERS})


def _bare(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Give *text* for comparison: small letters without accents, words with one space between; other scripts stay."""
    # folding case can bring accents back, so they are taken off again
    plain = text.lower() if text.isascii() else _bare(_bare(text.translate(_PLAIN)).casefold())
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).strip()


def tokens(text: str) -> list[str]:
    """Give the folded words of *text*, in order."""
    return fold(text).split()


def slugify(text: str, max_length: int = 64) -> str:
    """Give small ASCII letters, digits and single hyphens, at most *max_length*; "" when nothing is left."""
    plain = fold(unidecode(clean(text)))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:max_length].strip("-")


def clean(text: str) -> str:
    """One line without control, bidi, zero-width and other hidden characters, in normal form NFC.

    The joiners stay in scripts that are spelt with them.
    """
    return _SPACES.sub(" ", clean_multiline(text)).strip()


def clean_multiline(text: str) -> str:
    """`clean`, with line breaks kept, at most one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_KEEPING_JOINERS if _JOINED_SCRIPTS.search(text) else _REMOVED)
        text = unicodedata.normalize("NFC", text)
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
