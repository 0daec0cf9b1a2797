"""Reads listings out of the register, whole, in a handful of statements for any number of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from finder.store.database import chunks, pairs
from finder.store.meeting import Meeting, Override
from finder.store.people import Group, ServiceBody
from finder.store.place import Location, Region
from finder.store.source import Source
from finder.store.vocabulary import Program

Row = TypeVar("Row", Group, Location)
Node = TypeVar("Node", Region, ServiceBody)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One listing with everything it refers to. ``regions`` and ``bodies`` run from the general to the particular."""

    meeting: Meeting
    program: str
    source: str
    group: Group | None
    location: Location | None
    regions: tuple[Region, ...]
    bodies: tuple[ServiceBody, ...]
    overrides: tuple[Override, ...]

    @property
    def body(self) -> ServiceBody | None:
        """The service body that the listing is entrusted to."""
        return self.bodies[-1] if self.bodies else None


def read_register(session: Session, ids: Sequence[int]) -> Iterator[RegisterRow]:
    """Give the rows of *ids* that exist, by id.

    Overrides of a location and of a service body (and of the bodies above it) apply to every listing there; they come
    first, so that a meeting's own word is the last.
    """
    regions = {row.id: row for row in session.execute(select(Region)).scalars()}
    bodies = {row.id: row for row in session.execute(select(ServiceBody)).scalars()}
    programs = pairs(session, select(Program.id, Program.slug))
    sources = pairs(session, select(Source.id, Source.name))
    for part in chunks(sorted(ids)):
        meetings = (
            session.execute(
                select(Meeting)
                .where(Meeting.id.in_(part))
                .order_by(Meeting.id)
                .execution_options(populate_existing=True)
            )
            .scalars()
            .all()
        )
        groups = _by_id(session, Group, {meeting.group_id for meeting in meetings})
        locations = _by_id(session, Location, {meeting.location_id for meeting in meetings})
        overrides = _overrides(session, meetings)
        for meeting in meetings:
            chain = _upwards(bodies, meeting.service_body_id)
            yield RegisterRow(
                meeting=meeting,
                program=programs[meeting.program_id],
                source=sources.get(meeting.source_id or 0, ""),
                group=groups.get(meeting.group_id or 0),
                location=locations.get(meeting.location_id or 0),
                regions=tuple(reversed(_upwards(regions, meeting.region_id))),
                bodies=tuple(reversed(chain)),
                overrides=_covering(overrides, meeting, [body.id for body in chain]),
            )


def _by_id(session: Session, table: type[Row], ids: set[int | None]) -> dict[int, Row]:
    wanted = sorted(number for number in ids if number is not None)
    return {
        row.id: row
        for part in chunks(wanted)
        for row in session.execute(select(table).where(table.id.in_(part))).scalars()
    }


def _upwards(tree: Mapping[int, Node], start: int | None) -> list[Node]:
    """The node *start* and those above it, the particular first; a cycle ends at its first repetition."""
    chain: list[Node] = []
    while start is not None and start in tree and tree[start] not in chain:
        chain.append(tree[start])
        start = tree[start].parent_id
    return chain


Targets = tuple[int | None, int | None, int | None]


def _overrides(session: Session, meetings: Sequence[Meeting]) -> dict[Targets, list[Override]]:
    """Overrides that could cover *meetings*, by (body, location, meeting)."""
    locations = {meeting.location_id for meeting in meetings if meeting.location_id is not None}
    found: dict[Targets, list[Override]] = defaultdict(list)
    statement = select(Override).where(
        or_(
            Override.meeting_id.in_([meeting.id for meeting in meetings]),
            Override.location_id.in_(sorted(locations)),
            Override.service_body_id.is_not(None),
        )
    )
    for row in session.execute(statement.order_by(Override.first_date, Override.id)).scalars():
        found[row.service_body_id, row.location_id, row.meeting_id].append(row)
    return found


def _covering(found: Mapping[Targets, list[Override]], meeting: Meeting, bodies: Sequence[int]) -> tuple[Override, ...]:
    keys: list[Targets] = [(body, None, None) for body in reversed(bodies)]
    if meeting.location_id is not None:
        keys.append((None, meeting.location_id, None))
    keys.append((None, None, meeting.id))
    return tuple(row for key in keys for row in found.get(key, ()))
