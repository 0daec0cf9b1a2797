"""What a view may use, put together by the application and handed over in one frozen value."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from finder.config import Settings
from finder.review.tally import Tally
from finder.search.keeper import Keeper
from finder.search.local_keeper import LocalKeeper
from finder.search.places import Gazetteer
from finder.store.database import Database
from finder.store.shelf_reader import ShelfReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a running site. ``clock()`` gives the aware instant of now."""

    settings: Settings
    clock: Callable[[], dt.datetime]
    database: Database
    reader: ShelfReader
    keeper: Keeper
    gazetteer: Gazetteer
    local: LocalKeeper
    tally: Tally


def parts() -> Parts:
    """Give the parts of the application that answers this request."""
    return cast("Parts", current_app.extensions["finder"])
