"""Verbs for the two trees, regions and service bodies: make one that was not there, and take that back."""

import datetime as dt
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.belongings import HELD
from finder.directory.numbers import bmlt_numbers
from finder.directory.resolve import free_slug
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.vocabulary import shelve_vocabulary
from finder.directory.vocabulary_edit import (
    REGIONS,
    TREES,
    NodeDraft,
    Tree,
    checked_name,
    columns_of,
    find_node,
    node_of,
    refuse_twin,
)
from finder.domain.review import StaleError
from finder.domain.text import fold, slugify
from finder.store.accounts import Grant
from finder.store.audit import AuditEntry
from finder.store.meeting import RetiredSlug
from finder.store.people import ServiceBody


def make_node(session: Session, tree: Tree, draft: NodeDraft, *, actor: str, reason: str, now: dt.datetime) -> int:
    """Make a region or service body; gives its number. Raises NotFoundError for what it is to lie in, BadInputError."""
    name = checked_name(draft.name)
    if draft.parent_id is not None:
        node_of(session, tree, draft.parent_id)
    refuse_twin(session, tree, name, draft.parent_id, but=0)
    raise_revision(session, now=now)
    taken = set(session.execute(select(tree.table.slug)).scalars())
    taken |= set(session.execute(select(RetiredSlug.slug).where(RetiredSlug.kind == tree.kind)).scalars())
    values: dict[str, Any] = {"name": name, "parent_id": draft.parent_id}
    values["slug"] = free_slug(slugify(name) or tree.kind.replace("_", "-"), taken)
    if tree is REGIONS:
        values["name_key"] = fold(name)
    else:
        values["bmlt_id"] = bmlt_numbers(session, ServiceBody, [None])[0]
    number = session.execute(insert(tree.table).values(values).returning(tree.table.id)).scalar_one()
    _publish(session)
    row = columns_of(node_of(session, tree, number))
    act = audit.Act(act="create", target_kind=tree.kind, target_id=number, after=row)
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return number


def _publish(session: Session) -> None:
    session.flush()
    note_vocabulary_change(session)
    shelve_vocabulary(session)


def unmake(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take the making of a region or service body back. Raises StaleError when it was changed or is in use."""
    tree = TREES[entry.target_kind]
    row = find_node(session, tree, entry.target_id)
    if row is None or columns_of(row) != entry.after or in_use(session, tree, entry.target_id):
        raise StaleError(f"This {tree.words} has been changed or is in use since: undo that first.", {})
    raise_revision(session, now=now)
    session.execute(delete(tree.table).where(tree.table.id == entry.target_id))
    session.expunge(row)
    _publish(session)
    act = audit.Act(act="remove", target_kind=tree.kind, target_id=entry.target_id, before=entry.after)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def in_use(session: Session, tree: Tree, number: int) -> bool:
    """Whether anything belongs to it, or lies below it."""
    below = select(func.count()).where(tree.table.parent_id == number)
    return bool(session.execute(below).scalar_one()) or is_held(session, tree, number)


def is_held(session: Session, tree: Tree, number: int) -> bool:
    """Whether anything belongs to it; what lies below it in its tree is not asked."""
    uses = [column == number for column in HELD[tree.kind].values()]
    if tree.table is ServiceBody:
        uses.append(Grant.service_body_id == number)
    return any(session.execute(select(func.count()).where(use)).scalar_one() for use in uses)
