"""Kinds of sources: one that needs several addresses is asked for each once, and only when one of them has changed."""

import json
from collections.abc import Iterator

import pytest

from finder.domain.errors import BadInputError
from finder.domain.sources import RunState
from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.payload import Payload, beginning_of
from finder.feeds.rows import DecodeOptions
from finder.sources.readers import READERS, Ask, Brought, Payloads, Reader, kinds, reader_of
from finder.store.database import Database
from tests.sources.feeds import OPTIONS, a_feed, a_row
from tests.sources.instance import Feed, a_source, counts, refreshed, shown, source
from tests.sources.loopback import Handler, serving

PARTS = {"/a": [a_row(1), a_row(2)], "/b": [a_row(3)]}


def gather(url: str, ask: Ask) -> dict[str, Payload]:
    """A list of addresses first, then each."""
    base = url.rsplit("/", 1)[0]
    paths = json.loads(beginning_of(ask(url), 10_000))
    return {f"{base}{path}": ask(f"{base}{path}") for path in paths}


def decode(payloads: Payloads, options: DecodeOptions) -> Brought:
    rows = tuple(row for body in payloads.values() for row in decode_meeting_guide(body, options=options).rows)

    return Brought(rows=rows, note="Read in parts.")


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "in-parts", Reader(words="Feed in parts", gather=gather, decode=decode))


class PartsFeed(Feed):
    """A server with several addresses; all but those in ``without`` send a validator."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = {path: a_feed(*rows) for path, rows in PARTS.items()}
        self.without: set[str] = set()

    def answer(self, request: Handler) -> None:
        body = json.dumps(list(self.parts)).encode() if request.path == "/list" else self.parts[request.path]
        stamp = f"Mon, {len(body):02d} Mar 2026 10:00:00 GMT"
        if request.headers.get("If-Modified-Since") == stamp and request.path not in self.without:
            request.send(status=304)
        elif request.path in self.without:
            request.send(body)
        else:
            request.send(body, Last_Modified=stamp)


@pytest.fixture
def parts() -> Iterator[PartsFeed]:
    feed = PartsFeed()
    with serving(feed.answer) as server:
        feed.server = server
        yield feed


@pytest.mark.usefixtures("in_parts")
def test_a_source_of_several_addresses_is_read_whole_and_not_again(parts: PartsFeed, database: Database) -> None:
    number = a_source(database, parts, kind="in-parts", url=f"{parts.server.url}/list")
    first = refreshed(database, number, parts)
    again = refreshed(database, number, parts, later=60)

    assert first.words.startswith("Read in parts. 3 new")
    assert again.state is RunState.UNCHANGED
    assert parts.server.paths == ["/list", "/a", "/b", "/a", "/b", "/list"]
    assert sorted(source(database, number).validators) == [f"{parts.server.url}/{path}" for path in ("a", "b", "list")]

    parts.parts["/b"] = a_feed(a_row(3), a_row(4))
    parts.server.paths.clear()
    changed = refreshed(database, number, parts, later=120)
    assert counts(database, changed.run)[0] == 1
    assert parts.server.paths == ["/a", "/b", "/list", "/a"]  # what was the same is asked for whole, once
    assert len(shown(database)) == 4


@pytest.mark.usefixtures("in_parts")
def test_a_server_that_says_nothing_of_one_address_is_known_by_what_it_sends(
    parts: PartsFeed, database: Database
) -> None:
    parts.without = {"/a"}
    number = a_source(database, parts, kind="in-parts", url=f"{parts.server.url}/list")
    refreshed(database, number, parts)
    again = refreshed(database, number, parts, later=60)

    assert again.state is RunState.UNCHANGED


def test_every_decoder_is_a_kind_of_source() -> None:
    assert {"meeting-guide", "csv"} <= set(kinds())
    with pytest.raises(BadInputError, match="no format 'xml'"):
        reader_of("xml")
    brought = reader_of("meeting-guide").decode({"": a_feed(a_row(1))}, OPTIONS)
    assert [row.key for row in brought.rows] == ["larks-1"]
