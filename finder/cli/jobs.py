"""What the worker does, and how often: a table that every part with work in the background adds a line to."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from finder.cli.toolbox import Toolbox
from finder.cli.tools import tools_of
from finder.mail.carriers import carrier_of
from finder.mail.message import sender_of
from finder.mail.sending import send_due
from finder.review.freshness import remind_due
from finder.review.letters import Letterhead
from finder.review.links import due_links, forget_links, note_link
from finder.review.purge import purge, touched
from finder.review.scheduled import apply_due, tell_daily
from finder.sources.asking import UPLOADS, forget_uploads
from finder.sources.due import refresh_next
from finder.sources.links import fault_of
from finder.store.scrub import scrub

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One kind of work. It is due when the worker starts, and then *every* so often.

    When it last ran is not kept: cron may start ``finder worker --once`` every few minutes, and several workers may run
    side by side, so a job must be harmless to repeat.

    *run* gives words with numbers about what was done ("3 sent"), or None when there was nothing to do. It should take
    seconds, because the worker stops between jobs only; one that does a piece at a time says so by *more*: it is run
    again at once until it gives None.
    """

    name: str
    every: dt.timedelta
    run: Callable[[Toolbox], str | None]
    more: bool = False


def send_mail(toolbox: Toolbox) -> str | None:
    """Send some of the mail that is due."""
    settings = toolbox.settings
    now = toolbox.clock()
    done = send_due(toolbox.database, carrier_of(settings), sender=sender_of(settings), now=now)
    if not done.sent and not done.gave_up:
        return None  # what was put off is in the log already, and trying the next at once would not help
    return f"{done.sent} sent, {done.retried} put off, {done.gave_up} given up"


def _letterhead(toolbox: Toolbox) -> Letterhead:
    return Letterhead(site_name=toolbox.settings.site_name, public_url=toolbox.settings.public_url)


def apply_scheduled(toolbox: Toolbox) -> str | None:
    """Let approvals take effect whose date has come."""
    count = apply_due(toolbox.database, letterhead=_letterhead(toolbox), now=toolbox.clock())
    return f"{count} taken up" if count else None


def remind(toolbox: Toolbox) -> str | None:
    """Ask some of the groups whose listings nobody has confirmed for long."""
    days = toolbox.settings.remind_days
    now = toolbox.clock()
    count = remind_due(toolbox.database, letterhead=_letterhead(toolbox), remind_days=days, now=now)
    return f"{count} asked" if count else None


def digest(toolbox: Toolbox) -> str | None:
    """Tell moderators who want one mail a day what waits."""
    count = tell_daily(toolbox.database, letterhead=_letterhead(toolbox), now=toolbox.clock())
    return f"{count} told" if count else None


def forget(toolbox: Toolbox) -> str | None:
    """Remove what is past its time; the files are written anew when something personal was among it."""
    now = toolbox.clock()
    removals = purge(toolbox.database, mail_dir=toolbox.settings.mail_dir, now=now)
    files = forget_uploads(toolbox.settings.data_dir / UPLOADS, now=now)
    if tables := touched(removals):
        scrub(toolbox.database, tables)
    count = files + sum(removal.count for removal in removals)
    return f"{count} removed" if count else None


def refresh_sources(toolbox: Toolbox) -> str | None:
    """Read the source that has been due longest."""
    uploads = toolbox.settings.data_dir / UPLOADS
    done = refresh_next(toolbox.database, tools=lambda: tools_of(toolbox), now=toolbox.clock(), uploads=uploads)
    return f"source {done[1].source}, refresh {done[1].run}: {done[1].state.value}" if done else None


def look_at_links(toolbox: Toolbox) -> str | None:
    """Look at some of the websites that have not been looked at for a week."""
    settings, now = toolbox.settings, toolbox.clock()
    if not settings.link_checks:
        return None
    with toolbox.database.reading() as session:
        urls = due_links(session, now=now)
    for url in urls:
        fault = fault_of(url, allow=settings.feed_allow)  # while no transaction is open
        with toolbox.database.unit_of_work() as session:
            note_link(session, url, fault, now=now)
    with toolbox.database.unit_of_work() as session:
        forget_links(session)
    return f"{len(urls)} looked at" if urls else None


JOBS: tuple[Job, ...] = (
    Job(name="mail", every=dt.timedelta(seconds=2), run=send_mail, more=True),
    Job(name="scheduled", every=dt.timedelta(minutes=10), run=apply_scheduled),
    Job(name="freshness", every=DAY, run=remind, more=True),
    Job(name="sources", every=dt.timedelta(seconds=10), run=refresh_sources, more=True),
    Job(name="links", every=dt.timedelta(minutes=30), run=look_at_links),
    Job(name="digest", every=DAY, run=digest),
    Job(name="purge", every=DAY, run=forget),
)
