"""Connections to the shelf: one for each thread of each process, opened when first needed.

Readers survive a fork. Every statement raises the driver's own error when the database is out of reach, after having
dropped the connection, so that the next one tries a new one.
"""

import os
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from finder.store.database import BUSY_TIMEOUT_MS

#: What reading can raise when the database is out of reach.
READ_ERRORS = (sqlite3.Error, psycopg.Error)


class _Held:
    """A connection of one thread; it is closed with the thread, but never by a child of its process."""

    __slots__ = ("connection", "pid")

    def __init__(self, connection: Any, pid: int) -> None:  # noqa: ANN401 - one of two drivers' connections
        self.connection, self.pid = connection, pid

    def close(self) -> None:
        if self.pid == os.getpid():
            self.connection.close()

    __del__ = close


#: Connections of parent processes: letting go of them would end them for the parent too.
_OF_PARENTS: list[_Held] = []


class ShelfConnection:
    """Statements over the shelf of the database at *url*, on a connection for each thread."""

    def __init__(self, url: str | URL) -> None:
        self._url = make_url(url)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._mark = "?" if self._sqlite else "%s"
        self._local = threading.local()

    def _connection(self) -> Any:  # noqa: ANN401 - one of two drivers' connections
        held: _Held | None = getattr(self._local, "held", None)
        if held is None or held.pid != os.getpid():
            if held is not None:
                _OF_PARENTS.append(held)
            self._local.held = held = _Held(self._open(), os.getpid())
        return held.connection

    def _open(self) -> Any:  # noqa: ANN401 - one of two drivers' connections
        if self._sqlite:
            connection = sqlite3.connect(self._url.database or ":memory:", isolation_level=None)
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA query_only=ON")
            return connection
        dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(dsn, autocommit=True, connect_timeout=5)

    def _read(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            rows: list[tuple[Any, ...]] = self._connection().execute(statement, parameters).fetchall()
        except READ_ERRORS:
            self.close()
            raise
        return rows

    def close(self) -> None:
        """Close this thread's connection, if it has one."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None:
            self._local.held = None
            held.close()
