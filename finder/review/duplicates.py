"""Listings that may be one and the same meeting: same program, about the same time, same place or link, like names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from finder.directory.likeness import ENOUGH, compared, likeness, spot_in
from finder.domain.streets import house_number
from finder.domain.vocabulary import AddressVisibility, JoinPolicy, Precision
from finder.store.meeting import Meeting
from finder.store.place import Location
from finder.store.vocabulary import Program

BOX_DEGREES = 0.05
_TOWN = {"city": Location.city, "postal_code": Location.postal_code}


@dataclass(frozen=True, slots=True)
class Twin:
    """A listing that may be the same. ``words`` say why; ``distance_km`` is None for what is online."""

    id: int
    slug: str
    name: str
    words: str
    distance_km: float | None


def likely(
    session: Session,
    fields: Mapping[str, Any],
    *,
    program: str = "",
    limit: int = 3,
    but: Sequence[int] = (),
    public: bool = False,
) -> list[Twin]:
    """Published listings that *fields* may describe a second time, the likeliest first; those of ids *but* left out.

    For the *public* a hidden address or a join link given on request is compared with nothing: whoever asks with one
    guess after the other would come to know it.
    """
    scored = []
    for meeting, place in _candidates(session, fields, program or str(fields.get("program", ""))):
        if meeting.id not in but:
            told, shown = _shown(fields, meeting, place) if public else (fields, place)
            points, reasons, away = likeness(told, compared(meeting, shown))
            if points >= ENOUGH:
                scored.append(
                    (-points, meeting.id, Twin(meeting.id, meeting.slug, meeting.name, ", ".join(reasons), away))
                )
    return [twin for _, _, twin in sorted(scored, key=lambda each: each[:2])[:limit]]


def _shown(
    fields: Mapping[str, Any], meeting: Meeting, place: Location | None
) -> tuple[Mapping[str, Any], Location | None]:
    """What may be compared before somebody who may not see what is hidden of a listing."""
    if meeting.join_policy is not JoinPolicy.OPEN:
        fields = {**fields, "conference_url": ""}
    hidden = place is not None and place.address_visibility is not AddressVisibility.PUBLIC
    return fields, None if hidden else place


def _candidates(session: Session, fields: Mapping[str, Any], program: str) -> list[tuple[Meeting, Location | None]]:
    ways = []
    street = str(fields.get("street") or "")
    if point := spot_in(fields):
        box = (
            Location.latitude.between(point[0] - BOX_DEGREES, point[0] + BOX_DEGREES),
            Location.longitude.between(point[1] - BOX_DEGREES, point[1] + BOX_DEGREES),
        )
        ways.append(and_(*box, Location.precision == Precision.EXACT))
    if street:
        town = or_(*(column == fields[name] for name, column in _TOWN.items() if fields.get(name)), false())
        ways.append(and_(town, Location.street.contains(house_number(street), autoescape=True)))
    if fields.get("conference_url"):
        ways.append(Meeting.conference_url == fields["conference_url"])
    if not ways:
        return []
    statement = (
        select(Meeting, Location)
        .join(Program, Program.id == Meeting.program_id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(Program.slug == program, Meeting.published, or_(*ways))
        .limit(500)
    )
    return [(meeting, place) for meeting, place in session.execute(statement)]
