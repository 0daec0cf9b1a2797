"""How the shelf came to be as it is: its revisions and their instants, what changed, what has left."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from finder.store.shelf_connection import ShelfConnection


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
    """That a listing came, changed or left; ``fields`` are what of its document did (`changed_parts`).

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


def aware(value: str | dt.datetime | None) -> dt.datetime | None:
    """An instant as a driver gives it, aware; SQLite gives UTC as text without a zone."""
    if value is None:
        return None
    at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)


class ShelfHistory(ShelfConnection):
    """Reads revisions and changes."""

    def revision(self) -> Revision:
        """How new the shelf is; (0, 0) before anything was put on it."""
        rows = self._read("SELECT revision, vocabulary_revision FROM directory_revision WHERE id = 1")
        return Revision(*rows[0]) if rows else Revision(0, 0)

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
        return [Change._make((*row[:6], aware(row[6]), bool(row[7]))) for row in rows]

    def _instant(self, instant: dt.datetime) -> object:
        """An aware instant as the driver compares it."""
        utc = instant.astimezone(dt.UTC)
        return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if self._sqlite else utc

    def addresses(self, first: int, last: int) -> Iterator[tuple[str, dt.datetime | None]]:
        """Slug, and when it last changed (aware), of the listings with ids from *first* to *last*, by id."""
        statement = (
            "SELECT l.slug, r.at FROM public_listing l LEFT JOIN public_revision r ON r.revision = l.revision "  # noqa: S608 - constants only
            f"WHERE NOT l.gone AND l.id BETWEEN {self._mark} AND {self._mark} ORDER BY l.id"
        )
        for slug, at in self._read(statement, (first, last)):
            yield slug, aware(at)

    def moment(self, revision: int) -> dt.datetime | None:
        """When a revision of the directory was made (aware), or None when nobody knows."""
        rows = self._read(f"SELECT at FROM public_revision WHERE revision = {self._mark}", (revision,))  # noqa: S608 - constants only
        return aware(rows[0][0]) if rows else None

    def gone(self) -> list[tuple[Any, ...]]:
        """World id, BMLT id, service body and revision of the listings that have left and that no other stands for."""
        return self._read(
            "SELECT world_id, bmlt_id, service_body_id, revision FROM public_listing WHERE gone AND world_id <> '' "
            "AND world_id NOT IN (SELECT world_id FROM public_listing WHERE NOT gone) ORDER BY id"
        )

    def latest_changes(self, before: int | None, limit: int) -> list[tuple[Any, ...]]:
        """Id, revision, kind, listing and fields of at most *limit* changes, newest first, from the one *before* on."""
        mark = self._mark
        where, values = ("", [limit]) if before is None else (f"WHERE id < {mark}", [before, limit])
        columns = "id, revision, kind, listing_id, fields"
        return self._read(f"SELECT {columns} FROM public_change {where} ORDER BY id DESC LIMIT {mark}", values)  # noqa: S608 - constants only
