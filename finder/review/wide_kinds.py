"""Direct acts on what many listings share: a place, a group, a region, a service body. One act changes them all.

Each kind knows how such an act is looked at, how many published listings it changes, and how it is done.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.places import audited_place, place_of
from finder.directory.vocabulary_edit import (
    TREES,
    NodeDraft,
    Tree,
    listings_below,
    merge_nodes,
    node_of,
    revise_node,
)
from finder.domain.errors import NotFoundError
from finder.domain.listing import LocationDraft
from finder.domain.roles import Right
from finder.domain.schedule import Override
from finder.domain.vocabulary import OverrideKind
from finder.review.editing import close_place, edit_place, place_for
from finder.review.wide_groups import GROUP_KINDS, groups_of
from finder.review.wide_shapes import Act, Kind, Shown, differences
from finder.review.wide_sources import SOURCE_KINDS, body_of
from finder.store.meeting import Meeting

#: Listings that are named where an act is looked at.
NAMED = 200
#: How trees are called in addresses.
TREE_PAGES = {"region": "regions", "service_body": "bodies"}


def place_act(number: int, draft: LocationDraft, *, seen: str, reason: str) -> Act:
    """A place is to be as *draft* says, for all meetings there."""
    return Act(kind="place", target=number, asked=audited_place(draft), seen=seen, reason=reason)


def closing_act(number: int, override: Override, *, reason: str) -> Act:
    """A place is to be closed for dates, for all meetings there."""
    dates = {"first_date": override.first_date.isoformat(), "last_date": override.last_date.isoformat()}
    return Act(kind="closing", target=number, asked={**dates, "note": override.note}, reason=reason)


def node_act(tree: Tree, number: int, draft: NodeDraft, *, reason: str) -> Act:
    """A region or service body is to have another name or place in its tree."""
    return Act(kind=tree.kind, target=number, asked=asdict(draft), reason=reason)


def merge_act(tree: Tree, gone: int, *, into: int, reason: str) -> Act:
    """A region or service body is to become part of another."""
    return Act(kind=f"merge_{tree.kind}", target=gone, asked={"into": into}, reason=reason)


def _look_place(session: Session, act: Act, viewer: Viewer) -> Shown:
    held = place_for(session, act.target, viewer=viewer)
    if held.shared:
        raise NotFoundError("There is no such place here.")
    now: dict[str, Any] = audited_place(held.draft)
    if act.kind == "closing":
        now = {"first_date": "", "last_date": "", "note": ""}
    name = held.draft.name or held.draft.formatted_address
    return Shown(name, f"/moderate/place/{act.target}", held.listings[:NAMED], differences(now, act.asked))


def _look_node(session: Session, act: Act, viewer: Viewer) -> Shown:
    tree = _tree(act)
    if not viewer.may(Right.MANAGE_SITE, None):
        raise NotFoundError(f"There is no such {tree.words} here.")
    row = node_of(session, tree, act.target)
    names = {key: _name(session, tree, act.asked.get(key)) for key in ("parent_id", "into") if key in act.asked}
    now = {"name": row.name, "parent_id": _name(session, tree, row.parent_id), "into": row.name}
    page = f"/moderate/trees/{TREE_PAGES[tree.kind]}/{act.target}"
    listed = _listings(session, listings_below(session, tree, act.target)[:NAMED])
    return Shown(row.name, page, listed, differences(now, {**act.asked, **names}))


def _tree(act: Act) -> Tree:
    return TREES[act.kind.removeprefix("merge_")]


def _name(session: Session, tree: Tree, number: int | None) -> str:
    return node_of(session, tree, number).name if number is not None else ""


def _listings(session: Session, ids: Sequence[int]) -> list[tuple[str, str]]:
    rows = session.execute(select(Meeting.slug, Meeting.name).where(Meeting.id.in_(ids)).order_by(Meeting.name))
    return [(slug, name) for slug, name in rows]


def _count_at_place(session: Session, act: Act) -> int:
    return _published(session, Meeting.location_id == act.target)


def _published(session: Session, where: Any) -> int:  # noqa: ANN401 - a condition
    return session.execute(select(func.count()).select_from(Meeting).where(Meeting.published, where)).scalar_one()


def bodies_of(session: Session, act: Act) -> set[int | None]:
    """Whose listings *act* changes: their service bodies, and the administrators' (None) for acts on trees."""
    if act.kind in SOURCE_KINDS:
        return {body_of(session, act)}
    which: ColumnElement[bool]
    if act.kind in GROUP_KINDS:
        which = Meeting.group_id.in_(groups_of(act))
    elif act.kind in {"place", "closing"}:
        which = Meeting.location_id == act.target
    else:
        return {None}
    where = (Meeting.published, which)
    return set(session.execute(select(Meeting.service_body_id).where(*where).distinct()).scalars())


def _count_of_node(session: Session, act: Act) -> int:
    """A new name alone is of the region or service body; a new place in the tree is of all that lies in it."""
    tree = _tree(act)
    if "parent_id" in act.asked and act.asked["parent_id"] == node_of(session, tree, act.target).parent_id:
        return 0
    return len(listings_below(session, tree, act.target))


def _do_place(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    draft = place_of(dict(act.asked))
    return edit_place(session, act.target, draft, seen=act.seen, by=by, reason=reason, now=now)


def _do_closing(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    first, last = (dt.date.fromisoformat(act.asked[name]) for name in ("first_date", "last_date"))
    override = Override(kind=OverrideKind.CANCELLED, first_date=first, last_date=last, note=act.asked["note"])
    close_place(session, act.target, override, by=by, reason=reason, now=now)
    return act.target


def _do_node(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    actor = f"user:{by.user_id}"
    revise_node(session, _tree(act), act.target, NodeDraft(**act.asked), actor=actor, reason=reason, now=now)
    return act.target


def _do_merge(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    into, actor = int(act.asked["into"]), f"user:{by.user_id}"
    merge_nodes(session, _tree(act), act.target, into=into, actor=actor, reason=reason, now=now)
    return into


KINDS: dict[str, Kind] = {
    "place": Kind("Change of a place", _look_place, _count_at_place, _do_place),
    "closing": Kind("A building is closed for dates", _look_place, _count_at_place, _do_closing),
    **GROUP_KINDS,
    "region": Kind("Change of a region", _look_node, _count_of_node, _do_node),
    "service_body": Kind("Change of a service body", _look_node, _count_of_node, _do_node),
    "merge_region": Kind("Two regions become one", _look_node, _count_of_node, _do_merge),
    "merge_service_body": Kind("Two service bodies become one", _look_node, _count_of_node, _do_merge),
    **SOURCE_KINDS,
}
