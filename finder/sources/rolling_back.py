"""Takes back what a whole refresh did: every listing is as before, but for those that were edited since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.audit import Act
from finder.directory.batch import KEPT
from finder.directory.revert import TooLateError, revert
from finder.directory.revert_many import Reverted, revert_listings
from finder.directory.revision import take_lock
from finder.domain.review import AlreadyDecidedError
from finder.domain.sources import RUN_WORDS, ChangeKind, ChangeState, RunState
from finder.domain.text import some_of
from finder.sources.beside import take_beside_back
from finder.sources.handing_over import hand_back
from finder.sources.runs import entries_of, open_changes, raise_revision, reason_of, run_of, write_changes
from finder.sources.setting_aside import put_aside
from finder.sources.wording import counted
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

Progress = Callable[[int, int], None]
MOST_NAMED = 5


def count_applied(session: Session, number: int) -> int:
    """How many changes of a refresh are applied. Raises NotFoundError."""
    run, _ = run_of(session, number)
    return len(_applied(session, run))


def _applied(session: Session, run: SourceRun) -> list[SourceChange]:
    statement = select(SourceChange).where(
        SourceChange.run_id == run.id,
        SourceChange.state == ChangeState.APPLIED,
        or_(SourceChange.meeting_id.is_not(None), SourceChange.kind == ChangeKind.BESIDE),
    )
    return list(session.execute(statement.order_by(SourceChange.id)).scalars())


def roll_back(
    session: Session,
    number: int,
    *,
    seen: int | None,
    by: str,
    now: dt.datetime,
    reason: str = "",
    progress: Progress | None = None,
) -> Reverted:
    """Take back what refresh *number* did; gives the listings that are as before, and those that are left.

    It is not proposed again while the source says the same, and what still waits of it is set aside. What is left can
    be rolled back later, when what was done to it since is taken back. The caller commits. Raises NotFoundError,
    AlreadyDecidedError when it did nothing, is rolled back, or all of it was changed since, StaleError, and
    TooLateError after 30 days.
    """
    take_lock(session)
    run, source = run_of(session, number)
    if run.state is RunState.ROLLED_BACK or not run.first_entry:
        raise AlreadyDecidedError(f"There is nothing to roll back: this refresh is {RUN_WORDS[run.state]}.")
    raise_revision(session, run, seen=seen)
    changes: defaultdict[int, list[SourceChange]] = defaultdict(list)
    beside = []
    for change in _applied(session, run):
        if change.kind is ChangeKind.BESIDE:
            beside.append(change)
        else:
            changes[change.meeting_id or 0].append(change)
    if not changes and not beside:
        raise TooLateError("What this refresh did is not known any more: take single changes of it back instead.")
    reason = reason or f"rolled back: {reason_of(run, source)}"
    entries = entries_of(session, run, sorted(changes))
    back: list[int] = []
    for entry in reversed([entry for entry in entries if entry.act == "merge"]):
        revert(session, entry.id, actor=by, reason=reason, now=now)
        if any(change.kind is ChangeKind.GONE for change in changes[entry.target_id]):
            heir = int((entry.after or {})["into"])
            hand_back(session, entry.target_id, heir=heir, actor=by, reason=reason, now=now)
            back.append(entry.target_id)
    acts = [entry for entry in entries if entry.act != "merge"]
    done = revert_listings(session, acts, source=source.name, actor=by, reason=reason, now=now, progress=progress)
    done = Reverted((*done.done, *back), done.left)
    if not done.done and not beside:
        raise AlreadyDecidedError(_why_not(session, run, done))
    kept = [each for change in beside for each in take_beside_back(session, change, actor=by, reason=reason, now=now)]
    taken = [*beside, *(change for number in done.done for change in changes[number])]
    _keep_listed(session, [change.meeting_id or 0 for change in taken if change.kind is ChangeKind.GONE])
    write_changes(session, [{"id": change.id, "state": ChangeState.ROLLED_BACK} for change in taken])
    _set_the_rest_aside(session, run, source)
    taken_back = len(done.done) + len(beside)
    told = Act(act="roll_back", target_kind="source_run", target_id=run.id, after={"changes": taken_back})
    audit.append(session, [told], actor=by, reason=reason, now=now)
    run.state = RunState.PARTLY if done.left else RunState.ROLLED_BACK
    run.decided_by, run.decided_at = by, now
    run.words = " ".join([_words(session, run, done), *([_words_beside(kept)] if beside else [])])
    return done


def _keep_listed(session: Session, ids: list[int]) -> None:
    """Say of listings that their source does not have that they stay all the same."""
    for part in chunks(ids):
        session.execute(update(Meeting).where(Meeting.id.in_(part)).values(source_digest=KEPT))


def _set_the_rest_aside(session: Session, run: SourceRun, source: Source) -> None:
    if run.state in {RunState.PROPOSED, RunState.QUARANTINED}:
        put_aside(session, source, open_changes(session, run, None))


def _later(session: Session, run: SourceRun, left: Sequence[int]) -> list[int]:
    """The later refreshes that changed any of the listings *left*, the newest first."""
    found: set[int] = set()
    for part in chunks(left):
        statement = select(SourceChange.run_id).where(
            SourceChange.meeting_id.in_(part), SourceChange.state == ChangeState.APPLIED, SourceChange.run_id > run.id
        )
        found |= set(session.execute(statement).scalars())
    return sorted(found, reverse=True)


def _why_not(session: Session, run: SourceRun, done: Reverted) -> str:
    if later := _later(session, run, done.left):
        return f"Refresh {later[0]} has changed since what this one did: roll that one back first. Nothing was done."
    return "All that it changed was edited since, so nothing was rolled back: take the edits back first."


def _words_beside(left: Sequence[str]) -> str:
    if not left:
        return "Its service bodies and formats are as before."
    return (
        "Its service bodies and formats are as before, but for what was changed or is in use since: "
        f"{some_of(left[:MOST_NAMED], len(left))}."
    )


def _words(session: Session, run: SourceRun, done: Reverted) -> str:
    left = ""
    if done.left:
        wanted = select(Meeting.name).where(Meeting.id.in_(done.left[:MOST_NAMED])).order_by(Meeting.name)
        names = some_of(session.execute(wanted).scalars().all(), len(done.left))
        later = f" (refresh {numbers[0]})" if (numbers := _later(session, run, done.left)) else ""
        left = f" {counted(len(done.left), 'was', 'were')} changed since{later} and left: {names}."
    back = f"Rolled back: {counted(len(done.done), 'listing is', 'listings are')} as before.{left}"
    return f"{run.words} {back}"
