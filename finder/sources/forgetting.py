"""Forgets old refreshes: nobody takes them back any more."""

import datetime as dt

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from finder.domain.sources import WAITING, ChangeKind, ChangeState
from finder.store.source import SourceChange, SourceRun

KEPT = dt.timedelta(days=90)


def forget_runs(session: Session, *, now: dt.datetime) -> int:
    """Remove the refreshes of more than 90 days ago of which nothing waits; gives how many things were removed.

    That a new listing was not wanted is remembered for good: its digest stays, and the refresh that it came with.
    """
    old = select(SourceRun.id).where(SourceRun.at < now - KEPT, SourceRun.state.not_in(WAITING))
    unwanted = (
        SourceChange.kind.in_((ChangeKind.NEW, ChangeKind.BESIDE)),
        SourceChange.state.in_((ChangeState.SET_ASIDE, ChangeState.ROLLED_BACK)),
    )
    kept = select(SourceChange.id).where(SourceChange.run_id.in_(old), *unwanted)
    changes = delete(SourceChange).where(SourceChange.run_id.in_(old), SourceChange.id.not_in(kept))
    runs = delete(SourceRun).where(
        SourceRun.id.in_(old), ~select(SourceChange.id).where(SourceChange.run_id == SourceRun.id).exists()
    )
    results = [session.execute(each.execution_options(synchronize_session=False)) for each in (changes, runs)]
    return sum(result.rowcount for result in results if isinstance(result, CursorResult))
