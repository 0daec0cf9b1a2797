"""A listing that its own source has dropped goes on with another source that still lists the same meeting.

Of two listings that were made one, the one of the other source comes back and the dropped one becomes part of it, so
that every address leads on and the other source's word is followed from then on. What a moderator kept though its own
source dropped it is handed over with all that it says, as an edit made here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory.batch import NOT_LISTED, Batch, apply_batch
from finder.directory.draft import draft_of
from finder.directory.merging import merge_listings, unmerge
from finder.directory.register import read_register
from finder.domain.listing import ListingDraft
from finder.sources.heirs import heirs_of, orphans_of
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting
from finder.store.source import Source


def hand_over(
    session: Session,
    ids: Sequence[int],
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
    source_id: int | None = None,
) -> set[int]:
    """Have those of the listings *ids* for which another source has one follow it; gives them. The caller commits.

    With *source_id* it is that source, whichever others have one. The source that is followed is read again as soon as
    can be: what it says may have changed while the other one stood for it.
    """
    done: set[int] = set()
    for number, heir in sorted(heirs_of(session, ids, source_id=source_id).items()):
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
        session.execute(update(Meeting).where(Meeting.id == number).values(source_digest=NOT_LISTED))
        done.add(number)
    return done


def take_over_kept(session: Session, source: Source, *, by: str, now: dt.datetime) -> int:
    """Have the listings that were kept against their own source follow *source*, which lists them; gives how many.

    They say what they said. The caller holds the lock, and commits.
    """
    kept = {row.meeting.id: draft_of(row) for row in read_register(session, orphans_of(session, source.id))}
    reason = f"followed by {source.name}, which lists it"
    heirs = heirs_of(session, sorted(kept), source_id=source.id)
    handed = hand_over(session, sorted(kept), actor=by, reason=reason, now=now, source_id=source.id)
    known = {row.meeting.id: draft_of(row) for row in read_register(session, sorted(heirs.values()))}
    changed = tuple((heirs[each], _as_known(kept[each], known[heirs[each]])) for each in sorted(handed))
    batch = Batch(source=source.name, changed=changed, from_source=False, decided=True)
    apply_batch(session, batch, actor=by, reason=reason, now=now)
    return len(changed)


def _as_known(kept: ListingDraft, heir: ListingDraft) -> ListingDraft:
    """What was *kept*, by the names that the source of *heir* has for it."""
    return replace(kept, source_key=heir.source_key, url=heir.url)


def hand_back(session: Session, number: int, *, heir: int, actor: str, reason: str, now: dt.datetime) -> None:
    """Have listing *number*, which is back, stand for *heir* again."""
    merge_listings(session, heir, into=number, actor=actor, reason=reason, now=now)
