"""Submissions: what was asked, by whom, where it stands; the links that prove and the messages both ways.

A submission's words are never overwritten: ``asked`` is the submitter's, ``edited`` the moderator's beside it. Mail
address, name and note are removed after their time.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.review import BulkStatus, Kind, Status
from finder.store.base import Base
from finder.store.types import Instant, Json, enum_by_value


class Submission(Base):
    """One request. ``asked`` are fields of a listing (see `finder.domain.asked`), or of an exception for dates."""

    __tablename__ = "submission"
    __table_args__ = (
        # What the queue counts and sorts by is all in one index: rows are read for a page of it only.
        Index("ix_submission_queue", "status", "waiting_since", "meeting_id", "service_body_id", "kind", "revision"),
        Index("ix_submission_about", "meeting_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)  # for people to quote; opens nothing
    form_key: Mapped[str | None] = mapped_column(
        String(64), unique=True
    )  # of the form it came by: sent twice, it is one
    revision: Mapped[int] = mapped_column(default=1)  # raised by every act
    kind: Mapped[Kind] = mapped_column(enum_by_value(Kind))
    status: Mapped[Status] = mapped_column(enum_by_value(Status))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    service_body_id: Mapped[int | None] = mapped_column(ForeignKey("service_body.id"), index=True)  # whose queue
    group_id: Mapped[int | None]  # of a new meeting: from whose page it was sent; groups are never deleted
    then: Mapped[dict[str, Any] | None] = mapped_column(Json)  # the listing's fields when it was asked
    then_revision: Mapped[int | None]
    asked: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    edited: Mapped[dict[str, Any] | None] = mapped_column(Json)  # a moderator's words, field by field
    accepted: Mapped[dict[str, Any] | None] = mapped_column(Json)  # what was approved of it, as it was applied
    note: Mapped[str] = mapped_column(Text, default="")  # to the moderators
    effective_date: Mapped[dt.date | None]
    risks: Mapped[list[str]] = mapped_column(Json, default=list)
    title: Mapped[str] = mapped_column(String(255), default="")  # the listing's name, for the queue
    email: Mapped[str] = mapped_column(String(320), default="", index=True)
    contact_name: Mapped[str] = mapped_column(String(64), default="")
    sent_at: Mapped[dt.datetime] = mapped_column(Instant)
    proven_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    waiting_since: Mapped[dt.datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    first_approver: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")
    entries: Mapped[list[int] | None] = mapped_column(Json)  # audit entries of what was applied, to undo it by
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))


class SubmissionMessage(Base):
    """A word between the submitter and the moderators."""

    __tablename__ = "submission_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))  # None: submitter
    at: Mapped[dt.datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text)


class LinkToken(Base):
    """A secret link that was mailed: only its SHA-256 is kept. Used up by one POST, never by a GET."""

    __tablename__ = "link_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))  # prove | status | manage | confirm
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class BulkAct(Base):
    """Many approvals as one act: done, or waiting for a second moderator because they are too many for one.

    ``looked_at``: [reference, revision, revision of the listing] as the first one saw them; ``approved``: references.
    """

    __tablename__ = "bulk_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[BulkStatus] = mapped_column(enum_by_value(BulkStatus), index=True)
    looked_at: Mapped[list[list[Any]]] = mapped_column(Json)
    approved: Mapped[list[str]] = mapped_column(Json, default=list)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    asked_at: Mapped[dt.datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class WideAct(Base):
    """A direct act on something that many listings share: it waits for a second moderator, or did.

    ``kind`` is one of `finder.review.wide.KINDS`, ``asked`` what it would make of *target*; ``seen`` names the state
    that the first one looked at.
    """

    __tablename__ = "wide_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    target: Mapped[int]
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    seen: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(1024))
    listings: Mapped[int]
    status: Mapped[BulkStatus] = mapped_column(enum_by_value(BulkStatus), index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    asked_at: Mapped[dt.datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class SavedReply(Base):
    """A reason or question that moderators of a body use again."""

    __tablename__ = "saved_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_body_id: Mapped[int | None] = mapped_column(ForeignKey("service_body.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(128))
    text: Mapped[str] = mapped_column(Text)


class Reminder(Base):
    """That a group was asked whether its listings are still right, so that it is not asked too often."""

    __tablename__ = "reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    sent_at: Mapped[dt.datetime] = mapped_column(Instant)
