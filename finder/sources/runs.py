"""Refreshes as rows: what waits, who was first to decide, what the chain wrote for one, and where one stands."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.sourced import Winner
from finder.domain.sources import RUN_WORDS, WAITING, ChangeKind, ChangeState, RunState
from finder.store.audit import AuditEntry
from finder.store.database import chunks
from finder.store.source import Source, SourceChange, SourceRun

_OF_RUN = "refresh {} of "
STALE = "Somebody else has decided about this refresh since you opened it: look at it again."


def run_of(session: Session, number: int) -> tuple[SourceRun, Source]:
    """Refresh *number* and its source. Raises NotFoundError, also for one of a source that was removed."""
    run = session.get(SourceRun, number, populate_existing=True)
    source = None if run is None else session.get_one(Source, run.source_id, populate_existing=True)
    if run is None or source is None or source.removed_at is not None:
        raise NotFoundError(f"There is no refresh {number}.")
    return run, source


def reason_of(run: SourceRun, source: Source) -> str:
    """The reason that the chain gives for what a refresh did; the source's name in it may have been another before."""
    return f"{_OF_RUN.format(run.id)}{source.name}"


def take_up(session: Session, number: int, *, seen: int | None) -> tuple[SourceRun, Source]:
    """A refresh that waits, for a decision by somebody who saw it at revision *seen* (None: as it is now).

    Raises NotFoundError, AlreadyDecidedError when nothing waits any more, and StaleError when somebody else has decided
    about part of it since. The caller holds the lock.
    """
    run, source = run_of(session, number)
    if run.state not in WAITING:
        raise AlreadyDecidedError(f"Nothing of this refresh waits any more: it is {RUN_WORDS[run.state]}.")
    raise_revision(session, run, seen=seen)
    return run, source


def raise_revision(session: Session, run: SourceRun, *, seen: int | None) -> None:
    """Say that somebody decides about a refresh that they saw at *seen*. Raises StaleError when others have since."""
    seen = run.revision if seen is None else seen
    statement = update(SourceRun).where(SourceRun.id == run.id, SourceRun.revision == seen)
    statement = statement.values(revision=seen + 1).execution_options(synchronize_session=False)
    result = session.execute(statement)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise StaleError(STALE, {"revision": run.revision})
    session.refresh(run)


def open_changes(session: Session, run: SourceRun, wanted: Collection[int] | None) -> list[SourceChange]:
    """The changes of a refresh that wait, or those of them that are *wanted*. Raises BadInputError when there are none.

    A refused row is no change.
    """
    statement = select(SourceChange).where(
        SourceChange.run_id == run.id,
        SourceChange.state == ChangeState.OPEN,
        SourceChange.kind != ChangeKind.REFUSED,
    )
    found = list(session.execute(statement.order_by(SourceChange.id)).scalars())
    if wanted is not None:
        found = [change for change in found if change.id in set(wanted)]
    if not found:
        raise BadInputError("changes", "Choose at least one change that still waits.")
    return found


def count_open(session: Session, run: SourceRun) -> int:
    """How many changes of a refresh wait."""
    statement = select(func.count()).where(
        SourceChange.run_id == run.id,
        SourceChange.state == ChangeState.OPEN,
        SourceChange.kind != ChangeKind.REFUSED,
    )
    return session.execute(statement).scalar_one()


def clashing(session: Session, number: int) -> frozenset[int]:
    """The changes of refresh *number* that wait and touch what was edited here: whose word holds wants to be chosen."""
    statement = select(SourceChange.id, SourceChange.verdicts).where(
        SourceChange.run_id == number,
        SourceChange.state == ChangeState.OPEN,
        SourceChange.kind == ChangeKind.CHANGED,
    )
    rows = session.execute(statement)
    return frozenset(each for each, told in rows if any(one["winner"] == Winner.ASK for one in told or ()))


def count_waiting(session: Session, run: SourceRun) -> int:
    """How many changes of a refresh wait for somebody: none of one that is done with."""
    return count_open(session, run) if run.state in WAITING else 0


def write_changes(session: Session, values: Sequence[dict[str, Any]]) -> None:
    """Write values of changes, each with its id."""
    if values:
        session.execute(update(SourceChange), list(values))


def note_decision(session: Session, run: SourceRun, *, by: str, now: dt.datetime) -> None:
    """Say who decided when, and where the refresh stands by what has become of its changes."""
    session.flush()
    run.decided_by, run.decided_at = by, now
    if count_open(session, run):
        return
    counted = select(SourceChange.state, func.count()).where(
        SourceChange.run_id == run.id, SourceChange.kind != ChangeKind.REFUSED
    )
    states = {state for state, _ in session.execute(counted.group_by(SourceChange.state))}
    if ChangeState.APPLIED not in states:
        run.state = RunState.SET_ASIDE
    else:
        run.state = RunState.PARTLY if ChangeState.SET_ASIDE in states else RunState.APPLIED


def overtake(session: Session, source_id: int, *, words: str, but: int = 0) -> None:
    """Close the refreshes of a source of which something waits, *but* one, and forget what waits; *words* say why.

    Who decided about the rest stays as it is: nobody decides about what is overtaken.
    """
    statement = select(SourceRun).where(
        SourceRun.source_id == source_id, SourceRun.id != but, SourceRun.state.in_(WAITING)
    )
    for run in session.execute(statement).scalars():
        session.execute(
            delete(SourceChange).where(
                SourceChange.run_id == run.id,
                SourceChange.state == ChangeState.OPEN,
                SourceChange.kind != ChangeKind.REFUSED,
            )
        )
        run.revision += 1
        run.state = RunState.PARTLY if run.first_entry else RunState.OVERTAKEN
        run.words = f"{run.words} {words}"


def note_entries(run: SourceRun, first: int, last: int) -> None:
    """Say which entries of the chain wrote what was applied."""
    if last >= first:
        run.first_entry = run.first_entry or first
        run.last_entry = last


def entries_of(session: Session, run: SourceRun, meetings: Sequence[int]) -> list[AuditEntry]:
    """What the chain wrote of *meetings* for a refresh, in order, whatever its source was called then."""
    found: list[AuditEntry] = []
    for part in chunks(meetings):
        statement = select(AuditEntry).where(
            AuditEntry.id.between(run.first_entry, run.last_entry),
            AuditEntry.target_kind == "meeting",
            AuditEntry.target_id.in_(part),
            AuditEntry.reason.startswith(_OF_RUN.format(run.id), autoescape=True),
        )
        found += session.execute(statement).scalars()
    return sorted(found, key=lambda entry: entry.id)
