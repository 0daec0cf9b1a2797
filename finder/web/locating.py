"""Where a meeting is, from what a facilitator typed: a position, the geocoder that the operator chose, else the town.

Runs before any transaction. Only facilitators' and moderators' addresses are asked about, never a seeker's words.
"""

from finder.domain.asked import Fields
from finder.domain.errors import BadInputError
from finder.domain.listing import LocationDraft
from finder.domain.pin import PIN_DECIMALS
from finder.search.zones import zone_at
from finder.sources.geocoding import geocoder_of
from finder.web.parts import Parts

PARTS = ("street", "city", "state", "postal_code", "country")
#: What is found out from them.
POINT = ("latitude", "longitude", "precision", "formatted_address")
UNKNOWN_TOWN = (
    "We do not know this town. Look at its spelling, add the state or the country, or enter an exact position."
)


def stays(fields: Fields, before: Fields) -> bool:
    """Whether a meeting stays where it is: the same address, and no other position was given."""
    given = (fields["latitude"], fields["longitude"])
    moved = given[0] is not None and _rounded(*given) != _rounded(before["latitude"], before["longitude"])
    same = all(fields[name] == before[name] for name in (*PARTS, "attendance"))
    return same and not moved


def _rounded(*degrees: float | None) -> tuple[float | None, ...]:
    """A position as a form can say it: what a source tells beyond ten centimeters is no move."""
    return tuple(None if each is None else round(each, PIN_DECIMALS) for each in degrees)


def located(fields: Fields, held: Parts) -> Fields:
    """*fields* with a point, how exact it is, an address in one line, and the zone of the place.

    Online meetings keep the zone they were given. Raises BadInputError at ``city`` when the town is not known.
    """
    if fields["attendance"] == "online":
        return {**fields, "latitude": None, "longitude": None}
    place = LocationDraft(
        formatted_address=one_line(fields),
        **{name: fields[name] for name in ("street", "city", "state", "postal_code")},
        country=fields["country"] or held.settings.country,
    )
    point, precision = (fields["latitude"], fields["longitude"]), "exact"
    if point[0] is None:
        point, precision = _point(place, held)
    latitude, longitude = point
    zone = zone_at(latitude, longitude) if latitude is not None and longitude is not None else ""
    return {
        **fields,
        "country": place.country,
        "formatted_address": place.formatted_address,
        "latitude": latitude,
        "longitude": longitude,
        "precision": precision,
        "zone": zone or fields["zone"] or held.settings.zone,
    }


def _point(place: LocationDraft, held: Parts) -> tuple[tuple[float, float], str]:
    geocoder = geocoder_of(held.settings.geocoder, held.settings.geocoder_url)
    found = geocoder.locate(place.formatted_address) if geocoder else None
    if found is not None:
        return (found.latitude, found.longitude), found.precision.value
    town = held.gazetteer.locate_address(place, default_country=place.country or held.settings.country)
    if town is None:
        raise BadInputError("city", UNKNOWN_TOWN)
    return (round(town.latitude, PIN_DECIMALS), round(town.longitude, PIN_DECIMALS)), "approximate"


def one_line(fields: Fields) -> str:
    """The address in one line: ``12 Example Street, Austin, TX 78701, US``."""
    region = " ".join(part for part in (fields["state"], fields["postal_code"]) if part)
    return ", ".join(part for part in (fields["street"], fields["city"], region, fields["country"]) if part)
