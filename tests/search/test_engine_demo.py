"""On both databases the engine gives what a plain reading of the demo meetings gives."""

import random
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from finder.search.criteria import SearchCriteria, Sort, TimeBand, When
from finder.search.engine import find
from finder.search.snapshot_build import build_snapshot
from finder.store.shelf_reader import ShelfReader
from tests.conftest import NOW
from tests.search.oracle import Oracle

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def reader(demo_url: str) -> Iterator[ShelfReader]:
    reader = ShelfReader(demo_url)
    yield reader
    reader.close()


def questions() -> Iterator[SearchCriteria]:
    chance = random.Random(4)  # noqa: S311 - not a secret
    for number in range(25):
        asked = SearchCriteria(zone="America/Chicago", sort=list(Sort)[number % 4], per_page=30)
        if number % 2:
            asked = replace(asked, latitude=30.27, longitude=-97.74, within_km=chance.choice((16.0, 40.0, 804.0)))
        elif asked.sort is Sort.NEAREST:
            asked = replace(asked, sort=Sort.SOONEST)
        if number % 3:
            asked = replace(asked, when=(chance.choice(list(When)),))
        if number % 5 == 0:
            asked = replace(asked, bands=(chance.choice(list(TimeBand)),), days=(chance.randrange(7),))
        yield asked


def test_the_engine_and_a_plain_reading_agree_on_the_demo(reader: ShelfReader) -> None:
    snapshot = build_snapshot(reader, now=NOW)
    documents = [orjson.loads(each) for each in reader.documents(snapshot.first_ids(snapshot.size)).values()]
    kinds = ("program", "format", "region")
    oracle = Oracle(documents, {kind: [orjson.loads(each) for each in reader.vocabulary(kind)] for kind in kinds})
    for asked in questions():
        answer, expected = find(snapshot, asked, now=NOW), oracle.found(asked, NOW)
        assert answer.total == len(expected), asked
        assert [hit.id for hit in answer.hits] == [each.id for each in expected[:30]], asked
        assert answer.facets == oracle.facets(asked, NOW), asked
