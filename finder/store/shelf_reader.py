"""Reads the shelf by plain statements: what every public answer costs the database.

A page reads the revision (one primary-key SELECT) and up to a hundred documents; going through the ORM costs several
times the statement itself. A connection belongs to one thread of one process and is opened when first needed, so
readers survive a fork. Every method raises the driver's own error when the database is out of reach, after having
dropped the connection, so that the next call tries a new one.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from finder.store.shelf_connection import READ_ERRORS
from finder.store.shelf_history import ShelfHistory

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


class ShelfReader(ShelfHistory):
    """A reader of the shelf of the database at *url*."""

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

    def districts(self) -> list[tuple[int, str]]:
        """Listings with the district of their group, by id; those of no district are left out. It reads documents."""
        text = "json_extract(document, '$.group.district')" if self._sqlite else "document::json #>> '{group,district}'"
        told = f"SELECT id, {text} AS district FROM public_listing WHERE NOT gone AND group_id <> 0"  # noqa: S608 - constants only
        return self._read(f"SELECT id, district FROM ({told}) AS told WHERE district <> '' ORDER BY id")  # noqa: S608

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

    def successor(self, kind: str, slug: str) -> str | None:
        """The slug that answers today for a retired *slug* of *kind* (meeting, region, program), or None.

        Of kind ``source_key`` it is what a source calls a meeting that has another slug here, of kind ``listing`` the
        number of one that was merged into another.
        """
        if kind in {"meeting", "source_key", "listing"}:
            table, where = "public_listing", "NOT t.gone"
        else:
            table, where = "public_vocabulary", f"t.kind = '{'region' if kind == 'region' else 'program'}'"
        statement = (
            f"SELECT t.slug FROM public_slug s JOIN {table} t ON t.id = s.target_id AND {where} "  # noqa: S608
            f"WHERE s.kind = {self._mark} AND s.slug = {self._mark}"
        )
        rows = self._read(statement, (kind, slug))
        return rows[0][0] if rows else None

    def merged_numbers(self, numbers: Collection[int]) -> dict[int, int]:
        """BMLT numbers of listings that were merged -> that of the one which stands for it; others are left out."""
        if not numbers:
            return {}
        marks = ", ".join([self._mark] * len(numbers))
        statement = (
            "SELECT s.slug, t.bmlt_id FROM public_slug s "  # noqa: S608 - marks only
            "JOIN public_listing t ON t.id = s.target_id AND NOT t.gone "
            f"WHERE s.kind = 'bmlt_id' AND s.slug IN ({marks})"
        )
        return {int(slug): number for slug, number in self._read(statement, [str(number) for number in numbers])}

    def ids(self, bodies: Collection[int] | None = None) -> list[int]:
        """Ids of all listings on the shelf, ascending, or of those of the service *bodies* alone."""
        marks = ", ".join([self._mark] * len(bodies or ()))
        of_them = "" if bodies is None else f"AND service_body_id IN ({marks or 'NULL'}) "
        statement = f"SELECT id FROM public_listing WHERE NOT gone {of_them}ORDER BY id"  # noqa: S608 - marks only
        return [row[0] for row in self._read(statement, list(bodies or ()))]
