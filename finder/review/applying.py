"""Brings what was approved into the directory: the one place where a submission becomes a listing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bodies import body_path
from finder.directory.draft import draft_of
from finder.directory.groups import add_contact, in_group, leave_group
from finder.directory.publish import publish, revise, unpublish
from finder.directory.register import RegisterRow, read_register
from finder.domain.asked import Fields, with_fields
from finder.domain.errors import BadInputError, NotFoundError, ScheduleError
from finder.domain.listing import ContactDraft, ListingDraft
from finder.domain.review import Kind
from finder.domain.schedule import Override, validate
from finder.domain.vocabulary import OverrideKind
from finder.review.joining import of_a_group
from finder.store.meeting import Meeting
from finder.store.review import Submission


def apply(
    session: Session, row: Submission, fields: Fields, *, actor: str, now: dt.datetime
) -> tuple[int | None, list[int]]:
    """Do what *row* asks for, with *fields* as they were accepted; gives the listing's id and the audit entries made.

    Raises BadInputError for fields that no listing can have, and NotFoundError when the listing has gone meanwhile.
    """
    first = audit.last_entry(session) + 1
    reason = f"request {row.reference}"
    if row.kind is Kind.NEW:
        draft = checked(with_fields(None, fields))
        body = body_path(session, row.service_body_id)
        draft = replace(of_a_group(session, row, draft), service_body=body, confirmed_at=now, updated_at=now)
        number: int | None = publish(session, draft, actor=actor, reason=reason, now=now)
        _remember_contact(session, number, row)
    else:
        number = row.meeting_id
        _change(session, row, fields, actor=actor, reason=reason, now=now)
    return number, list(range(first, audit.last_entry(session) + 1))


def _change(session: Session, row: Submission, fields: Fields, *, actor: str, reason: str, now: dt.datetime) -> None:
    held = present(session, row.meeting_id)
    number, draft = held.meeting.id, draft_of(held)
    if row.kind is Kind.CLOSE:
        unpublish(session, number, actor=actor, reason=reason, now=now)
        return
    if row.kind is Kind.PROBLEM and not fields:
        return
    if row.kind is Kind.EXCEPTION:
        draft = replace(draft, overrides=(*draft.overrides, exception_of(fields)), updated_at=now)
    elif row.kind is not Kind.CONFIRM:
        taken = {name: value for name, value in fields.items() if name != "service_body"}  # no request moves a wall
        draft = replace(checked(with_fields(draft, taken)), updated_at=now)
    if held.group:
        draft = in_group(session, held.group, draft, actor=actor, reason=reason, now=now)
    else:
        draft = leave_group(draft, held)
    revise(session, number, replace(draft, confirmed_at=now), actor=actor, reason=reason, now=now)


def present(session: Session, number: int | None) -> RegisterRow:
    """Listing *number* as it is now. Raises NotFoundError when it is not published any more."""
    row = next(read_register(session, [number]), None) if number is not None else None
    if row is None or not row.meeting.published:
        raise NotFoundError("This listing is not published any more.")
    return row


def checked(draft: ListingDraft) -> ListingDraft:
    """*draft*, when a listing can be made of it. Raises BadInputError with what to do."""
    if not draft.name.strip():
        raise BadInputError("name", "Give the meeting a name.")
    try:
        validate(draft.schedule)
    except ScheduleError as error:
        raise BadInputError("kind", str(error)) from error
    return draft


def exception_of(fields: Mapping[str, Any]) -> Override:
    """The dated exception that the fields of `EXCEPTION_FIELDS` say. Raises BadInputError."""
    try:
        first = dt.date.fromisoformat(fields["first_date"])
        last = dt.date.fromisoformat(fields.get("last_date") or fields["first_date"])
        kind = OverrideKind(fields["exception_kind"])
        start = dt.time.fromisoformat(fields["start"]) if fields.get("start") else None
    except (KeyError, TypeError, ValueError):
        raise BadInputError("first_date", "Say what changes, and from which date to which.") from None
    if last < first:
        raise BadInputError("last_date", "The last date lies before the first: change one of them.")
    minutes = fields.get("duration_min")
    return Override(
        kind=kind,
        first_date=first,
        last_date=last,
        start=start,
        duration=dt.timedelta(minutes=minutes) if minutes else None,
        place=str(fields.get("place") or ""),
        note=str(fields.get("note") or ""),
    )


def _remember_contact(session: Session, number: int | None, row: Submission) -> None:
    """Have the submitter of a new listing answer for its group, so that the group can keep it right.

    Only of a group that is new with it: whoever answers for a group sees what its listings hide. A moderator adds
    others on the group's page.
    """
    made = next(read_register(session, [number]), None) if number is not None else None
    if made is None or made.group is None or not row.email:
        return
    others = select(Meeting.id).where(Meeting.group_id == made.group.id, Meeting.id != number).limit(1)
    if session.execute(others).first() is None:
        add_contact(session, made.group.id, ContactDraft(name=row.contact_name, email=row.email))
