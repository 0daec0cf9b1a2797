"""Verbs for a group: its public words, which all its listings share, and the private contacts that answer for it."""

import datetime as dt
from dataclasses import asdict, replace

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bases import note_edits
from finder.directory.draft import group_draft
from finder.directory.register import RegisterRow
from finder.directory.resolve import group_key, new_own
from finder.directory.revision import raise_revision
from finder.directory.shelf import shelve
from finder.domain.errors import NotFoundError
from finder.domain.listing import ContactDraft, GroupDraft, ListingDraft, public_words
from finder.domain.sourced import group_fields
from finder.domain.sources import OWN
from finder.store.meeting import Meeting
from finder.store.people import Contact, Group
from finder.store.source import Source


def revise_group(
    session: Session, number: int, draft: GroupDraft, *, actor: str, reason: str, now: dt.datetime
) -> bool:
    """Give group *number* the public words of *draft*, on all its listings. Raises NotFoundError.

    False, and nothing is done, when it says so already or when another group of the same source does: a listing that
    takes these words joins that one. Groups whose listings are written here stay two, called the same.
    """
    row = session.get(Group, number)
    if row is None:
        raise NotFoundError(f"There is no group {number}.")
    before, after = public_words(row), public_words(draft)
    listings = session.execute(
        select(Meeting.id, Source.name)
        .outerjoin(Source, Meeting.source_id == Source.id)
        .where(Meeting.group_id == number)
    ).all()
    named = None if before == after else _named(session, row, {name for _, name in listings if name}, draft)
    if named is None:
        return False
    revision = raise_revision(session, now=now)
    ids = [number for number, _ in listings]
    note_edits(session, dict.fromkeys(ids, group_fields(before)), dict.fromkeys(ids, group_fields(after)))
    session.execute(update(Group).where(Group.id == number).values(**after, **named))
    session.expire(row)
    shelve(session, ids, revision=revision)
    act = audit.Act(act="revise", target_kind="group", target_id=number, before=before, after=after)
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return True


def _named(session: Session, row: Group, sources: set[str], draft: GroupDraft) -> dict[str, str] | None:
    """What names a group once it has the words of *draft*; None when they name another of its source."""
    if row.own and row.key == group_key("", group_draft(row)):
        return {}  # its words never named it
    source = next(iter(sorted(sources - {OWN})), OWN if sources else "")
    key = group_key(source, GroupDraft(**public_words(draft)))
    if session.execute(select(Group.id).where(Group.key == key, Group.id != row.id)).scalar() is None:
        return {"key": key}
    return {"own": row.own or new_own()} if row.own or source in {"", OWN} else None


def in_group(
    session: Session, group: Group, draft: ListingDraft, *, actor: str, reason: str, now: dt.datetime
) -> ListingDraft:
    """*draft* of a listing that stays in its *group*, once the group has its public words on all its listings."""
    if draft.group is None:
        return draft
    revise_group(session, group.id, draft.group, actor=actor, reason=reason, now=now)
    return replace(draft, group=replace(draft.group, own=group.own))


def leave_group(draft: ListingDraft, held: RegisterRow) -> ListingDraft:
    """*draft* of the listing *held*, which is in another group than before: in one of its own.

    To give a group's name is no proof of belonging to it. Groups of what a source brings are told by their words.
    """
    if draft.group is None:
        return draft
    own = new_own() if held.source in {"", OWN} else ""
    return replace(draft, group=replace(draft.group, own=own))


def name_group(session: Session, number: int) -> str:
    """What group *number* is called in private, from now on if it was not yet. Raises NotFoundError."""
    row = session.get(Group, number, populate_existing=True)
    if row is None:
        raise NotFoundError(f"There is no group {number}.")
    if not row.own:
        row.own = new_own()
        session.flush()  # listings that join it look for it
    return row.own


def add_contact(session: Session, group_id: int, contact: ContactDraft) -> None:
    """Have *contact* answer for a group, once. Private: it is on no shelf and in no audit entry."""
    present = select(Contact.id).where(Contact.group_id == group_id, Contact.email == contact.email)
    if contact.email and session.execute(present).first() is None:
        session.execute(insert(Contact).values(group_id=group_id, **asdict(contact)))
