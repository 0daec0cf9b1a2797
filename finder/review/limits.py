"""How often something may be sent from one network or for one address."""

import datetime as dt

from sqlalchemy.orm import Session

from finder.accounts.attempts import Bucket, take_turn
from finder.accounts.digests import of_secret

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
#: What is limited -> how many, within how long.
LIMITS = {
    "send_network": (60, HOUR),
    "send_address": (20, DAY),
    "mail_address": (6, HOUR),
    "answer_request": (20, DAY),
}


def count(session: Session, what: str, whose: str, *, now: dt.datetime) -> None:
    """Count one try of *whose* (an address, or a network's digest). Raises WaitError when there were too many.

    Nothing is limited for "": somebody behind no network is a test or a command.
    """
    if whose:
        most, within = LIMITS[what]
        take_turn(session, [Bucket(f"{what}:{of_secret(whose)[:40]}", most, within)], now=now)
