"""What a place is, and what one gets for the words of a seeker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point with a name. ``kind``: city, postcode, region, venue_city or point. Degrees; ``zone`` is IANA."""

    name: str
    label: str
    latitude: float
    longitude: float
    zone: str
    country: str = ""
    kind: str = "city"
    population: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAnswer:
    """One place, or several to choose from, or what to try instead.

    ``corrected``: the words were misspelt and ``place`` is what was probably meant. ``choices``: other places of that
    name (with ``place``), or those to choose among (without). ``message`` says what to do when there is no place.
    """

    place: Place | None = None
    choices: tuple[Place, ...] = ()
    corrected: bool = False
    suggestions: tuple[Place, ...] = ()
    message: str = ""
