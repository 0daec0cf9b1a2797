"""Where a BMLT meeting is held: the parts of its address, its point, and what else is told of the place."""

from dataclasses import dataclass

from finder.domain.listing import LocationDraft
from finder.domain.vocabulary import Precision
from finder.feeds.meeting_guide_address import ADDRESS_LENGTH, POSTAL_LENGTH, coded, country_name
from finder.feeds.meeting_guide_place import MAX_REGIONS, read_point, region_path
from finder.feeds.meeting_guide_record import Record

#: Where a new server puts meetings that nobody placed; half a degree of a second is no coincidence.
UNPLACED = (34.235918, -118.563659)

#: Names here of what BMLT tells of a place beside its address.
EXTRA = {
    "location_city_subsection": "borough",
    "location_neighborhood": "neighborhood",
    "location_sub_province": "county",
    "train_lines": "train_lines",
    "bus_lines": "bus_lines",
    "zone": "zone",
}


@dataclass(frozen=True, slots=True)
class BmltPlace:
    """The place of a meeting. ``addressed``: it names a street or at least a town; ``placed``: it has a point."""

    draft: LocationDraft
    street: str
    addressed: bool
    placed: bool

    def of(self, *, online: bool) -> LocationDraft | None:
        """The location to keep; of a meeting that is held online only no line that could be taken for a way there.

        A point without a word of address says nothing about a meeting online: it is where the server's map began.
        """
        draft = self.draft
        if not online:
            return draft
        if not (self.addressed or draft.name or draft.notes):
            return None
        area = ", ".join(part for part in (draft.city, draft.state, country_name(draft.country)) if part)
        return LocationDraft(
            name=draft.name,
            formatted_address=area,
            street=draft.street,
            city=draft.city,
            state=draft.state,
            postal_code=draft.postal_code,
            country=draft.country,
            latitude=draft.latitude if self.addressed else None,
            longitude=draft.longitude if self.addressed else None,
            precision=Precision.APPROXIMATE,
            notes=draft.notes,
        )


def read_place(record: Record) -> BmltPlace:
    """The place of a meeting, whatever is known of it."""
    street = record.line("location_street")
    city = record.line("location_municipality")
    state = record.line("location_province")
    postal_code = record.line("location_postal_code_1", limit=POSTAL_LENGTH)
    latitude, longitude, _ = read_point(record)
    if (latitude, longitude) == UNPLACED:
        record.remarks.add("latitude", f"{latitude}, {longitude}", "is where servers put what nobody placed: left out")
        latitude = longitude = None
    ending = " ".join(part for part in (state, postal_code) if part)
    country = coded(record.line("location_nation"))
    line = ", ".join(part for part in (street, city, ending, country_name(country)) if part)
    draft = LocationDraft(
        name=record.line("location_text"),
        formatted_address=record.fit("location_street", line, ADDRESS_LENGTH),
        street=street,
        city=city,
        state=state,
        postal_code=postal_code,
        country=country,
        latitude=latitude,
        longitude=longitude,
        precision=Precision.EXACT if street else Precision.APPROXIMATE,
        notes=record.notes("location_info"),
    )
    addressed = bool(street or city or state or postal_code)
    return BmltPlace(draft=draft, street=street, addressed=addressed, placed=latitude is not None)


def read_extra_of_place(record: Record) -> dict[str, str]:
    """What else is told of the place, by the names that it has here."""
    found = {name: record.line(field, limit=ADDRESS_LENGTH) for field, name in EXTRA.items() if record.raw(field)}
    return {name: text for name, text in found.items() if text}


def read_regions(place: BmltPlace, *, above: tuple[str, ...]) -> tuple[str, ...]:
    """The state and the town, below the regions *above*."""
    return region_path(*above, place.draft.state, place.draft.city)[:MAX_REGIONS]
