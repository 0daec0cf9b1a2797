"""What a command may use, put together by the application."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from finder.config import Settings
from finder.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """The parts a command works with; *root* is the checkout, ``clock()`` gives the aware instant of now."""

    settings: Settings
    clock: Callable[[], dt.datetime]
    database: Database
    root: Path
    gazetteer_path: Path


def toolbox_of(context: click.Context) -> Toolbox:
    """Open the toolbox; only now are the settings read, so that ``--help`` works whatever they are."""
    opened: Toolbox = context.obj()
    return opened
