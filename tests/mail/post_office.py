"""A real SMTP server on loopback that keeps what it takes and answers what a test wants."""

import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.servers import _free_port

TAKEN = "250 taken"


class PostOffice:
    """Where it listens, what it took, and the answers still to be given to a recipient or to a text."""

    def __init__(
        self,
        host: str,
        *,
        tls: ssl.SSLContext | None = None,
        from_the_start: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.taken: list[Envelope] = []
        self.sessions: list[Session] = []
        self.logins: list[tuple[str, str]] = []
        self.to_recipients: list[str] = []
        self.to_texts: list[str] = []
        self.port = _free_port()
        self.url = f"smtp://{host}:{self.port}"
        self._login = login
        self._controller = Controller(
            self,
            hostname=host,
            port=self.port,
            ssl_context=tls if from_the_start else None,
            tls_context=None if from_the_start else tls,
            require_starttls=tls is not None and not from_the_start,
            authenticator=self._authenticate if login else None,
            auth_require_tls=tls is not None,
        )

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def messages(self) -> list[EmailMessage]:
        found = []
        for envelope in self.taken:
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    def _authenticate(
        self, _server: object, _session: Session, _envelope: Envelope, _way: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given)
        return AuthResult(success=given == self._login, handled=False)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: object, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.sessions.append(session)
        if self.to_recipients:
            answer = self.to_recipients.pop(0)
            if answer != TAKEN:
                return answer
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        answer = self.to_texts.pop(0) if self.to_texts else TAKEN
        if answer == TAKEN:
            self.taken.append(envelope)
        return answer


OpenPostOffice = Callable[..., PostOffice]


@pytest.fixture
def open_post_office() -> Iterator[OpenPostOffice]:
    """Open a post office, for one test; takes what `PostOffice` takes."""
    opened: list[PostOffice] = []

    def start(host: str = "127.0.0.1", **options: Any) -> PostOffice:  # noqa: ANN401 - see PostOffice
        office = PostOffice(host, **options)
        office.start()
        opened.append(office)
        return office

    yield start
    for office in opened:
        office.stop()


@pytest.fixture
def post_office(open_post_office: OpenPostOffice) -> PostOffice:
    """A post office that takes everything."""
    return open_post_office()
