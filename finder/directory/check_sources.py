"""Looks whether sources and their refreshes are in order, and whether merged listings lead to one that is there."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from finder.domain.sources import WAITING, ChangeKind, ChangeState, RunState
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.source import Source, SourceChange, SourceRun
from finder.store.vocabulary import Program


def faults(session: Session) -> Iterator[str]:
    """Name everything that does not hold, a sentence each; nothing when all is well."""
    yield from _source_faults(session)
    yield from _run_faults(session)
    yield from _merge_faults(session)


def _source_faults(session: Session) -> Iterator[str]:
    body = select(ServiceBody.id).where(ServiceBody.id == Source.service_body_id).exists()
    lost = select(Source.name).where(Source.service_body_id.is_not(None), ~body).order_by(Source.name)
    for name in session.execute(lost).scalars():
        yield f"The source {name!r} belongs to a service body that is not there."
    program = select(Program.id).where(Program.slug == Source.program).exists()
    unknown = select(Source.name).where(Source.program != "", ~program).order_by(Source.name)
    for name in session.execute(unknown).scalars():
        yield f"The source {name!r} is of a program that is not there."


def _impossible() -> dict[str, ColumnElement[bool]]:
    """Words -> which refreshes are so, though none can be."""
    of_run = SourceChange.run_id == SourceRun.id
    waits = and_(of_run, SourceChange.state == ChangeState.OPEN, SourceChange.kind != ChangeKind.REFUSED)
    applied = and_(of_run, SourceChange.state == ChangeState.APPLIED)
    has_open, has_applied = (select(SourceChange.id).where(each).exists() for each in (waits, applied))
    return {
        "waits for a moderator, but none of its changes do": and_(SourceRun.state.in_(WAITING), ~has_open),
        "is done with, but some of its changes wait": and_(SourceRun.state.not_in(WAITING), has_open),
        "was applied, but no act of the audit chain did so": and_(has_applied, SourceRun.first_entry == 0),
        "names acts of the audit chain in the wrong order": SourceRun.first_entry > SourceRun.last_entry,
        "was applied, but by nobody": and_(
            or_(SourceRun.state == RunState.APPLIED, SourceRun.state == RunState.ROLLED_BACK),
            SourceRun.decided_at.is_(None),
        ),
    }


def _run_faults(session: Session) -> Iterator[str]:
    for words, condition in _impossible().items():
        for number in session.execute(select(SourceRun.id).where(condition).order_by(SourceRun.id)).scalars():
            yield f"Refresh {number} {words}."
    orphans = select(func.count()).select_from(SourceChange).outerjoin(SourceRun, SourceRun.id == SourceChange.run_id)
    if count := session.execute(orphans.where(SourceRun.id.is_(None))).scalar_one():
        yield f"{count} changes belong to no refresh."


def _merge_faults(session: Session) -> Iterator[str]:
    into = aliased(Meeting)
    statement = (
        select(Meeting.id, Meeting.published, func.coalesce(into.id, Meeting.id))
        .outerjoin(into, into.id == Meeting.merged_into)
        .where(Meeting.merged_into.is_not(None))
    )
    for number, published, other in session.execute(statement.order_by(Meeting.id)):
        if other == number:
            yield f"Listing {number} was merged into one that is not there."
        if published:
            yield f"Listing {number} was merged into another, but is published."
