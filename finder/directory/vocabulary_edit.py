"""Verbs for the two trees, regions and service bodies: rename, move, and make one of two."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from finder.directory import audit
from finder.directory.bases import note_edits
from finder.directory.belongings import give_back, move_belongings
from finder.directory.resolve import free_slug
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.shelf import shelve
from finder.directory.tree_words import words_of
from finder.directory.vocabulary import shelve_vocabulary
from finder.domain.asked import Fields
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.text import clean, fold, in_path, slugify
from finder.store.audit import AuditEntry
from finder.store.database import chunks
from finder.store.meeting import Meeting, RetiredSlug
from finder.store.people import ServiceBody
from finder.store.place import Region
from finder.store.shelf import PublicSlug

LONGEST_NAME = 255
Node = Region | ServiceBody


@dataclass(frozen=True, slots=True)
class Tree:
    """One of the trees: what it is called in the audit and for people, its table, and where meetings refer to it."""

    kind: str
    words: str
    table: type[Region] | type[ServiceBody]
    column: InstrumentedAttribute[int | None]


REGIONS = Tree("region", "region", Region, Meeting.region_id)
BODIES = Tree("service_body", "service body", ServiceBody, Meeting.service_body_id)
TREES = {tree.kind: tree for tree in (REGIONS, BODIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDraft:
    """A node as it is to be: its name and the node above it (None: none)."""

    name: str
    parent_id: int | None


def node_of(session: Session, tree: Tree, number: int) -> Node:
    """Node *number* of a tree. Raises NotFoundError."""
    row = find_node(session, tree, number)
    if row is None:
        raise NotFoundError(f"There is no such {tree.words} here.")
    return row


def find_node(session: Session, tree: Tree, number: int) -> Node | None:
    """Node *number* of a tree, or None."""
    if tree is REGIONS:
        return session.get(Region, number, populate_existing=True)
    return session.get(ServiceBody, number, populate_existing=True)


def all_nodes(session: Session, tree: Tree) -> dict[int, tuple[str, int | None]]:
    """Every node of a tree: id -> its name and the id of the node above it."""
    rows = session.execute(select(tree.table.id, tree.table.name, tree.table.parent_id))
    return {number: (name, parent) for number, name, parent in rows}


def nodes_below(session: Session, tree: Tree, top: int) -> set[int]:
    """*top* and every node below it."""
    pairs = session.execute(select(tree.table.id, tree.table.parent_id)).all()
    below = {top}
    while grown := {child for child, parent in pairs if parent in below} - below:
        below |= grown
    return below


def listings_below(session: Session, tree: Tree, top: int) -> list[int]:
    """Ids of the listings that belong to *top* or to a node below it."""
    found: list[int] = []
    for part in chunks(sorted(nodes_below(session, tree, top))):
        found += session.execute(select(Meeting.id).where(tree.column.in_(part))).scalars()
    return sorted(found)


def revise_node(
    session: Session, tree: Tree, number: int, draft: NodeDraft, *, actor: str, reason: str, now: dt.datetime
) -> bool:
    """Give a node another name or another place in its tree; False, and nothing is done, when it has both already.

    A region whose name changes gets another address, and the old one leads to it. Raises NotFoundError, and
    BadInputError when the tree would not be one, or would hold two of the same name side by side.
    """
    row = node_of(session, tree, number)
    name = checked_name(draft.name)
    if (name, draft.parent_id) == (row.name, row.parent_id):
        return False
    if draft.parent_id is not None:
        node_of(session, tree, draft.parent_id)
        if draft.parent_id in nodes_below(session, tree, number):
            raise BadInputError("parent", f"Choose a {tree.words} that does not lie below this one.")
    refuse_twin(session, tree, name, draft.parent_id, but=number)
    before, listings = _told(row), listings_below(session, tree, number)
    said = _said(session, tree, listings)
    revision = raise_revision(session, now=now)
    values: dict[str, Any] = {"name": name, "parent_id": draft.parent_id}
    if isinstance(row, Region):
        values |= {"name_key": fold(name), "slug": _new_slug(session, row, name)}
    session.execute(update(tree.table).where(tree.table.id == number).values(values))
    session.expire(row)
    after = _told(node_of(session, tree, number))
    note_edits(session, said, _said(session, tree, listings))
    act = audit.Act(act="revise", target_kind=tree.kind, target_id=number, before=before, after=after)
    _publish(session, listings, act, revision=revision, actor=actor, reason=reason, now=now)
    return True


def _said(session: Session, tree: Tree, listings: list[int]) -> dict[int, Fields]:
    return words_of(session, tree.kind, tree.column, all_nodes(session, tree), listings)


def checked_name(text: str) -> str:
    """*text* as a name, which parts no path. Raises BadInputError when it is none."""
    name = in_path(clean(text))
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInputError("name", f"Enter a name of at most {LONGEST_NAME} characters.")
    return name


def _told(row: Node) -> dict[str, Any]:
    return {"name": row.name, "slug": row.slug, "parent_id": row.parent_id}


def refuse_twin(session: Session, tree: Tree, name: str, parent_id: int | None, *, but: int) -> None:
    """Raise BadInputError when another node than *but* of that name lies beside it."""
    same = tree.table.parent_id.is_(None) if parent_id is None else tree.table.parent_id == parent_id
    beside = session.execute(select(tree.table.id, tree.table.name).where(same, tree.table.id != but))
    if any(fold(other) == fold(name) for _, other in beside):
        raise BadInputError("name", f"There is a {tree.words} of that name beside it already: merge the two instead.")


def _new_slug(session: Session, row: Region, name: str) -> str:
    """The slug of a region that is called *name* from now on; the one that it had leads to it."""
    taken = set(session.execute(select(Region.slug).where(Region.id != row.id)).scalars())
    others = select(RetiredSlug.slug).where(RetiredSlug.kind == "region", RetiredSlug.target_id != row.id)
    slug = free_slug(slugify(name) or "region", taken | set(session.execute(others).scalars()))
    if slug != row.slug:
        for table in (RetiredSlug, PublicSlug):
            session.execute(delete(table).where(table.kind == "region", table.slug == slug))
            session.execute(insert(table).values(kind="region", slug=row.slug, target_id=row.id))
    return slug


def _publish(
    session: Session,
    listings: list[int],
    act: audit.Act,
    *,
    revision: int,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> None:
    session.flush()  # the shelf is made from what the register holds
    session.expire_all()
    renamed = frozenset({act.target_kind}) if act.act == "revise" else frozenset[str]()
    shelve(session, listings, revision=revision, renamed=renamed)
    note_vocabulary_change(session)
    shelve_vocabulary(session)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def merge_nodes(
    session: Session, tree: Tree, gone: int, *, into: int, actor: str, reason: str, now: dt.datetime
) -> None:
    """Make one of two: what belongs to *gone* belongs to *into*, and the address of a region leads there.

    Raises NotFoundError, and BadInputError when they are the same, when *into* lies below *gone*, or when both hold
    a node of the same name: those are to be merged first.
    """
    row = node_of(session, tree, gone)
    node_of(session, tree, into)
    if into in nodes_below(session, tree, gone):
        raise BadInputError("into", f"Choose another {tree.words}, one that does not lie below this.")
    children = session.execute(select(tree.table.id, tree.table.name).where(tree.table.parent_id == gone)).all()
    for number, name in children:
        refuse_twin(session, tree, name, into, but=number)
    revision = raise_revision(session, now=now)
    listings = listings_below(session, tree, gone)
    said = _said(session, tree, listings)
    ids = sorted(number for number, _ in children)
    before: dict[str, Any] = {"row": columns_of(row), "children": ids, "slugs": _slugs(session, tree, gone)}
    before |= move_belongings(session, tree.kind, gone, into)
    session.execute(update(tree.table).where(tree.table.parent_id == gone).values(parent_id=into))
    if tree is REGIONS:
        _lead(session, before["slugs"], to=into)
        for table in (RetiredSlug, PublicSlug):
            session.execute(insert(table).values(kind="region", slug=row.slug, target_id=into))
    session.execute(delete(tree.table).where(tree.table.id == gone))
    session.expunge(row)
    note_edits(session, said, _said(session, tree, listings))
    act = audit.Act(act="merge", target_kind=tree.kind, target_id=gone, before=before, after={"into": into})
    _publish(session, listings, act, revision=revision, actor=actor, reason=reason, now=now)


def columns_of(row: Node) -> dict[str, Any]:
    """A node as its table has it."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _slugs(session: Session, tree: Tree, number: int) -> list[str]:
    """The addresses that a node had before."""
    statement = select(RetiredSlug.slug).where(RetiredSlug.kind == tree.kind, RetiredSlug.target_id == number)
    return sorted(session.execute(statement).scalars())


