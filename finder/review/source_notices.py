"""Notices about sources that want somebody: to those who steer them, once for each time that one comes to be so."""

import datetime as dt

from sqlalchemy.orm import Session

from finder.domain.roles import Right
from finder.mail import outbox
from finder.review import letters
from finder.review.letters import Letterhead
from finder.review.notices import moderators_of
from finder.sources.troubles import Trouble

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def tell_trouble(session: Session, trouble: Trouble, now: dt.datetime, *, letterhead: Letterhead) -> None:
    """Tell those who steer a source, or the administrators where it is of no body, that it wants somebody.

    After a mail the next one about sources goes when the hour is over, or the day for who wants one mail a day. That
    one leads to all of them: nobody gets more, and nothing goes untold.
    """
    page = f"/moderate/sources/{trouble.source}" + (f"/refreshes/{trouble.run}" if trouble.run else "")
    first, more = letters.source_wants(letterhead, trouble.words, page), letters.more_sources(letterhead)
    hour = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    for user in moderators_of(session, [trouble.service_body_id], right=Right.MANAGE_SOURCES):
        begins, span = (hour.replace(hour=0), DAY) if user.digest_daily else (hour, HOUR)
        for at, letter in ((begins, first), (begins + span, more)):
            key = f"sources:{user.id}:{at:%Y%m%d%H}"
            due_at = max(at, now)
            if outbox.put(
                session, to=user.email, subject=letter.subject, body=letter.body, now=now, key=key, due_at=due_at
            ):
                break
