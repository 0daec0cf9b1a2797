"""Keeps the places that are known from listings, read again when the directory has changed, at most once a minute."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import orjson

from finder.search.local_places import LocalPlaces, LocalRow
from finder.store.shelf_connection import READ_ERRORS
from finder.store.shelf_reader import ShelfReader

#: Postcodes of new listings are known after this time at the latest.
REFRESH = dt.timedelta(minutes=1)


class LocalKeeper:
    """Gives the places of the shelf that *reader* reads. While the database is out of reach it gives those it holds."""

    def __init__(self, reader: ShelfReader, *, clock: Callable[[], dt.datetime]) -> None:
        self._reader, self._clock = reader, clock
        self._lock = threading.Lock()
        self._held: LocalPlaces | None = None
        self._revision = -1
        self._read_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def current(self, revision: int) -> LocalPlaces:
        """The places at directory *revision*, or of a minute before."""
        held = self._held
        if held is not None and (revision == self._revision or self._clock() - self._read_at < REFRESH):
            return held
        with self._lock:
            if self._held is None or revision != self._revision:
                try:
                    self._held = LocalPlaces.from_rows(self._rows())
                except READ_ERRORS:
                    self._held = self._held or LocalPlaces()
                self._revision, self._read_at = revision, self._clock()
            return self._held

    def _rows(self) -> Iterator[LocalRow]:
        regions = {row["id"]: row for row in map(orjson.loads, self._reader.vocabulary("region"))}
        for city, state, country, postcode, region, latitude, longitude, zone, count in self._reader.towns():
            names: list[str] = []
            node = regions.get(region)
            while node is not None and len(names) < len(regions):
                names.append(node["name"])
                node = regions.get(node["parent_id"])
            yield city, state, country, postcode, names[::-1], latitude, longitude, zone, count
