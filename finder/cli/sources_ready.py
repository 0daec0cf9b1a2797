"""What every command about sources begins with."""

import click

from finder.cli.toolbox import Toolbox, toolbox_of
from finder.domain.errors import FinderError
from finder.store import migrate

#: Who acts on the command line: whoever may log in to the machine, alone and without asking a second person.
OPERATOR = "operator"


def ready(context: click.Context) -> Toolbox:
    """The toolbox of an instance that is ready. Raises FinderError."""
    toolbox = toolbox_of(context)
    if not migrate.is_current(toolbox.database):
        raise FinderError("This instance is not ready: run `finder init` first.")
    return toolbox
