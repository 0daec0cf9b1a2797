"""The ``finder`` command: reads the environment and hands the commands their tools; of the site it knows nothing."""

import os
from functools import partial
from importlib import import_module

from finder import cli
from finder.cli.toolbox import Toolbox
from finder.config import Settings
from finder.store.database import Database
from finder.surroundings import ROOT, clock_of, gazetteer_path, quiet_logs


def command_line() -> None:
    """Run the command that was typed."""
    os.umask(0o077)  # what an instance keeps is for its own user
    quiet_logs()
    cli.run(_toolbox)


def _toolbox() -> Toolbox:
    settings = Settings.from_env(os.environ)
    return Toolbox(
        settings=settings,
        clock=clock_of(settings),
        database=Database(settings.database_url),
        root=ROOT,
        gazetteer_path=gazetteer_path(settings),
        answering=partial(_answering, settings),
    )


def _answering(settings: Settings, query: str) -> list[int]:
    """What the site finds; it is put together only for those who ask, since that takes longer than most commands."""
    found: list[int] = import_module("finder.application").ids_answering(settings, clock_of(settings), query)
    return found


if __name__ == "__main__":
    command_line()
