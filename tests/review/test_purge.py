"""What is personal goes after its time, and the audit chain goes on holding."""

import datetime as dt
import os
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.check import faults
from finder.directory.publish import unpublish
from finder.domain.review import Action, Status
from finder.mail.carriers import FolderCarrier, file_of
from finder.mail.message import Sender
from finder.mail.sending import send_due
from finder.review.case import timeline
from finder.review.correspondence import answer, withdraw
from finder.review.decisions import decide
from finder.review.purge import purge, touched
from finder.store.accounts import Attempt
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.people import Contact
from finder.store.review import LinkToken, Submission, SubmissionMessage
from finder.store.scrub import scrub
from tests.conftest import NOW
from tests.review.people import (
    HEAD,
    a_published,
    a_request,
    an_administrator,
    in_queue,
    looking,
    secret_mailed,
    send,
    submission,
)

DAYS = dt.timedelta(days=1)
SENDER = Sender(address="no-reply@example.org", site_name="Meeting Finder", public_url="https://finder.example.org")


def run(database: Database, now: dt.datetime, folder: Path = Path("/nowhere"), *, dry_run: bool = False) -> int:
    """Purge; gives how much was removed."""
    return sum(each.count for each in purge(database, mail_dir=folder, now=now, dry_run=dry_run))


def decided(database: Database, action: Action) -> str:
    """A request with every kind of personal word, decided at NOW."""
    reference = in_queue(database, a_request(note="Call Robin", contact_name="Robin K."))
    with database.unit_of_work() as session:
        answer(session, secret_mailed(database, "status"), "More of Robin", letterhead=HEAD, now=NOW)
        decision = looking(session, reference, action, text="A reason")
        decide(session, reference, decision, by=an_administrator(session), letterhead=HEAD, now=NOW)
    return reference


def personal(session: Session, reference: str) -> list[str]:
    """What is left of whoever sent a request."""
    row = submission(session, reference)
    said = session.execute(select(SubmissionMessage.text).where(SubmissionMessage.submission_id == row.id)).scalars()
    return [text for text in (row.email, row.contact_name, row.note, *said) if text]


@pytest.mark.parametrize("action", [Action.REJECT, Action.MERGE])
def test_contacts_of_what_was_not_approved_go_after_thirty_days(database: Database, action: Action) -> None:
    reference = decided(database, action)
    run(database, NOW + 29 * DAYS)
    with database.reading() as session:
        assert len(personal(session, reference)) == 4
    run(database, NOW + 31 * DAYS)
    with database.reading() as session:
        assert personal(session, reference) == []
        assert submission(session, reference).asked
        assert list(faults(session)) == []


def test_who_answers_for_a_group_is_not_forgotten_and_who_does_not_is(database: Database) -> None:
    reference = decided(database, Action.APPROVE)
    run(database, NOW + 31 * DAYS)
    with database.unit_of_work() as session:
        assert "robin@example.org" in personal(session, reference)
        session.execute(delete(Contact))
    run(database, NOW + 31 * DAYS)
    with database.reading() as session:
        assert personal(session, reference) == []


def test_what_is_never_proven_is_forgotten_after_three_days(database: Database) -> None:
    reference = send(database, a_request(note="Call Robin")).reference
    run(database, NOW + dt.timedelta(days=2, hours=23))
    with database.reading() as session:
        assert submission(session, reference).status is Status.UNPROVEN
    removed = purge(database, mail_dir=Path("/nowhere"), now=NOW + dt.timedelta(days=3, hours=1))
    with database.reading() as session:
        row = submission(session, reference)
        assert (row.status, row.asked, row.title, personal(session, reference)) == (Status.WITHDRAWN, {}, "", [])
        assert list(faults(session)) == []
    assert {"submission", "outbox_mail"} <= set(touched(removed))


def test_what_waits_is_not_touched_however_long_it_waits(database: Database) -> None:
    reference = in_queue(database, a_request(note="Call Robin"))
    run(database, NOW + 300 * DAYS)
    with database.reading() as session:
        assert personal(session, reference) == ["robin@example.org", "Call Robin"]


def test_the_mails_of_a_withdrawn_request_leave_the_folder_and_no_other_does(
    database: Database, tmp_path: Path
) -> None:
    in_queue(database, a_request())
    secret = secret_mailed(database, "status")
    in_queue(database, a_request(email="ana@example.org"))
    send_due(database, FolderCarrier(tmp_path), sender=SENDER, now=NOW, limit=50)
    with database.unit_of_work() as session:
        withdraw(session, secret, now=NOW)
    assert run(database, NOW, tmp_path, dry_run=True)
    assert len(list(tmp_path.glob("*.eml"))) == 4
    run(database, NOW, tmp_path)
    left = [path.read_text() for path in tmp_path.glob("*.eml")]
    assert len(left) == 2
    assert all("ana@example.org" in text and "robin@example.org" not in text for text in left)
    assert run(database, NOW, tmp_path) == 0


