"""A moderator lists a meeting directly, without a request; where two people decide, there has to be one."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.bodies import body_path
from finder.directory.publish import publish
from finder.directory.revision import take_lock
from finder.domain.asked import Fields, with_fields
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.protection import is_protected
from finder.domain.roles import Right
from finder.review.applying import checked
from finder.review.routing import region_for
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody

TWO_DECIDE = (
    "Two people decide about a meeting of the young and about one whose address is hidden: "
    "send it as a request, and another moderator decides with you."
)


def bodies_to_list_for(session: Session, viewer: Viewer) -> list[tuple[int, str]]:
    """The service bodies whose listings *viewer* edits: number, and name after those above it, in that order."""
    bodies = viewer.bodies(Right.EDIT)
    statement = select(ServiceBody.id)
    if bodies is not None:
        statement = statement.where(ServiceBody.id.in_(sorted(bodies)))
    paths = [(body_path(session, number), number) for number in session.execute(statement).scalars()]
    return [(number, path) for path, number in sorted(paths)]


def add_listing(session: Session, fields: Fields, *, body: int, by: Viewer, reason: str, now: dt.datetime) -> str:
    """Put a new listing of service body *body* into the finder, confirmed as of now; gives its slug.

    Raises NotFoundError for a body that is not theirs, and BadInputError for fields that no listing can have or that
    two people decide about.
    """
    take_lock(session)
    if not by.may(Right.EDIT, body) or session.get(ServiceBody, body) is None:
        raise NotFoundError("There is no such service body here.")
    if is_protected(fields):
        raise BadInputError("address_visibility", TWO_DECIDE)
    draft = checked(with_fields(None, {**fields, "region": fields.get("region") or region_for(session, fields)}))
    draft = replace(draft, service_body=body_path(session, body), confirmed_at=now, updated_at=now)
    number = publish(session, draft, actor=f"user:{by.user_id}", reason=reason, now=now)
    return session.execute(select(Meeting.slug).where(Meeting.id == number)).scalar_one()
