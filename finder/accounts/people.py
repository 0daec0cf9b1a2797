"""Who holds what: the list that administrators and bodies' administrators see."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.roles import INVITES, Right, Role
from finder.store.accounts import Grant, Passkey, User
from finder.store.people import ServiceBody


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds; *body* is the service body's name, "" for the whole site."""

    grant_id: int
    role: Role
    body: str
    may_revoke: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account. ``invited``: they have not accepted yet."""

    user_id: int
    name: str
    email: str
    active: bool
    invited: bool
    second_factor: bool
    held: tuple[Held, ...]


def list_people(session: Session, viewer: Viewer | None) -> list[Person]:
    """The accounts that *viewer* (None: the operator) may know of, by address, with the roles they may know of.

    Whoever looks after bodies sees who holds something over these; only administrators see everybody.
    """
    everything = viewer is None or viewer.administrator
    bodies = viewer.bodies(Right.INVITE) or frozenset() if viewer is not None and not everything else frozenset()
    statement = (
        select(User, Grant, ServiceBody.name)
        .outerjoin(Grant, Grant.user_id == User.id)
        .outerjoin(ServiceBody, ServiceBody.id == Grant.service_body_id)
        .order_by(User.email, Grant.role, ServiceBody.name, Grant.id)
    )
    if not everything:
        statement = statement.where(Grant.service_body_id.in_(bodies))
    with_passkey = set(session.execute(select(Passkey.user_id).distinct()).scalars())
    users: dict[int, User] = {}
    held: dict[int, list[Held]] = {}
    for user, grant, body in session.execute(statement):
        users[user.id] = user
        kept = held.setdefault(user.id, [])
        if grant is not None:
            kept.append(Held(grant.id, grant.role, body or "", everything or grant.role in INVITES))
    return [
        Person(
            user_id=user.id,
            name=user.name,
            email=user.email,
            active=user.active,
            invited=user.password is None,
            second_factor=user.tf_totp_secret is not None or user.id in with_passkey,
            held=tuple(held[user.id]),
        )
        for user in users.values()
    ]


def held_by(session: Session, user_id: int) -> list[tuple[Role, str]]:
    """The roles of one account, each with its service body's name ("" for the whole site)."""
    statement = (
        select(Grant.role, ServiceBody.name)
        .outerjoin(ServiceBody, ServiceBody.id == Grant.service_body_id)
        .where(Grant.user_id == user_id)
        .order_by(ServiceBody.name, Grant.role)
    )
    return [(role, body or "") for role, body in session.execute(statement)]


def bodies_for(session: Session, viewer: Viewer) -> list[tuple[int, str]]:
    """The bodies that *viewer* may invite for: number and name, by name."""
    bodies = viewer.bodies(Right.INVITE)
    statement = select(ServiceBody.id, ServiceBody.name).order_by(ServiceBody.name)
    if bodies is not None:
        statement = statement.where(ServiceBody.id.in_(bodies))
    return [(number, name) for number, name in session.execute(statement)]
