"""Writes a refresh down: its row with its counts, and what it changes, until somebody has decided about it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from finder.directory.bodies import body_paths, folded_path
from finder.domain.sourced import Winner
from finder.domain.sources import WAITING, ChangeKind, ChangeState, RunState
from finder.sources.beside import kept_beside
from finder.sources.difference import Change, Difference
from finder.sources.drafts import decided_draft, kept_digest, kept_verdicts, waiting_draft
from finder.store.database import portions
from finder.store.source import Source, SourceChange, SourceRun

#: Refused rows that are kept of one refresh; the counts tell of the others.
MOST_REFUSED = 1000


class Chosen:
    """Membership by identity: changes hold lists and cannot be hashed."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._ids = {id(change) for change in changes}

    def __contains__(self, change: object) -> bool:
        return id(change) in self._ids


def run_for(
    session: Session, source: Source, difference: Difference, *, by: str, now: dt.datetime, quiet: bool
) -> SourceRun:
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
    last.state, last.at, last.asked_by = RunState.UNCHANGED, now, by
    last.unchanged, last.objection = difference.unchanged, ""
    for name, count in counts.items():
        setattr(last, name, count)
    session.flush()  # the changes and the chain name its id
    return last


def keep_changes(
    session: Session,
    run: SourceRun,
    changes: Sequence[Change],
    *,
    created: Sequence[int],
    applied: Chosen,
) -> None:
    """Write the changes of a refresh down. Of what is new and applied the audit chain holds the text."""
    bodies = {folded_path(path): number for number, path in body_paths(session).items()}
    for rows in portions(_kept_rows(run.id, changes, created=iter(created), applied=applied, bodies=bodies)):
        session.execute(insert(SourceChange), rows)


def _kept_rows(
    run_id: int,
    changes: Sequence[Change],
    *,
    created: Iterator[int],
    applied: Chosen,
    bodies: Mapping[tuple[str, ...], int],
) -> Iterator[dict[str, Any]]:
    refused = 0
    for change in changes:
        done = change in applied
        refused += change.kind is ChangeKind.REFUSED
        if change.kind is ChangeKind.REFUSED and refused > MOST_REFUSED:
            continue
        draft = kept_beside(change) if change.kind is ChangeKind.BESIDE else None
        if change.draft is not None and not (done and change.kind is ChangeKind.NEW):
            body = bodies.get(folded_path(change.draft.service_body))
            draft = waiting_draft(change.draft, change.digest, body=body, told_in=change.told_in)
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


def standing_run(session: Session, source: Source, waiting: Sequence[Change]) -> SourceRun | None:
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
