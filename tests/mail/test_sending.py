"""Sending: a real conversation with a real server, each mail once."""

import datetime as dt
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage

import pytest

from finder.mail.carriers import Deliver, SmtpCarrier
from finder.mail.sending import LEASE, MOST_TRIES, Sent, send_due
from finder.store.database import Database
from tests.conftest import NOW
from tests.mail.letters import SENDER, put, rows
from tests.mail.post_office import PostOffice
from tests.servers import _free_port

MINUTES = [1, 5, 30, 120, 720, 720, 720]


def send(database: Database, url: str, now: dt.datetime = NOW, limit: int = 100) -> Sent:
    return send_due(database, SmtpCarrier(url), sender=SENDER, now=now, limit=limit)


def test_a_mail_arrives_once_with_the_right_headers(database: Database, post_office: PostOffice) -> None:
    put(database, now=NOW, subject="Your request caf\u00e9-12", body="Gr\u00fc\u00dfe.\n\n.\nBye" + " x" * 2000)
    assert send(database, post_office.url) == Sent(sent=1)
    assert send(database, post_office.url) == Sent()
    [message] = post_office.messages()
    assert message["To"] == "robin@example.org"
    assert message["From"] == "Example Meetings <no-reply@meetings.example.org>"
    assert message["Subject"] == "Your request caf\u00e9-12"
    assert message["Date"].datetime == NOW.replace(microsecond=0)
    assert re.fullmatch(r"<1\.\d{20}@meetings\.example\.org>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message["Content-Type"].params["charset"] == "utf-8"
    body = message.get_content().replace("\r\n", "\n")
    assert body.startswith("Gr\u00fc\u00dfe.\n\n.\nBye x x")
    assert body.endswith("\n\n-- \nExample Meetings\nhttps://meetings.example.org\n")
    assert set(message.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    [envelope] = post_office.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@meetings.example.org", ["robin@example.org"])


def test_a_long_link_stays_in_one_piece_for_whoever_reads_the_raw_mail(
    database: Database, post_office: PostOffice
) -> None:
    link = f"https://meetings.example.org/status/{'a=b-' * 40}"
    put(database, now=NOW, body=f"See where it stands:\n{link}\n")
    send(database, post_office.url)
    content = post_office.taken[0].content
    assert isinstance(content, bytes)
    assert link.encode() in content.splitlines()


def test_nothing_that_is_written_becomes_a_header(database: Database, post_office: PostOffice) -> None:
    attack = "Hello\r\nBcc: kim@example.org\nX-Evil: yes\x85X-Evil: yes\u2028X-Evil: yes\x0bX-Evil: yes"
    put(database, now=NOW, subject=attack, body="\r\n.\r\nMAIL FROM:<kim@example.org>\r\n" + attack)
    send(database, post_office.url)
    [message] = post_office.messages()
    assert message["Bcc"] is message["X-Evil"] is None
    assert "\n" not in message["Subject"]
    assert "MAIL FROM:<kim@example.org>" in message.get_content()
    assert [envelope.rcpt_tos for envelope in post_office.taken] == [["robin@example.org"]]


def test_what_was_sent_keeps_neither_recipient_nor_text(database: Database, post_office: PostOffice) -> None:
    put(database, now=NOW, key="decision:1")
    send(database, post_office.url)
    [mail] = rows(database)
    assert (mail.recipient, mail.body, mail.sent_at, mail.failed_at) == ("", "", NOW, None)
    assert not put(database, now=NOW, key="decision:1")


def test_a_mail_waits_for_its_time(database: Database, post_office: PostOffice) -> None:
    later = NOW + dt.timedelta(hours=1)
    put(database, now=NOW, due_at=later)
    assert send(database, post_office.url) == Sent()
    assert send(database, post_office.url, later) == Sent(sent=1)


def test_mails_go_in_order_over_one_connection(database: Database, post_office: PostOffice) -> None:
    for number in range(5):
        put(database, now=NOW, subject=f"Mail {number}", due_at=NOW - dt.timedelta(minutes=number))
    assert send(database, post_office.url, limit=3) == Sent(sent=3)
    assert [message["Subject"] for message in post_office.messages()] == ["Mail 4", "Mail 3", "Mail 2"]
    assert len({id(session) for session in post_office.sessions}) == 1


@pytest.mark.parametrize("where", ["to_recipients", "to_texts"])
def test_what_is_refused_for_now_is_tried_again(database: Database, post_office: PostOffice, where: str) -> None:
    getattr(post_office, where).append("451 4.7.1 <robin@example.org> greylisted")
    put(database, now=NOW)
    put(database, now=NOW, to="kim@example.org")
    assert send(database, post_office.url) == Sent(sent=1, retried=1)
    waiting, _ = rows(database)
    assert (waiting.due_at, waiting.last_error, waiting.attempts) == (NOW + dt.timedelta(minutes=1), "SMTP 451", 1)
    assert send(database, post_office.url) == Sent()
    assert send(database, post_office.url, waiting.due_at) == Sent(sent=1)
    assert [envelope.rcpt_tos for envelope in post_office.taken] == [["kim@example.org"], ["robin@example.org"]]
    assert rows(database)[0].last_error == ""


@pytest.mark.parametrize("where", ["to_recipients", "to_texts"])
def test_what_is_refused_for_good_is_given_up_at_once(database: Database, post_office: PostOffice, where: str) -> None:
    getattr(post_office, where).append("550 5.1.1 <robin@example.org> unknown")
    put(database, now=NOW)
    put(database, now=NOW, to="kim@example.org")
    assert send(database, post_office.url) == Sent(sent=1, gave_up=1)
    lost, _ = rows(database)
    assert (lost.recipient, lost.body, lost.failed_at, lost.sent_at) == ("", "", NOW, None)
    assert lost.last_error == "SMTP 550"
    assert send(database, post_office.url, NOW + dt.timedelta(days=9)) == Sent()


def test_a_server_that_hangs_up_is_left_alone_for_now(database: Database, post_office: PostOffice) -> None:
    post_office.to_recipients.append("421 too busy")
    put(database, now=NOW)
    put(database, now=NOW)
    assert send(database, post_office.url) == Sent(retried=1)
    assert [mail.attempts for mail in rows(database)] == [1, 0]
    assert send(database, post_office.url) == Sent(sent=1)


def test_a_server_out_of_reach_is_tried_with_growing_pauses_and_then_no_more(database: Database) -> None:
    url, now = f"smtp://127.0.0.1:{_free_port()}", NOW
    put(database, now=NOW)
    for minutes in MINUTES:
        assert send(database, url, now) == Sent(retried=1)
        [mail] = rows(database)
        assert mail.last_error == "ConnectionRefusedError"
        assert mail.recipient == "robin@example.org"
        assert mail.due_at - now == dt.timedelta(minutes=minutes)
        now = mail.due_at
    assert send(database, url, now) == Sent(gave_up=1)
    [mail] = rows(database)
    assert (mail.recipient, mail.body, mail.failed_at, mail.attempts) == ("", "", now, MOST_TRIES)


def test_the_log_names_a_mail_by_its_number_only(
    database: Database, post_office: PostOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    post_office.to_recipients += ["451 robin@example.org is busy", "550 robin@example.org is unknown"]
    put(database, now=NOW)
    put(database, now=NOW)
    send(database, post_office.url)
    said = "".join(capfd.readouterr())
    assert "mail_put_off" in said
    assert "mail_given_up" in said
    assert "@" not in said


def test_workers_side_by_side_send_each_mail_once(database: Database, post_office: PostOffice) -> None:
    for number in range(50):
        put(database, now=NOW, subject=f"Mail {number}")
    begin = threading.Barrier(3)

    def work() -> int:
        begin.wait(30)
        total = 0
        while done := send(database, post_office.url, limit=7).sent:
            total += done
        return total

    with ThreadPoolExecutor(3) as pool:
        shares = [share.result(120) for share in [pool.submit(work) for _ in range(3)]]
    assert sum(shares) == 50
    subjects = [message["Subject"] for message in post_office.messages()]
    assert sorted(subjects) == sorted(f"Mail {number}" for number in range(50))
    assert all(mail.sent_at and mail.attempts == 1 for mail in rows(database))


class Ended(BaseException):
    """The worker was killed."""


class EndsAfterSending:
    """Gives a mail to a server and does not live to note it."""

    def __init__(self, carrier: SmtpCarrier) -> None:
        self._carrier = carrier

    @contextmanager
    def batch(self) -> Iterator[Deliver]:
        with self._carrier.batch() as deliver:

            def then_end(number: int, message: EmailMessage) -> None:
                deliver(number, message)
                raise Ended

            yield then_end


def test_a_worker_killed_between_sending_and_noting_costs_one_more_mail_at_most(
    database: Database, post_office: PostOffice
) -> None:
    put(database, now=NOW)
    with pytest.raises(Ended):
        send_due(database, EndsAfterSending(SmtpCarrier(post_office.url)), sender=SENDER, now=NOW, limit=5)
    assert send(database, post_office.url, NOW + LEASE - dt.timedelta(seconds=1)) == Sent()
    assert send(database, post_office.url, NOW + LEASE) == Sent(sent=1)
    first, second = post_office.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_that_ends_its_worker_every_time_is_given_up(database: Database, post_office: PostOffice) -> None:
    put(database, now=NOW)
    now = NOW
    for _ in range(MOST_TRIES):
        with pytest.raises(Ended):
            send_due(database, EndsAfterSending(SmtpCarrier(post_office.url)), sender=SENDER, now=now, limit=5)
        now += LEASE
    assert send(database, post_office.url, now) == Sent(gave_up=1)
    assert rows(database)[0].recipient == ""


class WritesMeanwhile:
    """Writes to the database while a mail is being handed over."""

    def __init__(self, database: Database, carrier: SmtpCarrier) -> None:
        self._database, self._carrier = database, carrier

    @contextmanager
    def batch(self) -> Iterator[Deliver]:
        with self._carrier.batch() as deliver:

            def while_writing(number: int, message: EmailMessage) -> None:
                assert put(self._database, now=NOW + dt.timedelta(days=1), subject="Written meanwhile")
                deliver(number, message)

            yield while_writing


def test_nobody_waits_to_write_while_mail_is_handed_over(database: Database, post_office: PostOffice) -> None:
    put(database, now=NOW)
    carrier = WritesMeanwhile(database, SmtpCarrier(post_office.url))
    assert send_due(database, carrier, sender=SENDER, now=NOW, limit=5) == Sent(sent=1)
    assert [mail.subject for mail in rows(database)] == ["Your request has arrived", "Written meanwhile"]
