"""Service bodies (the responsibility tree), groups, and their private contacts."""

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from finder.store.base import Base
from finder.store.types import Instant


class ServiceBody(Base):
    """An intergroup, area or region that listings are entrusted to."""

    __tablename__ = "service_body"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("service_body.id"), index=True)
    slug: Mapped[str] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(32), default="")
    url: Mapped[str] = mapped_column(String(2048), default="")
    helpline: Mapped[str] = mapped_column(String(255), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    bmlt_id: Mapped[int] = mapped_column(unique=True, index=True)  # by which BMLT clients know it; stays
    world_id: Mapped[str] = mapped_column(String(64), default="")  # of NA World Services


class Group(Base):
    """The people who hold the meetings; the contact details here are public ones."""

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # digest of what makes two rows the same group
    own: Mapped[str] = mapped_column(String(40), default="", index=True)  # names it whatever its words; often empty
    name: Mapped[str] = mapped_column(String(255))
    notes: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(2048), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(255), default="")
    district: Mapped[str] = mapped_column(String(255), default="")
    venmo: Mapped[str] = mapped_column(String(255), default="")
    square: Mapped[str] = mapped_column(String(255), default="")
    paypal: Mapped[str] = mapped_column(String(255), default="")
    merged_into: Mapped[int | None]  # the group that it became part of; groups are never deleted


class Contact(Base):
    """Somebody to ask about a group. Private: nothing of it goes on the shelf."""

    __tablename__ = "contact"
    # A number is never given again: the audit tells of a contact by its number alone.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(255), default="")


class RemovedContact(Base):
    """A contact that a moderator removed, kept for as long as that can be taken back; nobody writes to it."""

    __tablename__ = "removed_contact"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the number it had
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(255), default="")
    removed_at: Mapped[dt.datetime] = mapped_column(Instant)
