"""Finds what a moderator may edit: listings, places and groups of their service bodies, by name or address."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from finder.accounts.permissions import Viewer
from finder.domain.roles import Right
from finder.store.meeting import Meeting
from finder.store.people import Group, ServiceBody
from finder.store.place import Location

PER_PAGE = 25
#: So many of each kind are shown while all are looked for.
FIRST = 5
MOST_WORDS = 8


class Sort(StrEnum):
    """What can be found."""

    LISTINGS = "listings"
    PLACES = "places"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. Every one of the ``words`` has to be there; no ``sort`` means a few of each."""

    words: str = ""
    sort: Sort | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that may be edited: ``key`` is the slug of a listing, the number of a place or group.

    ``listings`` is how many of the viewer's there are in it; ``published`` is False for a listing that is not public.
    """

    key: str
    name: str
    address: str = ""
    body: str = ""
    listings: int = 1
    published: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What was found of a sort, and whether there is more."""

    found: list[Found]
    more: bool


def find_editable(session: Session, wanted: Wanted, *, viewer: Viewer) -> dict[Sort, Part]:
    """What of the viewer's fits; nothing is looked for without words. One statement a sort."""
    words = wanted.words.split()[:MOST_WORDS]
    if not words:
        return {}
    if wanted.sort is None:
        return {sort: _part(session, sort, words, viewer, first=0, most=FIRST) for sort in Sort}
    first = (max(1, wanted.page) - 1) * PER_PAGE
    return {wanted.sort: _part(session, wanted.sort, words, viewer, first=first, most=PER_PAGE)}


def _part(session: Session, sort: Sort, words: list[str], viewer: Viewer, *, first: int, most: int) -> Part:
    statement, told = _SORTS[sort]
    rows = session.execute(statement(words, _own(viewer)).offset(first).limit(most + 1)).all()
    return Part([told(row) for row in rows[:most]], len(rows) > most)


def _own(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a meeting is one that the viewer may edit."""
    if not viewer.strong:
        return false()
    bodies = viewer.bodies(Right.EDIT)
    return true() if bodies is None else Meeting.service_body_id.in_(sorted(bodies))


def _says(words: Iterable[str], columns: Iterable[InstrumentedAttribute[str]]) -> ColumnElement[bool]:
    """The condition that each word stands in one of the columns."""
    held = list(columns)
    return and_(*(or_(*(column.icontains(word, autoescape=True) for column in held)) for word in words))


_ADDRESS = (Location.name, Location.formatted_address, Location.street, Location.city, Location.postal_code)
_IN_ORDER = (func.lower(Meeting.name), Meeting.id)
Rows = Select[*tuple[Any, ...]]


def _listings(words: list[str], own: ColumnElement[bool]) -> Rows:
    """Those that are public first: the others may be brought back."""
    return (
        select(Meeting.slug, Meeting.name, Location.formatted_address, ServiceBody.name, Meeting.published)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .outerjoin(ServiceBody, ServiceBody.id == Meeting.service_body_id)
        .where(own, _says(words, (Meeting.name, Meeting.slug, *_ADDRESS)))
        .order_by(Meeting.published.desc(), *_IN_ORDER)
    )


def _places(words: list[str], own: ColumnElement[bool]) -> Rows:
    held = (
        select(Meeting.location_id, func.count().label("listings"))
        .where(Meeting.published, own)
        .group_by(Meeting.location_id)
        .subquery()
    )
    return (
        select(Location.id, Location.name, Location.formatted_address, held.c.listings)
        .join(held, held.c.location_id == Location.id)
        .where(_says(words, _ADDRESS))
        .order_by(func.lower(Location.name), func.lower(Location.formatted_address), Location.id)
    )


def _groups(words: list[str], own: ColumnElement[bool]) -> Rows:
    held = select(Meeting.group_id, func.count().label("listings")).where(own).group_by(Meeting.group_id).subquery()
    return (
        select(Group.id, Group.name, held.c.listings)
        .join(held, held.c.group_id == Group.id)
        .where(_says(words, (Group.name,)))
        .order_by(func.lower(Group.name), Group.id)
    )


def _listing(row: Any) -> Found:  # noqa: ANN401 - a row
    slug, name, address, body, published = row
    return Found(key=slug, name=name, address=address or "", body=body or "", published=published)


def _place(row: Any) -> Found:  # noqa: ANN401 - a row
    number, name, address, listings = row
    return Found(key=str(number), name=name or address, address=address if name else "", listings=listings)


def _group(row: Any) -> Found:  # noqa: ANN401 - a row
    number, name, listings = row
    return Found(key=str(number), name=name, listings=listings)


_SORTS: dict[Sort, tuple[Callable[[list[str], ColumnElement[bool]], Rows], Callable[[Any], Found]]] = {
    Sort.LISTINGS: (_listings, _listing),
    Sort.PLACES: (_places, _place),
    Sort.GROUPS: (_groups, _group),
}
