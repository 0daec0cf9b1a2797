"""Wide acts on groups: one is changed for all its listings, or two become one."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.errors import NotFoundError
from finder.domain.listing import GroupDraft, public_words
from finder.review.editing_groups import edit_group, group_for
from finder.review.merging_groups import make_one, merge_for
from finder.review.wide_shapes import Act, Kind, Shown, differences
from finder.store.meeting import Meeting
from finder.store.people import Group

NAMED = 200


def group_act(number: int, draft: GroupDraft, *, seen: str, reason: str) -> Act:
    """A group is to be as *draft* says, for all its listings."""
    return Act(kind="group", target=number, asked=public_words(draft), seen=seen, reason=reason)


def merge_group_act(gone: int, *, into: int, seen: str, reason: str) -> Act:
    """A group is to become part of another, with its listings and the people who answer for it."""
    return Act(kind="merge_group", target=gone, asked={"into": into}, seen=seen, reason=reason)


def groups_of(act: Act) -> tuple[int, ...]:
    """The groups that an act is about."""
    return (act.target, int(act.asked["into"])) if act.kind == "merge_group" else (act.target,)


def _look(session: Session, act: Act, viewer: Viewer) -> Shown:
    held = group_for(session, act.target, viewer=viewer)
    if held.others:
        raise NotFoundError("There is no such group here.")
    changes = differences(public_words(held.draft), act.asked)
    return Shown(held.draft.name, _page(act.target), held.listings[:NAMED], changes)


def _page(number: int) -> str:
    return f"/moderate/groups/{number}"


def _look_merge(session: Session, act: Act, viewer: Viewer) -> Shown:
    number, into = groups_of(act)
    gone = session.get(Group, number, populate_existing=True)
    if gone is not None and gone.merged_into == into:  # it is done
        held = group_for(session, into, viewer=viewer)
        return Shown(gone.name, _page(into), held.listings[:NAMED], [])
    found = merge_for(session, number, into, viewer=viewer)
    named = [("into", found.gone.draft.name, f"{found.into.draft.name} ({into})")]
    answering = [("answer for it", len(found.into.contacts), found.answering)]
    words = differences(public_words(found.gone.draft), public_words(found.into.draft))
    return Shown(found.gone.draft.name, _page(number), found.gone.listings[:NAMED], [*named, *words, *answering])


def _count(session: Session, act: Act) -> int:
    """The published listings of the groups: whoever comes to answer for them may ask to change them all."""
    where = (Meeting.published, Meeting.group_id.in_(groups_of(act)))
    return session.execute(select(func.count()).select_from(Meeting).where(*where)).scalar_one()


def _do(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    edit_group(session, act.target, GroupDraft(**act.asked), seen=act.seen, by=by, reason=reason, now=now)
    return act.target


def _do_merge(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    gone, into = groups_of(act)
    make_one(session, gone, into, seen=act.seen, by=by, reason=reason, now=now)
    return into


GROUP_KINDS: dict[str, Kind] = {
    "group": Kind("Change of a group", _look, _count, _do),
    "merge_group": Kind("Two groups become one", _look_merge, _count, _do_merge),
}
