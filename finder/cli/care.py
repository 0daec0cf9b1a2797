"""Commands that look after an instance: check and doctor."""

import datetime as dt
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import click
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from finder.cli.heartbeat import last_beat
from finder.cli.readiness import ready
from finder.cli.screen import error_screen, progress, screen
from finder.cli.toolbox import Toolbox, toolbox_of
from finder.directory import check as checking
from finder.directory.counts import published_listings
from finder.mail.outbox import Standing, standing
from finder.search.gazetteer_build import is_current
from finder.sources.troubles import Trouble, troubles
from finder.store import migrate

LOW_DISK = 200 * 1024 * 1024
#: A worker looks at the mail every two seconds, and writes down that it did.
LATE = dt.timedelta(minutes=10)

Finding = tuple[bool, str, str]


@click.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Look whether the directory is whole: shelf, register, audit chain and database.

    Prints every fault; the exit code is 0 when there is none and 1 otherwise.
    """
    toolbox = ready(context)
    count = 0
    with progress("Listings") as tell, toolbox.database.reading() as session:
        for fault in checking.faults(session, progress=tell):
            count += 1
            screen().print(fault, markup=False)
    if count:
        error_screen().print(f"{count} faults found.", style="red")
        sys.exit(1)
    error_screen().print("Everything holds.", style="green")


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Tell how this instance is (database, sources, mail, worker, files, disk), and what to do about each fault.

    The exit code is 0 when everything is well and 1 otherwise.
    """
    toolbox = toolbox_of(context)
    table = Table(box=None, show_header=False, pad_edge=False)
    findings = list(_findings(toolbox))
    for well, what, words in findings:
        table.add_row("[green]well[/]" if well else "[red]fault[/]", what, escape(words))
    screen().print(table)
    sys.exit(0 if all(well for well, _, _ in findings) else 1)


def _findings(toolbox: Toolbox) -> Iterator[Finding]:
    settings = toolbox.settings
    yield True, "data folder", str(settings.data_dir)
    mode = stat.S_IMODE(settings.data_dir.stat().st_mode)
    if mode & 0o007:
        yield False, "data folder", f"others can look into it: chmod 700 {settings.data_dir}"
    free = shutil.disk_usage(settings.data_dir).free
    yield free > LOW_DISK, "disk", f"{free / 1e9:.1f} GB free"
    yield from _database_findings(toolbox)
    places = is_current(toolbox.gazetteer_path)
    yield places, "places", "ready" if places else "not built: run finder init"
    yield True, "geocoder", settings.geocoder
    yield True, "public address", settings.public_url
    readable = os.access(toolbox.root / "templates", os.R_OK)
    yield readable, "templates", "found" if readable else "not found: start from a whole checkout"


def _database_findings(toolbox: Toolbox) -> Iterator[Finding]:
    kind = toolbox.database.url.get_backend_name()
    try:
        current = migrate.is_current(toolbox.database)
        yield current, "database", f"{kind}, up to date" if current else f"{kind}, old: run finder init"
        if current:
            with toolbox.database.reading() as session:
                yield True, "listings", f"{published_listings(session)} published"
                post = standing(session)
                wanting = troubles(session)
            yield from _source_findings(toolbox, wanting)
            yield from _mail_findings(toolbox, post)
    except SQLAlchemyError:
        yield False, "database", f"{kind} cannot be reached: look at FINDER_DATABASE_URL"


def _source_findings(toolbox: Toolbox, wanting: Sequence[Trouble]) -> Iterator[Finding]:
    if not wanting:
        yield True, "sources", "none in quarantine, none that could not be read for long"
    for each in wanting:
        page, name = f"{toolbox.settings.public_url}/moderate/sources/{each.source}", shlex.quote(each.name)
        if each.run:
            what = f"apply it or set it aside under {page}/refreshes/{each.run}, or after finder sources diff {name}"
        else:
            what = f"mend its settings under {page}, or with finder sources change {name}, or remove it"
        yield False, "sources", f"{each.words} What to do: {what}"


def _mail_findings(toolbox: Toolbox, post: Standing) -> Iterator[Finding]:
    settings, now = toolbox.settings, toolbox.clock()
    host = urlsplit(settings.smtp_url).hostname if settings.smtp_url else ""
    where = f"goes through {host}" if host else f"goes into files in {settings.mail_dir}"
    late = post.due_since is not None and now - post.due_since > LATE
    yield not late, "mail", f"{where}; {post.waiting} waiting{', some for over ten minutes' if late else ''}"
    if post.given_up:
        yield (
            False,
            "mail",
            f"{post.given_up} given up: look for mail_given_up in the log",
        )
    seen = last_beat(settings.data_dir)
    if seen is not None and now - seen <= LATE:
        yield True, "worker", "at work"
    else:
        yield not post.waiting, "worker", "not at work: start `finder worker`, or serve with --worker"
