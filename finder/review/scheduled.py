"""What the clock brings: approvals that take effect on their date, and the daily word to moderators."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError, NotFoundError, ScheduleError
from finder.domain.review import Action, Status
from finder.domain.schedule import zone_of
from finder.review import notices
from finder.review.decisions import apply_scheduled
from finder.review.history import act, submission_of
from finder.review.letters import Letterhead
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.review import Submission


def apply_due(database: Database, *, letterhead: Letterhead, now: dt.datetime) -> int:
    """Let every approval take effect whose date has come where the meeting is; gives how many were looked at.

    Each is a transaction of its own. One that no longer fits (the listing has gone, or has changed) goes back into the
    queue. Raises NotSavedError.
    """
    with database.reading() as session:
        due = _due(session, now)
    for reference in due:
        try:
            with database.unit_of_work() as session:
                apply_scheduled(session, reference, letterhead=letterhead, now=now)
        except (NotFoundError, BadInputError):
            with database.unit_of_work() as session:
                _return(session, reference, now=now)
    return len(due)


def _due(session: Session, now: dt.datetime) -> list[str]:
    """The references of scheduled submissions whose date has come, by the clock of the meeting."""
    statement = (
        select(Submission, Meeting.zone)
        .outerjoin(Meeting, Meeting.id == Submission.meeting_id)
        .where(Submission.status == Status.SCHEDULED, Submission.effective_date <= (now + dt.timedelta(days=1)).date())
        .order_by(Submission.effective_date, Submission.id)
    )
    return [
        row.reference
        for row, zone in session.execute(statement)
        if row.effective_date and row.effective_date <= _today(zone or (row.accepted or {}).get("zone"), now)
    ]


def _today(zone: str | None, now: dt.datetime) -> dt.date:
    try:
        return now.astimezone(zone_of(zone or "UTC")).date()
    except ScheduleError:
        return now.date()


def _return(session: Session, reference: str, *, now: dt.datetime) -> None:
    take_lock(session)
    row = submission_of(session, reference)
    if row.status is Status.SCHEDULED:
        values = {"waiting_since": now, "decided_by": None, "decided_at": None}
        act(session, row, Action.RETURN, actor="worker", now=now, values=values)


def tell_daily(database: Database, *, letterhead: Letterhead, now: dt.datetime) -> int:
    """Write to the moderators who want one mail a day how many requests wait; gives the number of queues.

    However often it is called on one day (UTC), each gets one mail a queue.
    """
    with database.unit_of_work() as session:
        waiting = select(Submission.service_body_id).where(Submission.status.in_(notices.WAITING)).distinct()
        bodies = list(session.execute(waiting).scalars())
        for body in bodies:
            notices.tell(
                session, body, letterhead=letterhead, now=now, daily=True, key=f"daily:{now.astimezone(dt.UTC):%Y%m%d}"
            )
    return len(bodies)
