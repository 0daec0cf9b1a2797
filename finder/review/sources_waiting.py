"""Refreshes of sources about which a moderator has to decide, for the top of the queue."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.roles import Right
from finder.domain.sources import WAITING, ChangeKind, ChangeState, RunState
from finder.store.source import Source, SourceChange, SourceRun


class WaitingRefresh(NamedTuple):
    """A refresh that waits: its number, its source, and how many changes of each kind wait."""

    run: int
    source: int
    name: str
    quarantined: bool
    new: int
    changed: int
    gone: int
    beside: int


def refreshes_waiting(session: Session, viewer: Viewer) -> list[WaitingRefresh]:
    """Those of sources whose service bodies the viewer decides for, by the names of the sources; one statement."""
    bodies = viewer.bodies(Right.DECIDE)
    statement = (
        select(
            SourceRun.id,
            Source.id,
            Source.name,
            SourceRun.state == RunState.QUARANTINED,
            *(
                func.count().filter(SourceChange.kind == kind)
                for kind in (ChangeKind.NEW, ChangeKind.CHANGED, ChangeKind.GONE, ChangeKind.BESIDE)
            ),
        )
        .join(Source, Source.id == SourceRun.source_id)
        .join(SourceChange, SourceChange.run_id == SourceRun.id)
        .where(SourceRun.state.in_(WAITING), SourceChange.state == ChangeState.OPEN)
        .group_by(SourceRun.id, Source.id)
        .order_by(Source.name, SourceRun.id)
    )
    if bodies is not None:
        statement = statement.where(Source.service_body_id.in_(sorted(bodies)))
    return [WaitingRefresh._make(row) for row in session.execute(statement)]
