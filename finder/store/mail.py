"""The outbox: mail that is due, written in the transaction that causes it and sent by the worker."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from finder.store.base import Base
from finder.store.types import Instant

_WAITS = text("sent_at IS NULL AND failed_at IS NULL")


class OutboxMail(Base):
    """One mail to one recipient. Once sent or given up, recipient and text are removed."""

    __tablename__ = "outbox_mail"
    # What is due is asked for every few seconds: the index holds what waits, however much was sent.
    # A number is never given again: files and Message-IDs are named by it.
    __table_args__ = (
        Index("ix_outbox_mail_waiting", "due_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(128), unique=True)  # what must not be mailed twice
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    due_at: Mapped[dt.datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    failed_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # given up
    last_error: Mapped[str] = mapped_column(String(255), default="")  # a kind of error, never an address
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
