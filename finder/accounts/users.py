"""Verbs about people: invite, grant, revoke, deactivate, recover, and the list of who holds what.

*by* is who does it; None is the operator at the command line, who may do everything. What cannot be reached is not
found: somebody of another body learns nothing of it.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from finder.accounts import letters, links, sessions
from finder.accounts.events import Event, note
from finder.accounts.letters import Sender
from finder.accounts.links import Purpose
from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.roles import INVITES, WORDS, Right, Role
from finder.domain.text import clean
from finder.mail import outbox
from finder.mail.address import one_address
from finder.store.accounts import Grant, Passkey, User
from finder.store.people import ServiceBody

MAX_NAME = 64
LAST = "This is the last administrator. Invite another one first, and wait until they have accepted."


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited; *link* is the secret link that was mailed, "" to somebody who has an account already."""

    user: User
    link: str


def may_grant(by: Viewer | None, role: Role, body_id: int | None) -> bool:
    """Whether *by* may give or take *role* over a body; nobody gives what they do not hold."""
    if by is None:
        return True
    if by.may(Right.MANAGE_SITE, None):
        return True
    return role in INVITES and body_id is not None and by.may(Right.INVITE, body_id)


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
    """Give somebody a role, with an account if they have none, and mail them.

    Raises BadInputError naming the field that cannot be used, and NotFoundError for a body out of reach.
    """
    address = one_address(email)
    body = _body(session, role, body_id)
    if not may_grant(by, role, body_id):
        raise NotFoundError("There is no such service body here.")
    user = _account(session, address, clean(name)[:MAX_NAME], now=now)
    if not user.active:
        _reopen(user, by)
    grant(session, user.id, role, body_id, by=by, now=now)
    words = f"{WORDS[role]} of {body.name}" if body else WORDS[role]
    if user.password is not None:
        subject, text = letters.granted(sender, role=words)
        outbox.put(session, to=address, subject=subject, body=text, now=now)
        return Invited(user, "")
    link = sender.link(Purpose.INVITE, links.issue(session, Purpose.INVITE, user.id, now=now))
    subject, text = letters.invitation(sender, link=link, role=words)
    outbox.put(session, to=address, subject=subject, body=text, now=now)
    note(session, Event.INVITED, user_id=user.id, now=now, detail=_by(by))
    return Invited(user, link)


def _body(session: Session, role: Role, body_id: int | None) -> ServiceBody | None:
    if role is Role.ADMINISTRATOR:
        if body_id is not None:
            raise BadInputError("body", "An administrator looks after the whole site: choose no service body.")
        return None
    if body_id is None:
        raise BadInputError("body", "Choose the service body.")
    body = session.get(ServiceBody, body_id)
    if body is None:
        raise NotFoundError("There is no such service body here.")
    return body


def _account(session: Session, address: str, name: str, *, now: dt.datetime) -> User:
    """The account with that address; a new one has no password, so nobody can sign in with it yet."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {
        "email": address,
        "name": name,
        "created_at": now,
        "active": True,
        "digest_daily": False,
        "fs_uniquifier": secrets.token_hex(32),
        "fs_webauthn_user_handle": secrets.token_hex(32),
    }
    session.execute(insert(User).values(values).on_conflict_do_nothing(index_elements=[User.email]))
    return session.execute(select(User).where(User.email == address).with_for_update()).scalar_one()


def _reopen(user: User, by: Viewer | None) -> None:
    """Make a closed account one that was never accepted: it has to be taken up anew."""
    if by is not None and not by.administrator:
        raise BadInputError("email", "This address cannot be invited by you: ask an administrator of the site.")
    user.active, user.password = True, None
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None


def grant(
    session: Session, user_id: int, role: Role, body_id: int | None, *, by: Viewer | None, now: dt.datetime
) -> Grant:
    """Give *role* over a body; the one there is when they hold it already. Raises NotFoundError out of reach."""
    if not may_grant(by, role, body_id):
        raise NotFoundError("There is no such service body here.")
    held = select(Grant).where(Grant.user_id == user_id, Grant.role == role, Grant.service_body_id == body_id)
    found = session.execute(held).scalars().first()
    if found is None:
        found = Grant(user_id=user_id, role=role, service_body_id=body_id)
        session.add(found)
        session.flush()  # its number
        detail = {"role": role.value, "body": body_id, **_by(by)}
        note(session, Event.GRANTED, user_id=user_id, now=now, detail=detail)
    return found


def revoke(session: Session, grant_id: int, *, by: Viewer | None, now: dt.datetime) -> None:
    """Take a role back. Raises NotFoundError out of reach, BadInputError for the last administrator's."""
    _lock_administrators(session)
    found = session.get(Grant, grant_id)
    if found is None or not may_grant(by, found.role, found.service_body_id):
        raise NotFoundError("There is no such role here.")
    if found.role is Role.ADMINISTRATOR:
        _keep_one(session, found.user_id)
    detail = {"role": found.role.value, "body": found.service_body_id, **_by(by)}
    session.delete(found)
    note(session, Event.REVOKED, user_id=found.user_id, now=now, detail=detail)


