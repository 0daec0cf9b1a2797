"""Gives drafts what their feed left out: a point for a place without one, and a zone.

Runs before any transaction, because a geocoder may be asked. What an earlier import found for an address is found
again without asking, so that the same feed makes the same listings when the geocoder is down.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from finder.domain.listing import ListingDraft, LocationDraft
from finder.domain.text import fold
from finder.domain.vocabulary import Attendance, Precision
from finder.feeds.rows import Remark, Row, shown
from finder.search.place import Place
from finder.search.places import Gazetteer
from finder.search.zones import zone_at
from finder.sources.geocoding import Found, Geocoder
from finder.store.meeting import Meeting
from finder.store.place import Location
from finder.store.source import Source

NO_TOWN = "has no coordinates, and its town is not known: no point"
IN_TOWN = "has no coordinates: placed in its town, marked approximate"
NO_GEOCODER = "has no coordinates, and the geocoder does not answer"
NO_ZONE = "is missing and cannot be told from the place: taken to be {}"


def held_points(session: Session, source: str) -> dict[str, Found]:
    """Points of the places where listings of *source* are held, by folded address."""
    statement = (
        select(Location.id, Location.formatted_address, Location.latitude, Location.longitude, Location.precision)
        .join(Meeting, Meeting.location_id == Location.id)
        .join(Source, Meeting.source_id == Source.id)
        .where(Source.name == source, Location.latitude.is_not(None), Location.longitude.is_not(None))
        # Most that are online keep the point of their town only.
        .where(or_(Meeting.attendance != Attendance.ONLINE, Location.precision == Precision.EXACT))
        .distinct()
        .order_by(Location.id)
    )
    return {
        fold(address): Found(latitude, longitude, precision)
        for _, address, latitude, longitude, precision in session.execute(statement)
        if latitude is not None and longitude is not None
    }


@dataclass(slots=True)
class Placer:
    """Places and zones for one import.

    A point comes from a row of the same feed with the same address, from what is ``known`` exactly, the geocoder,
    what is known roughly, the gazetteer; a zone from the point, the town, most rows of the same
    service body, most of the feed, or ``default_zone``.
    """

    gazetteer: Gazetteer | None
    geocoder: Geocoder | None
    known: Mapping[str, Found]
    country: str
    default_zone: str
    _given: dict[str, Found] = field(default_factory=dict)
    _towns: dict[tuple[str, ...], Place | None] = field(default_factory=dict)

    def complete(self, rows: Sequence[Row]) -> Iterator[Row]:
        """The same rows with points and zones."""
        self._given = {fold(place.formatted_address): found for place, found in _given_points(rows)}
        placed = [row if row.draft is None else self._complete(row, row.draft) for row in rows]
        zoned = [row.draft for row in placed if row.draft and row.draft.schedule.zone]
        usual = _most((draft.schedule.zone for draft in zoned), self.default_zone)
        own: dict[str, list[str]] = {}
        for draft in zoned:
            own.setdefault(draft.service_body, []).append(draft.schedule.zone)
        usual_of = {body: _most(zones, usual) for body, zones in own.items()}
        for row in placed:
            if row.draft is None or row.draft.schedule.zone:
                yield row
            else:
                yield _assuming(row, row.draft, usual_of.get(row.draft.service_body, usual))

    def _complete(self, row: Row, draft: ListingDraft) -> Row:
        remarks: list[Remark] = []
        location = draft.location
        if location is not None and draft.has_building and location.latitude is None:
            location = self._placed(location, remarks)
        zone = draft.schedule.zone or self._zone(location)
        return replace(row, draft=_zoned(replace(draft, location=location), zone), remarks=(*row.remarks, *remarks))

    def _placed(self, location: LocationDraft, remarks: list[Remark]) -> LocationDraft:
        found = self._found(location, remarks)
        if found is None:
            remarks.append(Remark("latitude", shown(location.formatted_address), NO_TOWN))
            return replace(location, precision=Precision.APPROXIMATE)
        exact = found.precision is Precision.EXACT and location.precision is Precision.EXACT
        return replace(
            location,
            latitude=found.latitude,
            longitude=found.longitude,
            precision=Precision.EXACT if exact else Precision.APPROXIMATE,
        )

    def _found(self, location: LocationDraft, remarks: list[Remark]) -> Found | None:
        address = location.formatted_address
        known = self._given.get(fold(address)) or self.known.get(fold(address))
        if known is not None and known.precision is Precision.EXACT:
            return known
        if self.geocoder is not None and address:
            found = self.geocoder.locate(address)
            if found is not None:
                return found
            if self.geocoder.failed:
                remarks.append(Remark("latitude", shown(address), NO_GEOCODER))
        if known is None and (town := self._town(location)) is not None:
            known = Found(round(town.latitude, 7), round(town.longitude, 7), Precision.APPROXIMATE)
        if known is not None:
            remarks.append(Remark("latitude", shown(address), IN_TOWN))
        return known

    def _zone(self, location: LocationDraft | None) -> str:
        """The zone at the place's point, else of its town, else ""."""
        if location is None:
            return ""
        if location.latitude is not None and location.longitude is not None:
            return zone_at(location.latitude, location.longitude)
        town = self._town(location)
        return town.zone if town else ""

    def _town(self, location: LocationDraft) -> Place | None:
        """The town of a location as the gazetteer knows it; looked up once a run."""
        if self.gazetteer is None:
            return None
        key = (location.city, location.state, location.postal_code, location.country, location.formatted_address)
        if key not in self._towns:
            home = location.country or self.country
            found = self.gazetteer.locate_address(location, default_country=home)
            # A namesake abroad is worse than nothing.
            abroad = found is not None and location.country and found.country != location.country
            self._towns[key] = None if abroad else found
        return self._towns[key]


def _most(zones: Iterable[str], otherwise: str) -> str:
    """The zone that is there most often, the first by name of several; *otherwise* when there is none."""
    counts = Counter(zones)
    return min(counts, key=lambda zone: (-counts[zone], zone), default=otherwise)


def _given_points(rows: Sequence[Row]) -> Iterator[tuple[LocationDraft, Found]]:
    """Places that the feed itself gives an exact point for."""
    for row in rows:
        place = row.draft.location if row.draft else None
        if place is None or place.precision is not Precision.EXACT or not place.formatted_address:
            continue
        if place.latitude is not None and place.longitude is not None:
            yield place, Found(place.latitude, place.longitude, Precision.EXACT)


def _zoned(draft: ListingDraft, zone: str) -> ListingDraft:
    location = draft.location
    if location is not None and draft.has_building:
        location = replace(location, zone=zone)
    return replace(draft, location=location, schedule=replace(draft.schedule, zone=zone))


def _assuming(row: Row, draft: ListingDraft, zone: str) -> Row:
    """The row in the zone that most rows beside it are in."""
    address = draft.location.formatted_address if draft.location else ""
    remark = Remark("timezone", shown(address), NO_ZONE.format(zone))
    return replace(row, draft=_zoned(draft, zone), remarks=(*row.remarks, remark))
