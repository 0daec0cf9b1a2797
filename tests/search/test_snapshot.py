"""A snapshot that was brought up to date answers as one that was built anew."""

import copy
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from finder.search.bitmaps import unpack
from finder.search.criteria import SearchCriteria, Sort
from finder.search.engine import find
from finder.search.snapshot import Snapshot
from finder.search.snapshot_build import build_snapshot
from finder.search.snapshot_update import rolled, updated
from finder.store.shelf_reader import ShelfReader
from tests.search.oracle import Oracle
from tests.search.shelves import Shelf
from tests.search.test_engine import World, random_criteria
from tests.synthetic import Document

NOW = dt.datetime(2026, 3, 27, 21, 0, tzinfo=dt.UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "shelf.db")
    shelf.put(shelf.maker(odd=0.3).documents(300))
    yield shelf
    shelf.close()


@pytest.fixture
def reader(shelf: Shelf) -> Iterator[ShelfReader]:
    reader = shelf.reader()
    yield reader
    reader.close()


def newest(snapshot: Snapshot, reader: ShelfReader) -> Snapshot:
    newer = updated(snapshot, reader, reader.revision())
    assert newer is not None
    return newer


def assert_alike(shelf: Shelf, one: Snapshot, other: Snapshot, *, seed: int, now: dt.datetime = NOW) -> None:
    world = World(shelf)
    world.reader.close()
    asked = [random_criteria(number, world) for number in range(seed, seed + 40)]
    asked += [SearchCriteria(sort=sort, per_page=400, words=words) for sort in Sort for words in ((), ("serenity",))]
    for criteria in asked:
        assert find(one, criteria, now=now) == find(other, criteria, now=now), criteria


def test_random_edits_give_what_a_rebuild_gives(shelf: Shelf, reader: ShelfReader) -> None:
    chance = random.Random(5)  # noqa: S311 - not a secret
    maker = shelf.maker(seed=99, odd=0.3)
    snapshot = build_snapshot(reader, now=NOW)
    for step in range(12):
        ids = sorted(shelf.documents)
        match chance.choice(("change", "new", "remove", "rename", "back")):
            case "change":
                for number in chance.sample(ids, chance.randint(1, 30)):
                    shelf.put(list(maker.documents(1, first_id=number)))
            case "new":
                shelf.put(list(maker.documents(chance.randint(1, 90), first_id=1000 + step * 100)))
            case "remove":
                shelf.remove(chance.sample(ids, chance.randint(1, 20)))
            case "rename":
                shelf.put([_renamed(shelf.documents[number], step) for number in chance.sample(ids, 10)])
            case "back":
                shelf.remove([ids[3]])
                shelf.put(list(maker.documents(1, first_id=ids[3])))
        snapshot = newest(snapshot, reader)
        rebuilt = build_snapshot(reader, now=NOW)
        assert snapshot.at == rebuilt.at
        assert (snapshot.size, snapshot.first_ids(5)) == (rebuilt.size, rebuilt.first_ids(5))
        assert_alike(shelf, snapshot, rebuilt, seed=step * 100)


def _renamed(document: Document, step: int) -> Document:
    changed = copy.deepcopy(document)
    changed["name"] = f"{'AaZzé'[step % 5]}nother {document['name']}"
    changed["notes"] = "Xylophones in the basement"
    return changed


def test_an_update_leaves_the_snapshot_before_it_as_it_was(shelf: Shelf, reader: ShelfReader) -> None:
    before = build_snapshot(reader, now=NOW)
    told = find(before, SearchCriteria(per_page=400), now=NOW)
    shelf.put(list(shelf.maker(seed=3).documents(50, first_id=100)))
    shelf.remove([1, 2, 3])
    newest(before, reader)
    assert find(before, SearchCriteria(per_page=400), now=NOW) == told


def test_a_new_vocabulary_is_taken_up_without_a_rebuild(shelf: Shelf, reader: ShelfReader) -> None:
    snapshot = build_snapshot(reader, now=NOW)
    vocabulary = copy.deepcopy(shelf.vocabulary)
    vocabulary["program"].append(vocabulary["program"][0] | {"id": 900, "slug": "newest", "position": -1})
    vocabulary["program"][1]["approach"] = "smart"
    vocabulary["region"].append(
        {"id": 9000, "slug": "over", "name": "Over", "parent_id": None, "latitude": None, "longitude": None}
    )
    vocabulary["region"][0]["parent_id"] = 9000
    shelf.name_anew(vocabulary)
    document = copy.deepcopy(shelf.documents[1])
    document["program"], document["region"] = "newest", [{"slug": "over", "name": "Over"}]
    shelf.put([document])
    newer = newest(snapshot, reader)
    assert newer.built == snapshot.built
    answer = find(newer, SearchCriteria(programs=("newest",)), now=NOW)
    assert [hit.id for hit in answer.hits] == [1]
    assert answer.facets["region"] == {"over": 1}
    rebuilt = build_snapshot(reader, now=NOW)
    assert_alike(shelf, newer, rebuilt, seed=700)
    assert find(newer, SearchCriteria(region_ids=(9000,)), now=NOW).total > 1


