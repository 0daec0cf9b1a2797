"""What a BMLT server says of itself, and where its meetings lie."""

from collections.abc import Iterable
from typing import Any, Final

from finder.domain.geo import east_of

#: The version of the server whose answers these are.
VERSION: Final = "4.2.7"
VERSION_NUMBER: Final = "4002007"
#: The length of a meeting of which nothing is known.
DEFAULT_DURATION: Final = "01:00"
SERVER_INFO_XML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bmltInfo xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    f"<serverVersion><readableString>{VERSION}</readableString></serverVersion></bmltInfo>\n"
)
_ZOOM: Final = "6"
_HALF_WAY = 180.0


def server_info(
    *,
    languages: Iterable[str],
    native_language: str,
    centre: tuple[float, float],
    country: str,
    unit: str,
    keys: Iterable[str],
) -> dict[str, Any]:
    """What GetServerInfo tells; *centre* is latitude and longitude in degrees."""
    return {
        "version": VERSION,
        "versionInt": VERSION_NUMBER,
        "langs": ",".join(sorted({*languages, native_language})),
        "nativeLang": native_language,
        "centerLongitude": _degrees(centre[1]),
        "centerLatitude": _degrees(centre[0]),
        "centerZoom": _ZOOM,
        "defaultDuration": DEFAULT_DURATION,
        "regionBias": country.lower(),
        "charSet": "UTF-8",
        "distanceUnits": unit,
        "semanticAdmin": "1",
        "changesPerMeeting": "0",
        "meeting_states_and_provinces": "",
        "meeting_counties_and_sub_provinces": "",
        "available_keys": ",".join([*keys, "root_server_uri", "format_shared_id_list"]),
        "google_api_key": "",
        "dbVersion": "",
        "dbPrefix": "",
        "phpVersion": "",
        "auto_geocoding_enabled": False,
        "county_auto_geocoding_enabled": False,
        "zip_auto_geocoding_enabled": False,
        "commit": "",
        "default_closed_status": True,
        "aggregator_mode_enabled": False,
    }


def coverage(points: Iterable[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    """West, north, east and south of the narrowest box round *points* (latitude, longitude), or None without any.

    It may lie across the date line: then west is the larger number. Points on the equator at Greenwich are nobody's.
    """
    known = [(latitude, longitude) for latitude, longitude in points if latitude or longitude]
    if not known:
        return None
    around = sorted({longitude for _, longitude in known})
    # The box leaves out the widest gap between two neighbours, going round the globe.
    gaps = [
        ((after - before) % 360, before, after)
        for before, after in zip(around, [*around[1:], around[0]], strict=True)
        if len(around) > 1
    ]
    _, east, west = max(gaps, default=(0.0, around[0], around[0]))
    latitudes = [latitude for latitude, _ in known]
    return west, max(latitudes), east, min(latitudes)


def centre_of(box: tuple[float, float, float, float] | None) -> tuple[float, float]:
    """The middle of a box as `coverage` gives it, latitude and longitude; (0, 0) without one."""
    if box is None:
        return 0.0, 0.0
    west, north, east, south = box
    middle = west + (east - west) % 360 / 2
    return (north + south) / 2, east_of(0.0, middle) if middle != _HALF_WAY else _HALF_WAY


def coverage_record(box: tuple[float, float, float, float] | None) -> dict[str, str]:
    """What GetCoverageArea tells."""
    west, north, east, south = ("", "", "", "") if box is None else map(_degrees, box)
    return {
        "nw_corner_longitude": west,
        "nw_corner_latitude": north,
        "se_corner_longitude": east,
        "se_corner_latitude": south,
    }


def _degrees(value: float) -> str:
    return f"{value:.7f}".rstrip("0").rstrip(".")
