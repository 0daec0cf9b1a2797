"""Who may moderate, with the audit: every change of somebody's roles or account is an act that can be taken back.

An act holds numbers of people and bodies and names of roles: nothing personal.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.accounts import names, users
from finder.accounts.letters import Sender
from finder.accounts.permissions import Viewer
from finder.accounts.users import Invited, may_grant
from finder.directory import audit
from finder.directory.revert import TooLateError, refuse_late
from finder.directory.revision import take_lock
from finder.domain.errors import NotFoundError
from finder.domain.review import StaleError
from finder.domain.roles import Right, Role
from finder.mail.address import one_address
from finder.review.editing import Undoable, told
from finder.store.accounts import Grant, User
from finder.store.audit import AuditEntry

SHOWN = 30
RENAME = "correct_name"
State = dict[str, Any]


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    body_id: int | None,
    by: Viewer | None,
    sender: Sender,
    now: dt.datetime,
) -> Invited:
    """Give somebody a role, with an account if they have none, and mail them. Raises what `users.invite` raises."""
    take_lock(session)
    known = session.execute(select(User.id).where(User.email == one_address(email))).scalar()
    before = _state(session, known) if known is not None else None
    found = users.invite(session, email=email, name=name, role=role, body_id=body_id, by=by, sender=sender, now=now)
    _note(session, "grant", found.user.id, before, by=by, reason="", now=now)
    return found


def revoke(session: Session, grant_id: int, *, by: Viewer | None, reason: str, now: dt.datetime) -> None:
    """Take a role back. Raises NotFoundError out of reach, BadInputError for the last administrator's."""
    take_lock(session)
    found = session.get(Grant, grant_id)
    user_id = found.user_id if found is not None else 0
    before = _state(session, user_id)
    users.revoke(session, grant_id, by=by, now=now)
    _note(session, "revoke", user_id, before, by=by, reason=reason, now=now)


def deactivate(session: Session, user_id: int, *, by: Viewer | None, reason: str, now: dt.datetime) -> None:
    """Close an account. Raises NotFoundError out of reach, BadInputError for the last administrator."""
    take_lock(session)
    before = _state(session, user_id)
    users.deactivate(session, user_id, by=by, now=now)
    _note(session, "deactivate", user_id, before, by=by, reason=reason, now=now)


def correct_name(session: Session, user_id: int, name: str, *, by: Viewer, reason: str, now: dt.datetime) -> None:
    """Have somebody be called otherwise; the act does not say how. Raises what `users.correct_name` raises."""
    take_lock(session)
    names.correct_name(session, user_id, name, by=by, now=now)
    _note_name(session, user_id, by=by, reason=reason, now=now)


def _note_name(session: Session, user_id: int, *, by: Viewer, reason: str, now: dt.datetime) -> None:
    state = _state(session, user_id)
    entry = audit.Act(act=RENAME, target_kind="user", target_id=user_id, before=state, after=state)
    audit.append(session, [entry], actor=f"user:{by.user_id}", reason=reason, now=now)


def _undo_name(session: Session, entry: AuditEntry, *, by: Viewer, now: dt.datetime) -> None:
    same = (AuditEntry.target_kind == "user", AuditEntry.target_id == entry.target_id, AuditEntry.act == RENAME)
    if session.execute(select(func.max(AuditEntry.id)).where(*same)).scalar() != entry.id:
        raise StaleError("Their name has been changed since: undo that first.", {})
    names.former_name(session, entry.target_id, by=by, now=now)
    _note_name(session, entry.target_id, by=by, reason="undo", now=now)


def undo(session: Session, entry_id: int, *, by: Viewer, now: dt.datetime) -> None:
    """Give somebody back what they held before an act, and take what it gave; or what they were called before it.

    Raises NotFoundError for what is out of reach, TooLateError after 30 days, StaleError when their roles were changed
    again since, and BadInputError when that would take the last administrator away.
    """
    take_lock(session)
    entry = session.get(AuditEntry, entry_id)
    if entry is None or entry.target_kind != "user" or not _within_reach(entry, by):
        raise NotFoundError("There is no such act here.")
    refuse_late(entry, now=now)
    if entry.act == RENAME:
        _undo_name(session, entry, by=by, now=now)
        return
    present, after = _state(session, entry.target_id), entry.after or {}
    if present != after:
        raise StaleError("Their roles have been changed since: undo that first.", {})
    wanted = entry.before or {"active": True, "roles": []}
    _bring_to(session, entry.target_id, wanted, by=by, now=now)
    _note(session, "undo", entry.target_id, present, by=by, reason="", now=now)


def _bring_to(session: Session, user_id: int, wanted: State, *, by: Viewer, now: dt.datetime) -> None:
    present = _state(session, user_id)
    if present["active"] and not wanted["active"]:
        users.deactivate(session, user_id, by=by, now=now)
        return
    if wanted["active"] and not present["active"]:
        session.get_one(User, user_id).active = True
    for role, body in wanted["roles"]:
        users.grant(session, user_id, Role(role), body, by=by, now=now)
    for held in session.execute(select(Grant).where(Grant.user_id == user_id)).scalars().all():
        if [held.role.value, held.service_body_id] not in wanted["roles"]:
            users.revoke(session, held.id, by=by, now=now)
    session.flush()


def acts_on(session: Session, people: Sequence[int], *, viewer: Viewer, now: dt.datetime) -> list[Undoable]:
    """What was done to the accounts of *people* as far as it is the viewer's to know, the newest first."""
    statement = select(AuditEntry).where(AuditEntry.target_kind == "user", AuditEntry.target_id.in_(sorted(people)))
    rows = session.execute(statement.order_by(AuditEntry.id.desc()).limit(SHOWN)).scalars()
    return told(session, [row for row in rows if _within_reach(row, viewer)], undoable=_undoable(now))


def _undoable(now: dt.datetime) -> Callable[[AuditEntry], bool]:
    def is_undoable(entry: AuditEntry) -> bool:
        try:
            refuse_late(entry, now=now)
        except TooLateError:
            return False
        return True

    return is_undoable


def _within_reach(entry: AuditEntry, by: Viewer) -> bool:
    """Whether *by* may give and take everything that an act has changed."""
    if by.may(Right.MANAGE_SITE, None):
        return True
    before, after = entry.before or {"active": True, "roles": []}, entry.after or {"active": True, "roles": []}
    touched = [
        each for each in (*before["roles"], *after["roles"]) if (each in before["roles"]) != (each in after["roles"])
    ]
    same = before["active"] == after["active"]
    return same and bool(touched) and all(may_grant(by, Role(role), body) for role, body in touched)


def _state(session: Session, user_id: int) -> State:
    """What somebody holds: whether their account is open, and their roles with the numbers of the bodies."""
    session.flush()
    active = session.execute(select(User.active).where(User.id == user_id)).scalar()
    held = session.execute(select(Grant.role, Grant.service_body_id).where(Grant.user_id == user_id))
    roles = sorted(([role.value, body] for role, body in held), key=lambda each: (each[0], each[1] or 0))
    return {"active": bool(active), "roles": roles}


def _note(
    session: Session,
    act: str,
    user_id: int,
    before: State | None,
    *,
    by: Viewer | None,
    reason: str,
    now: dt.datetime,
) -> None:
    after = _state(session, user_id)
    if before == after:
        return
    entry = audit.Act(act=act, target_kind="user", target_id=user_id, before=before, after=after)
    actor = f"user:{by.user_id}" if by is not None else audit.OPERATOR
    audit.append(session, [entry], actor=actor, reason=reason, now=now)
