"""Restores a source that was removed, within the time in which everything can be taken back."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.revert import UNDO_DAYS
from finder.directory.revert_many import Reverted, revert_listings
from finder.directory.revision import take_lock
from finder.domain.errors import NotFoundError
from finder.sources.managing import check_source, draft_of_source
from finder.store.audit import AuditEntry
from finder.store.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedSource:
    """A source that can be restored *until* then; ``listings`` come back with it, ``every_min`` it is read again."""

    id: int
    name: str
    service_body_id: int | None
    every_min: int
    removed_at: dt.datetime
    until: dt.datetime
    listings: int


def list_removed(session: Session, *, bodies: Collection[int] | None = None) -> list[RemovedSource]:
    """The removed sources of *bodies* (None: all), by name."""
    statement = select(Source).where(Source.removed_at.is_not(None))
    if bodies is not None:
        statement = statement.where(Source.service_body_id.in_(sorted(bodies)))
    return [_shown(session, row) for row in session.execute(statement.order_by(Source.name)).scalars()]


def show_removed(session: Session, number: int) -> RemovedSource:
    """A removed source. Raises NotFoundError."""
    return _shown(session, _removed(session, number))


def removed_named(session: Session, name: str) -> RemovedSource:
    """The removed source of that name. Raises NotFoundError."""
    number = session.execute(select(Source.id).where(Source.name == name, Source.removed_at.is_not(None))).scalar()
    if number is None:
        raise NotFoundError(f"There is no source {name!r} that could be restored.")
    return show_removed(session, number)


def _removed(session: Session, number: int) -> Source:
    row = session.get(Source, number, populate_existing=True)
    if row is None or row.removed_at is None:
        raise NotFoundError("There is no such source here that could be restored.")
    return row


def _shown(session: Session, row: Source) -> RemovedSource:
    if row.removed_at is None:
        raise NotFoundError("This source is there.")
    return RemovedSource(
        id=row.id,
        name=row.name,
        service_body_id=row.service_body_id,
        every_min=row.every_min,
        removed_at=row.removed_at,
        until=row.removed_at + dt.timedelta(days=UNDO_DAYS),
        listings=len(_taken_down(session, row)),
    )


def _taken_down(session: Session, row: Source) -> list[AuditEntry]:
    """The acts that took its listings down when it was removed."""
    removals = select(AuditEntry).where(
        AuditEntry.target_kind == "source", AuditEntry.target_id == row.id, AuditEntry.act == "remove"
    )
    last = session.execute(removals.order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    span = last.after or {}
    found = select(AuditEntry).where(
        AuditEntry.id.between(span["first"], span["last"]),
        AuditEntry.target_kind == "meeting",
        AuditEntry.act == "unpublish",
    )
    return list(session.execute(found.order_by(AuditEntry.id)).scalars())


def restore_source(session: Session, number: int, *, by: str, reason: str, now: dt.datetime) -> Reverted:
    """Have a source read again, and its listings in the finder, but for those that were touched since.

    Raises NotFoundError, TooLateError after `UNDO_DAYS`, and BadInputError for settings that cannot be any more.
    """
    take_lock(session)
    row = _removed(session, number)
    check_source(session, draft_of_source(row), but=number)
    done = revert_listings(session, _taken_down(session, row), source=row.name, actor=by, reason=reason, now=now)
    row.removed_at, row.due_at = None, now if row.every_min else None
    row.validators, row.payload_digest = {}, ""
    told = audit.Act(act="restore", target_kind="source", target_id=number, after={"listings": len(done.done)})
    audit.append(session, [told], actor=by, reason=reason, now=now)
    return done
