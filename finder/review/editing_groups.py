"""Direct editing of a group: its public words, which all its listings show."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.contacts import HeldContact, contacts_of, put_contact, remove_contact
from finder.directory.draft import group_draft
from finder.directory.groups import revise_group
from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import ContactDraft, GroupDraft, public_words
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.review.editing import Undoable, history
from finder.store.meeting import Meeting
from finder.store.people import Group

SHARED = "Listings of other service bodies belong to this group, too: an administrator has to do this."
SAME = "Nothing is changed, or another group of the same source has this name already."


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """A group for editing; ``seen`` names the state that is shown, ``contacts`` are the people who answer for it."""

    id: int
    draft: GroupDraft
    seen: str
    listings: Sequence[tuple[str, str]]  # slug, name
    others: int
    contacts: Sequence[HeldContact]
    history: Sequence[Undoable]


def group_for(session: Session, number: int, *, viewer: Viewer) -> HeldGroup:
    """A group that a listing of the viewer's belongs to. Raises NotFoundError."""
    row = session.get(Group, number, populate_existing=True)
    listed = session.execute(
        select(Meeting.slug, Meeting.name, Meeting.service_body_id)
        .where(Meeting.group_id == number)
        .order_by(Meeting.name, Meeting.id)
    ).all()
    own = [(slug, name) for slug, name, body in listed if viewer.may(Right.EDIT, body)]
    if row is None or row.merged_into is not None or not (own or viewer.administrator):
        raise NotFoundError("There is no such group here.")
    draft = group_draft(row)
    return HeldGroup(
        id=number,
        draft=draft,
        seen=hashlib.sha256(orjson.dumps(public_words(draft))).hexdigest()[:16],
        listings=own,
        others=len(listed) - len(own),
        contacts=contacts_of(session, number),
        history=history(session, "group", number),
    )


def edit_group(
    session: Session, number: int, draft: GroupDraft, *, seen: str, by: Viewer, reason: str, now: dt.datetime
) -> None:
    """Change a group for all its listings.

    Raises NotFoundError, BadInputError when others' listings belong to it too or nothing would change, and StaleError
    when it is no longer the one *seen*.
    """
    held = all_mine(session, number, by)
    if held.seen != seen:
        raise StaleError("Somebody has changed this group since you opened it: compare, then send it again.", {})
    if not revise_group(session, number, draft, actor=f"user:{by.user_id}", reason=reason, now=now):
        raise BadInputError("name", SAME)


def all_mine(session: Session, number: int, by: Viewer) -> HeldGroup:
    """A group whose listings the viewer may all edit, with the lock held. Raises NotFoundError and BadInputError."""
    take_lock(session)
    held = group_for(session, number, viewer=by)
    if held.others:
        raise BadInputError("name", SHARED)
    return held


def add_contact(
    session: Session, number: int, contact: ContactDraft, *, by: Viewer, reason: str, now: dt.datetime
) -> None:
    """Have somebody answer for a group. Raises NotFoundError, and BadInputError as `put_contact` does."""
    all_mine(session, number, by)
    put_contact(session, number, contact, actor=f"user:{by.user_id}", reason=reason, now=now)


def drop_contact(session: Session, number: int, contact: int, *, by: Viewer, reason: str, now: dt.datetime) -> None:
    """Have somebody answer for a group no more. Raises NotFoundError."""
    all_mine(session, number, by)
    remove_contact(session, number, contact, actor=f"user:{by.user_id}", reason=reason, now=now)
