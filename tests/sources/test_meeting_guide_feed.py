"""Our Meeting Guide feed of what was imported: nothing dropped, each row counted as before, and the same once more."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask

from finder.config import Settings
from finder.store.database import Database
from tests.conftest import BuildSite, Databases, prepare
from tests.feeds.reader_rules import counts, kind_of, read
from tests.requirements import need, samples_folder
from tests.sources.feeds import a_feed, a_row
from tests.sources.test_importer import imported
from tests.sources.test_samples import FEEDS

Rows = list[dict[str, Any]]
#: Imports a feed into an empty directory and gives that directory's own feed.
Through = Callable[[bytes], Rows]

ZOOM = "https://us02web.zoom.us/j/5550100"
PHONE = "+1 512 555 0142"
NOWHERE = {"formatted_address": ..., "latitude": ..., "longitude": ..., "location": ...}
AREA = {"formatted_address": "Springfield, IL, USA", "approximate": "yes", "latitude": 39.8, "longitude": -89.6}
#: What becomes of rows, and how readers count them.
KINDS: dict[str, list[dict[str, object]]] = {
    "in_person": [
        {},
        {"types": ["O", "W", "X", "S", "ASBI"], "notes": "Two lines\nof notes"},
        {"day": ..., "time": ..., "end_time": ...},
        {"time": "9:30 PM", "end_time": "12:15 AM"},
        {"formatted_address": ..., "address": "4 Elm Street", "city": "Springfield", "state": "IL", "country": "USA"},
        {"group": ..., "email": "larks@example.org", "venmo": "@larks", "district": "District 7"},
        {"entity": "Springfield Office", "entity_url": "https://example.org/office", "entity_phone": "512-555-0100"},
        {"regions": ["Illinois", "Sangamon", "Springfield", "East Side"]},
        {"slug": "9", "last_contact": "2024-05-31"},
        {"slug": "a" * 80},
    ],
    "hybrid": [{"conference_url": ZOOM, "conference_url_notes": "Camera off"}, {"conference_phone": PHONE}],
    "online": [
        {"conference_url": ZOOM, **AREA},
        {"conference_url": ZOOM, "types": ["O", "TC"]},
        {"conference_url": ZOOM, "types": ["O", "TC"], **AREA},
        {"conference_phone": PHONE, "approximate": "yes"},
        {"conference_url": ZOOM, **NOWHERE},
        {"conference_url": ZOOM, **NOWHERE, "regions": ..., "timezone": "UTC"},
    ],
    "inactive": [{"types": ["O", "TC"]}, AREA, {**AREA, "types": ["TC"]}],
}


def made_up() -> bytes:
    """A feed of everything that a listing can be."""
    changes = [change for of_kind in KINDS.values() for change in of_kind]
    return a_feed(*(a_row(number, **change) for number, change in enumerate(changes)))


@pytest.fixture
def through(databases: Databases, settings_for: Callable[..., Settings], build_site: BuildSite) -> Through:
    def go(payload: bytes) -> Rows:
        url = databases.copy_of("prepared", prepare)
        database = Database(url)
        report = imported(database, payload, allow_mass_removal=True)
        database.dispose()
        assert (report.applied, report.refused) == (True, 0)
        return feed_of(build_site(settings_for(url, public_url="https://meet.example.org")))

    return go


def feed_of(app: Flask) -> Rows:
    answer = app.test_client().get("/meetings.json", headers={"Host": "meet.example.org"})
    assert answer.status_code == 200
    rows: Rows = orjson.loads(answer.data)
    return rows


def by_slug(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: row["slug"])


def test_every_kind_of_listing_is_in_the_feed_and_counted_as_it_is(through: Through) -> None:
    rows = through(made_up())
    assert counts(rows) == tuple(len(of_kind) for of_kind in KINDS.values())


def test_a_feed_of_ours_imported_elsewhere_gives_the_same_feed_there(through: Through) -> None:
    once = through(made_up())
    again = through(json.dumps(once).encode())
    assert by_slug(again) == by_slug(once)


def test_a_building_that_is_closed_comes_out_as_it_came_in(through: Through) -> None:
    given = a_row(7, conference_url=ZOOM, types=["O", "TC", "ONL"], approximate="no")
    out_of_it, beside = sorted(through(a_feed(given, a_row(27))), key=lambda row: row["slug"], reverse=True)

    told = ("types", "conference_url", "location", "formatted_address", "latitude", "longitude", "approximate")
    assert {name: out_of_it[name] for name in told} == {name: given[name] for name in told}
    assert (out_of_it["address"], out_of_it["attendance_option"]) == ("8 Example Street", "online")
    assert (beside["location"], beside["attendance_option"]) == ("Hall 7", "in_person")


def test_the_whole_demo_directory_is_taken_by_readers_row_by_row(site: Flask) -> None:
    rows: Rows = orjson.loads(site.test_client().get("/meetings.json").data)
    kinds = read(rows)
    assert len(kinds) == len(rows)
    assert all(row["formatted_address"].count(",") >= 3 and row["approximate"] in {"yes", "no"} for row in rows)
    assert {row["attendance_option"] for row in rows} == set(kinds.values()) == {*KINDS}
    assert [row["attendance_option"] for row in rows] == [kind_of(row) for row in rows]
    assert {len(row["slug"]) <= 64 for row in rows} == {True}


def test_the_demo_directory_s_feed_changes_no_more_once_it_came_from_a_feed(site: Flask, through: Through) -> None:
    once = through(site.test_client().get("/meetings.json").data)
    assert len(once) > 1000
    assert by_slug(through(json.dumps(once).encode())) == by_slug(once)


@pytest.fixture
def folder() -> Path:
    found = samples_folder() / "meeting-guide"
    need("samples", present=found.is_dir(), how="set FINDER_SAMPLES to the folder of real feeds")
    return found


@pytest.mark.one_database
@pytest.mark.samples
@pytest.mark.parametrize("name", FEEDS)
def test_our_feed_of_a_real_one_is_counted_as_that_one_and_comes_back_the_same(
    name: str, folder: Path, through: Through
) -> None:
    payload = (folder / f"{name}.json").read_bytes()
    given = Counter(kind_of(row) for row in json.loads(payload))
    once = through(payload)
    assert counts(once) == tuple(given[kind] for kind in KINDS) == FEEDS[name]
    assert by_slug(through(json.dumps(once).encode())) == by_slug(once)
