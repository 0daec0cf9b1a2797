"""The command that exports the audit chain."""

import datetime as dt
import sys

import click

from finder.cli.readiness import ready
from finder.cli.screen import progress
from finder.directory.audit import last_entry
from finder.review.audit_log import TARGETS, LogQuestion, as_csv, as_json, csv_head, entries


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was done on this day (UTC) or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only what was done on this day (UTC) or before.")
@click.option("--about", type=click.Choice(list(TARGETS)), help="Only acts on things of this kind.")
@click.option("--csv", "as_table", is_flag=True, help="A table for a spreadsheet instead of lines of JSON.")
@click.pass_context
def audit(
    context: click.Context, *, since: dt.datetime | None, until: dt.datetime | None, about: str | None, as_table: bool
) -> None:
    """Write who did what, to which listing, when and why, to standard output: the oldest act first.

    Hidden addresses are in it: keep it safe. Submitters and moderators are in it by number only.
    """
    question = LogQuestion(
        target=about or "", since=since.date() if since else None, until=until.date() if until else None
    )
    with progress("Acts") as tell, ready(context).database.reading() as session:
        total = last_entry(session)
        if as_table:
            sys.stdout.write(csv_head())
        for count, entry in enumerate(entries(session, question, viewer=None), 1):
            sys.stdout.write(as_csv(entry) if as_table else as_json(entry).decode())
            tell(count, total)
