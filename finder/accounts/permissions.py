"""What somebody may do to which service bodies, worked out once a request from the grants that they hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from finder.domain.roles import MAY, STRONG, Right, Role
from finder.store.accounts import Grant, User
from finder.store.people import ServiceBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who is signed in. ``rights``: right -> the bodies it is held over, those below them included.

    ``strong``: a second factor was passed in this session.
    """

    user_id: int
    name: str
    email: str
    administrator: bool
    rights: Mapping[Right, frozenset[int]]
    strong: bool

    def may(self, right: Right, body_id: int | None) -> bool:
        """Whether *right* may be used on what belongs to a body; what belongs to none is the administrators'."""
        if right in STRONG and not self.strong:
            return False
        if self.administrator:
            return True
        return body_id is not None and body_id in self.rights.get(right, ())

    def holds(self, right: Right) -> bool:
        """Whether *right* is held anywhere, second factor or not."""
        return self.administrator or bool(self.rights.get(right))

    def bodies(self, right: Right) -> frozenset[int] | None:
        """The bodies that *right* is held over; None means everything."""
        return None if self.administrator else self.rights.get(right, frozenset())


def viewer(session: Session, user_id: int, *, strong: bool) -> Viewer | None:
    """Who *user_id* is and what they may do, in three statements; None when there is no such active account."""
    user = session.get(User, user_id, populate_existing=True)
    return viewer_of(session, user, strong=strong) if user is not None and user.active else None


def may_now(session: Session, user_id: int | None, right: Right, body_id: int | None) -> bool:
    """Whether somebody who has acted before may do so still, by the roles that they hold now; not who is gone."""
    found = viewer(session, user_id, strong=True) if user_id is not None else None
    return found is not None and found.may(right, body_id)


def viewer_of(session: Session, user: User, *, strong: bool) -> Viewer:
    """What *user*, whose row is at hand, may do: two statements, one when nothing is held over a body."""
    grants = session.execute(select(Grant.role, Grant.service_body_id).where(Grant.user_id == user.id)).all()
    over_bodies = any(body_id is not None for _, body_id in grants)
    tree = session.execute(select(ServiceBody.id, ServiceBody.parent_id)).all() if over_bodies else []
    rights: dict[Right, set[int]] = defaultdict(set)
    for role, body_id in grants:
        if body_id is not None:
            covered = below(tree, body_id)
            for right in MAY[role]:
                rights[right] |= covered
    return Viewer(
        user_id=user.id,
        name=user.name or user.email,
        email=user.email,
        administrator=any(role is Role.ADMINISTRATOR for role, _ in grants),
        rights={right: frozenset(bodies) for right, bodies in rights.items()},
        strong=strong,
    )


def below(tree: Sequence[Row[int, int | None]], top: int) -> frozenset[int]:
    """*top* and every body below it; a circle in the tree ends at its first repetition."""
    covered = {top}
    while grown := {child for child, parent in tree if parent in covered} - covered:
        covered |= grown
    return frozenset(covered)
