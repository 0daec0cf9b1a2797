"""Streets as people write them: whether two lines name the same one, and the same house in it."""

import re
from collections.abc import Iterator
from functools import lru_cache

from finder.domain.text import fold

#: What people shorten, folded: the short form -> the words that it stands for. One that stands for two things ("St.
#: James St.", "Dr. King Dr.") stands for both here.
_SHORT = {
    "aly": "alley",
    "ave": "avenue av avenida",
    "blvd": "boulevard boul",
    "cir": "circle",
    "cres": "crescent",
    "ct": "court",
    "ctr": "center centre",
    "dr": "drive doctor",
    "expy": "expressway",
    "ft": "fort",
    "fwy": "freeway",
    "hts": "heights",
    "hwy": "highway",
    "ln": "lane",
    "mt": "mount",
    "pkwy": "parkway pky",
    "pl": "place",
    "plz": "plaza",
    "rd": "road",
    "rte": "route rt",
    "sq": "square",
    "st": "street saint str strasse",
    "ter": "terrace terr",
    "tpke": "turnpike",
    "trl": "trail",
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
    "ne": "northeast",
    "nw": "northwest",
    "se": "southeast",
    "sw": "southwest",
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "4th": "fourth",
    "5th": "fifth",
    "6th": "sixth",
    "7th": "seventh",
    "8th": "eighth",
    "9th": "ninth",
    "10th": "tenth",
    "11th": "eleventh",
    "12th": "twelfth",
}
_FORMS = {word: short for short, words in _SHORT.items() for word in words.split()}
_SMALL = frozenset({"and", "at", "of", "the"})
#: What one line may leave out and still name the street of the other: what kind it is, and on which side of the town.
_LEFT_OUT = frozenset(short for short in _SHORT if not short[0].isdigit()) - {"ft", "mt"}
_COMPASS = {("n", "e"): "ne", ("n", "w"): "nw", ("s", "e"): "se", ("s", "w"): "sw"}

_ORDINAL = r"(?:\d+(?:st|nd|rd|th)|first|second|third|ground)"
#: A room in the house, of folded words; a hash sign has become "unit".
_ROOM = re.compile(
    rf"\b{_ORDINAL} (?:floor|fl)\b"
    r"|\b(?:suite|ste|unit|apartment|apt|room|rm|floor|fl|building|bldg)(?: unit)? (?=\w*\d|\w\b)\w+"
)
_GERMAN = re.compile(r"(?<=[^\W\d_]{2})(?:strasse|str)\b")
_NUMBER = re.compile(r"\d+")


def same_street(one: str, other: str) -> bool:
    """Whether two lines name the same house of the same street: "12 Example St., Suite 4" and "12 Example Street".

    Case, accents, usual abbreviations and rooms do not matter, nor does the order ("Beispielstr. 12"), nor what kind of
    street it is where only one of the two says so. An empty line names no street.
    """
    words, others = street_words(one), street_words(other)
    apart = words ^ others
    return bool(words and others) and (not apart or (apart <= _LEFT_OUT and (words < others or others < words)))


@lru_cache(maxsize=4096)
def street_words(street: str) -> frozenset[str]:
    """The words of a street by which it is compared, house number among them, each in its short form."""
    text = _ROOM.sub(" ", fold(street.replace("#", " unit ")))
    return frozenset(_joined(_FORMS.get(word, word) for word in _GERMAN.sub(" st", text).split() if word not in _SMALL))


def house_number(street: str) -> str:
    """The first number in a street, which the same house has however the street is spelt; "" for none."""
    found = _NUMBER.search(street)
    return found[0].lstrip("0") if found else ""


def _joined(words: Iterator[str]) -> Iterator[str]:
    """The words, with "N. W." and "North West" as one."""
    last = ""
    for word in words:
        if both := _COMPASS.get((last, word)):
            last = both
            continue
        if last:
            yield last
        last = word
    if last:
        yield last
