"""Forgets what is personal after its time. The audit chain goes on holding: it seals digests, not texts."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from finder.accounts.forgetting import forget_old
from finder.directory.audit import FORGOTTEN, forgotten
from finder.directory.revision import take_lock
from finder.domain.review import OPEN, Action, Status
from finder.mail.carriers import file_of
from finder.review.correspondence import forget
from finder.review.history import act
from finder.sources.forgetting import forget_runs
from finder.sources.removing import forget_removed
from finder.store.accounts import AccountLink, Attempt, KnownNetwork, SecurityEvent, SignedIn, User
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.people import Contact, RemovedContact
from finder.store.review import LinkToken, Reminder, Submission, SubmissionMessage

UNPROVEN_KEPT = dt.timedelta(days=3)
CONTACTS_KEPT = dt.timedelta(days=30)
MAILS_KEPT = dt.timedelta(days=7)
MAIL_FILES_KEPT = dt.timedelta(days=30)
LINKS_KEPT = dt.timedelta(days=7)  # after they have run out
REMINDERS_KEPT = dt.timedelta(days=400)
AUDIT_TEXTS_KEPT = dt.timedelta(days=730)

_SETTLED = (Status.APPROVED, Status.REJECTED, Status.MERGED, Status.UNDONE)
#: The tables in which removed rows may have left something personal.
PERSONAL_TABLES = (
    "attempt",
    "contact",
    "link_token",
    "outbox_mail",
    "removed_contact",
    "security_event",
    "source_change",
    "submission",
    "submission_message",
    "user_account",
)
_ACCOUNT_TABLES = (Attempt, SecurityEvent, SignedIn, AccountLink, KnownNetwork)


@dataclass(frozen=True, slots=True)
class Removal:
    """So many of something were removed; *tables* held it when it was personal, so that their files need a scrub."""

    what: str
    count: int
    tables: tuple[str, ...] = ()


def purge(database: Database, *, mail_dir: Path, now: dt.datetime, dry_run: bool = False) -> list[Removal]:
    """Remove what is past its time, in one transaction; tells what, and how many of each (0 included).

    With *dry_run* nothing is removed. *mail_dir* is where mail is written to, if it is; it need not be there. Follow it
    by `finder.store.scrub.scrub`, so that no byte of it stays behind in the files. Raises NotSavedError.
    """
    with database.unit_of_work() as session:
        if database.is_sqlite:
            session.execute(text("PRAGMA secure_delete=ON"))
        take_lock(session)
        removals = list(_removals(session, mail_dir, now=now, dry_run=dry_run))
        if dry_run:
            session.rollback()
    return removals


def touched(removals: Sequence[Removal]) -> tuple[str, ...]:
    """The tables that something personal was removed from, by name."""
    return tuple(sorted({table for removal in removals if removal.count for table in removal.tables}))


def _removals(session: Session, mail_dir: Path, *, now: dt.datetime, dry_run: bool) -> Iterator[Removal]:
    requests = ("link_token", "outbox_mail", "submission", "submission_message")
    yield Removal("requests that were never proven", _unproven(session, now), requests)
    yield Removal("mails written to the folder", _mail_files(session, mail_dir, now=now, dry_run=dry_run))
    # Their links go at once: whoever withdraws is gone, and this is how a withdrawal is noticed here, once.
    yield Removal("links and mails of withdrawn requests", _of_withdrawn(session), requests)
    yield Removal("contacts of requests decided long ago", _contacts(session, now), requests)
    aside = delete(RemovedContact).where(RemovedContact.removed_at < now - CONTACTS_KEPT)
    yield Removal("contacts that were removed from groups", _rows(session, aside), ("contact", "removed_contact"))
    former = update(User).where(User.renamed_at < now - CONTACTS_KEPT).values(former_name=None, renamed_at=None)
    yield Removal("former names of moderators", _rows(session, former), ("user_account",))
    yield Removal("mails sent or given up", _mails(session, now))
    dead = delete(LinkToken).where(LinkToken.expires_at < now - LINKS_KEPT)
    yield Removal("links that have run out", _rows(session, dead))
    old = delete(Reminder).where(Reminder.sent_at < now - REMINDERS_KEPT)
    yield Removal("notes that a group was asked", _rows(session, old))
    yield Removal("sources that were removed", forget_removed(session, now=now), ("source_change",))
    yield Removal("refreshes of sources and their changes", forget_runs(session, now=now), ("source_change",))
    before = _account_rows(session)
    forget_old(session, now=now)
    yield Removal("tries, sign-ins and security events", before - _account_rows(session))
    yield Removal("texts of the audit chain", _audit_texts(session, now), ("audit_entry",))


def _rows(session: Session, statement: Delete | Update) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _account_rows(session: Session) -> int:
    return sum(session.execute(select(func.count()).select_from(table)).scalar_one() for table in _ACCOUNT_TABLES)


def _unproven(session: Session, now: dt.datetime) -> int:
    late = select(Submission).where(Submission.status == Status.UNPROVEN, Submission.sent_at < now - UNPROVEN_KEPT)
    rows = list(session.execute(late).scalars())
    for row in rows:
        act(session, row, Action.WITHDRAW, actor="worker", reason="not proven", now=now, values={"decided_at": now})
        forget(session, row, now=now)
    return len(rows)


def _withdrawn() -> ColumnElement[bool]:
    return OutboxMail.submission_id.in_(select(Submission.id).where(Submission.status == Status.WITHDRAWN))


def _mail_files(session: Session, folder: Path, *, now: dt.datetime, dry_run: bool) -> int:
    """Remove the files of mails of withdrawn requests, and those that are old; gives how many there were."""
    if not folder.is_dir():
        return 0
    numbers = session.execute(select(OutboxMail.id).where(_withdrawn())).scalars()
    gone = {path for number in numbers if (path := file_of(folder, number)).exists()}
    oldest = (now - MAIL_FILES_KEPT).timestamp()
    gone |= {path for path in folder.glob("*.eml") if path.stat().st_mtime < oldest}
    if not dry_run:
        for path in gone:
            path.unlink(missing_ok=True)
    return len(gone)


def _of_withdrawn(session: Session) -> int:
    withdrawn = select(Submission.id).where(Submission.status == Status.WITHDRAWN)
    links = _rows(session, delete(LinkToken).where(LinkToken.submission_id.in_(withdrawn)))
    return links + _rows(session, delete(OutboxMail).where(_withdrawn(), OutboxMail.id < _newest_mail(session)))


def _contacts(session: Session, now: dt.datetime) -> int:
    """Remove who sent what was decided long ago, unless they answer for a group since."""
    answers = select(Contact.id).where(Contact.email == Submission.email).exists()
    said = select(SubmissionMessage.id).where(SubmissionMessage.submission_id == Submission.id).exists()
    statement = select(Submission.id).where(
        Submission.status.in_(_SETTLED),
        Submission.decided_at < now - CONTACTS_KEPT,
        or_(Submission.email != "", Submission.contact_name != "", Submission.note != "", said),
        or_(Submission.status != Status.APPROVED, ~answers),
    )
    ids = list(session.execute(statement).scalars())
    for number in ids:
        session.execute(delete(SubmissionMessage).where(SubmissionMessage.submission_id == number))
        _rows(session, update(Submission).where(Submission.id == number).values(email="", contact_name="", note=""))
    return len(ids)


def _newest_mail(session: Session) -> int:
    """The number of the newest mail: its row stays, so that SQLite gives no number, and no file, a second time."""
    return session.execute(select(func.coalesce(func.max(OutboxMail.id), 0))).scalar_one()


def _mails(session: Session, now: dt.datetime) -> int:
    """Remove rows of mails that are done with; those of a request that can still be withdrawn name its files."""
    can_go = {*OPEN, Status.UNPROVEN, Status.SCHEDULED}
    waiting = select(Submission.id).where(Submission.status.in_(can_go))
    statement = delete(OutboxMail).where(
        func.coalesce(OutboxMail.sent_at, OutboxMail.failed_at) < now - MAILS_KEPT,
        OutboxMail.id < _newest_mail(session),
        or_(OutboxMail.submission_id.is_(None), OutboxMail.submission_id.not_in(waiting)),
    )
    return _rows(session, statement)


def _audit_texts(session: Session, now: dt.datetime) -> int:
    """Remove what was before and after, and the words of reasons, a digest of which is kept for the seal."""
    old = AuditEntry.at < now - AUDIT_TEXTS_KEPT
    table = AuditEntry.__table__
    said = (AuditEntry.reason != "", AuditEntry.reason.not_like(f"{FORGOTTEN}%"))
    written = or_(table.c.before.is_not(None), table.c.after.is_not(None), and_(*said))
    count = session.execute(select(func.count()).select_from(AuditEntry).where(old, written)).scalar_one()
    rows = session.execute(select(AuditEntry.id, AuditEntry.reason).where(old, *said)).all()
    if rows:
        session.execute(update(AuditEntry), [{"id": number, "reason": forgotten(reason)} for number, reason in rows])
    _rows(session, update(AuditEntry).where(old, written).values(before=None, after=None))
    return count
