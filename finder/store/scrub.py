"""Writes the files of the database anew, so that what was removed is nowhere in them."""

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from finder.domain.errors import NotSavedError
from finder.store.database import Database

#: PostgreSQL waits this long for each table, and then leaves it for the next time.
LOCK_TIMEOUT = "10s"
TRIES = 3


def scrub(database: Database, tables: Sequence[str]) -> None:
    """Leave no byte of removed rows in the database's files; on PostgreSQL, in those of *tables* (names of ours).

    SQLite: the whole file is written anew and its log emptied. PostgreSQL: the tables are, with their statistics; its
    write-ahead log is reused by the server in its own time. Must not be called within a transaction. Raises
    NotSavedError when somebody was in the way for too long: what was removed stays removed, so call it again later.
    """
    try:
        if database.is_sqlite:
            _scrub_sqlite(database)
        else:
            _scrub_postgresql(database, tables)
    except DBAPIError as error:
        raise NotSavedError(BUSY) from error


BUSY = "The rows are removed, but the database was busy: traces may be left in its files. Try again shortly."


def _scrub_sqlite(database: Database) -> None:
    connection = database.engine.raw_connection()  # no transaction is begun: VACUUM allows none
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("VACUUM")
        for _ in range(TRIES):  # each waits for readers as long as the busy timeout says
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
    except database.engine.dialect.loaded_dbapi.OperationalError as error:
        raise NotSavedError(BUSY) from error
    finally:
        connection.close()
    raise NotSavedError(BUSY)


def _scrub_postgresql(database: Database, tables: Sequence[str]) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for table in tables:
            connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table}"')
        connection.exec_driver_sql("RESET lock_timeout")
