"""What happened to an account, kept for 30 days: for its owner, and for whoever has to find out."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from finder.store.accounts import SecurityEvent


class Event(StrEnum):
    """Something that happened to an account."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    REVOKED = "revoked"
    DEACTIVATED = "deactivated"
    RECOVERED = "recovered"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SECOND_STEP_PASSED = "second_step_passed"
    SECOND_STEP_FAILED = "second_step_failed"
    RECOVERY_CODE_USED = "recovery_code_used"
    AUTHENTICATOR_SET = "authenticator_set"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_MADE = "codes_made"
    RESET_ASKED = "reset_asked"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word, not a password


def note(
    session: Session,
    what: Event,
    *,
    user_id: int | None,
    now: dt.datetime,
    network: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write down that *what* happened to *user_id*; *network* is a digest keyed for the day, never an address."""
    session.execute(
        insert(SecurityEvent).values(at=now, user_id=user_id, what=what.value, network=network, detail=detail)
    )
