"""What a moderator may do about two groups that are one: find the other, look at both, make them one.

Whoever does it may edit all listings of both, and no data source brings any of them: a refresh would take them apart.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.group_merging import SOURCED, comes_from_a_source, merge_groups
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.sources import OWN
from finder.domain.text import fold
from finder.review.editing_groups import SHARED, HeldGroup, all_mine, group_for
from finder.review.locate import MOST, MOST_WORDS, holds_every
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.source import Source

#: Of groups with a word in common, so many are compared by their whole names.
LOOKED_AT = 500
#: Words that say nothing about which group it is.
COMMON = frozenset({"group", "groups", "the", "and", "meeting", "meetings", "aa", "na", "of", "at", "in"})
SHORTEST_WORD = 2


@dataclass(frozen=True, slots=True)
class OtherGroup:
    """A group that another can become part of, and how many listings it has."""

    id: int
    name: str
    district: str
    listings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMerge:
    """Two groups that are to be one; ``seen`` names the state that is shown, ``answering`` counts who answers then."""

    gone: HeldGroup
    into: HeldGroup
    seen: str
    answering: int


def why_not(session: Session, held: HeldGroup) -> str:
    """Why a group cannot become one with another, "" when it can."""
    if held.others:
        return SHARED
    return SOURCED if comes_from_a_source(session, [held.id]) else ""


def others_like(session: Session, held: HeldGroup, words: str, *, viewer: Viewer) -> Sequence[OtherGroup]:
    """Groups that *held* could become part of: with every one of *words* in their names, or else called like it.

    All their listings are the viewer's, and none is brought by a source; the likest come first, at most `MOST`.
    """
    wanted = words.split()[:MOST_WORDS]
    telling = [word for word in fold(held.draft.name).split() if word not in COMMON and len(word) >= SHORTEST_WORD]
    named = holds_every(wanted, Group.name, Group.district) if wanted else _one_of(telling or [held.draft.name])
    statement = (
        select(Group.id, Group.name, Group.district, func.count(Meeting.id))
        .join(Meeting, Meeting.group_id == Group.id)
        .outerjoin(Source, Source.id == Meeting.source_id)
        .where(named, Group.id != held.id, Group.merged_into.is_(None))
        .group_by(Group.id, Group.name, Group.district)
        .having(func.count(Meeting.id).filter(_not_to_merge(viewer)) == 0)
        .order_by(Group.id)
        .limit(LOOKED_AT)
    )
    name = fold(held.draft.name)
    found = [OtherGroup(*row) for row in session.execute(statement)]
    return sorted(found, key=lambda each: (-fuzz.token_set_ratio(name, fold(each.name)), each.name, each.id))[:MOST]


def _one_of(words: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(Group.name.icontains(word, autoescape=True) for word in words[:MOST_WORDS]))


def _not_to_merge(viewer: Viewer) -> ColumnElement[bool]:
    """The listings of a group that keep it from becoming one with another."""
    brought = and_(Meeting.source_key.is_not(None), Source.name != OWN)
    bodies = viewer.bodies(Right.EDIT)
    if bodies is None:
        return brought
    return or_(brought, Meeting.service_body_id.is_(None), Meeting.service_body_id.not_in(sorted(bodies)))


def merge_for(session: Session, gone: int, into: int, *, viewer: Viewer) -> HeldMerge:
    """Two groups to look at. Raises NotFoundError for what is not all the viewer's or is brought by a source."""
    old, new = group_for(session, gone, viewer=viewer), group_for(session, into, viewer=viewer)
    if gone == into or any(why_not(session, each) for each in (old, new)):
        raise NotFoundError("There is no such group here.")
    state = [[each.seen, each.listings, [contact.id for contact in each.contacts]] for each in (old, new)]
    known = {contact.email for contact in new.contacts if contact.email}
    coming = [contact for contact in old.contacts if contact.email not in known]
    return HeldMerge(
        gone=old,
        into=new,
        seen=hashlib.sha256(orjson.dumps(state)).hexdigest()[:16],
        answering=len(new.contacts) + len(coming),
    )


def make_one(session: Session, gone: int, into: int, *, seen: str, by: Viewer, reason: str, now: dt.datetime) -> None:
    """Make one group of two.

    Raises NotFoundError, BadInputError as `merge_groups` does, and StaleError when they are not as they were *seen*.
    """
    for number in (gone, into):
        all_mine(session, number, by)
    if comes_from_a_source(session, (gone, into)):
        raise BadInputError("into", SOURCED)
    if merge_for(session, gone, into, viewer=by).seen != seen:
        raise StaleError("Somebody has changed one of these groups since you opened this: look at both again.", {})
    merge_groups(session, gone, into=into, actor=f"user:{by.user_id}", reason=reason, now=now)
