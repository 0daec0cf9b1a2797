"""One place where the status of a submission changes: the row, its revision and the audit chain together."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.domain.errors import NotFoundError
from finder.domain.review import WORDS, Action, AlreadyDecidedError, after
from finder.store.accounts import User
from finder.store.review import Submission

SUBMITTER = "submitter"
Values = Mapping[str, object]


def submission_of(session: Session, reference: str) -> Submission:
    """The submission that is called *reference*. Raises NotFoundError."""
    row = session.execute(
        select(Submission).where(Submission.reference == reference).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFoundError("There is no such request here.")
    return row


def act(
    session: Session,
    row: Submission,
    action: Action,
    *,
    actor: str,
    now: dt.datetime,
    reason: str = "",
    values: Values | None = None,
) -> None:
    """Move *row* on by *action*, with *values* for its other columns: one statement that only the first can win.

    The caller holds the lock (`revision.take_lock`). Raises AlreadyDecidedError when somebody was first: the row is no
    longer at the revision that was read, or the action leads nowhere from where it stands. What is audited are the
    statuses: no word of the submitter.
    """
    before = row.status
    status = after(before, action)
    statement = (
        update(Submission)
        .where(Submission.id == row.id, Submission.revision == row.revision, Submission.status == before)
        .values(status=status, revision=row.revision + 1, **(values or {}))
        .execution_options(synchronize_session=False)
    )
    result = session.execute(statement)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        session.refresh(row)
        raise already_decided(session, row)
    session.refresh(row)
    step = audit.Act(
        act=action.value,
        target_kind="submission",
        target_id=row.id,
        before={"status": before.value},
        after={"status": status.value},
    )
    audit.append(session, [step], actor=actor, reason=reason, now=now)


def already_decided(session: Session, row: Submission) -> AlreadyDecidedError:
    """Who was first, and what it is now."""
    name = session.execute(select(User.name).where(User.id == row.decided_by)).scalar() if row.decided_by else None
    who = f" by {name}" if name else ""
    return AlreadyDecidedError(f"Somebody was faster: this request is {WORDS[row.status]}{who}. Nothing was changed.")
