"""How often something may be done from one network or for one address."""

import datetime as dt
import hashlib

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from finder.domain.errors import TooManyError
from finder.store.accounts import Attempt

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
#: What is limited -> how many, within how long.
LIMITS = {
    "send_network": (60, HOUR),
    "send_address": (20, DAY),
    "mail_address": (6, HOUR),
}


def count(session: Session, what: str, whose: str, *, now: dt.datetime) -> None:
    """Count one try of *whose* (an address, or a network's digest). Raises TooManyError when there were too many.

    Nothing is limited for "": somebody behind no network is a test or a command.
    """
    if not whose:
        return
    most, within = LIMITS[what]
    bucket = f"{what}:{hashlib.sha256(whose.encode()).hexdigest()[:40]}"
    recent = select(func.count()).select_from(Attempt).where(Attempt.bucket == bucket, Attempt.at > now - within)
    if session.execute(recent).scalar_one() >= most:
        raise TooManyError("That was a lot at once. Wait an hour, then try again: what you wrote is still in the form.")
    session.execute(insert(Attempt).values(bucket=bucket, at=now))