def test_sittings_computed_anew_are_those_of_a_rebuild(shelf: Shelf, reader: ShelfReader) -> None:
    snapshot = build_snapshot(reader, now=NOW)
    shelf.put(list(shelf.maker(seed=8, odd=0.5).documents(40, first_id=20)))
    shelf.remove([7, 8])
    later = NOW + dt.timedelta(days=40)
    snapshot = rolled(newest(snapshot, reader), reader, now=later)
    assert_alike(shelf, snapshot, build_snapshot(reader, now=later), seed=300, now=later)


def test_too_many_changes_ask_for_a_rebuild(shelf: Shelf, reader: ShelfReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finder.search.snapshot_update.FEWEST_LATE_ROWS", 20)
    snapshot = build_snapshot(reader, now=NOW)
    shelf.put(list(shelf.maker(seed=8).documents(15, first_id=1)))
    snapshot = newest(snapshot, reader)
    shelf.put(list(shelf.maker(seed=9).documents(15, first_id=1)))
    assert updated(snapshot, reader, reader.revision()) is None


def test_a_listing_without_a_known_zone_is_found_and_has_no_time(shelf: Shelf, reader: ShelfReader) -> None:
    document = copy.deepcopy(shelf.documents[1])
    document |= {"temporarily_closed": False, "overrides": []}
    document["schedule"] |= {"zone": "Mars/Olympus", "kind": "weekly", "start": "19:00", "weekdays": [2]}
    odd = copy.deepcopy(document) | {"id": 2, "slug": "two"}
    odd["schedule"] |= {"last_date": "2030-01-01"}
    shelf.put([document, odd])
    snapshot = build_snapshot(reader, now=NOW)
    starts = {hit.id: hit.start for hit in find(snapshot, SearchCriteria(per_page=400), now=NOW).hits}
    assert (starts[1], starts[2]) == (None, None)


def test_an_empty_shelf_answers(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "empty.db")
    reader = shelf.reader()
    snapshot = build_snapshot(reader, now=NOW)
    for criteria in (SearchCriteria(), SearchCriteria(latitude=1.0, longitude=2.0, words=("any",))):
        answer = find(snapshot, criteria, now=NOW)
        assert (answer.total, answer.pages, answer.hits) == (0, 0, ())
    shelf.put(list(shelf.maker().documents(3)))
    assert find(newest(snapshot, reader), SearchCriteria(), now=NOW).total == 3
    reader.close()
    shelf.close()


def test_rows_one_can_go_to_lie_in_the_order_of_the_grid(shelf: Shelf, reader: ShelfReader) -> None:
    snapshot = build_snapshot(reader, now=NOW)
    assert (np.diff(snapshot.cells) >= 0).all()
    assert int(unpack(snapshot.live).sum()) == snapshot.size == len(shelf.documents)


def test_the_oracle_agrees_after_updates(shelf: Shelf, reader: ShelfReader) -> None:
    snapshot = build_snapshot(reader, now=NOW)
    shelf.put(list(shelf.maker(seed=21, odd=0.4).documents(60, first_id=150)))
    snapshot = newest(snapshot, reader)
    oracle = Oracle(shelf.documents.values(), shelf.vocabulary)
    world = World(shelf)
    world.reader.close()
    for seed in range(60):
        criteria = replace(random_criteria(seed, world), per_page=400)
        assert [hit.id for hit in find(snapshot, criteria, now=NOW).hits] == [
            each.id for each in oracle.found(criteria, NOW)
        ], criteria


@pytest.mark.parametrize("before", [0, 1, 63, 64, 65, 300])
def test_what_lay_in_memory_before_is_in_no_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    def used_before(shape: int | tuple[int, ...], dtype: object = float, **_: object) -> np.ndarray:
        held: np.ndarray = np.zeros(shape, dtype)  # type: ignore[call-overload]  # whatever type is asked for
        held.view(np.uint8)[...] = 0b01010101
        return held

    shelf = Shelf(tmp_path / "growing.db")
    reader = shelf.reader()
    shelf.put(list(shelf.maker(odd=0.2).documents(before)))
    monkeypatch.setattr(np, "empty", used_before)
    snapshot = build_snapshot(reader, now=NOW)
    shelf.put(list(shelf.maker(seed=8, odd=0.2).documents(200, first_id=1000)))
    snapshot = newest(snapshot, reader)
    monkeypatch.undo()
    assert_alike(shelf, snapshot, build_snapshot(reader, now=NOW), seed=4)
    assert not np.bitwise_or.reduce(snapshot.tags & ~snapshot.live).any()
    reader.close()
    shelf.close()
