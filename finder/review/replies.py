"""Saved replies: reasons and questions that the moderators of a body use again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.roles import Right
from finder.domain.text import clean, clean_multiline
from finder.store.people import ServiceBody
from finder.store.review import SavedReply

LONGEST_TITLE = 128
LONGEST_TEXT = 4000
MOST_BODIES = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """A saved reply; ``body`` is the service body's name, "" for one that everybody may use."""

    id: int
    title: str
    text: str
    body: str


def list_replies(session: Session, viewer: Viewer) -> list[Reply]:
    """The replies of the viewer's bodies, and with them those that everybody may use, by body and title."""
    bodies = viewer.bodies(Right.DECIDE)
    statement = select(SavedReply, ServiceBody.name).outerjoin(
        ServiceBody, ServiceBody.id == SavedReply.service_body_id
    )
    if bodies is not None:
        own = SavedReply.service_body_id.in_(sorted(bodies))
        statement = statement.where(or_(SavedReply.service_body_id.is_(None), own))
    found = session.execute(statement.order_by(ServiceBody.name, SavedReply.title, SavedReply.id))
    return [Reply(row.id, row.title, row.text, body or "") for row, body in found]


def bodies_to_choose(session: Session, viewer: Viewer) -> list[tuple[int, str]]:
    """Number and name of the bodies that the viewer decides for, by name."""
    bodies = viewer.bodies(Right.DECIDE)
    statement = select(ServiceBody.id, ServiceBody.name).order_by(ServiceBody.name, ServiceBody.id).limit(MOST_BODIES)
    if bodies is not None:
        statement = statement.where(ServiceBody.id.in_(sorted(bodies)))
    return [(number, name) for number, name in session.execute(statement)]


def save_reply(session: Session, *, title: str, text: str, body_id: int | None, by: Viewer) -> int:
    """Keep a reply for a body (None: for everybody, by administrators); gives its number.

    Raises NotFoundError for a body that is not theirs, and BadInputError.
    """
    if not by.may(Right.DECIDE, body_id):
        raise NotFoundError("There is no such service body here.")
    named, words = clean(title), clean_multiline(text)
    if not named or len(named) > LONGEST_TITLE:
        raise BadInputError("title", f"Give it a name of at most {LONGEST_TITLE} characters.")
    if not words or len(words) > LONGEST_TEXT:
        raise BadInputError("text", f"Write what the submitter will read, in at most {LONGEST_TEXT} characters.")
    if body_id is not None and session.get(ServiceBody, body_id) is None:
        raise NotFoundError("There is no such service body here.")
    row = SavedReply(service_body_id=body_id, title=named, text=words)
    session.add(row)
    session.flush()  # its number
    return row.id


def delete_reply(session: Session, number: int, *, by: Viewer) -> None:
    """Remove a saved reply. Raises NotFoundError when it is not there or not theirs."""
    row = session.get(SavedReply, number)
    if row is None or not by.may(Right.DECIDE, row.service_body_id):
        raise NotFoundError("There is no such saved reply here.")
    session.delete(row)


def texts(replies: Sequence[SavedReply]) -> dict[str, str]:
    """The texts of *replies* by their numbers as a form sends them."""
    return {str(reply.id): reply.text for reply in replies}
