"""What the clock brings: approvals that take effect on their date, and the daily word to moderators."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.domain.errors import BadInputError, NotFoundError, ScheduleError
from finder.domain.review import Status
from finder.domain.schedule import zone_of
from finder.review import notices
from finder.review.decisions import apply_scheduled, return_scheduled
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
                return_scheduled(session, reference, letterhead=letterhead, now=now)
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


def tell_daily(database: Database, *, letterhead: Letterhead, now: dt.datetime) -> int:
    """Write to the moderators who want one mail a day what waits; gives the number of mails, one a day each."""
    with database.unit_of_work() as session:
        return notices.tell_daily(session, letterhead=letterhead, now=now)
