"""The audit chain: who did what to which thing and why; each entry seals the one before.

The chain covers the digests of ``before`` and ``after``, not their text, so that what must be forgotten after its time
can be removed without breaking it.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from finder.store.base import Base
from finder.store.types import Instant, Json


class AuditEntry(Base):
    """One act. ``digest`` is SHA-256 over the previous digest and this entry's canonical JSON."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_target", "target_kind", "target_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # gapless from 1
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(64))  # "user:3", "import", "seed"
    act: Mapped[str] = mapped_column(String(32))
    target_kind: Mapped[str] = mapped_column(String(32))
    target_id: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    before_digest: Mapped[str] = mapped_column(String(64), default="")
    after_digest: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
