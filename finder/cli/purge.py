"""The command that forgets what is past its time."""

import click
from rich.table import Table

from finder.cli.readiness import ready
from finder.cli.screen import error_screen, screen
from finder.review.purge import PERSONAL_TABLES, Removal, purge, touched
from finder.store.scrub import scrub


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Tell what would be removed and remove nothing.")
@click.pass_context
def purge_command(context: click.Context, *, dry_run: bool) -> None:
    """Remove personal data that is past its time, and every trace of it in the files of the database.

    The worker does so daily. Withdrawn requests go at once, contacts of decided ones after 30 days, texts of the audit
    chain after two years: the chain still holds. Safe to repeat.
    """
    toolbox = ready(context)
    removals = purge(toolbox.database, mail_dir=toolbox.settings.mail_dir, now=toolbox.clock(), dry_run=dry_run)
    screen().print(_table(removals))
    if dry_run:
        error_screen().print("Nothing was removed.")
        return
    with error_screen().status("Writing the files of the database anew ..."):
        scrub(toolbox.database, sorted({*PERSONAL_TABLES, *touched(removals)}))
    error_screen().print("No trace of it is left in the files of the database.", style="green")


def _table(removals: list[Removal]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    for removal in removals:
        table.add_row(f"{removal.count:,}", removal.what, style="" if removal.count else "dim")
    return table
