"""Accounts of moderators: who they are, how they prove it, and what is entrusted to them."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from finder.domain.roles import Role
from finder.store.base import Base
from finder.store.types import Instant, Json, enum_by_value


class User(Base):
    """Somebody who signs in. The columns below ``active`` are those that Flask-Security-Too reads and writes."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(64), default="")
    former_name: Mapped[str | None] = mapped_column(String(64))  # before it was corrected, while that can be taken back
    renamed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    digest_daily: Mapped[bool] = mapped_column(default=False)  # notices once a day instead of at once
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)  # encrypted with a key of the instance
    totp_counter: Mapped[int | None]  # of the last code taken, so that none is taken twice
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(Json)


class Passkey(Base):
    """A WebAuthn credential of an account."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(Json)
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(64), default="")
    extensions: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(64), default="")
    usage: Mapped[str] = mapped_column(String(64), default="")
    create_datetime: Mapped[dt.datetime] = mapped_column(Instant)
    lastuse_datetime: Mapped[dt.datetime] = mapped_column(Instant)


class Grant(Base):
    """A role of somebody, over a service body and everything below it; administrators have it over everything."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role", "service_body_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enum_by_value(Role))
    service_body_id: Mapped[int | None] = mapped_column(ForeignKey("service_body.id", ondelete="CASCADE"), index=True)


class SignedIn(Base):
    """A running session of an account, so that its owner can see and end it. The network is a keyed digest."""

    __tablename__ = "signed_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # of the session's own secret
    network: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(64), default="")  # "Firefox on Android": no version, no more
    started_at: Mapped[dt.datetime] = mapped_column(Instant)
    seen_at: Mapped[dt.datetime] = mapped_column(Instant)
    proved_at: Mapped[dt.datetime] = mapped_column(Instant)  # when they last showed that it is still them
    strong_at: Mapped[dt.datetime | None] = mapped_column(Instant)  # when a second factor was passed


class KnownNetwork(Base):
    """A network that somebody has signed in from, as a keyed digest: a sign-in from another is told them by mail."""

    __tablename__ = "known_network"
    __table_args__ = (UniqueConstraint("user_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)


class AccountLink(Base):
    """A secret link to an account that was mailed: only its SHA-256 is kept. Used up by one POST, never by a GET."""

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))  # invite | reset
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class Attempt(Base):
    """One try at something that is limited; *bucket* names what and whose, as a keyed digest. Removed within days."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(96), index=True)
    at: Mapped[dt.datetime] = mapped_column(Instant, index=True)


class SecurityEvent(Base):
    """What happened to an account: signed in, failed, second factor changed ... Kept for 30 days."""

    __tablename__ = "security_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(64))
    network: Mapped[str] = mapped_column(String(64), default="")  # keyed digest of the day
    detail: Mapped[dict[str, Any] | None] = mapped_column(Json)
    note: Mapped[str] = mapped_column(Text, default="")
