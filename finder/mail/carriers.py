"""What takes a mail away: an SMTP server, or a folder that somebody looks into."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from finder.config import Settings, mail_host
from finder.domain.errors import FinderError

TIMEOUT_SECONDS = 20
SMTP_PORT, SMTPS_PORT = 25, 465
_LASTING = 500  # RFC 5321, 4.2.1: 4yz may be tried again, 5yz may not
_CLOSING = 421  # the server says so and hangs up
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

#: Hands one mail over: its number in the outbox, and the message. Raises NotCarriedError.
Deliver = Callable[[int, EmailMessage], None]


class NotCarriedError(FinderError):
    """A mail was not taken.

    *kind* is a kind of error without an address in it; *lasting*: it never will be; *line_down*: nor will the next now.
    """

    def __init__(self, kind: str, *, lasting: bool = False, line_down: bool = False) -> None:
        super().__init__(f"The mail was not taken: {kind}.")
        self.kind, self.lasting, self.line_down = kind, lasting, line_down


class Carrier(Protocol):
    """Something that takes mails away, some at a time."""

    def batch(self) -> AbstractContextManager[Deliver]:
        """Open the way for some mails; it is closed at the end."""


def carrier_of(settings: Settings) -> Carrier:
    """Give the carrier that the settings name: SMTP where there is an address of it, the folder otherwise."""
    if settings.smtp_url:
        return SmtpCarrier(settings.smtp_url, hello=mail_host(settings.public_url))
    return FolderCarrier(settings.mail_dir)


class SmtpCarrier:
    """An SMTP server: ``smtp://user:password@host:port``, or ``smtps://`` for TLS from the first byte.

    STARTTLS is used when it is offered, and the certificate is looked at; a server on this machine needs neither.
    A password goes over TLS only, or to this machine. *hello* is the name this side gives itself; *context* is the
    system's unless given.
    """

    def __init__(self, url: str, *, hello: str = "localhost", context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._at_once = parts.hostname or "", parts.scheme == "smtps"
        self._port = parts.port or (SMTPS_PORT if self._at_once else SMTP_PORT)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._hello, self._context = hello, context

    @contextmanager
    def batch(self) -> Iterator[Deliver]:
        """One connection, opened for the first mail."""
        held: list[smtplib.SMTP] = []

        def deliver(_number: int, message: EmailMessage) -> None:
            if not held:
                held.append(self._connected())
            _converse(held[0], message)

        try:
            yield deliver
        finally:
            for connection in held:
                with suppress(OSError, smtplib.SMTPException):
                    connection.quit()
                connection.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            connection = self._opened()
        except (OSError, smtplib.SMTPException) as error:
            raise NotCarriedError(_kind(error), line_down=True) from error
        try:
            self._introduce(connection)
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise NotCarriedError(_kind(error), line_down=True) from error
        except NotCarriedError:
            connection.close()
            raise
        return connection

    def _opened(self) -> smtplib.SMTP:
        if self._at_once:
            context = self._context or ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, self._hello, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(self._host, self._port, self._hello, timeout=TIMEOUT_SECONDS)

    def _introduce(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        near, private = self._host in _LOOPBACK, self._at_once
        if not private and not near and connection.has_extn("starttls"):
            connection.starttls(context=self._context or ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            private = True
        if self._user and not (private or near):
            raise NotCarriedError("PasswordNeedsTLS", line_down=True)
        if self._user:
            connection.login(self._user, self._password)


def _converse(connection: smtplib.SMTP, message: EmailMessage) -> None:
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    try:
        connection.send_message(message, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(next(code for code, _ in error.recipients.values())) from error
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code) from error
    except smtplib.SMTPResponseException as error:
        # What is wrong with the sender or the line is not the recipient's fault: it may be put right.
        raise NotCarriedError(_kind(error), line_down=error.smtp_code == _CLOSING) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotCarriedError(_kind(error), line_down=True) from error


def _refused(code: int) -> NotCarriedError:
    return NotCarriedError(f"SMTP {code}", lasting=code >= _LASTING, line_down=code == _CLOSING)


def _kind(error: Exception) -> str:
    return f"SMTP {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__


class FolderCarrier:
    """A folder of ``.eml`` files, readable by its owner alone; the folder is made when it is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def batch(self) -> Iterator[Deliver]:
        """Files appear whole or not at all."""
        yield self._write

    def _write(self, number: int, message: EmailMessage) -> None:
        target = file_of(self._folder, number)
        part = target.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.unlink(missing_ok=True)  # left behind by one that was stopped while writing
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(descriptor)
            part.replace(target)
        except OSError as error:
            raise NotCarriedError(_kind(error), line_down=True) from error


def file_of(folder: Path, number: int) -> Path:
    """Where the mail with that number in the outbox is written."""
    return folder / f"{number:010d}.eml"
