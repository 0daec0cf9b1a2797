"""What a place is, and what one gets for the words of a seeker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point with a name. Degrees; ``zone`` is IANA; ``country`` an ISO 3166 code, or "".

    ``kind``: city, postcode, region (a state, county, or region of the listings), venue_city (a town known from
    listings only) or point. Looking up ``label`` gives the place again.
    """

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
    name (with ``place``), or at least two to choose among (without). ``message`` says what to do when there is none.
    """

    place: Place | None = None
    choices: tuple[Place, ...] = ()
    corrected: bool = False
    suggestions: tuple[Place, ...] = ()
    message: str = ""
