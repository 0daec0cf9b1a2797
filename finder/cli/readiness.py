"""What every command begins with that works on an instance."""

import click

from finder.cli.toolbox import Toolbox, toolbox_of
from finder.domain.errors import FinderError
from finder.store import migrate


def ready(context: click.Context) -> Toolbox:
    """The toolbox of an instance that is ready. Raises FinderError for one that `finder init` has not seen."""
    toolbox = toolbox_of(context)
    if not migrate.is_current(toolbox.database):
        raise FinderError("This instance is not ready: run `finder init` first.")
    return toolbox
