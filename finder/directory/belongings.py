"""What belongs to a region or a service body, as it goes to another one and comes back."""

from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from finder.domain.roles import Role
from finder.store.accounts import Grant
from finder.store.database import chunks
from finder.store.meeting import Meeting, Override
from finder.store.review import SavedReply, Submission
from finder.store.source import Source

Column = InstrumentedAttribute[int | None]

#: What is kept as lists of ids, by kind of node: name in the audit -> the column that says whose it is.
HELD: dict[str, dict[str, Column]] = {
    "region": {"meetings": Meeting.region_id},
    "service_body": {
        "meetings": Meeting.service_body_id,
        "overrides": Override.service_body_id,
        "submissions": Submission.service_body_id,
        "replies": SavedReply.service_body_id,
        "sources": Source.service_body_id,
    },
}


def move_belongings(session: Session, kind: str, gone: int, into: int) -> dict[str, Any]:
    """Give everything of *gone* to *into*; tells what it was, for the audit and for giving it back."""
    told: dict[str, Any] = {}
    for name, column in HELD[kind].items():
        number = column.class_.id
        told[name] = list(session.execute(select(number).where(column == gone).order_by(number)).scalars())
        session.execute(update(column.class_).where(column == gone).values({column: into}))
    if kind == "service_body":
        told["grants"] = _move_grants(session, gone, into)
    return told


def _move_grants(session: Session, gone: int, into: int) -> list[list[Any]]:
    """Give the roles over a body to those who held them over another: [user, role, whether they did not have it]."""
    held = session.execute(select(Grant.user_id, Grant.role).where(Grant.service_body_id == into))
    there = {(user_id, role) for user_id, role in held}
    told = []
    for grant in list(session.execute(select(Grant).where(Grant.service_body_id == gone)).scalars()):
        new = (grant.user_id, grant.role) not in there
        told.append([grant.user_id, grant.role.value, new])
        which = Grant.id == grant.id
        session.execute(update(Grant).where(which).values(service_body_id=into) if new else delete(Grant).where(which))
    return told


def give_back(session: Session, kind: str, told: dict[str, Any], number: int, into: int) -> None:
    """Give back to node *number* what `move_belongings` told and what is still with *into*."""
    for name, column in HELD[kind].items():
        for part in chunks(told.get(name, [])):
            which = (column.class_.id.in_(part), column == into)
            session.execute(update(column.class_).where(*which).values({column: number}))
    for user_id, role, new in told.get("grants", ()):
        over = (Grant.user_id == user_id, Grant.role == Role(role), Grant.service_body_id == into)
        if session.execute(select(Grant.id).where(*over)).scalar() is None:
            continue  # it was taken from them since
        if new:
            session.execute(update(Grant).where(*over).values(service_body_id=number))
        else:
            session.execute(insert(Grant).values(user_id=user_id, role=Role(role), service_body_id=number))
