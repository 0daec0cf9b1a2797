"""A mail of the outbox as a message: plain text, one recipient, nothing of the outside in its headers unasked."""

import datetime as dt
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from finder.config import Settings, mail_host
from finder.domain.text import clean
from finder.store.mail import OutboxMail

#: Lines end as SMTP wants them (RFC 5321, 2.3.8), and every byte is ASCII, whatever the servers on the way can do.
POLICY = policy.SMTP.clone(cte_type="7bit")
LONGEST_LINE = 998  # RFC 5322, 2.1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes: the address mail comes from, the name of the site and where people reach it."""

    address: str
    site_name: str
    public_url: str


def sender_of(settings: Settings) -> Sender:
    """Give the sender that the settings name."""
    return Sender(address=settings.mail_from, site_name=settings.site_name, public_url=settings.public_url)


def message(mail: OutboxMail, sender: Sender, *, now: dt.datetime) -> EmailMessage:
    """*mail* as it is handed over at *now* (aware).

    The Message-ID is the same at every try, so that a mail that was sent twice is seen to be one. It holds the instant
    at which the mail was written, because numbers begin anew in another database.
    """
    made = EmailMessage(policy=POLICY)
    made["From"] = Address(display_name=clean(sender.site_name), addr_spec=sender.address)
    made["To"] = Address(addr_spec=mail.recipient)
    made["Subject"] = clean(mail.subject)
    made["Date"] = format_datetime(now.astimezone(dt.UTC))
    made["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S%f}@{mail_host(sender.public_url)}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    body = f"{mail.body.rstrip()}\n\n-- \n{clean(sender.site_name)}\n{sender.public_url}\n"
    plain = body.isascii() and max(map(len, body.splitlines())) <= LONGEST_LINE
    made.set_content(body, cte="7bit" if plain else "quoted-printable")  # a link stays whole for whoever reads the file
    return made
