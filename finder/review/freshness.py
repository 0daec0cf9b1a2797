"""Asks groups whether their listings are still right, and takes the answer of one press.

What is asked for is a POST: programs that look at mail open every link in it, and that must confirm nothing.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.orm import Session

from finder.directory.draft import draft_of
from finder.directory.register import read_register
from finder.directory.revision import take_lock
from finder.domain.asked import Fields, fields_of
from finder.domain.errors import BadInputError, GoneError
from finder.domain.freshness import REMIND_AGAIN
from finder.mail import outbox
from finder.review import letters, tokens
from finder.review.letters import Letterhead
from finder.review.manage import confirm_listing
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Contact, Group
from finder.store.review import LinkToken, Reminder

#: Groups asked in one go; each in a transaction of its own.
AT_ONCE = 50
#: Groups asked within 24 hours: after a first import of thousands neither they nor the mail server are flooded.
MOST_A_DAY = 500
#: Of the people who answer for a group, so many are asked.
MOST_ASKED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedListing:
    """One listing that a group is asked about."""

    id: int
    slug: str
    name: str
    fields: Fields
    confirmed_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedGroup:
    """What a link in a reminder opens: a group and its published listings, the longest unconfirmed first."""

    name: str
    listings: Sequence[AskedListing]


def last_word() -> ColumnElement[dt.datetime | None]:
    """When a group last said that a listing is right, or else when it was first published here (an SQL expression)."""
    published = (
        select(func.min(AuditEntry.at))
        .where(AuditEntry.target_kind == "meeting", AuditEntry.target_id == Meeting.id, AuditEntry.act == "publish")
        .correlate(Meeting)
        .scalar_subquery()
    )
    return func.coalesce(Meeting.confirmed_at, published)


def remind_due(database: Database, *, letterhead: Letterhead, remind_days: int, now: dt.datetime) -> int:
    """Write to the groups whose listings nobody has confirmed for *remind_days*; gives how many were asked.

    At most `AT_ONCE` groups, and `MOST_A_DAY` within a day, so that a large import floods nobody; none a second time
    within `REMIND_AGAIN`; made-up meetings and 0 days ask nobody.
    """
    if not remind_days:
        return 0
    with database.reading() as session:
        lately = select(func.count()).where(Reminder.sent_at > now - dt.timedelta(days=1))
        left = max(0, MOST_A_DAY - session.execute(lately).scalar_one())
        due = [group.id for group in session.execute(_due(remind_days, now).limit(min(AT_ONCE, left))).scalars()]
    for number in due:
        with database.unit_of_work() as session:
            take_lock(session)
            still = session.execute(_due(remind_days, now).where(Group.id == number)).scalar()  # another worker?
            if still is not None:
                _remind(session, still, letterhead=letterhead, now=now)
    return len(due)


def _due(remind_days: int, now: dt.datetime) -> Select[Group]:
    old = select(Meeting.id).where(
        Meeting.group_id == Group.id,
        Meeting.published,
        Meeting.demo.is_(False),
        last_word() < now - dt.timedelta(days=remind_days),
    )
    answers = select(Contact.id).where(Contact.group_id == Group.id, Contact.email != "")
    asked = select(Reminder.id).where(Reminder.group_id == Group.id, Reminder.sent_at > now - REMIND_AGAIN)
    return select(Group).where(answers.exists(), old.exists(), ~asked.exists()).order_by(Group.id)


def _remind(session: Session, group: Group, *, letterhead: Letterhead, now: dt.datetime) -> None:
    counted = select(func.count()).where(Meeting.group_id == group.id, Meeting.published)
    count = session.execute(counted).scalar_one()
    people = select(Contact.email).where(Contact.group_id == group.id, Contact.email != "").order_by(Contact.id)
    for address in list(dict.fromkeys(session.execute(people).scalars()))[:MOST_ASKED]:
        secret = tokens.issue(session, "confirm", now=now, group_id=group.id, email=address)
        letter = letters.reminder(letterhead, group.name, count, secret)
        try:
            outbox.put(session, to=address, subject=letter.subject, body=letter.body, now=now)
        except BadInputError:  # brought by a feed, and no address: the group is asked again when it has one
            continue
    session.execute(insert(Reminder).values(group_id=group.id, sent_at=now))


def asked_group(session: Session, secret: str, *, now: dt.datetime) -> AskedGroup:
    """What a reminder's link opens; it changes nothing. Raises NotFoundError or GoneError."""
    group = _group_behind(session, tokens.look(session, "confirm", secret, now=now))
    ids = list(session.execute(_published(group.id)).scalars())
    listings = [
        AskedListing(
            id=row.meeting.id,
            slug=row.meeting.slug,
            name=row.meeting.name,
            fields=fields_of(draft_of(row)),
            confirmed_at=row.meeting.confirmed_at,
        )
        for row in read_register(session, ids)
    ]
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    listings.sort(key=lambda each: (each.confirmed_at or never, each.name.casefold(), each.id))
    return AskedGroup(name=group.name, listings=listings)


def confirm_asked(session: Session, secret: str, *, only: Collection[int] | None = None, now: dt.datetime) -> int:
    """Have the listings behind a reminder's link confirmed, or *only* those; gives how many. The link is used up.

    What is not the group's, or not published any more, is left out. Raises NotFoundError, GoneError, and BadInputError
    when nothing was chosen.
    """
    if only is not None and not only:
        raise BadInputError("listing", "Choose the listings that are still right.")
    take_lock(session)
    group = _group_behind(session, tokens.use(session, "confirm", secret, now=now))
    ids = [number for number in session.execute(_published(group.id)).scalars() if only is None or number in only]
    for number in ids:
        confirm_listing(session, number, now=now)
    return len(ids)


def _published(group_id: int) -> Select[int]:
    return select(Meeting.id).where(Meeting.group_id == group_id, Meeting.published).order_by(Meeting.id)


def _group_behind(session: Session, token: LinkToken) -> Group:
    """The group of a link, while its reader still answers for it. Raises GoneError."""
    answers = select(Contact.id).where(Contact.group_id == token.group_id, Contact.email == token.email).limit(1)
    group = session.get(Group, token.group_id) if token.group_id is not None else None
    if group is None or session.execute(answers).first() is None:
        raise GoneError(tokens.GONE)
    return group
