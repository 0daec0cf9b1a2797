"""Makes one group of two, with the listings of both, and whoever answered for either answering for all of them.

The audit tells of listings, contacts and links by their numbers: nothing personal is in it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.contacts import MOST, contacts_of, put_aside, put_back
from finder.directory.groups import name_group
from finder.directory.revision import raise_revision
from finder.directory.shelf import shelve
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.sources import OWN
from finder.store.audit import AuditEntry
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.people import Contact, Group
from finder.store.review import LinkToken, Reminder
from finder.store.source import Source

SOURCED = "A data source brings listings of this group: what it says next would take them apart again."
CROWDED = f"Together they would have more than {MOST} contacts: remove some first."
CHANGED = "This group has been changed since: undo that first."

Along = type[Meeting | LinkToken | Reminder]
#: What goes along with the listings, besides contacts: name in the audit -> the table.
ALONG: dict[str, Along] = {"meetings": Meeting, "links": LinkToken, "reminders": Reminder}


def comes_from_a_source(session: Session, group_ids: Iterable[int]) -> bool:
    """Whether a source brings one of the listings of these groups, published or not."""
    brought = (Meeting.group_id.in_(sorted(group_ids)), Meeting.source_key.is_not(None), Source.name != OWN)
    statement = select(Meeting.id).join(Source, Source.id == Meeting.source_id).where(*brought).limit(1)
    return session.execute(statement).first() is not None


def merge_groups(session: Session, gone: int, *, into: int, actor: str, reason: str, now: dt.datetime) -> None:
    """Have the listings of group *gone* belong to *into*, whose public words stay; the people of both answer for it.

    Raises NotFoundError, and BadInputError when they are the same, when a source brings listings of one of them, and
    when too many people would answer.
    """
    if gone == into:
        raise BadInputError("into", "Choose another group.")
    _there(session, gone)
    _there(session, into)
    if comes_from_a_source(session, (gone, into)):
        raise BadInputError("into", SOURCED)
    coming, there = contacts_of(session, gone), contacts_of(session, into)
    known = {each.email for each in there if each.email}
    aside = [each.id for each in coming if each.email in known]
    moved = [each.id for each in coming if each.email not in known]
    if len(there) + len(moved) > MOST:
        raise BadInputError("into", CROWDED)
    told: dict[str, Any] = {"group": gone, "contacts": moved, "aside": aside}
    told |= {name: _move(session, table, None, gone, into) for name, table in ALONG.items()}
    _move(session, Contact, moved, gone, into)
    name_group(session, into)  # so that what was of another group is sure to find it
    put_aside(session, aside, now=now)
    session.execute(update(Group).where(Group.id == gone).values(merged_into=into))
    after = {"listings": len(told["meetings"]), "contacts": len(there) + len(moved)}
    act = audit.Act(act="merge", target_kind="group", target_id=into, before=told, after=after)
    _publish(session, told["meetings"], act, actor=actor, reason=reason, now=now)


def _there(session: Session, number: int) -> Group:
    row = session.get(Group, number, populate_existing=True)
    if row is None or row.merged_into is not None:
        raise NotFoundError("There is no such group here.")
    return row


def _move(session: Session, table: Along | type[Contact], ids: Sequence[int] | None, old: int, new: int) -> list[int]:
    """Give rows of *table* (None: all) of group *old* to group *new*; tells which."""
    held = set(session.execute(select(table.id).where(table.group_id == old)).scalars())
    found = sorted(held if ids is None else held & set(ids))
    values: dict[str, Any] = {"group_id": new}
    if table is Meeting:
        values["revision"] = Meeting.revision + 1
    for part in chunks(found):
        session.execute(update(table).where(table.id.in_(part)).values(values))
    return found


def _publish(
    session: Session, listings: list[int], act: audit.Act, *, actor: str, reason: str, now: dt.datetime
) -> None:
    revision = raise_revision(session, now=now)
    session.flush()
    session.expire_all()  # the shelf is made from what the register holds
    shelve(session, listings, revision=revision)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def part_groups(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Make two groups of one again: what came along and is still there goes back.

    Raises StaleError when one of them has become part of another since.
    """
    told, into = dict(entry.before or {}), entry.target_id
    gone = int(told["group"])
    row = session.get(Group, gone, populate_existing=True)
    held = session.get(Group, into, populate_existing=True)
    if row is None or held is None or row.merged_into != into or held.merged_into is not None:
        raise StaleError(CHANGED, {})
    back = {name: _move(session, table, told[name], into, gone) for name, table in ALONG.items()}
    contacts = _move(session, Contact, told["contacts"], into, gone)
    put_back(session, told["aside"])
    session.execute(update(Group).where(Group.id == gone).values(merged_into=None))
    after = {"listings": len(back["meetings"]), "contacts": len(contacts) + len(told["aside"])}
    act = audit.Act(act="part", target_kind="group", target_id=into, before={"group": gone}, after=after)
    _publish(session, back["meetings"], act, actor=actor, reason=reason, now=now)
