"""How many listings would leave the finder by what somebody is about to do with a refresh."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.domain.sources import ChangeKind, ChangeState
from finder.sources.heirs import heirs_of
from finder.sources.runs import entries_of, run_of
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.source import SourceChange


def leaving_when_applied(session: Session, number: int, changes: Collection[int] | None) -> int:
    """The listings that go with the *changes* of refresh *number* (None: all that wait).

    Those that another source lists as well stay. Raises NotFoundError.
    """
    run, _ = run_of(session, number)
    statement = select(SourceChange.id, SourceChange.meeting_id).where(
        SourceChange.run_id == run.id,
        SourceChange.kind == ChangeKind.GONE,
        SourceChange.state == ChangeState.OPEN,
        SourceChange.meeting_id.is_not(None),
    )
    wanted = None if changes is None else set(changes)
    rows = session.execute(statement.order_by(SourceChange.id)).all()
    shown = _published(session, [meeting or 0 for each, meeting in rows if wanted is None or each in wanted])
    return len(shown - heirs_of(session, sorted(shown)).keys())


def leaving_when_rolled_back(session: Session, number: int) -> int:
    """The listings that refresh *number* brought into the finder and that are there still. Raises NotFoundError."""
    run, _ = run_of(session, number)
    statement = select(SourceChange.meeting_id).where(
        SourceChange.run_id == run.id,
        SourceChange.state == ChangeState.APPLIED,
        SourceChange.kind.in_((ChangeKind.NEW, ChangeKind.CHANGED)),  # changed: also what came back
        SourceChange.meeting_id.is_not(None),
    )
    numbers = sorted({meeting or 0 for meeting in session.execute(statement).scalars()})
    brought: dict[int, bool] = {}
    for entry in entries_of(session, run, numbers):
        brought.setdefault(entry.target_id, entry.before is None)
    return len(_published(session, [each for each in numbers if brought.get(each)]))


def _published(session: Session, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(ids):
        found |= set(session.execute(select(Meeting.id).where(Meeting.id.in_(part), Meeting.published)).scalars())
    return found
