"""A directory can leave as a BMLT server: out, in elsewhere, and out again the same.

Tables and Meeting Guide feeds are moved in `tests/sources`.
"""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from finder.config import Settings
from finder.feeds.exports import FORMATS
from finder.feeds.rows import DecodeOptions
from finder.search.exporting import export_of
from finder.sources.importer import run_import
from finder.store.database import Database
from finder.store.shelf import PublicListing
from finder.store.shelf_reader import ShelfReader
from tests.conftest import NOW, Databases, prepare, prepare_demo
from tests.sources.feeds import CATALOGUE

OPTIONS = DecodeOptions(program="na", catalogue=CATALOGUE, country="US")
SettingsFor = Callable[..., Settings]


def written(name: str, url: str, settings: Settings) -> bytes:
    """The whole directory at *url* in a format."""
    database = Database(url)
    with database.reading() as session:
        ids = list(
            session.execute(select(PublicListing.id).where(~PublicListing.gone).order_by(PublicListing.id)).scalars()
        )
    database.dispose()
    reader = ShelfReader(url)
    try:
        return b"".join(FORMATS[name].encode(export_of(reader, ids, settings=settings, now=NOW)))
    finally:
        reader.close()


def moved(name: str, payload: bytes, databases: Databases, settings_for: SettingsFor) -> bytes:
    """What an empty directory writes that has read *payload*."""
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    try:
        report = run_import(database, source="Moved", payload=payload, kind=name, options=OPTIONS, now=NOW)
        assert report.applied, report.message
        assert report.refused == 0
        again = run_import(database, source="Moved", payload=payload, kind=name, options=OPTIONS, now=NOW)
        assert (again.new, again.changed, again.gone) == (0, 0, 0)
    finally:
        database.dispose()
    return written(name, url, settings_for(url))


def meetings(payload: bytes) -> list[dict[str, Any]]:
    """The meetings among the answers of a BMLT server, in an order of their own."""
    rows = json.loads(payload)["GetSearchResults"]
    return sorted(rows, key=lambda row: json.dumps([row["meeting_name"], row["weekday_tinyint"], row], sort_keys=True))


def test_the_demo_directory_as_a_bmlt_server_changes_no_more_once_it_came_from_one(
    both_kinds: dict[str, Databases], settings_for: SettingsFor
) -> None:
    """What it has no field for is lost on the first way, a listing of several days becoming several; the rest stays."""
    databases = both_kinds["sqlite"]
    url = databases.copy_of("demo", prepare_demo)
    first = written("bmlt", url, settings_for(url))
    once = moved("bmlt", first, databases, settings_for)
    again = moved("bmlt", once, databases, settings_for)

    assert len(meetings(once)) == len(meetings(first)) > 1000
    assert meetings(again) == meetings(once)
