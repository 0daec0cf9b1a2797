"""The whole database as JSON lines, for people and tests to look at."""

import datetime as dt
from collections.abc import Iterator
from enum import Enum

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.store.schema import metadata


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")


def lines(session: Session) -> Iterator[bytes]:
    """One JSON object a row, tables by name, rows by key: ``{"table": ..., "row": {...}}``."""
    for name in sorted(metadata.tables):
        table = metadata.tables[name]
        statement = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=1000)
        for row in session.execute(statement).mappings():
            yield orjson.dumps({"table": name, "row": dict(row)}, default=_plain)
