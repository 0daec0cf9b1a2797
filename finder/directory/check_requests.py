"""Looks whether requests are in order: possible statuses, links that lead somewhere, nothing personal in the chain."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from finder.domain.review import Kind, Status
from finder.store.audit import AuditEntry
from finder.store.mail import OutboxMail
from finder.store.review import LinkToken, Submission

#: What an audit entry of a request may say of it: statuses and its kind, no word of whoever sent it.
SAID = frozenset({"status", "kind"})
_WORDS = frozenset({*Status, *Kind})

#: Links that stand for a request, and those that stand for an address.
_OF_REQUESTS = ("prove", "status")
_OF_ADDRESSES = ("manage", "managing", "confirm")


def faults(session: Session) -> Iterator[str]:
    """Name everything that does not hold, a sentence each; nothing when all is well."""
    yield from _status_faults(session)
    yield from _link_faults(session)
    yield from _audit_faults(session)


def _impossible() -> dict[str, ColumnElement[bool]]:
    """Words -> which requests are so, though none can be."""
    row = Submission
    decided = [Status.APPROVED, Status.REJECTED, Status.MERGED, Status.SCHEDULED, Status.WITHDRAWN, Status.UNDONE]
    waiting = [Status.PENDING, Status.QUESTION, Status.SECOND_LOOK]
    return {
        "is decided, but at no time": and_(row.status.in_(decided), row.decided_at.is_(None)),
        "waits for a second person, but there is no first": and_(
            row.status == Status.SECOND_LOOK, row.first_approver.is_(None), row.accepted.is_(None)
        ),
        "waits for a date, but for none": and_(row.status == Status.SCHEDULED, row.effective_date.is_(None)),
        "is in the queue, but since no time": and_(row.status.in_(waiting), row.waiting_since.is_(None)),
        "is in the queue without a proven address": and_(
            row.status.in_(waiting), row.email != "", row.proven_at.is_(None)
        ),
        "waits for proof of no address": and_(row.status == Status.UNPROVEN, row.email == ""),
        "was withdrawn, but is not forgotten": and_(
            row.status == Status.WITHDRAWN,
            or_(row.email != "", row.contact_name != "", row.note != "", row.title != "", row.then.is_not(None)),
        ),
        "is about no listing": and_(row.kind != Kind.NEW, row.meeting_id.is_(None), row.status != Status.WITHDRAWN),
        "was not approved, but is a listing": and_(
            row.kind == Kind.NEW,
            row.meeting_id.is_not(None),
            row.status.not_in([Status.APPROVED, Status.UNDONE]),
        ),
        "was approved, but is no listing": and_(
            row.kind == Kind.NEW, row.meeting_id.is_(None), row.status == Status.APPROVED
        ),
    }


def _status_faults(session: Session) -> Iterator[str]:
    for words, condition in _impossible().items():
        for number in session.execute(select(Submission.id).where(condition).order_by(Submission.id)).scalars():
            yield f"Request {number} {words}."


def _link_faults(session: Session) -> Iterator[str]:
    lost = or_(
        and_(LinkToken.purpose.in_(_OF_REQUESTS), LinkToken.submission_id.is_(None)),
        and_(LinkToken.purpose.in_(_OF_ADDRESSES), LinkToken.email == ""),
        and_(LinkToken.purpose == "confirm", LinkToken.group_id.is_(None)),
        LinkToken.purpose.not_in([*_OF_REQUESTS, *_OF_ADDRESSES]),
    )
    for number in session.execute(select(LinkToken.id).where(lost).order_by(LinkToken.id)).scalars():
        yield f"Link {number} leads nowhere."
    told = and_(
        or_(OutboxMail.sent_at.is_not(None), OutboxMail.failed_at.is_not(None)),
        or_(OutboxMail.recipient != "", OutboxMail.body != ""),
    )
    for number in session.execute(select(OutboxMail.id).where(told).order_by(OutboxMail.id)).scalars():
        yield f"Mail {number} is done with, but still says to whom and what."


def _audit_faults(session: Session) -> Iterator[str]:
    statement = select(AuditEntry).where(AuditEntry.target_kind == "submission").execution_options(yield_per=1000)
    for entry in session.execute(statement.order_by(AuditEntry.id)).scalars():
        for content in (entry.before, entry.after):
            if any(name not in SAID or value not in _WORDS for name, value in (content or {}).items()):
                yield f"Audit entry {entry.id} says more of a request than where it stands."
