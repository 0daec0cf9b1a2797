"""Verbs for one listing: publish, revise, unpublish, rename, except. Each is one act in the audit chain."""

import datetime as dt

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.batch import Batch, apply_batch
from finder.directory.revision import raise_revision
from finder.directory.shelf import shelve
from finder.directory.slugs import free_slugs
from finder.domain import schedule
from finder.domain.errors import NotFoundError
from finder.domain.listing import ListingDraft
from finder.domain.sources import OWN
from finder.domain.text import slugify
from finder.store.meeting import Meeting, Override, RetiredSlug
from finder.store.people import ServiceBody
from finder.store.shelf import PublicSlug
from finder.store.source import Source


def publish(session: Session, draft: ListingDraft, *, actor: str, reason: str, now: dt.datetime) -> int:
    """Put a new listing into the register and on the shelf; gives its id."""
    return apply_batch(session, Batch(source=OWN, new=(draft,)), actor=actor, reason=reason, now=now)[0]


def revise(session: Session, number: int, draft: ListingDraft, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Give listing *number* the content of *draft*; it keeps its slug. Raises NotFoundError."""
    batch = Batch(source=_source_name(session, number), changed=((number, draft),), from_source=False)
    apply_batch(session, batch, actor=actor, reason=reason, now=now)


def unpublish(session: Session, number: int, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take listing *number* off the shelf; the register keeps it. Raises NotFoundError."""
    batch = Batch(source=_source_name(session, number), gone=(number,), from_source=False)
    apply_batch(session, batch, actor=actor, reason=reason, now=now)


def rename_slug(session: Session, number: int, slug: str, *, actor: str, reason: str, now: dt.datetime) -> str:
    """Give listing *number* another slug (made free where it is taken); the old one redirects. Gives the new one."""
    before = session.execute(select(Meeting.slug).where(Meeting.id == number)).scalar_one_or_none()
    if before is None:
        raise NotFoundError(f"There is no listing {number}.")
    revision = raise_revision(session, now=now)
    after = free_slugs(session, [slugify(slug) or "meeting"])[0]
    session.execute(update(Meeting).where(Meeting.id == number).values(slug=after, revision=Meeting.revision + 1))
    session.execute(insert(RetiredSlug).values(kind="meeting", slug=before, target_id=number))
    session.execute(insert(PublicSlug).values(kind="meeting", slug=before, target_id=number))
    shelve(session, [number], revision=revision)
    act = audit.Act(
        act="rename", target_kind="meeting", target_id=number, before={"slug": before}, after={"slug": after}
    )
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return after


def override_location(
    session: Session, location_id: int, override: schedule.Override, *, actor: str, reason: str, now: dt.datetime
) -> None:
    """Add a dated exception for a whole building: it covers every meeting held there."""
    _override(session, "location_id", location_id, override, actor=actor, reason=reason, now=now)


def override_body(
    session: Session, body_id: int, override: schedule.Override, *, actor: str, reason: str, now: dt.datetime
) -> None:
    """Add a dated exception for every listing of a service body and the bodies below it."""
    _override(session, "service_body_id", body_id, override, actor=actor, reason=reason, now=now)


def _override(
    session: Session,
    column: str,
    target: int,
    override: schedule.Override,
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> None:
    revision = raise_revision(session, now=now)
    values = {
        column: target,
        "kind": override.kind,
        "first_date": override.first_date,
        "last_date": override.last_date,
        "start_minute": override.start and override.start.hour * 60 + override.start.minute,
        "duration_min": override.duration and int(override.duration.total_seconds()) // 60,
        "place": override.place,
        "note": override.note,
    }
    number = session.execute(insert(Override).values(values).returning(Override.id)).scalar_one()
    shelve(session, covered(session, column, target), revision=revision)
    after = {
        "override": number,
        "kind": override.kind.value,
        "first_date": override.first_date.isoformat(),
        "last_date": override.last_date.isoformat(),
        "note": override.note,
    }
    kind = column.removesuffix("_id")
    act = audit.Act(act="override", target_kind=kind, target_id=target, after=after)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def lift_override(session: Session, number: int, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take exception *number* of a building or a service body away again. Raises NotFoundError."""
    row = session.get(Override, number, populate_existing=True)
    if row is None or row.meeting_id is not None:
        raise NotFoundError("There is no such exception any more.")
    column = "location_id" if row.location_id is not None else "service_body_id"
    target: int = getattr(row, column)
    before = {
        "override": number,
        "kind": row.kind.value,
        "first_date": row.first_date.isoformat(),
        "last_date": row.last_date.isoformat(),
        "note": row.note,
    }
    revision = raise_revision(session, now=now)
    session.execute(delete(Override).where(Override.id == number))
    session.expunge(row)
    shelve(session, covered(session, column, target), revision=revision)
    act = audit.Act(act="lift", target_kind=column.removesuffix("_id"), target_id=target, before=before)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def covered(session: Session, column: str, target: int) -> list[int]:
    """Ids of the listings at a location, or of a service body and those below it."""
    if column == "location_id":
        where = Meeting.location_id == target
    else:
        tree = session.execute(select(ServiceBody.id, ServiceBody.parent_id)).all()
        below = {target}
        while grown := {child for child, parent in tree if parent in below} - below:
            below |= grown
        where = Meeting.service_body_id.in_(below)
    return list(session.execute(select(Meeting.id).where(where)).scalars())


def _source_name(session: Session, number: int) -> str:
    statement = select(Meeting.id, Source.name).outerjoin(Source, Meeting.source_id == Source.id)
    row = session.execute(statement.where(Meeting.id == number)).first()
    if row is None:
        raise NotFoundError(f"There is no listing {number}.")
    return row.name or OWN
