"""The keeper follows the directory, and outlives the database."""

import datetime as dt
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.search.criteria import SearchCriteria
from finder.search.engine import find
from finder.search.keeper import Keeper
from tests.search.shelves import Shelf

NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "shelf.db")
    shelf.put(shelf.maker().documents(30))
    yield shelf
    shelf.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(shelf: Shelf, clock: Clock) -> Iterator[Keeper]:
    reader = shelf.reader()
    yield Keeper(reader, clock=clock)
    reader.close()


def total(keeper: Keeper) -> int:
    return find(keeper.current(), SearchCriteria(), now=NOW).total


def test_what_was_put_on_the_shelf_is_in_the_next_answer(shelf: Shelf, keeper: Keeper) -> None:
    assert total(keeper) == 30
    shelf.put(list(shelf.maker().documents(2, first_id=31)))
    assert total(keeper) == 32
    shelf.remove([1])
    assert total(keeper) == 31


def test_the_same_revision_is_the_same_snapshot(keeper: Keeper) -> None:
    assert keeper.current() is keeper.current()


def test_without_the_database_what_is_held_goes_on(shelf: Shelf, keeper: Keeper, tmp_path: Path) -> None:
    held = keeper.current()
    keeper._reader.close()
    path = tmp_path / "shelf.db"
    path.rename(tmp_path / "away.db")
    path.mkdir()  # nothing can open it now
    assert keeper.current() is held
    assert keeper.stale
    path.rmdir()
    (tmp_path / "away.db").rename(path)
    keeper._ask_again = 0
    shelf.put(list(shelf.maker().documents(1, first_id=99)))
    assert total(keeper) == 31
    assert not keeper.stale


def test_the_first_snapshot_needs_the_database(tmp_path: Path, clock: Clock) -> None:
    shelf = Shelf(tmp_path / "a.db")
    shelf.close()
    for path in tmp_path.glob("a.db*"):
        path.unlink()
    keeper = Keeper(shelf.reader(), clock=clock)
    with pytest.raises(sqlite3.Error):
        keeper.current()


def test_a_restored_backup_is_taken_up(shelf: Shelf, keeper: Keeper) -> None:
    shelf.put(list(shelf.maker().documents(5, first_id=100)))
    assert total(keeper) == 35
    with shelf.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM public_listing WHERE id >= 100")
        connection.exec_driver_sql("UPDATE directory_revision SET revision = 2")
    assert total(keeper) == 30


def test_sittings_roll_forward_daily(keeper: Keeper, clock: Clock) -> None:
    first = keeper.current()
    clock.now = NOW + dt.timedelta(hours=23, minutes=59)
    assert keeper.current() is first
    clock.now = NOW + dt.timedelta(hours=24)
    rolled = keeper.current()
    assert rolled.computed_at == clock.now
    assert rolled.revision == first.revision


def test_a_clock_that_was_set_back_is_followed(keeper: Keeper, clock: Clock) -> None:
    keeper.current()
    clock.now = NOW - dt.timedelta(days=30)
    assert keeper.current().computed_at == clock.now


def test_many_threads_see_one_newest_snapshot(shelf: Shelf, keeper: Keeper) -> None:
    keeper.current()
    shelf.put(list(shelf.maker().documents(1, first_id=500)))
    seen = []
    start = threading.Barrier(8)

    def look() -> None:
        start.wait()
        seen.append(keeper.current())
        keeper._reader.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, seen))) == 1
    assert seen[0].size == 31


def test_a_forked_process_goes_on_by_itself(shelf: Shelf, keeper: Keeper) -> None:
    keeper.current()
    keeper._reader.close()
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    with keeper._lock:  # as if another thread were renewing it at the moment of the fork
        shelf.put(list(shelf.maker().documents(1, first_id=500)))
        shelf.close()
        process = context.Process(target=lambda: told.put(total(keeper)))
        process.start()
    assert told.get(timeout=20) == 31
    process.join(20)
    assert process.exitcode == 0
