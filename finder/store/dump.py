"""The whole database as JSON lines: to look at, and for `load` to read into another one."""

import base64
import datetime as dt
from collections.abc import Iterator
from enum import Enum

import orjson
from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from finder.store.schema import metadata

#: What the first line is known by.
HEAD = "finder_dump"


def head(session: Session, *, shape: str) -> bytes:
    """The first line: ``{"finder_dump": shape of the tables, "rows": how many, "numbers": {table: highest given}}``.

    The last are of tables that give no number again, whoever had it.
    """
    rows = sum(
        session.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables
    )
    numbers = {str(table.name): number for table in counted_tables() if (number := _highest(session, table))}
    return orjson.dumps({HEAD: shape, "rows": rows, "numbers": numbers})


def lines(session: Session) -> Iterator[bytes]:
    """One JSON object a row, ``{"table": ..., "row": {...}}``: what others refer to first, a table's rows by key."""
    for table in metadata.sorted_tables:
        statement = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=1000)
        for row in session.execute(statement).mappings():
            yield orjson.dumps({"table": table.name, "row": dict(row)}, default=_plain)


def counted_tables() -> list[Table]:
    """The tables that give no number again."""
    return [table for table in metadata.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]]


def _highest(session: Session, table: Table) -> int:
    """The highest number that a table has ever given."""
    if session.get_bind().dialect.name == "sqlite":
        words, values = "SELECT seq FROM sqlite_sequence WHERE name = :name", {"name": table.name}
    else:
        words = "SELECT last_value FROM pg_sequences WHERE sequencename = :name"
        values = {"name": f"{table.name}_id_seq"}
    return session.execute(text(words), values).scalar() or 0


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")
