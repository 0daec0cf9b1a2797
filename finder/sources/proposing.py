"""Makes a proposal of what a source says, and applies at once what its policy lets it: all of it in one transaction."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.batch import Batch, apply_batch
from finder.directory.bodies import body_paths, folded_path
from finder.directory.revision import take_lock
from finder.domain.sourced import Winner, merged
from finder.domain.sources import WAITING, ChangeKind, ChangeState, RunState, SourcePolicy
from finder.feeds.rows import Row
from finder.sources.at_once import parts_of
from finder.sources.beside import kept_beside
from finder.sources.comparing import compare
from finder.sources.difference import MAX_GONE, MAX_GONE_SHARE, Change, Difference
from finder.sources.drafts import decided_draft, kept_digest, kept_verdicts, waiting_draft
from finder.sources.handing_over import take_over_kept
from finder.sources.runs import note_entries, overtake, reason_of
from finder.sources.twins import twins_of
from finder.sources.wording import and_in_quarantine, counts_words
from finder.store.database import portions
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

Progress = Callable[[int, int], None]
#: The revision of a listing to which nothing has happened but that it was brought and rolled back.
BROUGHT_AND_BACK = 2
#: Refused rows that are kept of one refresh; the counts tell of the others.
MOST_REFUSED = 1000


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
    applied = _Ids(now_applied)
    waiting = [change for change in changes if change.kind is not ChangeKind.REFUSED and change not in applied]
    standing = _standing(session, source, waiting) if waiting and not now_applied else None
    quiet = standing is not None or not (waiting or now_applied or objection)
    run = _run(session, source, difference, manner, quiet=quiet)
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
    told_in = {row.number: row.told_in for row in rows if row.told_in}
    _keep(session, run, changes, created=created, applied=applied, told_in=told_in)
    overtake(session, source.id, words=f"Overtaken by refresh {run.id}.", but=run.id)
    run.words, run.objection = f"{counts}.", objection
    if run.state is RunState.UNCHANGED:
        run.words = f"Nothing has changed: {run.words}"
    return Proposal(run=run, difference=difference, waiting=len(waiting), objection=objection)


class _Ids:
    """Membership by identity: changes hold lists and cannot be hashed."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._ids = {id(change) for change in changes}

    def __contains__(self, change: object) -> bool:
        return id(change) in self._ids


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


def _run(session: Session, source: Source, difference: Difference, manner: Manner, *, quiet: bool) -> SourceRun:
    """The row of this refresh; a *quiet* one, without a change, takes the place of a quiet one before it.

    No other is given a number that has been told before.
    """
    counts = {kind.value: len(difference.of(kind)) for kind in ChangeKind}
    last = session.execute(
        select(SourceRun).where(SourceRun.source_id == source.id).order_by(SourceRun.id.desc()).limit(1)
    ).scalar()
    if not quiet or last is None or last.state is not RunState.UNCHANGED:
        last = SourceRun(source_id=source.id, revision=1, first_entry=0, last_entry=0)
        session.add(last)
    else:
        session.execute(delete(SourceChange).where(SourceChange.run_id == last.id))
    last.state, last.at, last.asked_by = RunState.UNCHANGED, manner.now, manner.by
    last.unchanged, last.objection = difference.unchanged, ""
    for name, count in counts.items():
        setattr(last, name, count)
    session.flush()  # the changes and the chain name its id
    return last


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


class _Lying(NamedTuple):
    """Where rows lie: the service bodies by their paths, for comparison, and by row the path at its source."""

    bodies: Mapping[tuple[str, ...], int]
    told_in: Mapping[int, str]


def _keep(
    session: Session,
    run: SourceRun,
    changes: Sequence[Change],
    *,
    created: Sequence[int],
    applied: _Ids,
    told_in: Mapping[int, str],
) -> None:
    """Write the changes of a refresh down. Of what is new and applied the audit chain holds the text."""
    lies_in = _Lying({folded_path(path): number for number, path in body_paths(session).items()}, told_in)
    for rows in portions(_kept_rows(run.id, changes, created=iter(created), applied=applied, lies_in=lies_in)):
        session.execute(insert(SourceChange), rows)


def _kept_rows(
    run_id: int, changes: Sequence[Change], *, created: Iterator[int], applied: _Ids, lies_in: _Lying
) -> Iterator[dict[str, Any]]:
    refused = 0
    for change in changes:
        done = change in applied
        refused += change.kind is ChangeKind.REFUSED
        if change.kind is ChangeKind.REFUSED and refused > MOST_REFUSED:
            continue
        draft = kept_beside(change) if change.kind is ChangeKind.BESIDE else None
        if change.draft is not None and not (done and change.kind is ChangeKind.NEW):
            body = lies_in.bodies.get(folded_path(change.draft.service_body))
            told_in = lies_in.told_in.get(change.row, "")
            draft = waiting_draft(change.draft, change.digest, body=body, told_in=told_in)
            draft = decided_draft(draft) if done else draft
        yield {
            "run_id": run_id,
            "kind": change.kind,
            "state": ChangeState.APPLIED if done else ChangeState.OPEN,
            "row": change.row,
            "source_key": change.key[:255],
            "meeting_id": next(created) if done and change.kind is ChangeKind.NEW else change.meeting_id,
            "meeting_revision": change.meeting_revision,
            "title": change.title,
            "draft": draft,
            "before": change.before,
            "verdicts": kept_verdicts(each for each in change.verdicts if not (done and each.winner is Winner.ASK)),
            "fields": list(change.fields),
            "risks": list(change.risks),
            "remarks": [list(remark) for remark in change.remarks],
        }


def _standing(session: Session, source: Source, waiting: Sequence[Change]) -> SourceRun | None:
    """The refresh of which just these changes wait for a moderator already, or None."""
    statement = (
        select(SourceRun.id, SourceChange.kind, SourceChange.source_key, SourceChange.draft)
        .join(SourceRun, SourceRun.id == SourceChange.run_id)
        .where(SourceRun.source_id == source.id, SourceRun.state.in_(WAITING))
        .where(SourceChange.state == ChangeState.OPEN, SourceChange.kind != ChangeKind.REFUSED)
    )
    rows = session.execute(statement).all()
    held = {(kind, key, kept_digest(draft)) for _, kind, key, draft in rows}
    same = held == {(change.kind, change.key[:255], change.digest) for change in waiting}
    return session.get_one(SourceRun, max(number for number, *_ in rows)) if same else None