def deactivate(session: Session, user_id: int, *, by: Viewer | None, now: dt.datetime) -> None:
    """Close an account: its sessions end at once and it holds nothing any more. Administrators only."""
    _lock_administrators(session)
    user = session.get(User, user_id)
    if user is None or not (by is None or by.may(Right.MANAGE_SITE, None)):
        raise NotFoundError("There is no such account here.")
    _keep_one(session, user_id)
    user.active = False
    session.execute(delete(Grant).where(Grant.user_id == user_id))
    sessions.end_all(session, user_id)
    links.void(session, user_id, *Purpose)
    note(session, Event.DEACTIVATED, user_id=user_id, now=now, detail=_by(by))


def recover(session: Session, email: str, *, sender: Sender, now: dt.datetime) -> str:
    """For somebody who has lost everything: takes off password and second factors, gives a link to begin anew.

    For the operator, who knows that it is them. Raises NotFoundError when there is no such active account.
    """
    user = find_by_email(session, email)
    if not user.active:
        raise NotFoundError("This account is closed: invite them again.")
    user.password = None
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
    session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    sessions.end_all(session, user.id)
    note(session, Event.RECOVERED, user_id=user.id, now=now)
    return sender.link(Purpose.INVITE, links.issue(session, Purpose.INVITE, user.id, now=now))


def find_by_email(session: Session, email: str) -> User:
    """The account with that address. Raises NotFoundError."""
    user = session.execute(select(User).where(User.email == one_address(email))).scalar_one_or_none()
    if user is None:
        raise NotFoundError("There is no account with this address.")
    return user


def _lock_administrators(session: Session) -> None:
    """Have those who take administrators away do so one after the other; SQLite has one writer anyway."""
    session.execute(select(Grant.id).where(Grant.role == Role.ADMINISTRATOR).order_by(Grant.id).with_for_update())


def _keep_one(session: Session, user_id: int) -> None:
    """Refuse to lose the last administrator who can sign in."""
    able = (
        select(User.id)
        .join(Grant, Grant.user_id == User.id)
        .where(Grant.role == Role.ADMINISTRATOR, User.active, User.password.is_not(None))
    )
    if set(session.execute(able).scalars()) == {user_id}:
        raise BadInputError("person", LAST)


def _by(by: Viewer | None) -> dict[str, int | None]:
    return {"by": by.user_id if by else None}


def rename(session: Session, user_id: int, *, name: str, digest_daily: bool) -> None:
    """Change what somebody is called, and how often they are told."""
    user = session.get_one(User, user_id)
    if user.name != (wanted := clean(name)[:MAX_NAME]):
        user.name, user.former_name, user.renamed_at = wanted, None, None
    user.digest_daily = digest_daily


def forget_passkey(session: Session, passkey_id: int, user_id: int, *, now: dt.datetime) -> None:
    """Take a passkey off an account. Raises NotFoundError when it is not theirs."""
    result = session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFoundError("There is no such passkey.")
    note(session, Event.PASSKEY_REMOVED, user_id=user_id, now=now)
