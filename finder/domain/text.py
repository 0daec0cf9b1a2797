"""Words: folding for comparison, slugs, and cleaning what people and feeds write."""

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote

from unidecode import unidecode

#: Stands between the names in the path of a region or a service body.
PATH_MARK = ">"

#: Characters of these blocks are met again and again; what becomes of them is remembered. The rest is worked out anew,
#: so that no text can fill the memory.
_REMEMBERED = 0x3100

#: Letters that carry no combining accent and still have a plain form.
_PLAIN = {
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
_APOSTROPHES = set("'`\u00b4\u2018\u2019\u02b9\u02bb\u02bc\u02bd\u055a\uff07")
_JOINERS = {0x200C, 0x200D}
#: Letters that show nothing: fillers and the grapheme joiner.
_INVISIBLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0}
#: Format characters that are seen: signs that stand over the digits after them.
_VISIBLE_FORMAT = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
_LINE_BREAKS = {0x0B, 0x0C, 0x85, 0x2028, 0x2029}

_NEEDS_JOINERS = (
    "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af"  # Arabic, Syriac, Indic, Burmese, Khmer, Mongolian
    "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"  # emoji
)
_STRAY_JOINER = re.compile(f"(?<![{_NEEDS_JOINERS}])[\u200c\u200d]|[\u200c\u200d](?![{_NEEDS_JOINERS}])")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

#: Combining classes of accents and vowel points, which folding forgets. Signs that make another letter (vowel signs of
#: India, tone marks, voiced kana) have other classes and stay.
_POINTS = range(10, 37)
_OVERLAY, _FIRST_ACCENT = 1, 200


class _Folding(dict[int, "int | str | None"]):
    """What becomes of a character, by number, for `str.translate`."""

    def __missing__(self, number: int) -> int | str | None:
        result = _folded(chr(number))
        if number < _REMEMBERED:
            self[number] = result
        return result


class _Cleaning(dict[int, "int | str | None"]):
    """The same for `clean`: hidden characters go, joiners are looked at later."""

    def __missing__(self, number: int) -> int | str | None:
        hidden = number in _INVISIBLE or unicodedata.category(chr(number)) in {"Cc", "Cf", "Cs", "Co"}
        hidden = hidden or 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE  # noqa: PLR2004 - noncharacters
        result = None if hidden and number not in _VISIBLE_FORMAT else number
        if number < _REMEMBERED:
            self[number] = result
        return result


def _folded(char: str) -> int | str | None:
    if char in _PLAIN:
        return _PLAIN[char]
    kind = unicodedata.category(char)
    if char in _APOSTROPHES or kind in {"Cf", "Me"} or ord(char) in _INVISIBLE:
        return None
    if kind[0] == "M":
        depth = unicodedata.combining(char)
        accent = depth == _OVERLAY or depth in _POINTS or depth >= _FIRST_ACCENT
        return None if accent or unicodedata.name(char, "").startswith("VARIATION SELECTOR") else ord(char)
    return ord(char) if kind[0] in "LN" else " "


_FOLDING = _Folding()
_CLEANING = _Cleaning(dict.fromkeys(_LINE_BREAKS, "\n") | {number: number for number in (0x09, 0x0A, *_JOINERS)})
_ASCII_FOLDING = {
    number: None if chr(number) in _APOSTROPHES else chr(number).lower() if chr(number).isalnum() else " "
    for number in range(128)
}


def fold(text: str) -> str:
    """*text* for comparison: small letters without accents, words with one space between; other scripts stay."""
    if text.isascii():
        return " ".join(text.translate(_ASCII_FOLDING).split())
    plain = unicodedata.normalize("NFKD", text).translate(_FOLDING).casefold()
    # A small letter may come apart where the capital did not; composing mends Hangul and voiced kana.
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKD", plain).translate(_FOLDING))
    return " ".join(plain.split())


def tokens(text: str) -> list[str]:
    """The folded words of *text*, in order."""
    return fold(text).split()


def slugify(text: str, max_length: int = 64) -> str:
    """Small ASCII letters, digits and single hyphens, at most *max_length*; "" when nothing is left of *text*."""
    plain = fold(unidecode(clean(text)))
    return _NOT_SLUG.sub("-", plain).strip("-")[:max_length].strip("-")


def slug_of_address(text: str, max_length: int = 64) -> str:
    """A slug for what stands in an address, maybe percent-encoded: in plain letters, whatever script it is in."""
    return slugify(unquote(text), max_length)


def path_of(text: str) -> tuple[str, ...]:
    """The names in "Region > Area", from the top; without blanks around them, and without those that are empty."""
    return tuple(name for name in (part.strip() for part in text.split(PATH_MARK)) if name)


def in_path(name: str) -> str:
    """*name* as it stands in such a path, which it must not part."""
    return name.replace(PATH_MARK, "\u203a")


def some_of(names: Sequence[str], total: int = 0) -> str:
    """*names* with commas between, and how many more there are of *total*: "North, South and 3 more"."""
    more = total - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")


def clean(text: str) -> str:
    """One line without control, bidi, zero-width and other hidden characters, in normal form NFC.

    The joiners stay between letters of scripts that are spelt with them.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(clean_multiline(text).split())


def clean_multiline(text: str) -> str:
    """`clean`, with line breaks kept, at most one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_CLEANING)
        if "\u200c" in text or "\u200d" in text:
            text = _STRAY_JOINER.sub("", text)
        text = unicodedata.normalize("NFC", text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
