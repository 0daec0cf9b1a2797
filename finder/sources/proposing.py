"""Makes a proposal of what a source says, and applies at once what its policy lets it: all of it in one transaction."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.batch import Batch, apply_batch
from finder.directory.revision import take_lock
from finder.domain.sourced import merged
from finder.domain.sources import ChangeKind, ChangeState, RunState, SourcePolicy
from finder.feeds.rows import Row
from finder.sources.at_once import parts_of
from finder.sources.comparing import compare
from finder.sources.difference import MAX_GONE, MAX_GONE_SHARE, Change, Difference
from finder.sources.drafts import kept_digest
from finder.sources.handing_over import take_over_kept
from finder.sources.keeping import Chosen, keep_changes, run_for, standing_run
from finder.sources.runs import note_entries, overtake, reason_of
from finder.sources.twins import twins_of
from finder.sources.wording import and_in_quarantine, counts_words
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

Progress = Callable[[int, int], None]
#: The revision of a listing to which nothing has happened but that it was brought and rolled back.
BROUGHT_AND_BACK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a proposal is made. *policy* overrules the source's own; *twins*: look for the same meeting elsewhere.

    *allowed*: too much may go, for somebody has said so. *anew*: what was set aside or rolled back of what is new is
    new again.
    """

    by: str
    now: dt.datetime
    policy: SourcePolicy | None = None
    allowed: bool = False
    twins: bool = True
    anew: bool = False
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What became of a refresh: its run, the difference, how many changes wait.

    *standing* is the state of an earlier refresh that says so already, and waits.
    """

    run: SourceRun
    difference: Difference
    waiting: int
    objection: str = ""
    standing: RunState | None = None


def mark_of(session: Session, source: str) -> tuple[int, ...]:
    """What tells whether a difference that was worked out before the lock was taken still holds."""
    runs = select(func.count(), func.coalesce(func.sum(SourceRun.revision), 0))
    told = session.execute(runs.join(Source, Source.id == SourceRun.source_id).where(Source.name == source)).one()
    return audit.last_entry(session), *(int(number) for number in told)


def difference_of(session: Session, source: Source, rows: Sequence[Row], *, anew: bool = False) -> Difference:
    """What *rows* change about the listings of *source*, but for new ones that nobody wanted; *anew*: these, too."""
    aside = _set_aside(session, source.id) if source.id and not anew else frozenset()
    again = _rolled_back(session, source.id) if source.id and anew else frozenset()
    return compare(session, source.name, source.field_rules or {}, rows, aside=aside, again=again)


def _rolled_back(session: Session, source_id: int) -> frozenset[int]:
    """The listings of a source that left the finder when the refresh which brought them was rolled back, by id."""
    statement = (
        select(Meeting.id)
        .join(SourceChange, SourceChange.meeting_id == Meeting.id)
        .join(SourceRun, SourceRun.id == SourceChange.run_id)
        .where(SourceRun.source_id == source_id, Meeting.source_id == source_id)
        .where(SourceChange.kind == ChangeKind.NEW, SourceChange.state == ChangeState.ROLLED_BACK)
        .where(~Meeting.published, Meeting.merged_into.is_(None), Meeting.revision == BROUGHT_AND_BACK)
    )
    return frozenset(session.execute(statement).scalars())


def _set_aside(session: Session, source_id: int) -> frozenset[tuple[str, str]]:
    statement = (
        select(SourceChange.source_key, SourceChange.draft)
        .join(SourceRun, SourceRun.id == SourceChange.run_id)
        .where(SourceRun.source_id == source_id)
        .where(SourceChange.kind == ChangeKind.NEW, SourceChange.state == ChangeState.SET_ASIDE)
    )
    return frozenset((key, kept_digest(draft)) for key, draft in session.execute(statement))


def objection_to(rows: Sequence[Row], difference: Difference) -> str:
    """Why a difference is not applied by itself, or ""."""
    if not any(row.draft is not None for row in rows):
        return "the feed holds no meeting that can be listed."
    if difference.erases_too_much:
        gone = len(difference.of(ChangeKind.GONE))
        return (
            f"{gone} of {difference.published} listings of this source would go, "
            f"which is more than {MAX_GONE} or more than {MAX_GONE_SHARE:.0%}."
        )
    if difference.untimes_too_much:
        return (
            f"{difference.untimed} of {difference.published} listings of this source would have no time any more, "
            f"which is more than {MAX_GONE} or more than {MAX_GONE_SHARE:.0%}."
        )
    return ""


def propose(
    session: Session,
    source: Source,
    rows: Sequence[Row],
    manner: Manner,
    *,
    worked_out: tuple[Difference, tuple[int, ...]] | None = None,
    beside: Change | None = None,
) -> Proposal:
    """Keep what *rows* change as a refresh of *source*, and apply at once what may be. The caller commits.

    *beside* is what the feed changes beside its rows, written already or not. *worked_out* is what `difference_of` gave
    before, and the mark that held then: so the lock is held no longer than it takes to write.
    """
    take_lock(session)
    take_over_kept(session, source, by=manner.by, now=manner.now)
    difference = worked_out[0] if worked_out and worked_out[1] == mark_of(session, source.name) else None
    difference = difference or difference_of(session, source, rows, anew=manner.anew)
    objection = "" if manner.allowed else objection_to(rows, difference)
    if beside is not None and (beside.entries or any(row.draft is not None for row in rows)):
        difference = replace(difference, changes=(beside, *difference.changes))
    changes: Sequence[Change] = difference.changes
    now_applied: Sequence[Change] = [change for change in changes if change.entries]
    if not objection:
        found = _with_twins(session, source, difference) if manner.twins else changes
        parts = [part for change in found for part in parts_of(change, manner.policy or source.policy)]
        changes, now_applied = [part for part, _ in parts], [part for part, goes in parts if goes]
    applied = Chosen(now_applied)
    waiting = [change for change in changes if change.kind is not ChangeKind.REFUSED and change not in applied]
    standing = standing_run(session, source, waiting) if waiting and not now_applied else None
    quiet = standing is not None or not (waiting or now_applied or objection)
    run = run_for(session, source, difference, by=manner.by, now=manner.now, quiet=quiet)
    counts = counts_words(run, unlisted=difference.unlisted)
    if standing is not None:  # what a moderator looks at stays as it is
        run.words = f"{counts}. Refresh {standing.id} says so already{and_in_quarantine(standing)}."
        return Proposal(
            run=run, difference=difference, waiting=len(waiting), objection=objection, standing=standing.state
        )
    if objection:
        run.state = RunState.QUARANTINED if waiting else RunState.FAILED
    elif waiting:
        run.state = RunState.PROPOSED
    elif now_applied:
        run.state = RunState.APPLIED
    created = _apply(session, source, run, now_applied, manner)
    if difference.settled:
        session.execute(update(Meeting), list(difference.settled))
    keep_changes(session, run, changes, created=created, applied=applied)
    overtake(session, source.id, words=f"Overtaken by refresh {run.id}.", but=run.id)
    run.words, run.objection = f"{counts}.", objection
    if run.state is RunState.UNCHANGED:
        run.words = f"Nothing has changed: {run.words}"
    return Proposal(run=run, difference=difference, waiting=len(waiting), objection=objection)


def _with_twins(session: Session, source: Source, difference: Difference) -> tuple[Change, ...]:
    drafts = {change.key: change.draft for change in difference.of(ChangeKind.NEW) if change.draft is not None}
    twins = twins_of(session, drafts, source_id=source.id)
    if not twins:
        return difference.changes
    return tuple(
        replace(change, waits=True, remarks=(twins[change.key], *change.remarks))
        if change.kind is ChangeKind.NEW and change.key in twins
        else change
        for change in difference.changes
    )


def _apply(session: Session, source: Source, run: SourceRun, changes: Sequence[Change], manner: Manner) -> list[int]:
    """Apply changes; gives the ids of the new listings, in order."""
    if not changes:
        return []
    for change in changes:
        if change.entries:
            note_entries(run, *change.entries)
    new = [change for change in changes if change.kind is ChangeKind.NEW]
    changed = [change for change in changes if change.kind is ChangeKind.CHANGED]
    batch = Batch(
        source=source.name,
        new=tuple(change.draft for change in new if change.draft),
        changed=tuple((change.meeting_id, _merged(change)) for change in changed if change.meeting_id is not None),
        gone=tuple(
            change.meeting_id for change in changes if change.kind is ChangeKind.GONE and change.meeting_id is not None
        ),
        words={change.meeting_id: change.word for change in changed if change.meeting_id is not None},
    )
    first = audit.last_entry(session) + 1
    reason = reason_of(run, source)
    created = apply_batch(session, batch, actor=manner.by, reason=reason, now=manner.now, progress=manner.progress)
    note_entries(run, first, audit.last_entry(session))
    run.decided_by, run.decided_at = manner.by, manner.now
    return created


def _merged(change: Change) -> Any:  # noqa: ANN401 - a draft; those of changed listings are all there
    return merged(change.draft, change.here, change.verdicts) if change.draft and change.here else change.draft
