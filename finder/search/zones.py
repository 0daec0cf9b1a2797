"""The time zone of a point."""

import tzfpy

from finder.domain.errors import ScheduleError
from finder.domain.schedule import zone_of


def zone_at(latitude: float, longitude: float) -> str:
    """The IANA zone at a point in degrees, or "" where there is none that this machine knows."""
    name: str = tzfpy.get_tz(longitude, latitude) or ""
    try:
        zone_of(name)
    except ScheduleError:
        return ""
    return name
