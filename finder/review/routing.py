"""Whose queue a submission goes to, and what is risky about it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.domain.geo import distance_km
from finder.domain.review import Risk
from finder.domain.risks import content_risks
from finder.store.meeting import Meeting
from finder.store.people import Contact
from finder.store.place import Location, Region
from finder.store.vocabulary import Program

#: Listings this near are in one town.
SAME_TOWN_KM = 15
#: Half the side, in degrees, of the box in which the nearest listing of a program is looked for: about 80 km.
REACH_DEGREES = 0.75


def body_for(session: Session, fields: Mapping[str, Any]) -> int | None:
    """The service body that the nearest listing of the same program is entrusted to, or None: administrators'."""
    point = fields.get("latitude"), fields.get("longitude")
    statement = (
        select(Meeting.service_body_id, Location.latitude, Location.longitude)
        .join(Program, Program.id == Meeting.program_id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(Program.slug == fields.get("program", ""), Meeting.service_body_id.is_not(None), Meeting.published)
    )
    if point[0] is None or point[1] is None:
        only = statement.with_only_columns(Meeting.service_body_id).distinct().limit(2)
        bodies = set(session.execute(only).scalars())
        return bodies.pop() if len(bodies) == 1 else None
    north, east = float(point[0]), float(point[1])
    near = statement.where(
        Location.latitude.between(north - REACH_DEGREES, north + REACH_DEGREES),
        Location.longitude.between(east - REACH_DEGREES, east + REACH_DEGREES),
    )
    away = [
        (distance_km(north, east, latitude, longitude), body)
        for body, latitude, longitude in session.execute(near)
        if body is not None and latitude is not None and longitude is not None
    ]
    return min(away)[1] if away else None


def region_for(session: Session, fields: Mapping[str, Any]) -> list[str]:
    """The region of the nearest published listing within `SAME_TOWN_KM`, else state and town as they were given."""
    latitude, longitude = fields.get("latitude"), fields.get("longitude")
    if latitude is not None and longitude is not None:
        box = SAME_TOWN_KM / 100
        statement = (
            select(Meeting.region_id, Location.latitude, Location.longitude)
            .join(Location, Location.id == Meeting.location_id)
            .where(Meeting.published, Meeting.region_id.is_not(None))
            .where(Location.latitude.between(latitude - box, latitude + box))
            .where(Location.longitude.between(longitude - 2 * box, longitude + 2 * box))
        )
        away = [
            (distance_km(latitude, longitude, north, east), number)
            for number, north, east in session.execute(statement)
            if north is not None and east is not None
        ]
        if away and min(away)[0] <= SAME_TOWN_KM:
            return _path(session, min(away)[1])
    return [part for part in (fields.get("state"), fields.get("city")) if part]


def _path(session: Session, number: int | None) -> list[str]:
    names: list[str] = []
    while number is not None:
        row = session.get_one(Region, number)
        names.insert(0, row.name)
        number = row.parent_id
    return names


def risks_of(session: Session, then: Mapping[str, Any] | None, asked: Mapping[str, Any], *, email: str) -> list[str]:
    """The marks of a submission, in the order of `Risk`: what changes, how it is written, who sends it."""
    marks = content_risks(then, asked)
    if not email or session.execute(select(Contact.id).where(Contact.email == email).limit(1)).first() is None:
        marks.add(Risk.NEW_SUBMITTER)
    return [risk.value for risk in Risk if risk in marks]