def test_a_mail_that_is_under_way_while_its_request_is_withdrawn_is_found_as_well(
    database: Database, tmp_path: Path
) -> None:
    in_queue(database, a_request())
    secret = secret_mailed(database, "status")
    with database.reading() as session:
        number = session.execute(select(func.max(OutboxMail.id))).scalar_one()
    with database.unit_of_work() as session:
        withdraw(session, secret, now=NOW)
    file_of(tmp_path, number).write_text("To: robin@example.org")  # what the worker had in its hands
    assert send_due(database, FolderCarrier(tmp_path), sender=SENDER, now=NOW).sent == 0
    run(database, NOW, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_of_mail_are_kept_for_thirty_days(database: Database, tmp_path: Path) -> None:
    old, new = tmp_path / "0000000001.eml", tmp_path / "0000000002.eml"
    for path, age in ((old, 31), (new, 29)):
        path.write_text("mail")
        moment = (NOW - age * DAYS).timestamp()
        os.utime(path, (moment, moment))
    run(database, NOW, tmp_path)
    assert list(tmp_path.iterdir()) == [new]


def test_rows_of_mail_links_and_tries_go_after_their_days(database: Database, tmp_path: Path) -> None:
    decided(database, Action.REJECT)
    send_due(database, FolderCarrier(tmp_path), sender=SENDER, now=NOW, limit=50)
    with database.unit_of_work() as session:
        session.execute(insert(Attempt).values(bucket="x", at=NOW))
    run(database, NOW + 8 * DAYS)
    with database.reading() as session:
        newest = session.execute(select(OutboxMail.id)).scalars().all()
        assert len(newest) == 1  # numbers, and files called by them, are not given a second time
        assert session.execute(select(func.count()).select_from(Attempt)).scalar_one() == 0
        purposes = session.execute(select(LinkToken.purpose)).scalars().all()
        assert set(purposes) == {"status", "prove"}
    run(database, NOW + 98 * DAYS)
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(LinkToken)).scalar_one() == 0


def test_texts_of_the_audit_chain_go_after_two_years_and_the_chain_still_holds(database: Database) -> None:
    with database.unit_of_work() as session:
        number = a_published(session).id
        unpublish(session, number, actor="user:1", reason="Quillfeather asked for it", now=NOW)
    run(database, NOW + 729 * DAYS)
    with database.reading() as session:
        newest = session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
        assert (newest.before is None, newest.reason) == (False, "Quillfeather asked for it")
    removed = purge(database, mail_dir=Path("/nowhere"), now=NOW + 731 * DAYS)
    assert touched(removed) == ("audit_entry",)
    with database.reading() as session:
        assert session.execute(select(AuditEntry.after)).scalars().all().count(None) > 1
        assert [reason for reason in session.execute(select(AuditEntry.reason)).scalars() if "Quill" in reason] == []
        assert [step.reason for step in timeline(session, meeting_id=number)] == ["", ""]
        assert list(faults(session)) == []
        assert run(database, NOW + 731 * DAYS) == 0


def test_a_seal_over_the_words_of_a_reason_still_holds(database: Database) -> None:
    """As the seals of the first days are."""
    with database.unit_of_work() as session:
        number = a_published(session).id
        unpublish(session, number, actor="user:1", reason="Closed", now=NOW)
        newest = session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
        row = {column.key: getattr(newest, column.key) for column in AuditEntry.__table__.columns}
        newest.digest = audit._digest(row, "Closed")
        session.flush()
        assert list(faults(session)) == []
        session.execute(update(AuditEntry).where(AuditEntry.reason == "Closed").values(reason="Closed for good"))
        assert len(list(faults(session))) == 1


@pytest.mark.parametrize("reason", ["Another reason", "", "sha256:" + "0" * 64])
def test_a_reason_that_was_altered_is_noticed(database: Database, reason: str) -> None:
    with database.unit_of_work() as session:
        number = a_published(session).id
        unpublish(session, number, actor="user:1", reason="Closed", now=NOW)
        session.execute(update(AuditEntry).where(AuditEntry.reason == "Closed").values(reason=reason))
    with database.reading() as session:
        assert [fault for fault in faults(session) if "was altered" in fault] != []


def test_a_trial_run_counts_what_a_run_removes_and_removes_nothing(database: Database) -> None:
    decided(database, Action.REJECT)
    send(database, a_request())
    later = NOW + 40 * DAYS
    with database.reading() as session:
        before = session.execute(select(Submission.email, Submission.status).order_by(Submission.id)).all()
    trial = purge(database, mail_dir=Path("/nowhere"), now=later, dry_run=True)
    with database.reading() as session:
        assert session.execute(select(Submission.email, Submission.status).order_by(Submission.id)).all() == before
    assert purge(database, mail_dir=Path("/nowhere"), now=later) == trial
    assert sum(each.count for each in trial)


def test_writing_the_files_anew_keeps_everything_that_is_there(demo_database: Database) -> None:
    scrub(demo_database, ["submission", "audit_entry"])
    with demo_database.reading() as session:
        assert list(faults(session)) == []
