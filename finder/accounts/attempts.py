"""How often something may fail: counted in the database, so that every process knows.

A turn is taken before anything is looked at, in a transaction of its own, and given back when it was a success. So
those who try side by side cannot all be under the limit at once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from finder.domain.errors import TooManyError
from finder.store.accounts import Attempt

WITHIN = dt.timedelta(minutes=15)
MOST = 10


class WaitError(TooManyError):
    """Too often within a while; *seconds* is how long until the next try is taken."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"That did not work too many times. Wait {minutes} {unit}, then try again.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted together: *name* says what and, as a keyed digest, whose."""

    name: str
    most: int = MOST
    within: dt.timedelta = WITHIN


def take_turn(session: Session, buckets: Sequence[Bucket], *, now: dt.datetime) -> list[int]:
    """Count one try in each of *buckets*; give the numbers for `give_back`. Raises WaitError when one is full."""
    for bucket in sorted(buckets, key=lambda bucket: bucket.name):  # in one order, so that nobody waits in a circle
        _lock(session, bucket.name)
        recent = select(Attempt.at).where(Attempt.bucket == bucket.name, Attempt.at > now - bucket.within)
        times = session.execute(recent.order_by(Attempt.at)).scalars().all()
        if len(times) >= bucket.most:
            free_at = times[len(times) - bucket.most] + bucket.within
            raise WaitError(max(1, int((free_at - now).total_seconds())))
    turns = [Attempt(bucket=bucket.name, at=now) for bucket in buckets]
    session.add_all(turns)
    session.flush()  # their numbers
    return [turn.id for turn in turns]


def give_back(session: Session, turns: Sequence[int]) -> None:
    """Forget tries that were no failures."""
    session.execute(delete(Attempt).where(Attempt.id.in_(turns)))


def _lock(session: Session, name: str) -> None:
    """Let nobody else count in this bucket until the transaction ends; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
