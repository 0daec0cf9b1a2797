"""Distances on a sphere, and the rounding of places before they are used. Degrees in, kilometres out."""

import math

#: Mean radius of the earth in kilometres (IUGG).
EARTH_RADIUS_KM = 6371.0088
KM_PER_MILE = 1.609344
#: A seeker's position is cut to this many decimals: about a kilometre.
POSITION_DECIMALS = 2
MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great circle between two points, in kilometres (haversine)."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    half_north = (other_north - north) / 2
    half_east = math.radians(other_longitude - longitude) / 2
    squared = math.sin(half_north) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(squared)))


def unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    """The point on the unit sphere: x towards 0 N 0 E, y towards 0 N 90 E, z towards the north pole."""
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def chord_of(distance: float) -> float:
    """The straight line through the unit sphere between points that are *distance* kilometres apart on the earth.

    Comparing chords is exact where comparing cosines loses short distances. At most 2, the way to the other side.
    """
    return 2 * math.sin(min(distance / (2 * EARTH_RADIUS_KM), math.pi / 2))


def rounded_position(latitude: float, longitude: float) -> tuple[float, float]:
    """A position cut to about a kilometre."""
    return round(latitude, POSITION_DECIMALS), round(longitude, POSITION_DECIMALS)


def is_position(latitude: float, longitude: float) -> bool:
    """Whether the two are finite degrees on the globe."""
    return abs(latitude) <= MAX_LATITUDE and abs(longitude) <= MAX_LONGITUDE


def east_of(longitude: float, other: float) -> float:
    """How far east *other* lies of *longitude* by the shorter way, in degrees: -180 up to 180."""
    return (other - longitude + 180.0) % 360.0 - 180.0
