"""The engine gives what a plain reading of the documents gives."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from finder.domain.vocabulary import Approach, Attendance
from finder.search.answer import Answer
from finder.search.criteria import FORMAT_FACETS, SearchCriteria, Sort, TimeBand, When
from finder.search.engine import find, total_of
from finder.search.snapshot import Snapshot
from finder.search.snapshot_build import build_snapshot
from tests.search.oracle import Oracle
from tests.search.shelves import Shelf

LISTINGS = 500
ZONES = ("America/New_York", "Europe/London", "Pacific/Auckland", "America/Santiago", "Asia/Kathmandu", "UTC")
#: An ordinary evening, the turns of the week, and both sides of changes of the clocks in both hemispheres.
INSTANTS = (
    "2026-03-10T23:05:00",
    "2026-03-08T06:59:30",  # the clocks go forward in New York at 07:00
    "2026-03-28T23:30:00",  # and in Europe on the next morning
    "2026-04-04T15:00:00",  # back in Sydney
    "2026-10-25T00:59:59",  # back in Europe
    "2026-11-01T05:30:00",  # back in New York
    "2026-09-06T03:45:00",  # forward in Santiago, at midnight
    "2026-12-31T23:59:00",
    "2026-05-16T12:00:00",  # a Saturday
    "2026-05-17T23:00:00",  # a Sunday
    "2026-05-18T07:59:00",
)
#: Places in the middle of listings, and where maps end.
PLACES = (
    (40.71, -74.01),
    (51.51, -0.13),
    (30.27, -97.74),
    (-16.85, 180.0),
    (-17.5, -179.6),
    (-18.1, 178.5),
    (89.99, 0.0),
    (90.0, 45.0),
    (-90.0, 0.0),
    (78.2, 15.6),
    (0.0, 0.0),
)
DISTANCES_KM = (0.0, 2.0, 16.09344, 40.2336, 300.0, 804.0, 6000.0, 20038.0)
WORDS = (
    "serenity",
    "seren",
    "grattitude",
    "women",
    "wo",
    "side",
    "librray",
    "mesón",
    "meson",
    "stret",
    "12",
    "7",
    "zzzz",
    "brendan",
)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


class World:
    """A shelf, its snapshot of an instant, and what the oracle says."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.reader = shelf.reader()
        self.oracle = Oracle(shelf.documents.values(), shelf.vocabulary)
        self._snapshots: dict[str, Snapshot] = {}

    def snapshot(self, text: str) -> Snapshot:
        if text not in self._snapshots:
            self._snapshots[text] = build_snapshot(self.reader, now=instant(text))
        return self._snapshots[text]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf") / "shelf.db")
    shelf.put(shelf.maker(odd=0.35).documents(LISTINGS))
    world = World(shelf)
    yield world
    world.reader.close()
    shelf.close()


def some(chance: random.Random, choices: Any, most: int = 3) -> tuple[Any, ...]:  # noqa: ANN401 - any choices
    return tuple(chance.sample(list(choices), chance.randint(1, min(most, len(choices)))))


