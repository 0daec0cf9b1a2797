"""The ``finder`` command, one module a family of commands."""

import sys
from collections.abc import Callable

import click

from finder.cli import audit, care, export, prepare, purge, serving, sources, transfer, user, worker
from finder.cli.screen import error_screen
from finder.cli.toolbox import Toolbox
from finder.config import SettingsError
from finder.domain.errors import FinderError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def finder() -> None:
    """Meeting Finder: a directory and finder of recovery support meetings.

    Start with `finder init --demo` and `finder serve`. Everything an instance keeps lies in the folder that
    FINDER_DATA_DIR names (./var unless set); docs/operators.md lists every setting.
    """


for command in (
    prepare.init,
    prepare.places,
    serving.serve,
    worker.worker,
    transfer.import_,
    sources.sources,
    transfer.dump,
    export.export,
    purge.purge_command,
    care.check,
    care.doctor,
    user.user,
    audit.audit,
):
    finder.add_command(command)


def run(toolbox: Callable[[], Toolbox]) -> None:
    """Run the command line; errors of the product's own are said in words and end with exit code 1 or 2."""
    try:
        finder.main(obj=toolbox, prog_name="finder", standalone_mode=True)
    except SettingsError as error:
        error_screen().print(str(error), style="red", markup=False)
        sys.exit(2)
    except FinderError as error:
        error_screen().print(str(error), style="red", markup=False)
        sys.exit(1)
