"""A dump read into an empty database, SQLite or PostgreSQL: every row as it was, numbers and secrets included."""

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Column, Date, Enum, LargeBinary, bindparam, delete, exists, func, insert, select, text, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from finder.domain.errors import BadInputError
from finder.store.audit import AuditEntry
from finder.store.database import Database, portions
from finder.store.dump import HEAD, counted_tables
from finder.store.schema import metadata
from finder.store.types import Instant, Json

#: What `finder init` fills; anything in another table was given by somebody.
OF_INIT = frozenset(
    {
        *("audit_entry", "directory_revision", "program", "format", "format_code", "bmlt_format", "bmlt_format_name"),
        *("public_revision", "public_vocabulary", "public_slug"),
    }
)
#: Who acts before anybody else does.
FIRST_ACTOR = "seed"
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Head:
    """What the first line says: how many rows follow, and the highest number that some tables ever gave."""

    rows: int
    numbers: Mapping[str, int]


def load(database: Database, lines: Iterable[bytes], *, shape: str, tell: Callable[[int, int], None]) -> int:
    """Fill *database*, which has the tables of *shape*, with the rows of a dump; gives their number.

    All of it is there afterwards, or nothing. ``tell(done, total)`` hears of the rows. Raises BadInputError for a file
    that is no dump, one of other tables or a broken one, and for a database in which somebody has put something.
    """
    rows = iter(enumerate(lines, start=1))
    head = _head(next(rows, (1, b""))[1], shape)
    try:
        with database.unit_of_work() as session:
            _refuse_used(session)
            for table in reversed(metadata.sorted_tables):
                session.execute(delete(table))
            done = _fill(session, _read(rows), lambda done: tell(done, head.rows))
            if done != head.rows:
                raise BadInputError(
                    "file", f"The dump has {done:,} of its {head.rows:,} rows: it was cut off. Nothing was loaded."
                )
            _count_on(session, head.numbers)
    except (DataError, IntegrityError) as error:
        raise BadInputError("file", f"The dump is not whole, and nothing of it was loaded: {error.orig}") from error
    return done


def _head(line: bytes, shape: str) -> _Head:
    found = _object(line)
    rows = found.get("rows") if found else None
    if not found or not isinstance(found.get(HEAD), str) or not isinstance(rows, int):
        raise BadInputError("file", "This is no file that `finder dump` wrote: its first line does not say so.")
    if found[HEAD] != shape:
        raise BadInputError(
            "file",
            f"The dump has the tables of version {found[HEAD][:20]!r}, this program those of {shape!r}: load it with "
            "the program that wrote it, or bring that instance up to date with `finder init` first and dump it again.",
        )
    told = found.get("numbers")
    known = {table.name for table in counted_tables()}
    numbers = told if isinstance(told, dict) else {}
    return _Head(rows, {name: value for name, value in numbers.items() if name in known and _is_number(value)})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _refuse_used(session: Session) -> None:
    """Raise BadInputError when anybody has put anything into the database."""
    others = (table for table in metadata.sorted_tables if table.name not in OF_INIT)
    used = [table.name for table in others if session.execute(select(exists(select(table)))).scalar()]
    if not used and session.execute(select(exists().where(AuditEntry.actor != FIRST_ACTOR))).scalar():
        used = ["audit_entry"]
    if used:
        raise BadInputError(
            "database",
            "This instance is in use already, and nothing in it is overwritten: name another folder with "
            "FINDER_DATA_DIR, or an empty database with FINDER_DATABASE_URL.",
        )


def _read(lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row with the name of its table; raises BadInputError with the number of the line."""
    for number, line in lines:
        found = _object(line)
        if found is None and not line.strip():
            continue
        table = metadata.tables.get(str((found or {}).get("table")))
        row = (found or {}).get("row")
        if table is None or not isinstance(row, dict) or row.keys() != set(table.columns.keys()):
            raise BadInputError("file", f"Line {number:,} is no row of a dump: the file was cut off or changed.")
        try:
            yield table.name, {column.name: _value(column, row[column.name]) for column in table.columns}
        except (ValueError, TypeError, binascii.Error) as error:
            raise BadInputError("file", f"Line {number:,} cannot be read: {error}") from error


def _fill(session: Session, rows: Iterable[tuple[str, dict[str, Any]]], tell: Callable[[int], None]) -> int:
    """Write *rows*, each with the name of its table; gives their number.

    What refers to a row of the same table is told at the end of that table, since the other may come later.
    """
    done = 0
    for name, group in groupby(rows, key=lambda each: each[0]):
        table, later = metadata.tables[name], []
        within = [key.parent.name for key in table.foreign_keys if key.column.table is table]
        for portion in portions(row for _, row in group):
            later += [{"key": row["id"], **{name: row[name] for name in within}} for row in portion if within]
            session.execute(insert(table), [row | dict.fromkeys(within) for row in portion])
            done += len(portion)
            tell(done)
        if later:
            words: dict[str, Any] = {name: bindparam(name) for name in within}
            session.execute(update(table).where(table.c.id == bindparam("key")).values(words), later)
    return done


def _value(column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - JSON is any
    """What the database holds of a JSON value; raises ValueError or TypeError for one that is none of the column's."""
    if value is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is missing.")
        return None
    read = next((read for kind, read in _READ_AS if isinstance(column.type, kind)), None)
    if read is not None:
        return read(column, value)
    if column.type.python_type is float and type(value) is int:
        return float(value)
    if type(value) is not column.type.python_type or (isinstance(value, int) and abs(value) > LARGEST):
        raise ValueError(f"{column.name} is not what such rows hold.")
    return value


def _moment(column: Column[Any], value: Any) -> dt.datetime:  # noqa: ANN401 - JSON is any
    moment = dt.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{column.name} names no zone.")
    return moment


def _member(column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - JSON is any
    return getattr(column.type, "enum_class", str)(value)


#: What is no value of JSON, by the type of its column.
_READ_AS: tuple[tuple[type, Callable[[Column[Any], Any], Any]], ...] = (
    (Json, lambda _, value: value),
    (Enum, _member),
    (LargeBinary, lambda _, value: base64.b64decode(value, validate=True)),
    (Instant, _moment),
    (Date, lambda _, value: dt.date.fromisoformat(value)),
)


def _count_on(session: Session, numbers: Mapping[str, int]) -> None:
    """Let the next numbers follow those that were given."""
    if session.get_bind().dialect.name == "sqlite":
        for name, number in numbers.items():
            session.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            words = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"
            session.execute(text(words), {"name": name, "number": number})
        return
    for table in metadata.sorted_tables:
        if table.autoincrement_column is None:
            continue
        highest = session.execute(select(func.max(table.autoincrement_column))).scalar() or 0
        if number := max(highest, numbers.get(table.name, 0)):
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', table.autoincrement_column.name)
            session.execute(select(func.setval(sequence, number)))
