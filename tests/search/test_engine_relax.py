"""When nothing is found, the nearest questions that find something are named."""

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from finder.domain.vocabulary import Attendance
from finder.search.criteria import SearchCriteria, TimeBand, When
from finder.search.engine import find
from finder.search.relax import relaxations
from finder.search.snapshot import Snapshot
from finder.search.snapshot_build import build_snapshot
from tests.search.shelves import Shelf
from tests.synthetic import Document

NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)  # a Tuesday, 18:05 in Austin
HERE = SearchCriteria(latitude=30.27, longitude=-97.74, within_km=5, zone="America/Chicago")
Make = Callable[..., Document]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "shelf.db")
    yield shelf
    shelf.close()


@pytest.fixture
def make(shelf: Shelf) -> Make:
    """Make a plain listing of Tuesdays at seven in Austin, with changes."""
    model = next(document for document in shelf.maker(odd=0).documents(50) if document["location"])

    def make(number: int, *, day: int = 2, north: float = 30.27, **changes: object) -> Document:
        document = copy.deepcopy(model)
        document |= {"id": number, "slug": f"l{number}", "attendance": "in_person", "temporarily_closed": False}
        document |= {"program": "program-0", "formats": [], "name": "Harbor", "notes": "", "group": None}
        document["schedule"] |= {"weekdays": [day], "start": "19:00", "zone": "America/Chicago", "duration_min": 60}
        document["location"] |= {"latitude": north, "longitude": -97.74}
        return document | changes

    return make


def snapshot_of(shelf: Shelf, *documents: Document) -> Snapshot:
    shelf.put(list(documents))
    reader = shelf.reader()
    snapshot = build_snapshot(reader, now=NOW)
    reader.close()
    return snapshot


def kinds(snapshot: Snapshot, criteria: SearchCriteria, limit: int = 9) -> list[tuple[str, int]]:
    assert find(snapshot, criteria, now=NOW).total == 0
    found = relaxations(snapshot, criteria, now=NOW, limit=limit)
    for each in found:
        assert find(snapshot, each.criteria, now=NOW).total == each.total > 0
    return [(each.kind, each.total) for each in found]


def test_a_little_further_away_is_named_with_the_nearest_step(shelf: Shelf, make: Make) -> None:
    snapshot = snapshot_of(shelf, make(1, north=30.8))  # 37 miles
    offers = relaxations(snapshot, HERE, now=NOW)
    assert [each.kind for each in offers] == ["within"]
    assert offers[0].criteria.within_km == pytest.approx(80.4672)


def test_tomorrow_comes_before_any_time(shelf: Shelf, make: Make) -> None:
    snapshot = snapshot_of(shelf, make(1, day=3), make(2, day=5))
    asked = SearchCriteria(zone="America/Chicago", when=(When.TONIGHT,))
    offers = relaxations(snapshot, asked, now=NOW)
    assert [(each.kind, each.criteria.when, each.total) for each in offers] == [
        ("when", (When.TOMORROW,), 1),
        ("when", (), 2),
    ]


def test_online_is_offered_from_anywhere(shelf: Shelf, make: Make) -> None:
    snapshot = snapshot_of(shelf, make(1, attendance="online", location=None))
    offers = relaxations(snapshot, HERE, now=NOW)
    assert [(each.kind, each.total) for each in offers] == [("online", 1)]
    assert not offers[0].criteria.has_place
    assert offers[0].criteria.attendance == (Attendance.ONLINE,)


def test_one_condition_is_given_up_at_a_time(shelf: Shelf, make: Make) -> None:
    snapshot = snapshot_of(shelf, make(1), make(2, program="program-1"), make(3, program="program-1"))
    asked = SearchCriteria(programs=("program-1",), words=("harbor",), formats=("format-3",))
    assert kinds(snapshot, asked) == [("formats", 2)]
    asked = SearchCriteria(programs=("program-1",), words=("zebra",))
    assert kinds(snapshot, asked) == [("words", 2)]
    asked = SearchCriteria(bands=(TimeBand.MORNING,), days=(2,))
    assert kinds(snapshot, asked) == [("time", 3)]
    asked = SearchCriteria(bands=(TimeBand.EVENING,), days=(1,))
    assert kinds(snapshot, asked) == [("days", 3)]


def test_no_more_are_named_than_asked_for(shelf: Shelf, make: Make) -> None:
    snapshot = snapshot_of(shelf, make(1, day=3), make(2, day=3, north=30.4))
    asked = HERE
    assert len(relaxations(snapshot, SearchCriteria(when=(When.NOW,), zone="America/Chicago"), now=NOW, limit=1)) == 1
    assert relaxations(snapshot, asked, now=NOW, limit=0) == ()


def test_several_things_are_given_up_where_no_single_one_helps(shelf: Shelf, make: Make) -> None:
    snapshot = snapshot_of(
        shelf, make(1, day=3), make(2, day=4, north=33.0), make(3, attendance="online", location=None)
    )
    asked = replace(HERE, words=("zebra",), programs=("program-1",), days=(0,))
    assert kinds(snapshot, asked) == [("anything", 1), ("anywhere", 2), ("anything_online", 1)]
    asked = replace(HERE, words=("zebra",), programs=("program-1",), days=(3,))
    assert kinds(snapshot, asked) == [("kind", 1), ("anything", 1), ("anywhere", 2), ("anything_online", 1)]
    asked = SearchCriteria(words=("zebra",), programs=("program-1",), region_ids=(999,))
    assert ("anything", 3) not in kinds(snapshot, asked)


def test_nothing_is_named_where_nothing_helps(shelf: Shelf) -> None:
    snapshot = snapshot_of(shelf)
    assert relaxations(snapshot, HERE, now=NOW) == ()
