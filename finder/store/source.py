"""Data sources: where listings come from, every refresh of them, and what each refresh would change."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.sources import ChangeKind, ChangeState, RunState, SourcePolicy
from finder.store.base import Base
from finder.store.types import Instant, Json, enum_by_value


class Source(Base):
    """Where listings come from: a feed, a file, another server, the demo, or this directory itself.

    ``service_body_id`` is whose it is: the listings without a body of their own are entrusted to it, and its
    administrators steer the source. ``field_rules`` say by name of a field whether the source's word or an edit made
    here holds ("source" or "here"); a field that is not named follows the rule under "*".
    """

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    url: Mapped[str] = mapped_column(String(2048), default="")
    kind: Mapped[str] = mapped_column(String(32), default="")
    refreshed_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # when its listings were last written
    program: Mapped[str] = mapped_column(String(64), default="")  # a program's slug
    service_body_id: Mapped[int | None] = mapped_column(index=True)
    region: Mapped[str] = mapped_column(String(1024), default="")  # "Texas > Austin": above the regions of its rows
    zone: Mapped[str] = mapped_column(String(64), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    policy: Mapped[SourcePolicy] = mapped_column(enum_by_value(SourcePolicy), default=SourcePolicy.PROPOSE)
    field_rules: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    every_min: Mapped[int] = mapped_column(default=0)  # minutes between refreshes by the worker; 0: by hand only
    due_at: Mapped[dt.datetime | None] = mapped_column(Instant, index=True)
    looked_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # when it was last fetched or uploaded
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    words: Mapped[str] = mapped_column(Text, default="")  # how the last look ended, as a sentence
    validators: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # by address: ETag, Last-Modified
    payload_digest: Mapped[str] = mapped_column(String(64), default="")  # of what was last read, with how it was read
    removed_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # it can be restored for a while


class SourceRun(Base):
    """One refresh of a source: what it brought, what was decided about it, and how it ended."""

    __tablename__ = "source_run"
    __table_args__ = (Index("ix_source_run_source", "source_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    state: Mapped[RunState] = mapped_column(enum_by_value(RunState), index=True)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(String(64))  # an actor, as in the audit chain
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    revision: Mapped[int] = mapped_column(default=1)  # raised by every decision about it
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    beside: Mapped[int] = mapped_column(default=0, server_default="0")
    words: Mapped[str] = mapped_column(Text, default="")  # what it brought, or why it failed, and what came after
    objection: Mapped[str] = mapped_column(Text, default="")  # why nothing of it was applied by itself
    first_entry: Mapped[int] = mapped_column(default=0)  # entries of the audit chain that wrote it, both inclusive
    last_entry: Mapped[int] = mapped_column(default=0)


class SourceChange(Base):
    """One row of a refresh that is not as before: a listing that is new, changed or gone, or a refused row.

    ``draft`` is what the source says now (see `finder.sources.drafts`); ``fields`` would change, from ``before``.
    ``verdicts`` tell of a changed listing whose word holds on each field: as it was compared, and once somebody has
    decided as it was decided. ``risks`` are the marks of the queue.
    """

    __tablename__ = "source_change"
    __table_args__ = (Index("ix_source_change_run", "run_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("source_run.id", ondelete="CASCADE"))
    kind: Mapped[ChangeKind] = mapped_column(enum_by_value(ChangeKind))
    state: Mapped[ChangeState] = mapped_column(enum_by_value(ChangeState), default=ChangeState.OPEN)
    row: Mapped[int] = mapped_column(default=0)  # in the feed, from 1
    source_key: Mapped[str] = mapped_column(String(255), default="")
    meeting_id: Mapped[int | None]
    meeting_revision: Mapped[int | None]  # of the listing when it was compared
    title: Mapped[str] = mapped_column(String(255), default="")
    draft: Mapped[dict[str, Any] | None] = mapped_column(Json)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    verdicts: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    fields: Mapped[list[str]] = mapped_column(Json, default=list)
    risks: Mapped[list[str]] = mapped_column(Json, default=list)
    remarks: Mapped[list[Any]] = mapped_column(Json, default=list)  # [field, value, reason] each
