"""The audit chain for people: filtered, a page at a time or all of it, within the walls between service bodies."""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.audit import words_of
from finder.domain.roles import Right
from finder.review.case import Step
from finder.review.queue import BODY
from finder.store.accounts import User
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting
from finder.store.review import Submission

PER_PAGE = 50
#: What acts are about, as the chain calls it -> in words.
TARGETS = {
    "meeting": "Listing",
    "submission": "Request",
    "location": "Place",
    "group": "Group",
    "region": "Region",
    "service_body": "Service body",
    "program": "Program",
    "format": "Format",
    "user": "Person",
    "source": "Source",
    "source_run": "Refresh of a source",
}
COLUMNS = ("entry", "at", "actor", "act", "target", "target_id", "reason", "before", "after", "digest")
#: What a spreadsheet would take for a formula when a cell begins with it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """Which acts are wanted; every empty value means all. ``words`` are looked for in reasons."""

    target: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    words: str = ""
    before_entry: int | None = None


def acts(session: Session, question: LogQuestion, *, viewer: Viewer) -> tuple[list[Step], bool]:
    """A page of the acts on what is the viewer's, the newest first, and whether there are older ones: one statement."""
    statement = (
        select(AuditEntry, func.coalesce(func.nullif(User.name, ""), User.email), Submission.reference)
        .outerjoin(User, AuditEntry.actor == literal("user:") + cast(User.id, String))
        .outerjoin(Submission, and_(AuditEntry.target_kind == "submission", AuditEntry.target_id == Submission.id))
        .where(*_conditions(question), *walls(viewer))
        .order_by(AuditEntry.id.desc())
        .limit(PER_PAGE + 1)
    )
    if question.before_entry is not None:
        statement = statement.where(AuditEntry.id < question.before_entry)
    rows = session.execute(statement).all()
    steps = [
        Step(
            entry=entry.id,
            at=entry.at,
            by=name or entry.actor,
            act=entry.act,
            target=entry.target_kind,
            reason=words_of(entry.reason),
            before=entry.before,
            after=entry.after,
            request=reference or "",
        )
        for entry, name, reference in rows[:PER_PAGE]
    ]
    return steps, len(rows) > PER_PAGE


def walls(viewer: Viewer) -> list[ColumnElement[bool]]:
    """The condition that what an act is about belongs to a body of the viewer's; none for administrators."""
    bodies = viewer.bodies(Right.SEE_AUDIT)
    if bodies is None:
        return []
    own = sorted(bodies)
    theirs = Meeting.service_body_id.in_(own)
    reachable = {
        "meeting": select(Meeting.id).where(theirs),
        "location": select(Meeting.location_id).where(theirs, Meeting.location_id.is_not(None)),
        "group": select(Meeting.group_id).where(theirs, Meeting.group_id.is_not(None)),
        "submission": select(Submission.id)
        .outerjoin(Meeting, Meeting.id == Submission.meeting_id)
        .where(BODY.in_(own)),
    }
    ways = [and_(AuditEntry.target_kind == kind, AuditEntry.target_id.in_(ids)) for kind, ids in reachable.items()]
    ways.append(and_(AuditEntry.target_kind == "service_body", AuditEntry.target_id.in_(own)))
    return [or_(*ways)]


def _conditions(question: LogQuestion) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if question.target:
        found.append(AuditEntry.target_kind == question.target)
    if question.since is not None:
        found.append(AuditEntry.at >= _midnight(question.since))
    if question.until is not None:
        found.append(AuditEntry.at < _midnight(question.until + dt.timedelta(days=1)))
    for word in question.words.split()[:8]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found.append(AuditEntry.reason.ilike(pattern, escape="\\"))
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def entries(session: Session, question: LogQuestion, *, viewer: Viewer | None) -> Iterator[AuditEntry]:
    """Every act that is asked for, the oldest first, read a thousand at a time; without a *viewer* all of them."""
    statement = select(AuditEntry).where(*_conditions(question), *(walls(viewer) if viewer is not None else ()))
    rows = session.execute(statement.order_by(AuditEntry.id).execution_options(yield_per=1000)).scalars()
    for row in rows:
        yield row
        session.expunge(row)


def as_json(entry: AuditEntry) -> bytes:
    """One act as a line of JSON."""
    return orjson.dumps(dict(zip(COLUMNS, _values(entry), strict=True)), option=orjson.OPT_APPEND_NEWLINE)


def csv_head() -> str:
    """The first line of a table of acts."""
    return _csv(COLUMNS)


def as_csv(entry: AuditEntry) -> str:
    """One act as a line of a table, in which no cell is a formula."""
    texts = [
        value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
        for value in _values(entry)
    ]
    return _csv([f"'{text}" if text.startswith(FORMULA) else text for text in texts])


def _values(entry: AuditEntry) -> tuple[object, ...]:
    return (
        entry.id,
        entry.at.astimezone(dt.UTC).isoformat(),
        entry.actor,
        entry.act,
        entry.target_kind,
        entry.target_id,
        entry.reason,
        entry.before,
        entry.after,
        entry.digest,
    )


def _csv(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
