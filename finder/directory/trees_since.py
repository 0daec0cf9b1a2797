"""Where the trees of regions and service bodies have changed since an act: a listing there is where it was."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.register import RegisterRow
from finder.domain.listing import ListingDraft
from finder.store.audit import AuditEntry

TREES = ("region", "service_body")
#: Acts that give a node another name or another place in its tree.
ACTS = ("revise", "refresh", "merge")

#: Kind and id of nodes.
Nodes = frozenset[tuple[str, int]]


def nodes_changed(session: Session, *, since: int) -> Nodes:
    """The nodes that were renamed, moved, or became one with another, by acts of the chain after *since*."""
    statement = select(AuditEntry.target_kind, AuditEntry.target_id, AuditEntry.after).where(
        AuditEntry.id > since, AuditEntry.target_kind.in_(TREES), AuditEntry.act.in_(ACTS)
    )
    found: set[tuple[str, int]] = set()
    for kind, number, after in session.execute(statement):
        found |= {(kind, number), (kind, int((after or {}).get("into", number)))}
    return frozenset(found)


def trees_of(row: RegisterRow, changed: Nodes) -> frozenset[str]:
    """The fields of a listing that its place in a tree gives, and that such a change may have reworded."""
    held = {"region": [each.id for each in row.regions], "service_body": [each.id for each in row.bodies]}
    return frozenset(name for name, ids in held.items() if any((name, number) in changed for number in ids))


def as_called_now(draft: ListingDraft, present: ListingDraft, trees: Collection[str]) -> ListingDraft:
    """*draft*, of before, in the regions and bodies of *present* where these are called otherwise by now."""
    return replace(draft, **{name: getattr(present, name) for name in TREES if name in trees})
