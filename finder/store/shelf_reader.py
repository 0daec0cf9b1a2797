"""Reads the shelf by plain statements: what every public answer costs the database.

A page reads the revision (one primary-key SELECT) and up to a hundred documents; going through the ORM costs several
times the statement itself. A connection belongs to one thread of one process and is opened when first needed, so
readers survive a fork. Every method raises the driver's own error when the database is out of reach, after having
dropped the connection, so that the next call tries a new one.
"""

import datetime as dt
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import URL, make_url

from finder.store.database import BUSY_TIMEOUT_MS

#: What reading can raise when the database is out of reach.
READ_ERRORS = (sqlite3.Error, psycopg.Error)

#: The columns a snapshot is made of, in the order of `rows_since`.
SNAPSHOT_COLUMNS = (
    "id",
    "gone",
    "revision",
    "program_id",
    "attendance",
    "closed",
    "latitude",
    "longitude",
    "weekdays",
    "start_minute",
    "duration_min",
    "zone",
    "special",
    "formats",
    "region_id",
    "service_body_id",
    "name_key",
    "words",
    "bmlt_id",
)


class Revision(NamedTuple):
    """How new the shelf is, and its vocabulary."""

    directory: int
    vocabulary: int


class ChangesWanted(NamedTuple):
    """Which changes are asked for: from an instant on, before another (aware), of a number, of service bodies."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    number: int | None = None
    bodies: Sequence[int] | None = None


class Change(NamedTuple):
    """That a listing came, changed or left; ``fields`` are parts of its document, space between.

    ``latest``: nothing has happened to the listing since.
    """

    id: int
    kind: str
    listing_id: int
    number: int
    body_id: int
    fields: str
    at: dt.datetime
    latest: bool


def _aware(value: str | dt.datetime) -> dt.datetime:
    """An instant as a driver gives it, in UTC."""
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC)


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


class ShelfReader:
    """A reader of the shelf of the database at *url*."""

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

    def revision(self) -> Revision:
        """How new the shelf is; (0, 0) before anything was put on it."""
        rows = self._read("SELECT revision, vocabulary_revision FROM directory_revision WHERE id = 1")
        return Revision(*rows[0]) if rows else Revision(0, 0)

    def rows_since(self, revision: int) -> Iterator[tuple[Any, ...]]:
        """Rows of SNAPSHOT_COLUMNS changed after *revision*, the oldest change first.

        From 0 they come by id, and those that are gone are left out.
        """
        columns = ", ".join(SNAPSHOT_COLUMNS)
        where = f"revision > {self._mark}" + (" AND NOT gone" if revision == 0 else "")
        order = "revision, id" if revision else "id"  # SQLite would walk the whole table for the order of ids
        statement = f"SELECT {columns} FROM public_listing WHERE {where} ORDER BY {order}"  # noqa: S608 - constants only
        try:
            if self._sqlite:
                yield from self._connection().execute(statement, (revision,))
            else:
                connection = self._connection()
                with connection.transaction(), connection.cursor(name="snapshot") as cursor:
                    cursor.itersize = 20000
                    cursor.execute(statement, (revision,))
                    yield from cursor
        except READ_ERRORS:
            self.close()
            raise

    def documents(self, ids: Sequence[int]) -> dict[int, bytes]:
        """JSON documents of the listings *ids* that are on the shelf."""
        if not ids:
            return {}
        marks = ", ".join([self._mark] * len(ids))
        rows = self._read(f"SELECT id, document FROM public_listing WHERE NOT gone AND id IN ({marks})", list(ids))  # noqa: S608
        return {row[0]: row[1].encode() for row in rows}

    def listing(self, slug: str) -> bytes | None:
        """The JSON document of the listing with *slug*, or None."""
        rows = self._read(f"SELECT document FROM public_listing WHERE NOT gone AND slug = {self._mark}", (slug,))  # noqa: S608
        return rows[0][0].encode() if rows else None

    def at_location(self, location_id: int, limit: int = 100) -> list[bytes]:
        """Documents of the listings at a location, by id. Area-only listings have none (0)."""
        return self._siblings("location_id", location_id, limit)

    def of_group(self, group_id: int, limit: int = 100) -> list[bytes]:
        """Documents of the listings of a group, by id."""
        return self._siblings("group_id", group_id, limit)

    def _siblings(self, column: str, value: int, limit: int) -> list[bytes]:
        if not value:
            return []
        mark = self._mark
        statement = f"SELECT document FROM public_listing WHERE NOT gone AND {column} = {mark} ORDER BY id LIMIT {mark}"  # noqa: S608
        return [row[0].encode() for row in self._read(statement, (value, limit))]

    def towns(self) -> list[tuple[Any, ...]]:
        """Public places by town, postcode and region: (city, state, country, postal code, region id, point, zone).

        The point is two values, the mean latitude and longitude of the listings there; the last value is their number.
        """
        return self._read(
            "SELECT city, state, country, postal_code, region_id, AVG(latitude), AVG(longitude), MIN(zone), COUNT(*) "
            "FROM public_listing WHERE NOT gone AND latitude IS NOT NULL "
            "GROUP BY city, state, country, postal_code, region_id"
        )

    def vocabulary(self, kind: str) -> list[bytes]:
        """Documents of one kind (program, format, region, service_body, bmlt_format), by id."""
        rows = self._read(f"SELECT document FROM public_vocabulary WHERE kind = {self._mark} ORDER BY id", (kind,))  # noqa: S608
        return [row[0].encode() for row in rows]

    def revision_after(self, instant: dt.datetime) -> int | None:
        """The first revision of the directory made after *instant* (aware), or None."""
        statement = f"SELECT MIN(revision) FROM public_revision WHERE at > {self._mark}"  # noqa: S608 - constants only
        found: int | None = self._read(statement, (self._instant(instant),))[0][0]
        return found

    def changes(self, before: int, wanted: ChangesWanted, limit: int) -> list[Change]:
        """The newest changes of the shelf numbered below *before* that are *wanted*, newest first."""
        conditions = {
            "r.at >= ?": self._instant(wanted.since) if wanted.since else None,
            "r.at < ?": self._instant(wanted.until) if wanted.until else None,
            "c.bmlt_id = ?": wanted.number,
        }
        held = {text: value for text, value in conditions.items() if value is not None}
        where = " AND ".join(["c.id < ?", *held]).replace("?", self._mark)
        values: list[object] = [before, *held.values()]
        if wanted.bodies is not None:
            where += f" AND c.service_body_id IN ({', '.join([self._mark] * len(wanted.bodies)) or 'NULL'})"
            values += wanted.bodies
        latest = "NOT EXISTS (SELECT 1 FROM public_change n WHERE n.listing_id = c.listing_id AND n.id > c.id)"
        statement = (
            f"SELECT c.id, c.kind, c.listing_id, c.bmlt_id, c.service_body_id, c.fields, r.at, {latest} "  # noqa: S608
            "FROM public_change c JOIN public_revision r ON r.revision = c.revision "
            f"WHERE {where} ORDER BY c.id DESC LIMIT {self._mark}"
        )
        rows = self._read(statement, [*values, limit])
        return [Change._make((*row[:6], _aware(row[6]), bool(row[7]))) for row in rows]

    def _instant(self, instant: dt.datetime) -> object:
        """An aware instant as the driver compares it."""
        utc = instant.astimezone(dt.UTC)
        return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if self._sqlite else utc

    def successor(self, kind: str, slug: str) -> str | None:
        """The slug that answers today for a retired *slug* of *kind* (meeting, region, program), or None."""
        if kind == "meeting":
            table, where = "public_listing", "NOT t.gone"
        else:
            table, where = "public_vocabulary", f"t.kind = '{'region' if kind == 'region' else 'program'}'"
        statement = (
            f"SELECT t.slug FROM public_slug s JOIN {table} t ON t.id = s.target_id AND {where} "  # noqa: S608
            f"WHERE s.kind = {self._mark} AND s.slug = {self._mark}"
        )
        rows = self._read(statement, (kind, slug))
        return rows[0][0] if rows else None
