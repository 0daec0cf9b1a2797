"""How the listings of each service body are: what nobody has confirmed, what cannot be found, and why.

Whether websites still lead somewhere the worker looks (`finder.review.links`): the web process asks no other site for
anything.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.errors import NotFoundError
from finder.domain.freshness import OVERDUE_AFTER, STALE_AFTER
from finder.domain.review import OPEN, Kind
from finder.domain.roles import Right
from finder.domain.vocabulary import Attendance, JoinPolicy, Precision, RecurrenceKind
from finder.review.freshness import last_word
from finder.review.links import dead_links, has_dead_link
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.place import Location
from finder.store.review import Submission

PER_PAGE = 50
#: How what belongs to no service body is called in addresses.
NO_BODY = "none"


class Ill(StrEnum):
    """What can be amiss with a listing."""

    LOOK = "look"  # somebody should: nobody confirmed it for a year, or a problem was reported
    REPORTED = "reported"
    STALE = "stale"
    NEVER = "never"
    DEAD_LINK = "dead-link"
    NO_POINT = "no-point"
    APPROXIMATE = "approximate"
    NO_ZONE = "no-zone"
    MEETING_GUIDE = "meeting-guide"  # not shown by apps that read that feed
    BMLT = "bmlt"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyHealth:
    """A service body (*slug* is `NO_BODY` for what belongs to none), its published listings, and how many are ill."""

    slug: str
    name: str
    listings: int
    ills: dict[Ill, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class IllListing:
    """A listing that something is amiss with; ``lacks`` are sentences."""

    id: int
    slug: str
    name: str
    location_id: int | None
    confirmed_at: dt.datetime | None
    lacks: tuple[str, ...]


def conditions(now: dt.datetime) -> dict[Ill, ColumnElement[bool]]:
    """What makes a listing ill, as conditions over ``meeting`` and its ``location`` (joined, or none)."""
    in_a_place = Meeting.attendance != Attendance.ONLINE
    reported = (
        select(Submission.id)
        .where(Submission.meeting_id == Meeting.id, Submission.kind == Kind.PROBLEM, Submission.status.in_(OPEN))
        .correlate(Meeting)
        .exists()
    )
    at_no_time = or_(Meeting.recurrence == RecurrenceKind.APPOINTMENT, Meeting.start_minute.is_(None))
    no_way_in = or_(
        and_(Meeting.conference_url == "", Meeting.conference_phone == ""), Meeting.join_policy == JoinPolicy.ON_REQUEST
    )
    no_address = func.coalesce(Location.formatted_address, "") == ""
    no_point = and_(in_a_place, Location.latitude.is_(None))
    return {
        Ill.LOOK: or_(last_word() < now - OVERDUE_AFTER, reported),
        Ill.REPORTED: reported,
        Ill.STALE: Meeting.confirmed_at < now - STALE_AFTER,
        Ill.NEVER: Meeting.confirmed_at.is_(None),
        Ill.DEAD_LINK: has_dead_link(),
        Ill.NO_POINT: no_point,
        Ill.APPROXIMATE: and_(in_a_place, Location.latitude.is_not(None), Location.precision == Precision.APPROXIMATE),
        Ill.NO_ZONE: or_(Meeting.zone == "", and_(in_a_place, Meeting.zone.in_(["UTC", "Etc/UTC"]))),
        Ill.MEETING_GUIDE: or_(
            at_no_time, and_(in_a_place, no_address), and_(Meeting.attendance == Attendance.ONLINE, no_way_in)
        ),
        Ill.BMLT: or_(at_no_time, no_point),
    }


def _own(viewer: Viewer) -> ColumnElement[bool]:
    bodies = viewer.bodies(Right.SEE_QUEUE)
    return Meeting.id > 0 if bodies is None else Meeting.service_body_id.in_(sorted(bodies))


def overview(session: Session, *, viewer: Viewer, now: dt.datetime) -> list[BodyHealth]:
    """Every service body of the viewer's that has listings, by name; what belongs to none comes last."""
    counts = [func.sum(case((condition, 1), else_=0)) for condition in conditions(now).values()]
    statement = (
        select(ServiceBody.slug, ServiceBody.name, func.count(), *counts)
        .select_from(Meeting)
        .outerjoin(Location, Location.id == Meeting.location_id)
        .outerjoin(ServiceBody, ServiceBody.id == Meeting.service_body_id)
        .where(Meeting.published, _own(viewer))
        .group_by(ServiceBody.id, ServiceBody.slug, ServiceBody.name)
    )
    found = [
        BodyHealth(
            slug=slug or NO_BODY,
            name=name or "No service body",
            listings=listings,
            ills=dict(zip(conditions(now), map(int, numbers), strict=True)),
        )
        for slug, name, listings, *numbers in session.execute(statement)
    ]
    return sorted(found, key=lambda body: (body.slug == NO_BODY, body.name.casefold(), body.slug))


