"""Verbs for the private contacts of a group. The audit tells of a contact by its number: nothing personal is in it.

What is removed is put aside for as long as that can be taken back; purging forgets it then.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import ContactDraft
from finder.domain.review import StaleError
from finder.store.audit import AuditEntry
from finder.store.people import Contact, RemovedContact

MOST = 20
GONE = "This contact is not there any more."


@dataclass(frozen=True, slots=True)
class HeldContact:
    """A private contact of a group."""

    id: int
    name: str
    email: str
    phone: str


def contacts_of(session: Session, group_id: int) -> list[HeldContact]:
    """The private contacts of a group, the longest known first."""
    rows = session.execute(
        select(Contact.id, Contact.name, Contact.email, Contact.phone)
        .where(Contact.group_id == group_id)
        .order_by(Contact.id)
    )
    return [HeldContact(*row) for row in rows]


def put_contact(
    session: Session, group_id: int, contact: ContactDraft, *, actor: str, reason: str, now: dt.datetime
) -> int:
    """Have *contact* answer for a group; gives its number. Raises BadInputError for one that does, or for too many."""
    held = contacts_of(session, group_id)
    if any(each.email == contact.email for each in held if contact.email):
        raise BadInputError("email", "This address answers for the group already.")
    if len(held) >= MOST:
        raise BadInputError("email", f"A group has {MOST} contacts at most: remove one first.")
    row = Contact(group_id=group_id, name=contact.name, email=contact.email, phone=contact.phone)
    session.add(row)
    session.flush()
    _told(session, "add_contact", group_id, row.id, actor=actor, reason=reason, now=now)
    return row.id


def remove_contact(session: Session, group_id: int, number: int, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Have nobody write to a contact of a group any more. Raises NotFoundError."""
    row = session.get(Contact, number, populate_existing=True)
    if row is None or row.group_id != group_id:
        raise NotFoundError("There is no such contact here.")
    put_aside(session, [number], now=now)
    _told(session, "remove_contact", group_id, number, actor=actor, reason=reason, now=now)


def put_aside(session: Session, numbers: Sequence[int], *, now: dt.datetime) -> None:
    """Have these contacts answer for nothing, for as long as that can be taken back."""
    for row in list(session.execute(select(Contact).where(Contact.id.in_(numbers))).scalars()):
        session.execute(insert(RemovedContact).values(_kept(row) | {"removed_at": now}))
        session.delete(row)
    session.flush()


def put_back(session: Session, numbers: Sequence[int]) -> None:
    """Have contacts that were put aside, and are not forgotten yet, answer for their groups again."""
    for row in list(session.execute(select(RemovedContact).where(RemovedContact.id.in_(numbers))).scalars()):
        session.execute(insert(Contact).values(_kept(row)))
        session.delete(row)
    session.flush()


def _kept(row: Contact | RemovedContact) -> dict[str, object]:
    return {"id": row.id, "group_id": row.group_id, "name": row.name, "email": row.email, "phone": row.phone}


def _told(session: Session, act: str, group_id: int, number: int, *, actor: str, reason: str, now: dt.datetime) -> None:
    entry = audit.Act(act=act, target_kind="group", target_id=group_id, after={"contact": number})
    audit.append(session, [entry], actor=actor, reason=reason, now=now)


def _number(entry: AuditEntry) -> int:
    return int((entry.after or {})["contact"])


def unput(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take the adding of a contact back. Raises StaleError when it was removed since."""
    if session.get(Contact, _number(entry), populate_existing=True) is None:
        raise StaleError(GONE, {})
    remove_contact(session, entry.target_id, _number(entry), actor=actor, reason=reason, now=now)


def unremove(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Have a removed contact answer for its group again. Raises StaleError when it does, or is forgotten."""
    row = session.get(RemovedContact, _number(entry), populate_existing=True)
    if row is None:
        raise StaleError(GONE, {})
    put_back(session, [_number(entry)])
    _told(session, "add_contact", entry.target_id, _number(entry), actor=actor, reason=reason, now=now)
