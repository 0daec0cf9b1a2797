"""Where a Meeting Guide row says it meets: the address, its parts, the point, and how exact all that is."""

import re
from dataclasses import dataclass, replace

from finder.domain.listing import LocationDraft
from finder.domain.text import in_path
from finder.domain.vocabulary import Precision
from finder.feeds.meeting_guide_address import (
    ADDRESS_LENGTH,
    NOT_PUBLIC,
    ONLINE,
    is_street,
    read_address,
)
from finder.feeds.meeting_guide_record import Record

FULL_PARTS = 4  # readers take an address with fewer parts for an area, not a place
MAX_REGIONS = 6
MAX_LATITUDE, MAX_LONGITUDE = 90.0, 180.0
BOX_NUMBERS = 4

_NOWHERE = re.compile(r"(?:zoom|online|virtual|telephone|phone|internet|skype|web)\b.*", re.IGNORECASE)
_NUMBERS = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a row. ``area_only``: no more is known than a town or wider, so nobody can be sent there."""

    draft: LocationDraft
    area_only: bool
    known: bool

    @property
    def stand_in(self) -> str:
        """What stands in the address of a row that has none (`ONLINE`, `NOT_PUBLIC`), or ""."""
        first = self.draft.formatted_address.split(",", 1)[0]
        no_place = self.area_only and self.draft.latitude is None
        return first if no_place and first in {ONLINE, NOT_PUBLIC} else ""

    def town(self) -> LocationDraft:
        """The same place without what would be its door, where no more than an area is known."""
        name = "" if _NOWHERE.fullmatch(self.draft.name) else self.draft.name
        return replace(self.draft, name=name, street="", unit="", precision=Precision.APPROXIMATE)


def read_spot(record: Record) -> Spot:
    """The place of a row; ``known`` is false when it gives neither an address nor a point."""
    address, split = read_address(record)
    latitude, longitude, boxed = read_point(record)
    said = record.yes("approximate")
    parts = [part for part in address.formatted.split(",") if part.strip()]
    full = len(parts) >= FULL_PARTS or split or bool(parts and is_street(parts[0].strip()))
    area_only = said if said is not None else not full
    exact = not area_only and not boxed
    draft = LocationDraft(
        name=record.line("location", "location_name"),
        formatted_address=address.formatted,
        street=address.street,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
        latitude=latitude,
        longitude=longitude,
        precision=Precision.EXACT if exact else Precision.APPROXIMATE,
        notes=record.notes("location_notes"),
    )
    return Spot(draft=draft, area_only=area_only, known=bool(address.formatted) or latitude is not None)


def read_point(record: Record) -> tuple[float | None, float | None, bool]:
    """Latitude and longitude, and whether they are only the middle of a box."""
    latitude, longitude, boxed = record.degrees("latitude"), record.degrees("longitude"), False
    if latitude is None and longitude is None:
        text = record.line("coordinates")
        numbers = [float(number) for number in _NUMBERS.findall(text[:200])]
        if len(numbers) == BOX_NUMBERS:
            south, west, north, east = numbers
            latitude, longitude, boxed = (south + north) / 2, (west + east) / 2, True
        elif len(numbers) == BOX_NUMBERS // 2:
            latitude, longitude = numbers
        elif text:
            record.remarks.add("coordinates", text, 'is not "latitude,longitude" nor a box of four numbers: left out')
    if latitude is None and longitude is None:
        return None, None, False
    if latitude is None or longitude is None:
        field = "longitude" if longitude is None else "latitude"
        record.remarks.add(field, record.raw(field), "is missing beside the other coordinate: the point was left out")
    elif abs(latitude) > MAX_LATITUDE or abs(longitude) > MAX_LONGITUDE:
        record.remarks.add("latitude", f"{latitude}, {longitude}", "is not on the globe: the point was left out")
    elif not latitude and not longitude:
        record.remarks.add("latitude", "0, 0", "is in the open sea, as when nobody knew: the point was left out")
    else:
        return round(latitude, 7), round(longitude, 7), boxed
    return None, None, False


def read_region(record: Record, *, above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Region names, the general first: ``regions``, or region and sub-regions; a name may hold a path "A > B".

    They lie below the regions *above*.
    """
    value = record.raw("regions")
    if isinstance(value, list) and value:
        names = record.texts("regions")
    else:
        names = [record.line(name, limit=ADDRESS_LENGTH) for name in ("region", "sub_region", "sub_sub_region")]
    path = [record.fit("region", part.strip(), 255) for name in names for part in name.split(">") if part.strip()]
    found = region_path(*above, *path)
    if len(found) > MAX_REGIONS:
        record.remarks.add("regions", " > ".join(found), f"is deeper than {MAX_REGIONS} regions: the rest was left out")
    return found[:MAX_REGIONS]


def region_path(*names: str) -> tuple[str, ...]:
    """*names* without empty ones and without one that says again what stands above it."""
    found: list[str] = []
    for name in map(in_path, filter(None, names)):
        if not found or found[-1].casefold() != name.casefold():
            found.append(name)
    return tuple(found)
