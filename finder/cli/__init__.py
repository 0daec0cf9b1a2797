"""The ``finder`` command, one module a family of commands."""

import sys
from collections.abc import Callable
from importlib import import_module

import click

from finder.cli.screen import error_screen
from finder.cli.toolbox import Toolbox
from finder.config import SettingsError
from finder.domain.errors import FinderError

#: Where each command is; it is imported when it is wanted, so that none waits for what the others need.
COMMANDS = {
    "init": "prepare:init",
    "places": "prepare:places",
    "serve": "serving:serve",
    "worker": "worker:worker",
    "import": "transfer:import_",
    "sources": "sources:sources",
    "dump": "transfer:dump",
    "load": "transfer:load",
    "export": "export:export",
    "purge": "purge:purge_command",
    "check": "care:check",
    "doctor": "care:doctor",
    "user": "user:user",
    "audit": "audit:audit",
}


class Commands(click.Group):
    """The commands by their names, each fetched from its module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which somebody who begins wants them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None when there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(f"finder.cli.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def finder() -> None:
    """Meeting Finder: a directory and finder of recovery support meetings.

    Start with `finder init --demo` and `finder serve`. Everything an instance keeps lies in the folder that
    FINDER_DATA_DIR names (./var unless set); docs/operators.md lists every setting.
    """


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
