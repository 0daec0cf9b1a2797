"""Verbs for a place where meetings are held: its address, for all meetings there with one act."""

import datetime as dt
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bases import note_edits
from finder.directory.resolve import location_key
from finder.directory.revision import raise_revision
from finder.directory.shelf import shelve
from finder.domain.errors import BadInputError, NotFoundError, ScheduleError
from finder.domain.listing import LocationDraft
from finder.domain.review import StaleError
from finder.domain.schedule import zone_of
from finder.domain.sourced import place_fields
from finder.domain.vocabulary import AddressVisibility, Precision
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting, Override
from finder.store.place import Location

MOST_NORTH, MOST_EAST = 90, 180
_FIELDS = tuple(field.name for field in fields(LocationDraft))


def location_of(session: Session, number: int) -> LocationDraft:
    """Place *number* as the register holds it. Raises NotFoundError."""
    return _draft(_row(session, number))


def _row(session: Session, number: int) -> Location:
    row = session.get(Location, number, populate_existing=True)
    if row is None:
        raise NotFoundError("There is no such place here.")
    return row


def _draft(row: Location) -> LocationDraft:
    return LocationDraft(**{name: getattr(row, name) for name in _FIELDS})


def meetings_at(session: Session, number: int) -> list[int]:
    """Ids of the listings held at place *number*, unpublished ones included."""
    return list(session.execute(select(Meeting.id).where(Meeting.location_id == number).order_by(Meeting.id)).scalars())


def revise_location(
    session: Session, location_id: int, draft: LocationDraft, *, actor: str, reason: str, now: dt.datetime
) -> int:
    """Give place *location_id* the content of *draft*, for all meetings there; gives the id of the place they are at.

    That is another one when the register has a place just like it: the meetings, and what closes the place for dates,
    join it. Meetings that go by the clock of the place go by its new one. Raises NotFoundError and BadInputError.
    """
    row = _row(session, location_id)
    held, checked = _draft(row), _checked(draft)
    if held == checked:
        return location_id
    ids = meetings_at(session, location_id)
    key = location_key(checked)
    twin = session.execute(select(Location.id).where(Location.key == key, Location.id != location_id)).scalar()
    revision = raise_revision(session, now=now)
    told = place_fields(audited_place(held)), place_fields(audited_place(checked))
    note_edits(session, dict.fromkeys(ids, told[0]), dict.fromkeys(ids, told[1]))
    act = _rewrite(session, row, held, checked, key) if twin is None else _join(session, location_id, twin, ids)
    session.execute(update(Meeting).where(Meeting.id.in_(ids)).values(revision=Meeting.revision + 1))
    shelve(session, meetings_at(session, twin) if twin is not None else ids, revision=revision)
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return twin if twin is not None else location_id


def _checked(draft: LocationDraft) -> LocationDraft:
    if (draft.latitude is None) != (draft.longitude is None):
        raise BadInputError("latitude", "Give both latitude and longitude, or neither.")
    if draft.latitude is not None and draft.longitude is not None:
        if not -MOST_NORTH <= draft.latitude <= MOST_NORTH:
            raise BadInputError("latitude", "A latitude lies between -90 and 90.")
        if not -MOST_EAST <= draft.longitude <= MOST_EAST:
            raise BadInputError("longitude", "A longitude lies between -180 and 180.")
    try:
        if draft.zone:
            zone_of(draft.zone)
    except ScheduleError as error:
        raise BadInputError("zone", str(error)) from error
    return draft


def _rewrite(session: Session, row: Location, held: LocationDraft, draft: LocationDraft, key: str) -> audit.Act:
    before, after = audited_place(held), audited_place(draft)
    session.execute(update(Location).where(Location.id == row.id).values(**asdict(draft), key=key))
    session.expire(row)
    if draft.zone and held.zone and draft.zone != held.zone:
        follow = (Meeting.location_id == row.id, Meeting.zone == held.zone)
        session.execute(update(Meeting).where(*follow).values(zone=draft.zone))
    return audit.Act(act="revise", target_kind="location", target_id=row.id, before=before, after=after)


def _join(session: Session, number: int, twin: int, ids: list[int]) -> audit.Act:
    closed = select(Override.id).where(Override.location_id == number).order_by(Override.id)
    overrides = list(session.execute(closed).scalars())
    session.execute(update(Meeting).where(Meeting.location_id == number).values(location_id=twin))
    session.execute(update(Override).where(Override.location_id == number).values(location_id=twin))
    before = {"meetings": ids, "overrides": overrides}
    return audit.Act(act="merge", target_kind="location", target_id=number, before=before, after={"into": twin})


def audited_place(draft: LocationDraft) -> dict[str, Any]:
    """A place as JSON for the audit chain."""
    return asdict(draft) | {"precision": draft.precision.value, "address_visibility": draft.address_visibility.value}


def place_of(told: dict[str, Any]) -> LocationDraft:
    """The place that `audited_place` told of."""
    kinds = {
        "precision": Precision(told["precision"]),
        "address_visibility": AddressVisibility(told["address_visibility"]),
    }
    return LocationDraft(**{**told, **kinds})


def unrevise(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take a change of a place back. Raises StaleError when it was changed again since."""
    if audited_place(location_of(session, entry.target_id)) != entry.after:
        raise StaleError("This place has been changed since: undo that first.", {})
    draft = place_of(dict(entry.before or {}))
    revise_location(session, entry.target_id, draft, actor=actor, reason=reason, now=now)


def part(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take apart two places that became one: what came along and is still there goes back. Raises NotFoundError."""
    before, into = dict(entry.before or {}), int((entry.after or {})["into"])
    _row(session, entry.target_id)
    ids = [number for number in before["meetings"] if number in set(meetings_at(session, into))]
    revision = raise_revision(session, now=now)
    closed = (Override.id.in_(before["overrides"]), Override.location_id == into)
    session.execute(update(Override).where(*closed).values(location_id=entry.target_id))
    back = {"location_id": entry.target_id, "revision": Meeting.revision + 1}
    session.execute(update(Meeting).where(Meeting.id.in_(ids)).values(back))
    shelve(session, [*ids, *meetings_at(session, into)], revision=revision)
    act = audit.Act(
        act="part",
        target_kind="location",
        target_id=entry.target_id,
        before={"into": into},
        after={"meetings": ids},
    )
    audit.append(session, [act], actor=actor, reason=reason, now=now)