def random_criteria(seed: int, world: World) -> SearchCriteria:
    """A question of up to four conditions."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    latitude, longitude = chance.choice(PLACES)
    formats = {each["slug"]: each["kind"] for each in world.shelf.vocabulary["format"]}
    facet = chance.choice(FORMAT_FACETS)
    conditions: list[dict[str, Any]] = [
        {"latitude": latitude, "longitude": longitude, "within_km": chance.choice(DISTANCES_KM)},
        {"latitude": latitude, "longitude": longitude, "within_km": chance.choice(DISTANCES_KM)},
        {"when": some(chance, When)},
        {"when": some(chance, When, 1)},
        {"days": tuple(sorted(some(chance, range(7))))},
        {"bands": some(chance, TimeBand)},
        {"start_from": chance.choice((0, 300, 1080, 1200)), "start_until": chance.choice((None, 0, 300, 1080, 1200))},
        {"start_until": chance.choice((0, 720, 1439))},
        {"programs": some(chance, [each["slug"] for each in world.shelf.vocabulary["program"]])},
        {"approaches": some(chance, Approach, 2)},
        {facet: some(chance, [slug for slug, kind in formats.items() if kind == facet])},
        {"formats": some(chance, list(formats)[:20])},
        {"attendance": some(chance, Attendance, 2)},
        {"words": some(chance, WORDS, 2)},
        {"region_ids": some(chance, world.oracle.regions)},
    ]
    changes: dict[str, Any] = {"zone": chance.choice(ZONES), "sort": chance.choice(list(Sort)), "per_page": 7}
    for condition in chance.sample(conditions, chance.choice((0, 1, 1, 2, 2, 3, 4))):
        changes |= condition
    criteria = replace(SearchCriteria(), **changes)
    if criteria.sort is Sort.NEAREST and not criteria.has_place:
        return replace(criteria, sort=Sort.SOONEST)
    return criteria


def shown(answer: Answer) -> list[tuple[Any, ...]]:
    """The hits of an answer, with distances to the tenth of a millimetre."""
    return [
        (
            hit.id,
            hit.start,
            hit.end,
            hit.distance_km if hit.distance_km is None else pytest.approx(hit.distance_km, abs=1e-6),
        )
        for hit in answer.hits
    ]


@pytest.mark.parametrize("block", range(40))
def test_totals_order_and_pages_are_those_of_a_plain_reading(world: World, block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        text = INSTANTS[seed % len(INSTANTS)]
        now, criteria = instant(text), random_criteria(seed, world)
        expected = world.oracle.found(criteria, now)
        page = random.Random(seed).randint(1, len(expected) // 7 + 2)  # noqa: S311 - not a secret
        answer = find(world.snapshot(text), replace(criteria, page=page), now=now)
        wanted = expected[(page - 1) * 7 : page * 7]
        assert (answer.total, answer.pages) == (len(expected), -(-len(expected) // 7)), criteria
        assert shown(answer) == [(each.id, each.start, each.end, each.distance_km) for each in wanted], criteria
        assert [hit.in_progress for hit in answer.hits] == [bool(each.start and each.start <= now) for each in wanted]
        assert answer.online_total == world.oracle.online_total(criteria, now), criteria


@pytest.mark.parametrize("block", range(20))
def test_every_count_is_what_its_choice_would_give(world: World, block: int) -> None:
    for seed in range(9000 + block * 8, 9008 + block * 8):
        text = INSTANTS[seed % len(INSTANTS)]
        now, criteria = instant(text), random_criteria(seed, world)
        assert find(world.snapshot(text), criteria, now=now).facets == world.oracle.facets(criteria, now), criteria


@pytest.mark.parametrize("text", INSTANTS)
def test_the_next_sitting_is_the_truth_for_days_after_the_snapshot(world: World, text: str) -> None:
    for days, hours in ((0, 0), (0, 5), (1, 0), (3, 7), (6, 0)):
        now = instant(text) + dt.timedelta(days=days, hours=hours)
        for asked in ((), (0,), (2, 5)):
            criteria = SearchCriteria(days=asked, per_page=LISTINGS)
            answer = find(world.snapshot(text), criteria, now=now)
            expected = world.oracle.found(criteria, now)
            assert [(hit.id, hit.start) for hit in answer.hits] == [(each.id, each.start) for each in expected]


def test_pages_of_every_order_hold_everything_once(world: World) -> None:
    now = instant(INSTANTS[0])
    snapshot = world.snapshot(INSTANTS[0])
    for sort in Sort:
        criteria = SearchCriteria(latitude=40.71, longitude=-74.01, within_km=20038, sort=sort, per_page=13)
        pages = find(snapshot, criteria, now=now).pages
        ids = [
            hit.id for page in range(1, pages + 1) for hit in find(snapshot, replace(criteria, page=page), now=now).hits
        ]
        assert len(ids) == len(set(ids)) == total_of(snapshot, criteria, now=now)


def test_a_page_beyond_the_last_is_empty_and_keeps_the_total(world: World) -> None:
    answer = find(world.snapshot(INSTANTS[0]), SearchCriteria(page=1_000_000), now=instant(INSTANTS[0]))
    assert answer.hits == ()
    assert answer.total == LISTINGS


def test_many_rows_and_few_rows_give_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    text = INSTANTS[0]
    asked = [random_criteria(seed, world) for seed in range(20000, 20150)]
    few = [find(world.snapshot(text), criteria, now=instant(text)) for criteria in asked]
    monkeypatch.setattr("finder.search.timing.FEW_ROWS", -1)
    monkeypatch.setattr("finder.search.timing.FEW_PICKED_ROWS", -1)
    many = [find(world.snapshot(text), criteria, now=instant(text)) for criteria in asked]
    assert few == many


def test_what_is_chosen_and_unknown_finds_nothing(world: World) -> None:
    snapshot, now = world.snapshot(INSTANTS[0]), instant(INSTANTS[0])
    for criteria in (
        SearchCriteria(programs=("no-such",)),
        SearchCriteria(formats=("no-such",)),
        SearchCriteria(region_ids=(987654,)),
    ):
        assert find(snapshot, criteria, now=now).total == 0
