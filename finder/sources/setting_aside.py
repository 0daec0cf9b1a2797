"""What a moderator does not want of a refresh: it is not proposed again while the source says the same."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.audit import Act
from finder.directory.batch import KEPT
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow, read_register
from finder.directory.revision import take_lock
from finder.domain.sourced import DECIDED, Winner, base_after, base_against
from finder.domain.sources import ChangeKind, ChangeState
from finder.sources.comparing import change_of
from finder.sources.drafts import decided_draft, kept_digest, kept_draft
from finder.sources.runs import note_decision, open_changes, reason_of, take_up, write_changes
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange


def set_aside(
    session: Session, number: int, *, seen: int | None, changes: Collection[int] | None, by: str, now: dt.datetime
) -> int:
    """Set the *changes* of refresh *number* aside (None: all that wait); gives how many. The directory stays as it is.

    Raises what `take_up` raises, and BadInputError when nothing of it waits. The caller commits.
    """
    take_lock(session)
    run, source = take_up(session, number, seen=seen)
    unwanted = open_changes(session, run, changes)
    put_aside(session, source, unwanted)
    told = Act(act="set_aside", target_kind="source_run", target_id=run.id, after={"changes": len(unwanted)})
    audit.append(session, [told], actor=by, reason=reason_of(run, source), now=now)
    note_decision(session, run, by=by, now=now)
    return len(unwanted)


def put_aside(session: Session, source: Source, changes: Sequence[SourceChange]) -> None:
    """Remember of *changes* that the source's word is known and not wanted."""
    register = {
        row.meeting.id: row
        for row in read_register(session, [each.meeting_id for each in changes if each.meeting_id is not None])
    }
    known = [
        values
        for change in changes
        if change.meeting_id in register
        and (values := _known(change, register[change.meeting_id], source.field_rules or {}))
    ]
    if known:
        session.execute(update(Meeting), known)
    write_changes(
        session,
        [
            {
                "id": change.id,
                "state": ChangeState.SET_ASIDE,
                "draft": decided_draft(change.draft, wanted=change.kind is not ChangeKind.NEW),
            }
            for change in changes
        ],
    )


def _known(change: SourceChange, row: RegisterRow, rules: Mapping[str, str]) -> dict[str, Any]:
    """What a listing keeps of a word of its source that nobody wanted."""
    if change.kind is ChangeKind.GONE:
        return {"id": row.meeting.id, "source_digest": KEPT}
    draft, digest = kept_draft(change.draft), kept_digest(change.draft)
    if draft is None:
        return {}
    base, verdicts = row.meeting.source_base, change_of(draft, draft_of(row), row.meeting.source_base, rules).verdicts
    held = base_after(base, verdicts) or {}
    against = base_against([each for each in verdicts if each.winner is not Winner.HERE]) or {}
    decided = sorted({*held.get(DECIDED, ()), *against.get(DECIDED, ())})
    kept = {**held, **against, **({DECIDED: decided} if decided else {})}
    return {"id": row.meeting.id, "source_digest": digest, "source_base": kept or None}
