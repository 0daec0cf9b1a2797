"""Words: folding for comparison, slugs, and cleaning what people and feeds write."""

import re
import sys
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


def _removed_characters() -> dict[int, str | None]:
    """Control, format (bidi, zero-width, tags), surrogate and private characters; line breaks are kept."""
    table: dict[int, str | None] = {}
    for number in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(number))
        if category in {"Cc", "Cf", "Cs", "Co"} or 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE:  # noqa: PLR2004 - Unicode's noncharacters
            table[number] = None
    for number in (0x09, 0x0A):
        del table[number]
    for number in (0x2028, 0x2029, 0x85, 0x0B, 0x0C):
        table[number] = "\n"
    return table


_REMOVED = _removed_characters()
_JOINED_SCRIPTS = re.compile(
    r"[\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\U0001f000-\U0001faff]"
)
_KEEPING_JOINERS = {number: to for number, to in _REMOVED.items() if chr(number) not in _JOINERS}


def _bare(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Give *text* for comparison: small letters without accents, words with one space between; other scripts stay."""
    if text.isascii():
        plain = text.lower()
    else:
        plain = _bare(_bare(text.translate(_PLAIN)).casefold())  # folding case can bring accents back
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
