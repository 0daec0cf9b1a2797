"""Takes many acts on listings back at once, as one batch: what was changed again since is left, and told of."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from finder.directory.batch import Batch, Progress, apply_batch
from finder.directory.draft import draft_of, from_audit
from finder.directory.register import read_register
from finder.directory.revert import is_as_left, refuse_late
from finder.domain.listing import ListingDraft
from finder.store.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class Reverted:
    """The listings that are as before, and those that were left because they were changed again since, by id."""

    done: tuple[int, ...]
    left: tuple[int, ...]


def revert_listings(
    session: Session,
    entries: Sequence[AuditEntry],
    *,
    source: str,
    actor: str,
    reason: str,
    now: dt.datetime,
    progress: Progress | None = None,
) -> Reverted:
    """Undo *entries*, one of each listing, all of *source*: publications, changes and removals.

    Raises TooLateError when one of them lies too far back.
    """
    for entry in entries:
        refuse_late(entry, now=now)
    register = {row.meeting.id: row for row in read_register(session, [entry.target_id for entry in entries])}
    changed: list[tuple[int, ListingDraft]] = []
    gone: list[int] = []
    left: list[int] = []
    for entry in entries:
        row = register.get(entry.target_id)
        present = draft_of(row) if row is not None and row.meeting.published else None
        merged = row is not None and row.meeting.merged_into is not None
        if row is None or merged or not is_as_left(entry, present):
            left.append(entry.target_id)
        elif entry.before is None:
            gone.append(entry.target_id)
        else:
            changed.append((entry.target_id, from_audit(entry.before)))
    batch = Batch(source=source, changed=tuple(changed), gone=tuple(gone), from_source=False, decided=True)
    apply_batch(session, batch, actor=actor, reason=reason, now=now, progress=progress)
    return Reverted((*(number for number, _ in changed), *gone), tuple(left))
