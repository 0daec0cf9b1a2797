"""What a command may use, put together by the application."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from finder.config import Settings
from finder.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """The parts a command works with; *root* is the checkout, ``clock()`` gives the aware instant of now.

    ``answering(query)`` gives the ids of the listings that answer a search, as the query of a page of results.
    """

    settings: Settings
    clock: Callable[[], dt.datetime]
    database: Database
    root: Path
    gazetteer_path: Path
    answering: Callable[[str], list[int]] = field(default=lambda _query: [])


def toolbox_of(context: click.Context) -> Toolbox:
    """Open the toolbox; only now are the settings read, so that ``--help`` works whatever they are."""
    opened: Toolbox = context.obj()
    return opened
