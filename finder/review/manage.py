"""A group's own side: a mailed single-use link opens its listings, to confirm, change or close them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.asked import FIELDS, Fields, fields_of
from finder.domain.errors import NotFoundError
from finder.domain.listing import public_words
from finder.domain.review import OPEN
from finder.domain.sourced import group_fields
from finder.mail import outbox
from finder.review import letters, limits, tokens
from finder.review.applying import present
from finder.review.case import Step, timeline
from finder.review.joining import groups_of
from finder.review.letters import Letterhead
from finder.review.sending import HeldListing
from finder.store.meeting import Meeting
from finder.store.people import Contact
from finder.store.review import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedListing:
    """One listing of a group, with how long ago it was confirmed and how many requests about it wait."""

    listing: HeldListing
    published: bool
    confirmed_at: dt.datetime | None
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedGroup:
    """A group that somebody answers for."""

    id: int
    name: str
    listings: Sequence[ManagedListing]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredGroup:
    """A group that somebody answers for, with its public words as fields of a listing."""

    id: int
    name: str
    fields: Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """What a manage link opens."""

    email: str
    groups: Sequence[ManagedGroup]


def ask_for_link(session: Session, email: str, *, letterhead: Letterhead, network: str, now: dt.datetime) -> None:
    """Mail a link to *email* when it answers for a group; the asker learns nothing. Raises TooManyError."""
    limits.count(session, "send_network", network, now=now)
    limits.count(session, "mail_address", email, now=now)
    if session.execute(select(Contact.id).where(Contact.email == email).limit(1)).first() is None:
        return
    secret = tokens.issue(session, "manage", now=now, email=email)
    letter = letters.manage(letterhead, secret)
    outbox.put(session, to=email, subject=letter.subject, body=letter.body, now=now)


def open_link(session: Session, secret: str, *, now: dt.datetime) -> str:
    """Use a mailed link up; gives a secret that opens the group's listings for two hours. Raises like `tokens.use`."""
    token = tokens.use(session, "manage", secret, now=now)
    return tokens.issue(session, "managing", now=now, email=token.email)


def email_behind(session: Session, secret: str, *, now: dt.datetime) -> str:
    """Whose secret it is. Raises NotFoundError or GoneError."""
    return tokens.look(session, "managing", secret, now=now).email


def managed(session: Session, secret: str, *, now: dt.datetime) -> Managed:
    """The groups that the owner of *secret* answers for, with all their listings, published ones first."""
    email = email_behind(session, secret, now=now)
    groups = groups_of(session, email)
    found = []
    for group in groups:
        ids = list(session.execute(select(Meeting.id).where(Meeting.group_id == group.id)).scalars())
        waiting = _waiting(session, ids)
        listings = [
            ManagedListing(
                listing=HeldListing(
                    id=row.meeting.id,
                    slug=row.meeting.slug,
                    revision=row.meeting.revision,
                    name=row.meeting.name,
                    fields=fields_of(draft_of(row)),
                ),
                published=row.meeting.published,
                confirmed_at=row.meeting.confirmed_at,
                waiting=waiting.get(row.meeting.id, 0),
            )
            for row in read_register(session, ids)
        ]
        listings.sort(key=lambda each: (not each.published, each.listing.name.casefold(), each.listing.id))
        found.append(ManagedGroup(id=group.id, name=group.name, listings=listings))
    return Managed(email=email, groups=found)


def own_group(session: Session, secret: str, number: int, *, now: dt.datetime) -> AnsweredGroup:
    """A group that the owner of *secret* answers for, for a new meeting of it. Raises NotFoundError and GoneError."""
    group = next(
        (each for each in groups_of(session, email_behind(session, secret, now=now)) if each.id == number), None
    )
    if group is None:
        raise NotFoundError("You answer for no such group.")
    words = {name: text for name, text in group_fields(public_words(group)).items() if name in FIELDS}
    return AnsweredGroup(id=group.id, name=group.name, fields=words)


def _waiting(session: Session, ids: Sequence[int]) -> dict[int, int]:
    statement = (
        select(Submission.meeting_id, func.count())
        .where(Submission.meeting_id.in_(ids), Submission.status.in_(OPEN))
        .group_by(Submission.meeting_id)
    )
    return {number: count for number, count in session.execute(statement) if number is not None}


def own_listing(session: Session, secret: str, meeting_id: int, *, now: dt.datetime) -> Meeting:
    """A published listing of a group that the owner of *secret* answers for. Raises NotFoundError."""
    email = email_behind(session, secret, now=now)
    statement = (
        select(Meeting)
        .join(Contact, Contact.group_id == Meeting.group_id)
        .where(Meeting.id == meeting_id, Meeting.published, Contact.email == email)
        .limit(1)
    )
    meeting = session.execute(statement).scalar()
    if meeting is None:
        raise NotFoundError("Your group has no such listing.")
    return meeting


def history(session: Session, secret: str, meeting_id: int, *, now: dt.datetime) -> list[Step]:
    """What was done to a listing of one's group, the newest first, without the names of moderators."""
    own_listing(session, secret, meeting_id, now=now)
    steps = timeline(session, meeting_id=meeting_id)
    return [replace(step, by="", before=None, after=None) for step in steps]


def confirm(session: Session, secret: str, meeting_id: int, *, now: dt.datetime) -> None:
    """Everything is still right, says the group: the listing is confirmed now, without a moderator."""
    own_listing(session, secret, meeting_id, now=now)
    confirm_listing(session, meeting_id, now=now)


def confirm_listing(session: Session, meeting_id: int, *, now: dt.datetime) -> None:
    """Have a listing confirmed at *now* by its group. Raises NotFoundError when it is not published."""
    draft = replace(draft_of(present(session, meeting_id)), confirmed_at=now)
    revise(session, meeting_id, draft, actor="group", reason="still right", now=now)
