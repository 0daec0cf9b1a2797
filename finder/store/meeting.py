"""Meetings, their formats, dated exceptions and the slugs they used to have."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.vocabulary import Attendance, JoinPolicy, OverrideKind, RecurrenceKind
from finder.store.base import Base
from finder.store.types import Instant, Json, enum_by_value


class Meeting(Base):
    """One meeting at one time. ``weekdays`` is a bit mask, 1 = Sunday; ``start_minute`` of the local day."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("source_id", "source_key"),
        CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays"),
        CheckConstraint("start_minute IS NULL OR start_minute BETWEEN 0 AND 1439", name="start_minute"),
        CheckConstraint("duration_min BETWEEN 1 AND 1440", name="duration_min"),
        Index("ix_meeting_whose", "id", "service_body_id"),  # whose a request about it is, without reading the row
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    published: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str] = mapped_column(String(255))
    program_id: Mapped[int] = mapped_column(ForeignKey("program.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    service_body_id: Mapped[int | None] = mapped_column(ForeignKey("service_body.id"), index=True)
    attendance: Mapped[Attendance] = mapped_column(enum_by_value(Attendance))
    temporarily_closed: Mapped[bool] = mapped_column(default=False)
    recurrence: Mapped[RecurrenceKind] = mapped_column(enum_by_value(RecurrenceKind))
    weekdays: Mapped[int] = mapped_column(default=0)
    start_minute: Mapped[int | None]
    duration_min: Mapped[int] = mapped_column(default=60)
    zone: Mapped[str] = mapped_column(String(64))
    interval_weeks: Mapped[int] = mapped_column(default=1)
    weeks_of_month: Mapped[str] = mapped_column(String(16), default="")  # "1,3" or "-1"
    first_date: Mapped[dt.date | None]
    last_date: Mapped[dt.date | None]
    formats: Mapped[str] = mapped_column(Text, default="")  # slugs in vocabulary order, space between
    unmapped_types: Mapped[list[str]] = mapped_column(Json, default=list)
    conference_url: Mapped[str] = mapped_column(String(2048), default="")
    conference_url_notes: Mapped[str] = mapped_column(Text, default="")
    conference_phone: Mapped[str] = mapped_column(String(255), default="")
    conference_phone_notes: Mapped[str] = mapped_column(Text, default="")
    join_policy: Mapped[JoinPolicy] = mapped_column(enum_by_value(JoinPolicy), default=JoinPolicy.OPEN)
    notes: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(2048), default="")
    url: Mapped[str] = mapped_column(String(2048), default="")
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    updated_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)
    source_key: Mapped[str | None] = mapped_column(String(255))
    source_digest: Mapped[str] = mapped_column(String(64), default="")  # of the draft as the source sent it
    source_base: Mapped[dict[str, Any] | None] = mapped_column(Json)  # the source's word on what was edited here
    merged_into: Mapped[int | None]  # the listing that stands for this one since the two were merged
    bmlt_id: Mapped[int] = mapped_column(unique=True, index=True)  # by which BMLT clients know it; stays
    world_id: Mapped[str] = mapped_column(String(64), default="")  # of NA World Services
    demo: Mapped[bool] = mapped_column(default=False)
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class MeetingFormat(Base):
    """Which formats a meeting has, for the queries of moderators."""

    __tablename__ = "meeting_format"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    format_id: Mapped[int] = mapped_column(ForeignKey("format.id"), primary_key=True, index=True)


class Override(Base):
    """A dated exception of one meeting, of a location or of a service body (exactly one of the three)."""

    __tablename__ = "override"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END + CASE WHEN location_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN service_body_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target",
        ),
        CheckConstraint("last_date >= first_date", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id", ondelete="CASCADE"), index=True)
    service_body_id: Mapped[int | None] = mapped_column(ForeignKey("service_body.id", ondelete="CASCADE"), index=True)
    kind: Mapped[OverrideKind] = mapped_column(enum_by_value(OverrideKind))
    first_date: Mapped[dt.date]
    last_date: Mapped[dt.date]
    start_minute: Mapped[int | None]
    duration_min: Mapped[int | None]
    place: Mapped[str] = mapped_column(String(1024), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class RetiredSlug(Base):
    """A slug that a listing or region had once; its pages redirect to where it lives now."""

    __tablename__ = "retired_slug"
    __table_args__ = (Index("ix_retired_slug_target", "kind", "target_id"),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # meeting | region | program
    slug: Mapped[str] = mapped_column(String(128), primary_key=True)
    target_id: Mapped[int]
