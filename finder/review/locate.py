"""Finding what a moderator may edit: listings, places and groups of their service bodies, by words in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from finder.accounts.permissions import Viewer
from finder.domain.roles import Right
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.place import Location

#: Of each kind; whoever finds more gives another word.
MOST = 25
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: its page, its name, and what tells it from others of that name."""

    page: str
    name: str
    beside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllFound:
    """What was found of each kind, at most `MOST`; ``more``: there is more of some kind."""

    listings: Sequence[Found] = ()
    places: Sequence[Found] = ()
    groups: Sequence[Found] = ()
    more: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing was found."""
        return not (self.listings or self.places or self.groups)


def find_mine(session: Session, viewer: Viewer, words: str) -> AllFound:
    """What of the viewer's holds every one of *words* in its name, address or slug. Nothing for no words."""
    wanted = words.split()[:MOST_WORDS]
    if not wanted:
        return AllFound()
    listings = _first(
        session,
        select(Meeting.slug, Meeting.name, Location.formatted_address)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .where(_mine(viewer), holds_every(wanted, Meeting.name, Meeting.slug, Location.formatted_address))
        .order_by(Meeting.name, Meeting.id),
    )
    places = _first(
        session,
        select(Location.id, Location.name, Location.formatted_address)
        .where(
            holds_every(wanted, Location.name, Location.formatted_address),
            select(Meeting.id).where(Meeting.location_id == Location.id, _mine(viewer)).exists(),
        )
        .order_by(Location.name, Location.id),
    )
    groups = _first(
        session,
        select(Group.id, Group.name, Group.district)
        .where(
            holds_every(wanted, Group.name, Group.district),
            select(Meeting.id).where(Meeting.group_id == Group.id, _mine(viewer)).exists(),
        )
        .order_by(Group.name, Group.id),
    )
    return AllFound(
        listings=_found("/moderate/listing/{}", listings),
        places=_found("/moderate/place/{}", places),
        groups=_found("/moderate/groups/{}", groups),
        more=any(len(rows) > MOST for rows in (listings, places, groups)),
    )


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    bodies = viewer.bodies(Right.EDIT)
    return true() if bodies is None else Meeting.service_body_id.in_(sorted(bodies))


def holds_every(words: Sequence[str], *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that every word is in one of *columns*, in capitals or small letters."""
    return and_(*(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words))


def _first(session: Session, statement: Select[*tuple[Any, ...]]) -> list[tuple[int | str, str, str]]:
    return [(key, name or "", beside or "") for key, name, beside in session.execute(statement.limit(MOST + 1))]


def _found(page: str, rows: Sequence[tuple[int | str, str, str]]) -> list[Found]:
    return [Found(page.format(key), name or beside or "Without a name", beside) for key, name, beside in rows[:MOST]]
