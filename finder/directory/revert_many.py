"""Takes many acts on listings back at once, as one batch: what was changed again since is left, and told of."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy.orm import Session

from finder.directory.batch import Batch, Progress, apply_batch
from finder.directory.draft import draft_of, from_audit
from finder.directory.register import read_register
from finder.directory.revert import is_as_left, refuse_late
from finder.directory.trees_since import as_called_now, nodes_changed, trees_of
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
    """Undo *entries*, in their order, all of *source*: publications, changes and removals.

    Of several of one listing all are undone, if nothing else happened to it in between. Raises TooLateError when one of
    them lies too far back.
    """
    acts: dict[int, list[AuditEntry]] = {}
    for entry in entries:
        refuse_late(entry, now=now)
        acts.setdefault(entry.target_id, []).append(entry)
    register = {row.meeting.id: row for row in read_register(session, sorted(acts))}
    changed_nodes = nodes_changed(session, since=min((entry.id for entry in entries), default=0))
    changed: list[tuple[int, ListingDraft]] = []
    gone: list[int] = []
    left: list[int] = []
    for number, own in acts.items():
        row = register.get(number)
        present = draft_of(row) if row is not None and row.meeting.published else None
        merged = row is not None and row.meeting.merged_into is not None
        trees = frozenset[str]() if row is None else trees_of(row, changed_nodes)
        if row is None or merged or not is_as_left(own[-1], present, trees=trees) or not _follow(own, trees):
            left.append(number)
        elif own[0].before is None:
            gone.append(number)
        else:
            changed.append((number, as_called_now(from_audit(own[0].before), draft_of(row), trees)))
    batch = Batch(source=source, changed=tuple(changed), gone=tuple(gone), from_source=False, decided=True)
    apply_batch(session, batch, actor=actor, reason=reason, now=now, progress=progress)
    return Reverted((*(number for number, _ in changed), *gone), tuple(left))


def _follow(acts: Sequence[AuditEntry], trees: Collection[str]) -> bool:
    """Whether each act found a listing as the one before it had left it."""
    found = ((one, None if other.before is None else from_audit(other.before)) for one, other in pairwise(acts))
    return all(is_as_left(one, before, trees=trees) for one, before in found)
