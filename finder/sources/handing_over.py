"""A listing that its own source has dropped goes on with another source that still lists the same meeting.

Of two listings that were made one, the one of the other source comes back and the dropped one becomes part of it, so
that every address leads on and the other source's word is followed from then on.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory.merging import merge_listings, unmerge
from finder.sources.heirs import heirs_of
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting
from finder.store.source import Source


def hand_over(session: Session, ids: Sequence[int], *, actor: str, reason: str, now: dt.datetime) -> set[int]:
    """Have those of the listings *ids* for which another source has one follow it; gives them. The caller commits.

    That source is read again as soon as can be: what it says may have changed while the other one stood for it.
    """
    done: set[int] = set()
    for number, heir in sorted(heirs_of(session, ids).items()):
        merges = select(AuditEntry).where(
            AuditEntry.act == "merge", AuditEntry.target_kind == "meeting", AuditEntry.target_id == heir
        )
        entry = session.execute(merges.order_by(AuditEntry.id.desc()).limit(1)).scalar()
        if entry is None:
            continue
        unmerge(session, entry, actor=actor, reason=reason, now=now)
        merge_listings(session, number, into=heir, actor=actor, reason=reason, now=now)
        owner = select(Meeting.source_id).where(Meeting.id == heir).scalar_subquery()
        session.execute(update(Source).where(Source.id == owner, Source.every_min > 0).values(due_at=now))
        done.add(number)
    return done


def hand_back(session: Session, number: int, *, heir: int, actor: str, reason: str, now: dt.datetime) -> None:
    """Have listing *number*, which is back, stand for *heir* again."""
    merge_listings(session, heir, into=number, actor=actor, reason=reason, now=now)
