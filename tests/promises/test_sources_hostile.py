"""Promises O2 and O3: a bad source cannot hurt, and none can erase. The real machinery reads a real server."""

import datetime as dt
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from finder.domain.sources import RunState, SourcePolicy
from finder.sources.due import refresh_next
from finder.sources.fetch import MAX_SECONDS
from finder.sources.refresh import Outcome, Tools
from finder.store.database import Database
from finder.store.source import Source
from tests.conftest import NOW, Databases, prepare
from tests.requirements import need, required
from tests.sources.canaries import PORTS, Listeners
from tests.sources.feeds import CATALOGUE, a_row
from tests.sources.floods import FLOODS
from tests.sources.hostile import ERASING, FEED, HOSTILE, ROWS, SLOW
from tests.sources.instance import Feed, a_source, faults, feeding, refreshed, shown, trusted
from tests.sources.loopback import Answer, serving
from tests.sources.network import can_have_a_network, entered, need_a_network

#: What a refresh may take beside what the process holds already.
MEMORY_MB = 64
NEIGHBOR = [a_row(number, slug=f"owls-{number}") for number in range(200, 203)]


@dataclass
class Neighbors:
    """An instance with a source that has turned bad and one, due after it, that is good."""

    database: Database
    bad: int
    good: int
    feed: Feed

    def next(self, *allow: str, max_seconds: float = MAX_SECONDS) -> Outcome:
        """What came of the source that is due."""
        allowed = (self.feed.server.address, *allow)
        tools = Tools(catalogue=CATALOGUE, allow=allowed, max_seconds=max_seconds)
        found = refresh_next(self.database, tools=lambda: tools, now=NOW)
        assert found is not None
        return found[1]

    def turned(self, kind: str, address: str) -> None:
        """The bad source is of this kind and at this address now, and is due first."""
        trusted(self.database, self.bad, self.feed, SourcePolicy.PUBLISH, kind=kind, url=f"http://{address}/a")
        with self.database.unit_of_work() as session:
            session.get_one(Source, self.bad).due_at = NOW - dt.timedelta(minutes=1)
            session.get_one(Source, self.good).due_at = NOW

    def recovers(self) -> bool:
        """Whether the whole feed, when it comes again, is taken for what it was, with nothing left to decide."""
        trusted(self.database, self.bad, self.feed, SourcePolicy.PUBLISH)
        outcome = refreshed(self.database, self.bad, self.feed, payload=FEED, again=True)
        return outcome.state is RunState.UNCHANGED and "wait" not in outcome.words

    def held(self) -> dict[str, Any]:
        """What is shown of the bad source."""
        return {key: told for key, told in shown(self.database).items() if key.startswith("larks-")}


@pytest.fixture(scope="module", autouse=True)
def network() -> Iterator[None]:
    """All of it takes place where every address leads to a canary, and none hears anything; the last one is a control.

    Where no such network can be made, and none is required, it takes place on the loopback of the machine.
    """
    if not (can_have_a_network() or required("netns")):
        yield
        return
    need_a_network()
    with entered():
        canaries = Listeners()
        canaries.listen()
        yield
        assert not canaries.heard, canaries.heard
        with socket.create_connection(("10.55.0.1", PORTS[0]), timeout=5) as control:
            assert control.recv(100)
        assert canaries.heard == {f"10.55.0.1 {PORTS[0]}": 1}


@pytest.fixture(scope="module")
def neighbors(both_kinds: dict[str, Databases]) -> Iterator[Neighbors]:
    """One for all: nothing here changes it. On SQLite alone: what is sent is refused before a database is asked."""
    database = Database(both_kinds["sqlite"].copy_of("prepared", prepare))
    with feeding(*ROWS) as feed:
        bad = a_source(database, feed)
        refreshed(database, bad, feed)
        feed.rows = NEIGHBOR
        good = a_source(database, feed, name="Owls", url=f"{feed.server.url}/owls.json")
        refreshed(database, good, feed)
        yield Neighbors(database, bad, good, feed)
    database.dispose()


def _memory(field: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) // 1024


def _forget_the_peak() -> None:
    need("procfs", present=Path("/proc/self/clear_refs").exists(), how="run on Linux to measure memory")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def assert_bad_and_then_good(
    neighbors: Neighbors, kind: str, answer: Answer, words: str, *, max_seconds: float
) -> None:
    before = neighbors.held()
    with serving(answer) as server:
        neighbors.turned(kind, server.address)
        _forget_the_peak()
        held, started = _memory("VmRSS"), time.monotonic()
        outcome = neighbors.next(server.address, max_seconds=max_seconds)
        took, grown = time.monotonic() - started, _memory("VmHWM") - held

    assert outcome.state in {RunState.FAILED, RunState.QUARANTINED}, outcome.words
    assert words in outcome.words
    assert outcome.words.endswith((".", ".)", "?"))
    assert "unforeseen" not in outcome.words
    assert len(outcome.words) < 400
    assert outcome.words.isprintable()
    assert took < max_seconds + 5
    assert grown <= MEMORY_MB, f"{grown} MB"
    assert neighbors.held() == before
    assert neighbors.recovers()
    assert neighbors.next().source == neighbors.good
    assert len(shown(neighbors.database)) == len(ROWS) + len(NEIGHBOR)
    assert faults(neighbors.database) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_o2_a_bad_source_ends_with_a_reason_and_the_next_one_runs(name: str, neighbors: Neighbors) -> None:
    kind, answer, words = HOSTILE[name]
    assert_bad_and_then_good(neighbors, kind, answer, words, max_seconds=MAX_SECONDS)


@pytest.mark.parametrize("name", FLOODS)
def test_o2_a_source_as_large_as_one_may_be_takes_no_memory_when_it_is_bad(name: str, neighbors: Neighbors) -> None:
    kind, answer, words = FLOODS[name]
    assert_bad_and_then_good(neighbors, kind, answer, words, max_seconds=MAX_SECONDS)


@pytest.mark.parametrize("kind", ["meeting-guide", "bmlt"])
@pytest.mark.parametrize("name", SLOW)
def test_o2_a_slow_source_is_given_up_and_the_next_one_runs(name: str, kind: str, neighbors: Neighbors) -> None:
    assert_bad_and_then_good(neighbors, kind, SLOW[name], "ook too long", max_seconds=0.5)


@pytest.mark.parametrize("name", ERASING)
def test_o3_a_feed_that_would_erase_waits_and_erases_nothing(name: str, neighbors: Neighbors) -> None:
    before = neighbors.held()
    with serving(lambda request: request.send(ERASING[name])) as server:
        neighbors.turned("meeting-guide", server.address)
        outcome = neighbors.next(server.address)

    assert outcome.state in {RunState.QUARANTINED, RunState.FAILED, RunState.PROPOSED}, outcome.words
    assert neighbors.held() == before
    assert neighbors.recovers()
    assert faults(neighbors.database) == []
