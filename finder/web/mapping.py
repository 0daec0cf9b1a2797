"""The drawn map of a listing's pins, with the towns around them looked up once."""

from collections.abc import Mapping
from typing import Any

from finder.web.parts import parts
from finder.web.presenters.pin_map import PinMap, Position, middle, pin_map, reach_km

#: More towns than are drawn: some have no room for their names.
LOOKED_UP = 40


def position_of(fields: Mapping[str, Any] | None) -> Position | None:
    """The point of a listing's fields, None without one."""
    latitude, longitude = (fields or {}).get("latitude"), (fields or {}).get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return float(latitude), float(longitude)


def map_of(now: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> PinMap | None:
    """The map of where a listing is and where it is asked to be; None when neither is known."""
    held, old, new = parts(), position_of(now), position_of(wanted)
    centre = middle(old, new)
    if centre is None:
        return None
    towns = held.gazetteer.towns_about(*centre, reach_km=reach_km(old, new), limit=LOOKED_UP)
    return pin_map(old, new, towns, unit=held.settings.unit)
