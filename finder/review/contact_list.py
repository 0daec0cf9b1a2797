"""Who answers for which group: for those who answer a help line, and for moderators."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.contacts import HeldContact
from finder.domain.roles import Right
from finder.review.locate import MOST, MOST_WORDS, holds_every
from finder.store.meeting import Meeting
from finder.store.people import Contact, Group
from finder.store.place import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A group with its published listings (slug, name and town) and the people who answer for it."""

    name: str
    district: str
    listings: Sequence[tuple[str, str, str]]
    contacts: Sequence[HeldContact]


def contacts_called(session: Session, viewer: Viewer, words: str) -> tuple[list[Answering], bool]:
    """The groups of the viewer's bodies with *words* in their name, that of a listing or its address; and if more.

    Three statements. No words find nothing: nobody copies all contacts with one look.
    """
    wanted = words.split()[:MOST_WORDS]
    if not wanted:
        return [], False
    own = (Meeting.published, _mine(viewer))
    held_words = holds_every(wanted, Group.name, Group.district, Meeting.name, Meeting.slug, Location.formatted_address)
    found = session.execute(
        select(Group.id, Group.name, Group.district)
        .join(Meeting, Meeting.group_id == Group.id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(*own, held_words)
        .distinct()
        .order_by(Group.name, Group.id)
        .limit(MOST + 1)
    ).all()
    numbers = [number for number, _, _ in found[:MOST]]
    listed: dict[int, list[tuple[str, str, str]]] = {number: [] for number in numbers}
    for number, slug, name, town in session.execute(
        select(Group.id, Meeting.slug, Meeting.name, Location.city)
        .join(Meeting, Meeting.group_id == Group.id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(Group.id.in_(numbers), *own)
        .order_by(Meeting.name, Meeting.id)
    ):
        listed[number].append((slug, name, town or ""))
    people: dict[int, list[HeldContact]] = {number: [] for number in numbers}
    for row in session.execute(select(Contact).where(Contact.group_id.in_(numbers)).order_by(Contact.id)).scalars():
        people[row.group_id].append(HeldContact(row.id, row.name, row.email, row.phone))
    answering = [
        Answering(name=name, district=district, listings=listed[number], contacts=people[number])
        for number, name, district in found[:MOST]
    ]
    return answering, len(found) > MOST


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    bodies = viewer.bodies(Right.SEE_CONTACTS)
    return true() if bodies is None else Meeting.service_body_id.in_(sorted(bodies))
