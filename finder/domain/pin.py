"""A position out of what people paste: two numbers, or the link that a map gives to share."""

import re

from finder.domain.geo import is_position

_NUMBER = r"(-?\d{1,3}(?:\.\d{1,20})?)"
_FINE = r"(-?\d{1,3}\.\d{1,20})"
_COMMA = r"(?:,|%2C)(?:\+|%20| )*"
#: Where maps write the point in a link, the place that is meant before the middle of what was looked at.
_IN_LINKS = (
    re.compile(rf"!3d{_FINE}!4d{_FINE}"),
    re.compile(rf"[?&#]mlat={_FINE}&mlon={_FINE}", re.IGNORECASE),
    re.compile(
        rf"[?&](?:q|query|ll|sll|daddr|destination|coordinate)=(?:loc:)?{_NUMBER}{_COMMA}{_NUMBER}", re.IGNORECASE
    ),
    re.compile(rf"@{_FINE},{_FINE}"),
    re.compile(rf"#map=\d{{1,2}}(?:\.\d+)?/{_FINE}/{_FINE}"),
    re.compile(rf"^geo:{_NUMBER},{_NUMBER}", re.IGNORECASE),
    re.compile(rf"[/=]{_FINE}{_COMMA}{_FINE}"),
    re.compile(rf"^(?![a-z]+://).*?{_FINE}\s*[,;]\s*{_FINE}", re.IGNORECASE),  # words around two numbers
)
_TYPED = re.compile(
    rf"\(?\s*{_NUMBER}\s*\u00b0?\s*([NS])?\s*[,;/ ]\s*{_NUMBER}\s*\u00b0?\s*([EW])?\s*\)?", re.IGNORECASE
)
#: Decimals of a degree that a position has which people give: ten centimeters.
PIN_DECIMALS = 6


def read_position(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees out of what was typed or pasted; None when there are none.

    Understood are ``30.2672, -97.7431``, the same with letters (``30.2672 N, 97.7431 W``), and links of the usual maps.
    """
    typed = text.strip()
    match = _TYPED.fullmatch(typed)
    if match:
        return _position(_signed(match[1], match[2]), _signed(match[3], match[4]))
    for pattern in _IN_LINKS:
        found = pattern.search(typed)
        if found:
            return _position(float(found[1]), float(found[2]))
    return None


def _signed(number: str, letter: str | None) -> float:
    return -abs(float(number)) if letter and letter.upper() in "SW" else float(number)


def _position(latitude: float, longitude: float) -> tuple[float, float] | None:
    return (round(latitude, PIN_DECIMALS), round(longitude, PIN_DECIMALS)) if is_position(latitude, longitude) else None