def _lead(session: Session, slugs: list[str], *, to: int) -> None:
    for table in (RetiredSlug, PublicSlug):
        session.execute(update(table).where(table.kind == "region", table.slug.in_(slugs)).values(target_id=to))


def unrevise(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take a new name or place in the tree back. Raises StaleError when it was changed again since."""
    tree, before = TREES[entry.target_kind], dict(entry.before or {})
    row = find_node(session, tree, entry.target_id)
    if row is None or _told(row) != entry.after or "parent_id" not in before:
        raise StaleError(f"This {tree.words} has been changed since: undo that first.", {})
    draft = NodeDraft(name=before["name"], parent_id=before["parent_id"])
    revise_node(session, tree, entry.target_id, draft, actor=actor, reason=reason, now=now)


def unmerge(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Make two of one again: what was moved and is still there goes back. Raises StaleError when that cannot be."""
    tree, before, into = TREES[entry.target_kind], dict(entry.before or {}), int((entry.after or {})["into"])
    row = before["row"]
    parent_there = row["parent_id"] is None or find_node(session, tree, row["parent_id"]) is not None
    if find_node(session, tree, entry.target_id) is not None or not parent_there:
        raise StaleError(f"The tree of {tree.words}s has been changed since: undo that first.", {})
    refuse_twin(session, tree, row["name"], row["parent_id"], but=0)
    revision = raise_revision(session, now=now)
    if tree is REGIONS:
        for table in (RetiredSlug, PublicSlug):
            session.execute(delete(table).where(table.kind == "region", table.slug == row["slug"]))
        _lead(session, before["slugs"], to=entry.target_id)
    said = _said(session, tree, listings_below(session, tree, into))
    session.execute(insert(tree.table).values(row))
    children = (tree.table.id.in_(before["children"]), tree.table.parent_id == into)
    session.execute(update(tree.table).where(*children).values(parent_id=entry.target_id))
    give_back(session, tree.kind, before, entry.target_id, into)
    act = audit.Act(act="part", target_kind=tree.kind, target_id=entry.target_id, before={"into": into}, after=row)
    listings = listings_below(session, tree, entry.target_id)
    note_edits(session, said, _said(session, tree, listings))
    _publish(session, listings, act, revision=revision, actor=actor, reason=reason, now=now)
