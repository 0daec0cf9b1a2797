"""What a moderator may do to a listing directly: edit it, have it differ for dates, close it, make one of two.

Walls and locks are as in `editing`.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.audit import last_entry
from finder.directory.draft import draft_of
from finder.directory.groups import in_group, leave_group
from finder.directory.merging import merge_listings
from finder.directory.publish import revise, unpublish
from finder.directory.register import read_register
from finder.directory.revision import take_lock
from finder.domain.asked import OF_GROUP, Fields, changed, fields_of, with_fields
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import ListingDraft
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.review.applying import checked, exception_of
from finder.review.sending import HeldListing, listing_to_change
from finder.store.meeting import Meeting


def two_listings(session: Session, slugs: tuple[str, str], *, viewer: Viewer) -> list[tuple[str, ListingDraft]]:
    """Two listings by their slugs, for somebody who may edit both. Raises NotFoundError."""
    ids = [own_listing(session, slug, viewer=viewer).id for slug in slugs]
    rows = {row.meeting.id: row for row in read_register(session, ids)}
    return [(rows[number].meeting.slug, draft_of(rows[number])) for number in dict.fromkeys(ids)]


def merge(session: Session, slugs: tuple[str, str], *, keep: str, by: Viewer, reason: str, now: dt.datetime) -> int:
    """Make one listing of two, of which *keep* stays; gives the act's number. Raises NotFoundError, BadInputError."""
    take_lock(session)
    if keep not in slugs or slugs[0] == slugs[1]:
        raise BadInputError("keep", "Choose which of the two stays.")
    gone = own_listing(session, next(slug for slug in slugs if slug != keep), viewer=by)
    into = own_listing(session, keep, viewer=by)
    merge_listings(session, gone.id, into=into.id, actor=f"user:{by.user_id}", reason=reason, now=now)
    return last_entry(session)


def own_listing(session: Session, slug: str, *, viewer: Viewer) -> Meeting:
    """The published listing *slug*, for somebody who may edit it. Raises NotFoundError."""
    statement = select(Meeting).where(Meeting.slug == slug, Meeting.published)
    meeting = session.execute(statement.execution_options(populate_existing=True)).scalar()
    if meeting is None or not viewer.may(Right.EDIT, meeting.service_body_id):
        raise NotFoundError("There is no meeting of that name here. It may have closed.")
    return meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedListing:
    """A listing for editing, hidden parts included, and where it is held."""

    held: HeldListing
    place_id: int | None


def listing_for(session: Session, slug: str, *, viewer: Viewer) -> EditedListing:
    """The published listing *slug*, for somebody who may edit it. Raises NotFoundError."""
    meeting = own_listing(session, slug, viewer=viewer)
    return EditedListing(held=listing_to_change(session, slug, private=True), place_id=meeting.location_id)


def edit_listing(
    session: Session, slug: str, fields: Fields, *, seen: int, by: Viewer, reason: str, now: dt.datetime
) -> None:
    """Give a listing these fields: an act of its own, and one of its group where the group's words change.

    The group is changed on all its listings when the viewer may edit them all; otherwise this listing leaves it. When
    it was last confirmed stays: that is the group's word. Raises NotFoundError, BadInputError, and StaleError with its
    present fields when it is no longer at the revision that was *seen*.
    """
    take_lock(session)
    meeting = own_listing(session, slug, viewer=by)
    row = next(read_register(session, [meeting.id]))
    held = fields_of(draft_of(row))
    if meeting.revision != seen:
        raise StaleError("Somebody has changed this listing since you opened it: compare, then send it again.", held)
    wanted = changed(held, fields)
    _refuse_showing(held, wanted)
    if not wanted:
        raise BadInputError("name", "Nothing is changed yet.")
    draft = replace(checked(with_fields(draft_of(row), wanted)), updated_at=now)
    who: dict[str, Any] = {"actor": f"user:{by.user_id}", "reason": reason, "now": now}
    if row.group and draft.group and _all_of_group(session, row.group.id, by):
        draft = in_group(session, row.group, draft, **who)
    elif any(name in OF_GROUP for name in wanted):
        draft = leave_group(draft, row)
    revise(session, meeting.id, draft, **who)


def except_dates(session: Session, slug: str, fields: Fields, *, by: Viewer, reason: str, now: dt.datetime) -> None:
    """Have a listing be different for the dates that the fields of an exception say; all else of it stays.

    Raises NotFoundError and BadInputError.
    """
    take_lock(session)
    meeting = own_listing(session, slug, viewer=by)
    draft = draft_of(next(read_register(session, [meeting.id])))
    draft = replace(draft, overrides=(*draft.overrides, exception_of(fields)), updated_at=now)
    revise(session, meeting.id, draft, actor=f"user:{by.user_id}", reason=reason, now=now)


def close_listing(session: Session, slug: str, *, by: Viewer, reason: str, now: dt.datetime) -> None:
    """Take a listing out of the finder for good. Raises NotFoundError."""
    take_lock(session)
    meeting = own_listing(session, slug, viewer=by)
    unpublish(session, meeting.id, actor=f"user:{by.user_id}", reason=reason, now=now)


def _all_of_group(session: Session, group_id: int, by: Viewer) -> bool:
    bodies = session.execute(select(Meeting.service_body_id).where(Meeting.group_id == group_id, Meeting.published))
    return all(by.may(Right.EDIT, body) for body in bodies.scalars())


def _refuse_showing(held: Fields, wanted: Fields) -> None:
    """Nothing, unless something hidden would be shown to everybody: about that two people decide."""
    for name, hidden in (("address_visibility", "area"), ("join_policy", "on_request")):
        if held[name] == hidden and name in wanted:
            raise BadInputError(
                name, "It is hidden so far, and two people decide about showing it: send it as a request."
            )
