"""What takes mail away: servers with TLS and passwords, and a folder."""

import datetime as dt
import ipaddress
import ssl
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from finder.config import Settings
from finder.mail.carriers import FolderCarrier, SmtpCarrier, carrier_of, file_of
from finder.mail.message import sender_of
from finder.mail.sending import Sent, send_due
from finder.store.database import Database
from tests.conftest import NOW
from tests.mail.letters import SENDER, put, rows
from tests.mail.post_office import OpenPostOffice, PostOffice

#: Loopback, but not the address that is known as this machine: treated as any server elsewhere.
ELSEWHERE = "127.0.0.2"
LOGIN = ("robin@example.org", "a/b:c@d%")
IN_URL = "robin%40example.org:a%2Fb%3Ac%40d%25@"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `ELSEWHERE` signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2090, 1, 1, tzinfo=dt.UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ELSEWHERE))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def with_login(office: PostOffice) -> str:
    return office.url.replace("://", f"://{IN_URL}")


def send(database: Database, carrier: SmtpCarrier | FolderCarrier) -> Sent:
    return send_due(database, carrier, sender=SENDER, now=NOW, limit=10)


def test_tls_is_used_where_it_is_offered_and_the_password_goes_through_it(
    database: Database, open_post_office: OpenPostOffice, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    office = open_post_office(ELSEWHERE, tls=server_tls, login=LOGIN)
    put(database, now=NOW)
    assert send(database, SmtpCarrier(with_login(office), context=trusting)) == Sent(sent=1)
    [session] = office.sessions
    assert session.ssl
    assert session.authenticated


def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(
    database: Database, open_post_office: OpenPostOffice, server_tls: ssl.SSLContext
) -> None:
    office = open_post_office(ELSEWHERE, tls=server_tls)
    put(database, now=NOW)
    assert send(database, SmtpCarrier(office.url)) == Sent(retried=1)
    assert rows(database)[0].last_error == "SSLCertVerificationError"
    assert office.taken == []


def test_tls_from_the_first_byte(
    database: Database, open_post_office: OpenPostOffice, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    office = open_post_office(ELSEWHERE, tls=server_tls, from_the_start=True)
    put(database, now=NOW)
    assert send(database, SmtpCarrier(office.url.replace("smtp:", "smtps:"), context=trusting)) == Sent(sent=1)
    assert len(office.taken) == 1


def test_a_password_is_not_sent_in_the_open(database: Database, open_post_office: OpenPostOffice) -> None:
    office = open_post_office(ELSEWHERE, login=LOGIN)
    put(database, now=NOW)
    assert send(database, SmtpCarrier(with_login(office))) == Sent(retried=1)
    assert rows(database)[0].last_error == "PasswordNeedsTLS"
    assert office.logins == []


def test_a_server_on_this_machine_needs_no_tls(database: Database, open_post_office: OpenPostOffice) -> None:
    office = open_post_office(login=LOGIN)
    put(database, now=NOW)
    assert send(database, SmtpCarrier(with_login(office))) == Sent(sent=1)
    assert office.logins == [LOGIN]


def test_a_wrong_password_is_no_reason_to_give_a_mail_up(database: Database, open_post_office: OpenPostOffice) -> None:
    office = open_post_office(login=("robin@example.org", "another"))
    put(database, now=NOW)
    assert send(database, SmtpCarrier(with_login(office))) == Sent(retried=1)
    assert rows(database)[0].last_error == "SMTP 535"


def test_a_folder_gets_whole_files_for_their_owner_alone(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    put(database, now=NOW, subject="One")
    put(database, now=NOW, subject="Two", body="Gr\u00fc\u00dfe")
    assert send(database, FolderCarrier(folder)) == Sent(sent=2)
    assert sorted(path.name for path in folder.iterdir()) == ["0000000001.eml", "0000000002.eml"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for number, (subject, body) in enumerate((("One", "It waits for a moderator."), ("Two", "Gr\u00fc\u00dfe")), 1):
        path = file_of(folder, number)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert (message["To"], message["Subject"]) == ("robin@example.org", subject)
        assert body in message.get_content()
    assert {mail.recipient + mail.body for mail in rows(database)} == {""}


def test_what_a_stopped_writer_left_behind_is_in_nobodys_way(database: Database, tmp_path: Path) -> None:
    (tmp_path / "0000000001.part").write_text("half a")
    put(database, now=NOW)
    assert send(database, FolderCarrier(tmp_path)) == Sent(sent=1)
    assert [path.name for path in tmp_path.iterdir()] == ["0000000001.eml"]


def test_a_folder_that_cannot_be_written_to_is_tried_again(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    put(database, now=NOW)
    assert send(database, FolderCarrier(tmp_path / "mail")) == Sent(retried=1)
    assert rows(database)[0].last_error == "FileExistsError"
    assert rows(database)[0].recipient == "robin@example.org"


def test_two_writers_share_a_folder(database: Database, tmp_path: Path) -> None:
    for _ in range(20):
        put(database, now=NOW)
    begin = threading.Barrier(2)

    def work() -> int:
        begin.wait(30)
        total = 0
        while done := send(database, FolderCarrier(tmp_path)).sent:
            total += done
        return total

    with ThreadPoolExecutor(2) as pool:
        assert sum(share.result(60) for share in [pool.submit(work), pool.submit(work)]) == 20
    assert len(list(tmp_path.iterdir())) == 20


def test_the_settings_choose_the_carrier_and_the_sender(tmp_path: Path) -> None:
    plain = Settings.from_env({"FINDER_DATA_DIR": str(tmp_path), "FINDER_PUBLIC_URL": "https://find.example.org"})
    assert isinstance(carrier_of(plain), FolderCarrier)
    assert sender_of(plain).address == "no-reply@find.example.org"
    server = Settings.from_env({"FINDER_DATA_DIR": str(tmp_path), "FINDER_SMTP_URL": "smtps://mail.example.org"})
    assert isinstance(carrier_of(server), SmtpCarrier)
