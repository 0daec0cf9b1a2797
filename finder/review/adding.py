"""A moderator lists a meeting directly, without a request; where two people decide, there has to be one."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.bodies import body_path
from finder.directory.draft import group_draft
from finder.directory.group_merging import comes_from_a_source
from finder.directory.groups import name_group
from finder.directory.publish import publish
from finder.directory.resolve import new_own
from finder.directory.revision import take_lock
from finder.domain.asked import Fields, with_fields
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import GroupDraft
from finder.domain.protection import is_protected
from finder.domain.roles import Right
from finder.review.applying import checked
from finder.review.routing import region_for
from finder.store.meeting import Meeting
from finder.store.people import Group, ServiceBody

TWO_DECIDE = (
    "Two people decide about a meeting of the young and about one whose address is hidden: "
    "send it as a request, and another moderator decides with you."
)


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
    draft = replace(draft, group=_group(session, draft.group, by))
    number = publish(session, draft, actor=f"user:{by.user_id}", reason=reason, now=now)
    return session.execute(select(Meeting.slug).where(Meeting.id == number)).scalar_one()


def _group(session: Session, said: GroupDraft | None, by: Viewer) -> GroupDraft | None:
    """The one group of that name all of whose listings *by* may edit, as it is; else one of the listing's own.

    Nobody who answers for a group elsewhere comes to see what is hidden of the listing.
    """
    if said is None:
        return None
    called = select(Group).where(func.lower(Group.name) == said.name.lower(), Group.merged_into.is_(None))
    found = [group for group in session.execute(called).scalars() if _is_all_theirs(session, group, by)]
    if len(found) != 1:
        return replace(said, own=new_own())
    name_group(session, found[0].id)
    return group_draft(found[0])


def _is_all_theirs(session: Session, group: Group, by: Viewer) -> bool:
    listings = select(Meeting.service_body_id).where(Meeting.group_id == group.id)  # closed ones are somebody's, too
    bodies = session.execute(listings).scalars().all()
    return (
        bool(bodies)
        and all(by.may(Right.EDIT, body) for body in bodies)
        and not comes_from_a_source(session, [group.id])
    )
