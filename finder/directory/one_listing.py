"""Reads one listing out of the register, whole, in three statements: what a page about one listing can afford.

`register.read_register` gives the same for many; it reads the trees of regions and bodies whole for it.
"""

from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from finder.directory.register import RegisterRow
from finder.store.meeting import Meeting, Override
from finder.store.people import Group, ServiceBody
from finder.store.place import Location, Region
from finder.store.source import Source
from finder.store.vocabulary import Program

#: What a statement has to give of a listing, in this order; `joined` brings it in.
COLUMNS = (Meeting, Program.slug, Source.name, Group, Location)
#: How high the trees of regions and bodies may be; a circle in one ends here at the latest.
_HIGHEST = 32
_REGION, _BODY = "region", "body"


def joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """*statement*, from which ``Meeting`` can be reached, with the tables that `COLUMNS` are of."""
    return (
        statement.outerjoin(Program, Program.id == Meeting.program_id)
        .outerjoin(Source, Source.id == Meeting.source_id)
        .outerjoin(Group, Group.id == Meeting.group_id)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .execution_options(populate_existing=True)
    )


def read_listing(session: Session, slug: str) -> RegisterRow | None:
    """The listing *slug*, published or not; None when there is none."""
    statement: Select[*tuple[Any, ...]] = select(*COLUMNS).select_from(Meeting)
    found = session.execute(joined(statement).where(Meeting.slug == slug)).first()
    if found is None:
        return None
    meeting, program, source, group, location = found
    return row_of(session, meeting, program, source, group, location)


def row_of(
    session: Session, meeting: Meeting, program: str, source: str | None, group: Group | None, location: Location | None
) -> RegisterRow:
    """The listing that `COLUMNS` gave, with its regions, bodies and exceptions: two statements."""
    regions, bodies = _upwards(session, meeting)
    return RegisterRow(
        meeting=meeting,
        program=program,
        source=source or "",
        group=group,
        location=location,
        regions=regions,
        bodies=bodies,
        overrides=_overrides(session, meeting, bodies),
    )


def _upwards(session: Session, meeting: Meeting) -> tuple[tuple[Region, ...], tuple[ServiceBody, ...]]:
    """The regions and the bodies that a listing belongs to, the general first: both trees climbed in one statement."""
    start = (
        select(literal(_REGION).label("tree"), Region.id.label("id"), literal(0).label("height"))
        .where(Region.id == meeting.region_id)
        .union_all(select(literal(_BODY), ServiceBody.id, literal(0)).where(ServiceBody.id == meeting.service_body_id))
    )
    reached = select(start.subquery()).cte("chain", recursive=True)
    region, body = aliased(Region), aliased(ServiceBody)
    above = func.coalesce(region.parent_id, body.parent_id)
    chain = reached.union_all(
        select(reached.c.tree, above, reached.c.height + 1)
        .select_from(reached)
        .outerjoin(region, and_(reached.c.tree == _REGION, region.id == reached.c.id))
        .outerjoin(body, and_(reached.c.tree == _BODY, body.id == reached.c.id))
        .where(above.is_not(None), reached.c.height < _HIGHEST)
    )
    statement = (
        select(Region, ServiceBody)
        .select_from(chain)
        .outerjoin(Region, and_(chain.c.tree == _REGION, Region.id == chain.c.id))
        .outerjoin(ServiceBody, and_(chain.c.tree == _BODY, ServiceBody.id == chain.c.id))
        .order_by(chain.c.height.desc())
    )
    found: list[tuple[Region | None, ServiceBody | None]] = [(each[0], each[1]) for each in session.execute(statement)]
    regions = dict.fromkeys(each for each, _ in found if each is not None)
    return tuple(regions), tuple(dict.fromkeys(each for _, each in found if each is not None))


def _overrides(session: Session, meeting: Meeting, bodies: tuple[ServiceBody, ...]) -> tuple[Override, ...]:
    """The exceptions that cover a listing: of its bodies from the general on, of its place, its own."""
    statement = select(Override).where(
        or_(
            Override.meeting_id == meeting.id,
            and_(Override.location_id.is_not(None), Override.location_id == meeting.location_id),
            Override.service_body_id.in_([body.id for body in bodies]),
        )
    )
    rank = {body.id: place for place, body in enumerate(bodies)}

    def order(row: Override) -> tuple[int, int]:
        if row.service_body_id is not None:
            return 0, rank.get(row.service_body_id, 0)
        return (1, 0) if row.location_id is not None else (2, 0)

    found = session.execute(statement.order_by(Override.first_date, Override.id)).scalars()
    return tuple(sorted(found, key=order))
