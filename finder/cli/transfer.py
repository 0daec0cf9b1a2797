"""Commands that carry listings in, and whole instances out and in: import, dump and load."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import click

from finder.cli.prepare import build_places
from finder.cli.readiness import ready
from finder.cli.screen import error_screen, progress, screen
from finder.cli.toolbox import Toolbox, toolbox_of
from finder.cli.tools import tools_of
from finder.domain.countries import read_country
from finder.domain.errors import BadInputError
from finder.domain.schedule import zone_of
from finder.domain.text import path_of
from finder.feeds.payload import Payload
from finder.feeds.rows import DecodeOptions
from finder.feeds.spreadsheet import is_spreadsheet
from finder.sources.bmlt_server import load_server
from finder.sources.fetch import load_payload
from finder.sources.importer import DECODERS, run_import
from finder.sources.lookup import name_to_import
from finder.sources.report import render_report, write_report
from finder.store import dump as dumping
from finder.store import migrate
from finder.store.load import load as load_dump

TABLES = (".csv", ".tsv")


@click.command("import")
@click.argument("source_file", metavar="SOURCE")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(DECODERS)),
    help="How SOURCE is written: a Meeting Guide feed (JSON), a table (csv, xlsx) with a row of headers, a BMLT "
    "server, or the sheet of NA World Services (naws; CSV or XLSX). Without it, a workbook is read as a table (xlsx), "
    "what is called .csv or .tsv as one, too, anything else as a Meeting Guide feed.",
)
@click.option("--program", required=True, help="The program of the meetings, for example aa, na, al-anon, smart.")
@click.option("--source", required=True, help='Name of where they come from, for example "Orange County".')
@click.option(
    "--zone", help="Time zone of rows that name none, for example America/Chicago; otherwise that of their point."
)
@click.option("--service-body", default="", help='Who answers for them; ">" between levels: "Area 2 > District 5".')
@click.option("--region", default="", help='Put above the regions of the rows; ">" between: "Texas > Austin".')
@click.option("--country", help="Two-letter country of rows that name none; otherwise FINDER_COUNTRY.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen and change nothing.")
@click.option(
    "--allow-removals",
    is_flag=True,
    help="Apply even when more than 10 listings or 10 % of them would go, or have no time any more.",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write every remark as JSON."
)
@click.pass_context
def import_(
    context: click.Context,
    *,
    source_file: str,
    kind: str | None,
    program: str,
    source: str,
    zone: str | None,
    service_body: str,
    region: str,
    country: str | None,
    dry_run: bool,
    allow_removals: bool,
    report: Path | None,
) -> None:
    """Load the listings of SOURCE, a file or an http(s) address; of a BMLT server its address, or a folder of answers.

    Every row is accounted for: what was taken with a remark, what was refused and why. A row of a table is named by
    its number in the sheet. Loading the same feed twice changes nothing. Rows that are gone from the feed are
    unpublished. All of it is applied, or nothing.
    """
    toolbox = ready(context)
    settings = toolbox.settings
    if report is not None and not report.parent.is_dir():
        raise BadInputError("report", f"There is no folder {report.parent} to write the report to: nothing was read.")
    if zone:
        zone_of(zone)  # a ScheduleError says what a zone looks like
    with toolbox.database.reading() as session:
        source = name_to_import(session, source)
    tools = tools_of(toolbox)
    options = DecodeOptions(
        program=program,
        catalogue=tools.catalogue,
        zone=zone or None,
        country=read_country(country or ""),
        service_body=service_body,
        hosts=settings.conference_hosts,
        region=path_of(region),
    )
    with error_screen().status("Reading ..."):
        load = load_server if kind == "bmlt" else load_payload
        payload = load(source_file, allow=settings.feed_allow)
    if kind is None:
        kind = _kind_of(source_file, payload)
    with progress("Importing") as tell:
        result = run_import(
            toolbox.database,
            source=source,
            payload=payload,
            kind=kind,
            options=options,
            gazetteer=tools.gazetteer,
            geocoder=tools.geocoder,
            now=toolbox.clock(),
            default_zone=settings.zone,
            default_country=settings.country,
            source_url=source_file if "://" in source_file else "",
            dry_run=dry_run,
            allow_mass_removal=allow_removals,
            progress=tell,
        )
    screen().print(render_report(result))
    if report is not None:
        write_report(report, result)
    if not result.applied and not dry_run:
        error_screen().print("To apply it all the same, run the command again with --allow-removals.")
        sys.exit(1)


def _kind_of(source_file: str, payload: Payload | Mapping[str, Payload]) -> str:
    """How what nobody said it of is written: a workbook by what it is, a table by its name, else a feed."""
    if not isinstance(payload, Mapping) and is_spreadsheet(payload):
        return "xlsx"
    return "csv" if urlsplit(source_file).path.casefold().endswith(TABLES) else "meeting-guide"


@click.command()
@click.pass_context
def dump(context: click.Context) -> None:
    """Write the whole database to standard output as JSON lines, private parts included: keep it safe.

    For example `finder dump > everything.jsonl`. On another machine, `finder load everything.jsonl` makes the same
    instance of it.
    """
    toolbox = ready(context)
    with toolbox.database.reading(steady=True) as session:
        click.echo(dumping.head(session, shape=migrate.newest_shape(toolbox.database)))
        for line in dumping.lines(session):
            click.echo(line)


@click.command()
@click.argument("path", metavar="FILE")
@click.pass_context
def load(context: click.Context, path: str) -> None:
    """Make this instance the one that FILE was dumped from ("-" reads standard input).

    It takes everything: listings, places, service bodies, formats, sources with their refreshes, people and their
    roles, requests, history. Only an instance in which nobody has put anything yet is filled, with all of the file or
    nothing of it. The database may be SQLite or PostgreSQL, whichever it was there.
    """
    toolbox = toolbox_of(context)
    try:
        dumped = click.open_file(path, "rb")
    except OSError as error:
        raise BadInputError("file", f"{path} cannot be read: {error.strerror}.") from error
    with dumped:
        count = _loaded(toolbox, dumped)
    error_screen().print(f"{count:,} rows loaded. `finder check` tells whether all of it holds.")
    error_screen().print(
        "Bring secret.key of the old data folder along, or the same FINDER_SECRET_KEY: without it, authenticator apps "
        "and the links in mails that were sent do not work here."
    )


def _loaded(toolbox: Toolbox, dumped: IO[bytes]) -> int:
    with error_screen().status("Bringing the database up to date ..."):
        migrate.upgrade(toolbox.database)
    build_places(toolbox, force=False)
    shape = migrate.newest_shape(toolbox.database)
    with progress("Loading") as tell:
        return load_dump(toolbox.database, dumped, shape=shape, tell=tell)
