"""The outbox: in the transaction that causes it, once for a key."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete

from finder.domain.errors import BadInputError
from finder.mail import outbox
from finder.store.database import Database
from finder.store.mail import OutboxMail
from tests.conftest import NOW
from tests.mail.letters import put, rows


def put_in_a_transaction(
    database: Database, *, keep: bool, key: str | None = None, meanwhile: Callable[[], None] = lambda: None
) -> bool:
    """Put a mail in; the transaction is given up at its end unless it is to be kept."""
    with database.unit_of_work() as session:
        done = outbox.put(session, to="robin@example.org", subject="A", body="", now=NOW, key=key)
        meanwhile()
        if not keep:
            session.rollback()
    return done and keep


def test_a_mail_is_kept_with_the_change_that_causes_it_or_not_at_all(database: Database) -> None:
    assert not put_in_a_transaction(database, keep=False)
    assert rows(database) == []


def test_the_same_key_is_one_mail_and_no_key_is_any_number(database: Database) -> None:
    assert put(database, now=NOW, key="decision:1")
    assert not put(database, now=NOW, key="decision:1", to="kim@example.org")
    assert put(database, now=NOW, key="decision:2")
    assert put(database, now=NOW)
    assert put(database, now=NOW)
    assert [(mail.key, mail.recipient) for mail in rows(database)] == [
        ("decision:1", "robin@example.org"),
        ("decision:2", "robin@example.org"),
        (None, "robin@example.org"),
        (None, "robin@example.org"),
    ]


def test_a_second_mail_of_a_key_does_not_spoil_its_transaction(database: Database) -> None:
    put(database, now=NOW, key="decision:1")
    with database.unit_of_work() as session:
        assert not outbox.put(session, to="robin@example.org", subject="A", body="", now=NOW, key="decision:1")
        assert outbox.put(session, to="robin@example.org", subject="B", body="", now=NOW, key="decision:2")
    assert [mail.subject for mail in rows(database)] == ["Your request has arrived", "B"]


@pytest.mark.parametrize("first_is_kept", [True, False])
def test_of_two_transactions_with_one_key_one_adds_the_mail(database: Database, *, first_is_kept: bool) -> None:
    put_in, others_begun = threading.Event(), threading.Event()

    def first() -> bool:
        def meanwhile() -> None:
            put_in.set()
            assert others_begun.wait(30)

        return put_in_a_transaction(database, keep=first_is_kept, key="one", meanwhile=meanwhile)

    def second() -> bool:
        assert put_in.wait(30)
        others_begun.set()
        return put(database, now=NOW, key="one", subject="B")

    with ThreadPoolExecutor(3) as pool:
        tries = [pool.submit(first), pool.submit(second), pool.submit(second)]
        done = [each.result(60) for each in tries]
    assert done.count(True) == 1
    assert done[0] is first_is_kept
    assert [mail.subject for mail in rows(database)] == ["A" if first_is_kept else "B"]


def test_the_subject_is_one_line_of_120_characters_at_most(database: Database) -> None:
    put(database, now=NOW, subject="Hello\r\nBcc: kim@example.org\u202e\u2028X: y " + "long " * 100)
    [mail] = rows(database)
    assert mail.subject.startswith("Hello Bcc: kim@example.org X: y long")
    assert len(mail.subject) <= 120
    assert mail.subject.isprintable()


@pytest.mark.parametrize("to", ["robin@example.org, kim@example.org", "robin@example.org\nBcc: kim@example.org", ""])
def test_nobody_else_is_written_to(database: Database, to: str) -> None:
    with pytest.raises(BadInputError):
        put(database, now=NOW, to=to)
    assert rows(database) == []


def test_the_number_of_a_mail_is_never_given_to_another(database: Database) -> None:
    put(database, now=NOW)
    with database.unit_of_work() as session:
        session.execute(delete(OutboxMail))
    put(database, now=NOW)
    assert [mail.id for mail in rows(database)] == [2]
