"""Out as a BMLT server and in again: real answers of such servers come back as they were.

They leave as the file that `finder export` writes, and over the endpoint that another site asks.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from finder.config import Settings
from finder.feeds.payload import pieces_of
from finder.sources.bmlt_server import ServerAnswers, load_server, read_server
from finder.store.database import Database
from finder.store.shelf import PublicVocabulary
from tests.conftest import BuildSite, Databases, prepare
from tests.promises.test_round_trips import written
from tests.requirements import need, samples_folder
from tests.sources.test_bmlt_import import imported
from tests.sources.test_importer import counts
from tests.sources.test_round_trip import documents_of, told

SAMPLES = {"berlin": 108, "answers": 53}
WAYS = ("file", "server")
#: What a directory notes of a format for itself: whose it is, which number and key it knows it by, and what it stands
#: for, which of those that no meeting has is nothing that anybody could see.
OF_THE_SOURCE = {"source", "source_number", "key", "format"}

pytestmark = pytest.mark.samples
SettingsFor = Callable[..., Settings]
#: Makes the payload that leaves a directory by a way.
Leave = Callable[[str, str], ServerAnswers]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def leave(settings_for: SettingsFor, build_site: BuildSite) -> Leave:
    def left(way: str, url: str) -> ServerAnswers:
        if way == "file":
            return written("bmlt", url, settings_for(url))
        browser = build_site(settings_for(url)).test_client()
        return read_server("http://localhost/", lambda address, *_: browser.get(address).get_data())

    return left


def folder(name: str) -> Path:
    found = samples_folder() / "bmlt" / name
    need("samples", present=found.is_dir(), how="set FINDER_SAMPLES to the folder of real feeds")
    return found


def vocabulary(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        rows = select(PublicVocabulary.document).where(PublicVocabulary.kind == kind).order_by(PublicVocabulary.slug)
        return [json.loads(text) for text in session.execute(rows).scalars()]


def formats_of(database: Database) -> dict[int, dict[str, Any]]:
    """The formats by number: what BMLT clients know of them."""
    rows = vocabulary(database, "bmlt_format")
    return {row["id"]: {name: row[name] for name in row.keys() - OF_THE_SOURCE} for row in rows}


def tree_of(database: Database) -> dict[int, dict[str, Any]]:
    """The service bodies by number, each with the number of the one above it."""
    rows = vocabulary(database, "service_body")
    numbers = {row["id"]: row["bmlt_id"] for row in rows} | {None: None}
    return {row["bmlt_id"]: row | {"id": 0, "parent_id": numbers[row["parent_id"]]} for row in rows}


def by_number(database: Database) -> dict[int, dict[str, Any]]:
    return {document["bmlt_id"]: told(document) for document in documents_of(database)}


def answers_of(payload: ServerAnswers) -> dict[str, list[str]]:
    """The answers by name, in an order of their own."""
    if isinstance(payload, Mapping):
        named = {name: json.loads(b"".join(pieces_of(answer))) for name, answer in payload.items()}
    else:
        named = json.loads(b"".join(pieces_of(payload)))
    return {name: sorted(json.dumps(row, sort_keys=True) for row in rows) for name, rows in named.items()}


def arrived(payload: ServerAnswers, databases: Databases) -> tuple[str, Database]:
    """An empty directory that has read *payload*, twice: the second time there was nothing to change."""
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    first = imported(database, payload, source="Moved")
    assert (first.refused, first.gone) == (0, 0)
    assert counts(imported(database, payload, source="Moved")) == (0, 0, first.new, 0, 0)
    return url, database


@pytest.mark.parametrize("name", SAMPLES)
def test_a_real_server_comes_back_as_it_was(
    name: str, way: str, leave: Leave, both_kinds: dict[str, Databases]
) -> None:
    url = both_kinds["sqlite"].copy_of("prepared", prepare)
    before = Database(url)
    assert counts(imported(before, load_server(str(folder(name))), source=name)) == (SAMPLES[name], 0, 0, 0, 0)
    payload = leave(way, url)

    there, after = arrived(payload, both_kinds["sqlite"])

    assert by_number(after) == by_number(before)
    assert tree_of(after) == tree_of(before)
    assert formats_of(after) == formats_of(before)
    assert answers_of(leave(way, there)) == answers_of(payload)
    after.dispose()
    before.dispose()


def test_a_directory_of_several_servers_comes_back_as_it_was(
    way: str, leave: Leave, both_kinds: dict[str, Databases]
) -> None:
    """But for keys of formats: where two servers have one for the same thing, it now says whose a listing has."""
    url = both_kinds["sqlite"].copy_of("prepared", prepare)
    before = Database(url)
    for name in SAMPLES:
        imported(before, load_server(str(folder(name))), source=name)
    payload = leave(way, url)

    there, after = arrived(payload, both_kinds["sqlite"])

    was, found = by_number(before), by_number(after)
    assert was.keys() == found.keys()
    for number, document in was.items():
        assert set(document["unmapped_types"]) <= set(found[number]["unmapped_types"])
        assert found[number] | {"unmapped_types": document["unmapped_types"]} == document
    assert tree_of(after) == tree_of(before)
    assert formats_of(after) == formats_of(before)
    assert answers_of(leave(way, there)) == answers_of(payload)
    after.dispose()
    before.dispose()
