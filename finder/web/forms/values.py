"""Strings of a question -> values, one reader a kind of value.

Every reader takes one non-empty, cleaned text and gives the value, or raises ValueError with an instruction for people.
Nothing here looks anything up.
"""

import math
import re
import zoneinfo
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from finder.domain.geo import POSITION_DECIMALS

MAX_WORDS_LENGTH = 200
MAX_WITHIN_MI = 500
MAX_PAGE = 1_000_000

WEEKDAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_LEAST_NAME = 3  # "sun", "mon" ... are enough of a name

_DECIMAL = re.compile(r"[+-]?(?:\d{1,6}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}", re.ASCII)


def text_of(limit: int) -> Callable[[str], str]:
    """A reader of words as typed: readable, and at most *limit* characters."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"Shorten this to {limit} characters.")
        if "\N{REPLACEMENT CHARACTER}" in text:
            raise ValueError("This could not be read: send it as UTF-8.")
        return text

    return read


def read_slug(text: str) -> str:
    """A slug, in lower case; whether there is such a thing is asked later."""
    slug = text.lower()
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"{shown(text)} is not one of the choices.")
    return slug


def is_slug(text: str) -> bool:
    """Whether *text* could be the slug of anything; what could not be need not be looked for."""
    return bool(_SLUG.fullmatch(text))


def choice_of(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    """A reader of the values of *kind*, in any case."""
    members = {member.value: member for member in kind}
    names = ", ".join(members)

    def read(text: str) -> StrEnum:
        member = members.get(text.lower())
        if member is None:
            raise ValueError(f"{shown(text)} is not one of {names}.")
        return member

    return read


def read_day(text: str) -> int:
    """A weekday, 0 = Sunday; English names and their beginnings are understood."""
    if len(text) == 1 and text in "0123456":
        return int(text)
    word = text.lower()
    if len(word) >= _LEAST_NAME:
        for day, name in enumerate(WEEKDAY_NAMES):
            if name.startswith(word):
                return day
    raise ValueError(f"{shown(text)} is not a day: give 0 for Sunday to 6 for Saturday.")


def read_clock(text: str) -> int:
    """A time of day as minutes after midnight."""
    match = _CLOCK.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2])) if match else (99, 99)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a clock
        raise ValueError(f"{shown(text)} is not a time: give hours and minutes such as 18:30.")
    return hour * 60 + minute


def degrees(limit: int, name: str) -> Callable[[str], float]:
    """A reader of coordinates from -*limit* to *limit*, cut to about a kilometre."""

    def read(text: str) -> float:
        number = float(text) if _DECIMAL.fullmatch(text) else None
        if number is None or not -limit <= number <= limit:
            raise ValueError(f"Give the {name} in degrees, from -{limit} to {limit}.")
        return round(number, POSITION_DECIMALS) + 0.0  # never -0.0

    return read


def read_distance(text: str) -> float:
    """A distance of zero or more; its bound depends on its unit and is checked later."""
    number = float(text) if _DECIMAL.fullmatch(text) else -1.0
    if not 0 <= number < math.inf:
        raise ValueError(f"{shown(text)} is not a distance: give a number such as 10.")
    return number


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from *low* to *high*."""
    longest = len(str(high))

    def read(text: str) -> int:
        digits = text.lstrip("0") or "0"
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= longest else -1
        if not low <= number <= high:
            raise ValueError(f"{shown(text)} cannot be used: give a whole number from {low} to {high}.")
        return number

    return read


def read_zone(text: str) -> str:
    """The IANA name of a time zone, whatever case it came in."""
    zone = _zones().get(text.lower())
    if zone is None:
        raise ValueError(f"{shown(text)} is not a time zone: give a name such as America/Chicago.")
    return zone


def zone_names() -> tuple[str, ...]:
    """The names of all time zones, as they are written."""
    return tuple(sorted(_zones().values()))


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """IANA names by themselves in lower case; what only a machine's own settings mean is left out."""
    return {zone.lower(): zone for zone in zoneinfo.available_timezones() if zone not in {"localtime", "Factory"}}


def shown(text: str) -> str:
    """*text* as a message quotes it: in quotation marks, cut when long."""
    longest = 40
    return f"“{text[:longest]}…”" if len(text) > longest else f"“{text}”"
