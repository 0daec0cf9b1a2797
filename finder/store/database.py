"""The database behind the register: engine, unit of work, and what both dialects need said.

SQLite runs in WAL mode with ``synchronous=FULL``; writers begin with ``BEGIN IMMEDIATE``, because a transaction
that read first and then writes fails at once with BUSY_SNAPSHOT. On PostgreSQL writers wait for a lock as long as
SQLite's do, and not for ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from finder.domain.errors import NotSavedError

T = TypeVar("T")

#: Values in one statement.
CHUNK = 500
#: Rows that are made and written at a time.
PORTION = 2000

#: How long a writer waits for another before it gives up and says so.
BUSY_TIMEOUT_MS = 5000


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    connection.isolation_level = None  # transactions are begun by the event below, not by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _is_writing(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writing", False))


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _is_writing(connection) else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if _is_writing(connection):
        # For this transaction only: migrations and scrubbing have waits of their own.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Slices of at most *size*, so that a statement stays within the parameters both databases take."""
    return (values[start : start + size] for start in range(0, len(values), size))


def portions(values: Iterable[T], size: int = PORTION) -> Iterator[list[T]]:
    """Lists of at most *size* of *values*, made when they are asked for: so that not all are in memory as rows."""
    left = iter(values)
    while portion := list(islice(left, size)):
        yield portion


def pairs(session: Session, statement: Executable, parameters: list[dict[str, Any]] | None = None) -> dict[Any, Any]:
    """The two columns of *statement* as a dictionary."""
    return dict(tuple(row) for row in session.execute(statement, parameters))


class Database:
    """One database, SQLite or PostgreSQL; *url* as SQLAlchemy reads it (``postgresql://`` means psycopg 3)."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.engine: Engine = create_engine(parsed)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "begin", _begin_postgresql)
        self._writing = self.engine.execution_options(writing=True)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Open one transaction for writing; it commits at the end, and nothing is kept when anything raises.

        Raises NotSavedError when the database is locked, full or gone.
        """
        try:
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise NotSavedError(
                "This was not saved: the database is busy or out of reach. Try again shortly."
            ) from error
        except DBAPIError as error:
            if "disk I/O" in str(error.orig) or "full" in str(error.orig):
                raise NotSavedError("This was not saved: the disk is full. Try again later.") from error
            raise

    @contextmanager
    def reading(self, *, steady: bool = False) -> Iterator[Session]:
        """Open one transaction for reading; *steady*: all statements see the same moment, on PostgreSQL as well."""
        engine = self.engine
        if steady and not self.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine) as session:
            yield session

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, and at the end)."""
        self.engine.dispose()
