"""Verbs for a group: its public words, which all its listings share, and the private contacts that answer for it."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bases import note_edits
from finder.directory.resolve import group_key
from finder.directory.revision import raise_revision
from finder.directory.shelf import shelve
from finder.domain.errors import NotFoundError
from finder.domain.listing import ContactDraft, GroupDraft
from finder.domain.sourced import group_fields
from finder.store.meeting import Meeting
from finder.store.people import Contact, Group
from finder.store.source import Source


def revise_group(
    session: Session, number: int, draft: GroupDraft, *, actor: str, reason: str, now: dt.datetime
) -> bool:
    """Give group *number* the public words of *draft*, on all its listings. Raises NotFoundError.

    False, and nothing is done, when it says so already or when another group of the same source does: a listing that
    takes these words joins that one.
    """
    row = session.get(Group, number)
    if row is None:
        raise NotFoundError(f"There is no group {number}.")
    before, after = _words(row), {name: text for name, text in asdict(draft).items() if name != "contacts"}
    listings = session.execute(
        select(Meeting.id, Source.name)
        .outerjoin(Source, Meeting.source_id == Source.id)
        .where(Meeting.group_id == number)
    ).all()
    source = next((name for _, name in listings if name), "")
    key = group_key(source, draft)
    taken = session.execute(select(Group.id).where(Group.key == key, Group.id != number)).scalar()
    if before == after or taken is not None:
        return False
    revision = raise_revision(session, now=now)
    ids = [number for number, _ in listings]
    note_edits(session, dict.fromkeys(ids, group_fields(before)), dict.fromkeys(ids, group_fields(after)))
    session.execute(update(Group).where(Group.id == number).values(**after, key=key))
    session.expire(row)
    shelve(session, ids, revision=revision)
    act = audit.Act(act="revise", target_kind="group", target_id=number, before=before, after=after)
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return True


def _words(row: Group) -> dict[str, Any]:
    return {name: getattr(row, name) for name in asdict(GroupDraft(name="")) if name != "contacts"}


def add_contact(session: Session, group_id: int, contact: ContactDraft) -> None:
    """Have *contact* answer for a group, once. Private: it is on no shelf and in no audit entry."""
    present = select(Contact.id).where(Contact.group_id == group_id, Contact.email == contact.email)
    if contact.email and session.execute(present).first() is None:
        session.execute(insert(Contact).values(group_id=group_id, **asdict(contact)))
