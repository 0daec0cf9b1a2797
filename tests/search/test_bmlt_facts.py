"""Facts that are taken out of documents: right under every snapshot, read once, forgotten when nobody asks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from finder.search.bitmaps import rows_of
from finder.search.bmlt_facts import MOST_HELD, Fact, Facts
from finder.search.keeper import Keeper
from finder.search.snapshot import Snapshot
from finder.store.shelf_reader import ShelfReader
from tests.conftest import NOW
from tests.search.shelves import Shelf


class _Counting(ShelfReader):
    """A reader that notes how many documents were asked for."""

    asked = 0

    def documents(self, ids: Sequence[int]) -> dict[int, bytes]:
        self.asked += len(ids)
        return super().documents(ids)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "shelf.db")
    made.put(made.maker().documents(300))
    return made


def name_of(document: Mapping[str, Any]) -> str:
    name: str = document["name"]
    return name


def by_id(fact: Fact, snapshot: Snapshot) -> dict[int, str]:
    rows = rows_of(snapshot.live)
    values = [fact.values[code] for code in fact.codes[rows].tolist()]
    return dict(zip(snapshot.columns.ids[rows].tolist(), values, strict=True))


def test_facts_follow_the_shelf_and_read_no_more_than_has_changed(shelf: Shelf) -> None:
    reader = _Counting(shelf.database.url)
    keeper, facts = Keeper(shelf.reader(), clock=lambda: NOW), Facts(reader)

    def told() -> dict[int, str]:
        snapshot = keeper.current()
        return by_id(facts.of(snapshot, {"name": name_of})["name"], snapshot)

    assert told() == {number: document["name"] for number, document in shelf.documents.items()}
    assert reader.asked == 300
    assert told()
    assert reader.asked == 300
    shelf.put(shelf.maker(seed=9).documents(7, first_id=50))
    shelf.remove([3, 51])
    shelf.put(shelf.maker(seed=10).documents(2, first_id=1000))
    assert told() == {number: document["name"] for number, document in shelf.documents.items()}
    assert reader.asked == 300 + 6 + 2
    reader.close()
    shelf.close()


def test_facts_are_right_after_a_rebuild(shelf: Shelf) -> None:
    reader = shelf.reader()
    facts = Facts(reader)
    for seed in (11, 12):
        shelf.put(shelf.maker(seed=seed).documents(200, first_id=100))
        snapshot = Keeper(reader, clock=lambda: NOW).current()  # built anew, in another order of rows
        fact = facts.of(snapshot, {"name": name_of})["name"]
        assert by_id(fact, snapshot) == {number: document["name"] for number, document in shelf.documents.items()}
    reader.close()
    shelf.close()


def test_rows_are_found_by_value_and_by_rule(shelf: Shelf) -> None:
    reader = shelf.reader()
    snapshot = Keeper(reader, clock=lambda: NOW).current()
    fact = Facts(reader).of(snapshot, {"name": name_of})["name"]
    wanted = {shelf.documents[1]["name"], shelf.documents[2]["name"]}
    expected = {number for number, document in shelf.documents.items() if document["name"] in wanted}
    assert set(snapshot.columns.ids[fact.rows_with([*wanted, "nobody"])].tolist()) == expected
    assert set(snapshot.columns.ids[fact.rows_where(lambda name: name in wanted)].tolist()) == expected
    rows = rows_of(snapshot.live)
    ranks = fact.ranks(rows, str)
    in_order = [by_id(fact, snapshot)[number] for number in snapshot.columns.ids[rows[ranks.argsort(kind="stable")]]]
    assert in_order == sorted(document["name"] for document in shelf.documents.values())
    assert sorted(fact.used(rows)) == sorted({document["name"] for document in shelf.documents.values()})
    reader.close()
    shelf.close()


def test_what_nobody_asks_for_is_forgotten(shelf: Shelf) -> None:
    reader = _Counting(shelf.database.url)
    snapshot = Keeper(reader, clock=lambda: NOW).current()
    reader.asked = 0
    facts = Facts(reader)

    def ask(number: int) -> None:
        facts.of(snapshot, {number: name_of})

    for number in range(MOST_HELD + 1):
        ask(number)
    asked = reader.asked
    ask(MOST_HELD)
    assert reader.asked == asked
    ask(0)
    assert reader.asked == asked + 300
    reader.close()
    shelf.close()


def test_values_that_no_listing_has_any_more_are_let_go(shelf: Shelf) -> None:
    reader = shelf.reader()
    keeper, facts = Keeper(reader, clock=lambda: NOW), Facts(reader)
    count = iter(range(10**9))
    fresh: Callable[[Mapping[str, Any]], int] = lambda _: next(count)  # noqa: E731 - a value of its own each time
    for seed in range(8):
        shelf.put(shelf.maker(seed=seed).documents(300))
        fact = facts.of(keeper.current(), {"fresh": fresh})["fresh"]
    assert len(fact.values) < 300 + 2 * 300 + 1000 + 300
    assert fact.codes[rows_of(keeper.current().live)].min() >= 0
    reader.close()
    shelf.close()
