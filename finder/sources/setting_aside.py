"""What a moderator does not want of a refresh: it is not proposed again while the source says the same."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.audit import Act
from finder.directory.batch import KEPT
from finder.directory.bodies import body_paths
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow, read_register
from finder.directory.revision import take_lock
from finder.domain.listing import ListingDraft
from finder.domain.sourced import Verdict, base_after, decide
from finder.domain.sources import ChangeKind, ChangeState
from finder.sources.comparing import change_of
from finder.sources.drafts import decided_draft, kept_digest, kept_draft, kept_verdicts
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
    ids = [each.meeting_id for each in changes if each.meeting_id is not None]
    register = {row.meeting.id: row for row in read_register(session, ids)}
    known, told, bodies = [], [], body_paths(session)
    for change in changes:
        kept = decided_draft(change.draft, wanted=change.kind is not ChangeKind.NEW)
        values: dict[str, Any] = {"id": change.id, "state": ChangeState.SET_ASIDE, "draft": kept}
        row, draft = register.get(change.meeting_id or 0), kept_draft(change.draft, bodies)
        if row is not None and change.kind is ChangeKind.GONE:
            known.append({"id": row.meeting.id, "source_digest": KEPT})
        elif row is not None and draft is not None:
            verdicts = _against(draft, row, source)
            word = base_after(row.meeting.source_base, verdicts)
            known.append({"id": row.meeting.id, "source_digest": kept_digest(change.draft), "source_base": word})
            values["verdicts"] = kept_verdicts(verdicts)
        told.append(values)
    if known:
        session.execute(update(Meeting), known)
    write_changes(session, told)


def _against(draft: ListingDraft, row: RegisterRow, source: Source) -> list[Verdict]:
    """What holds of a listing when nothing of *draft*, its source's word, is wanted."""
    rules = source.field_rules or {}
    return decide(change_of(draft, draft_of(row), row.meeting.source_base, rules).verdicts, keep=None)
