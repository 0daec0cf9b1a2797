"""Refreshes of sources about which a moderator has to decide, for the top of the queue."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.roles import Right
from finder.domain.sources import RunState
from finder.store.source import Source, SourceRun

#: States in which a refresh waits for somebody.
WAITING = (RunState.PROPOSED, RunState.QUARANTINED)


class WaitingRefresh(NamedTuple):
    """A refresh that waits: its number, its source, and how many changes of each kind it brings."""

    run: int
    source: int
    name: str
    quarantined: bool
    new: int
    changed: int
    gone: int


def refreshes_waiting(session: Session, viewer: Viewer) -> list[WaitingRefresh]:
    """Those of sources whose service bodies the viewer decides for, by the names of the sources; one statement."""
    bodies = viewer.bodies(Right.DECIDE)
    statement = (
        select(
            SourceRun.id,
            Source.id,
            Source.name,
            SourceRun.state == RunState.QUARANTINED,
            SourceRun.new,
            SourceRun.changed,
            SourceRun.gone,
        )
        .join(Source, Source.id == SourceRun.source_id)
        .where(SourceRun.state.in_(WAITING))
        .order_by(Source.name, SourceRun.id)
    )
    if bodies is not None:
        statement = statement.where(Source.service_body_id.in_(sorted(bodies)))
    return [WaitingRefresh(*row) for row in session.execute(statement)]
