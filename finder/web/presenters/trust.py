"""How far a listing can be trusted, in words: when the group last said that it is still right."""

import datetime as dt
from dataclasses import dataclass

from finder.domain.freshness import STALE_AFTER
from finder.web.presenters.times import ago


@dataclass(frozen=True, slots=True)
class Trust:
    """A sentence, and whether it is a warning."""

    words: str
    stale: bool


def trust(confirmed_at: dt.datetime | None, now: dt.datetime) -> Trust:
    """What to say of a listing last confirmed at *confirmed_at* (aware), or never."""
    if confirmed_at is None:
        return Trust("Not yet confirmed by the group: please check first", stale=True)
    since = ago(confirmed_at, now)
    if now - confirmed_at > STALE_AFTER:
        return Trust(f"Last confirmed {since}: please check first", stale=True)
    return Trust(f"Confirmed by the group {since}", stale=False)