def body_behind(session: Session, slug: str, *, viewer: Viewer) -> tuple[int | None, str]:
    """The id (None: no body) and name of the viewer's service body *slug*. Raises NotFoundError for a foreign one."""
    bodies = viewer.bodies(Right.SEE_QUEUE)
    if slug == NO_BODY and bodies is None:
        return None, "No service body"
    row = session.execute(select(ServiceBody.id, ServiceBody.name).where(ServiceBody.slug == slug)).first()
    if row is None or (bodies is not None and row.id not in bodies):
        raise NotFoundError("There is no such service body here.")
    return row.id, row.name


def ill_listings(
    session: Session, body_id: int | None, ill: Ill, *, now: dt.datetime, page: int = 1
) -> tuple[list[IllListing], int]:
    """A page of the published listings of one body that *ill* holds of, the longest unconfirmed first; and how many."""
    where = (
        Meeting.published,
        Meeting.service_body_id.is_(None) if body_id is None else Meeting.service_body_id == body_id,
        conditions(now)[ill],
    )
    place = Location.id == Meeting.location_id
    counted = select(func.count()).select_from(Meeting).outerjoin(Location, place).where(*where)
    total = session.execute(counted).scalar_one()
    statement = select(Meeting, Location).outerjoin(Location, place).where(*where)
    statement = statement.order_by(Meeting.confirmed_at.is_not(None), Meeting.confirmed_at, Meeting.name, Meeting.id)
    rows = session.execute(statement.offset(max(page - 1, 0) * PER_PAGE).limit(PER_PAGE)).all()
    dead = dead_links(session, [meeting for meeting, _ in rows])
    return [_told(meeting, place, dead.get(meeting.id)) for meeting, place in rows], total


def _told(meeting: Meeting, place: Location | None, dead: str | None) -> IllListing:
    return IllListing(
        id=meeting.id,
        slug=meeting.slug,
        name=meeting.name,
        location_id=meeting.location_id,
        confirmed_at=meeting.confirmed_at,
        lacks=(*([dead] if dead else []), *lacks(meeting, place)),
    )


def lacks(meeting: Meeting, place: Location | None) -> Sequence[str]:
    """What a listing lacks to be found everywhere, and where that hides it: a sentence each."""
    found = []
    in_a_place = meeting.attendance is not Attendance.ONLINE
    if meeting.recurrence is RecurrenceKind.APPOINTMENT or meeting.start_minute is None:
        found.append("It has no weekday and time: neither Meeting Guide apps nor BMLT programs show it.")
    if in_a_place and not (place and place.formatted_address):
        found.append("It has no address: Meeting Guide apps leave it out.")
    if in_a_place and (place is None or place.latitude is None):
        found.append("It has no point on the map: searches near a place miss it, here and in BMLT programs.")
    elif in_a_place and place is not None and place.precision is Precision.APPROXIMATE:
        found.append("Its point is approximate: Meeting Guide apps do not show the way.")
    if not in_a_place and meeting.join_policy is JoinPolicy.ON_REQUEST:
        found.append("Its join details are given on request: Meeting Guide apps leave it out.")
    elif not in_a_place and not meeting.conference_url and not meeting.conference_phone:
        found.append("It has no link and no phone: Meeting Guide apps leave it out.")
    if meeting.zone in {"", "UTC", "Etc/UTC"} and (in_a_place or not meeting.zone):
        found.append("Its time zone is missing or UTC: times may be shown wrong.")
    return found
