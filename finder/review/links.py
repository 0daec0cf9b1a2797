"""Which websites of listings the worker looks at next, and what it remembers of them.

Conference links are never opened: opening one may join a meeting, and its host answers alike for every number.
"""

import datetime as dt
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, union, update
from sqlalchemy.orm import Session

from finder.store.link import LinkCheck
from finder.store.meeting import Meeting
from finder.store.people import Group

AGAIN = dt.timedelta(days=7)
#: After a failure it is looked at on the next day: three days in a row tell a dead link from a bad day.
AGAIN_AFTER_FAILURE = dt.timedelta(hours=20)
DEAD_AFTER = 3
AT_ONCE = 30
#: More are looked through, for only one of each host is asked at once.
LOOKED_THROUGH = 1000
LONGEST = 1024
LONGEST_WORDS = 255
#: Hosts that are kept for examples (RFC 2606): nobody's.
EXAMPLES = ("example.org", "example.com", "example.net", ".example", ".test", ".invalid", ".localhost")


def due_links(session: Session, *, now: dt.datetime) -> list[str]:
    """Some addresses that have not been looked at for a week, the longest unseen first, one of each host."""
    known = _known().subquery()
    later = or_(
        LinkCheck.url.is_(None),
        LinkCheck.looked_at < now - AGAIN,
        (LinkCheck.failures > 0) & (LinkCheck.looked_at < now - AGAIN_AFTER_FAILURE),
    )
    statement = select(known.c.url).outerjoin(LinkCheck, LinkCheck.url == known.c.url).where(later)
    statement = statement.order_by(LinkCheck.looked_at.is_not(None), LinkCheck.looked_at, known.c.url)
    by_host: dict[str, str] = {}
    for url in session.execute(statement.limit(LOOKED_THROUGH)).scalars():
        host = _host(url)
        if host and not host.endswith(EXAMPLES):
            by_host.setdefault(host, url)
    return list(by_host.values())[:AT_ONCE]


def _known() -> Select[str]:
    """The websites of published listings and of their groups."""
    of_listings = select(Meeting.website.label("url")).where(Meeting.published)
    of_groups = select(Group.website.label("url")).join(Meeting, Meeting.group_id == Group.id).where(Meeting.published)
    every = union(of_listings, of_groups).subquery()
    is_address = or_(every.c.url.startswith("http://"), every.c.url.startswith("https://"))
    return select(every.c.url).where(is_address, func.length(every.c.url) <= LONGEST)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def note_link(session: Session, url: str, fault: str | None, *, now: dt.datetime) -> None:
    """Remember what an address led to: *fault* None is somewhere, "" cannot be told, and words are nowhere.

    Several failures on one day count once.
    """
    row = session.get(LinkCheck, url)
    if row is None:
        session.execute(insert(LinkCheck).values(url=url, looked_at=now, failures=1 if fault else 0, words=_cut(fault)))
        return
    failures = row.failures if fault == "" else 0 if fault is None else row.failures + 1
    if fault and row.failures and now - row.looked_at < AGAIN_AFTER_FAILURE:
        failures = row.failures
    values = {"looked_at": now, "failures": failures, "words": row.words if fault == "" else _cut(fault)}
    session.execute(update(LinkCheck).where(LinkCheck.url == url).values(**values))


def _cut(words: str | None) -> str:
    return (words or "")[:LONGEST_WORDS]


def forget_links(session: Session) -> None:
    """Forget the addresses that no published listing has any more."""
    session.execute(delete(LinkCheck).where(LinkCheck.url.not_in(_known())))


def has_dead_link() -> ColumnElement[bool]:
    """The condition that a listing's website, or its group's, has led nowhere for three days."""
    dead = select(LinkCheck.url).where(LinkCheck.failures >= DEAD_AFTER)
    of_group = select(Group.id).where(Group.website.in_(dead))
    return or_(Meeting.website.in_(dead), Meeting.group_id.in_(of_group))


def dead_links(session: Session, meetings: list[Meeting]) -> dict[int, str]:
    """For the listings among *meetings* with a dead link, a sentence that says which and why: one statement."""
    groups = sorted({each.group_id for each in meetings if each.group_id})
    sites = select(Group.id, Group.website).where(Group.id.in_(groups))
    of_group = {number: site or "" for number, site in session.execute(sites)} if groups else {}
    urls = sorted({each.website for each in meetings} | set(of_group.values()) - {""})
    rows = session.execute(select(LinkCheck).where(LinkCheck.url.in_(urls), LinkCheck.failures >= DEAD_AFTER)).scalars()
    told = {row.url: row for row in rows}
    found = {}
    for each in meetings:
        row = told.get(each.website) or told.get(of_group.get(each.group_id or 0, ""))
        if row is not None:
            found[each.id] = f"Its website {row.url} led nowhere on {row.failures} days: {row.words}"
    return found
