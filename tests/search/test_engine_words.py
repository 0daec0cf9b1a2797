"""Words find listings as people type them."""

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from finder.search.criteria import SearchCriteria
from finder.search.engine import find
from finder.search.snapshot_build import build_snapshot
from finder.search.snapshot_update import updated
from tests.search.shelves import Shelf

NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)
Ask = Callable[..., set[int]]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Four listings whose words are known."""
    shelf = Shelf(tmp_path / "shelf.db")
    documents = list(shelf.maker().documents(4))
    texts = ("Serenity at Noon", "Serene Sisters", "Mesón de Esperanza", "Fellowship of the Stone")
    for document, name in zip(documents, texts, strict=True):
        document |= {"name": name, "notes": "", "group": None, "location": None}
    documents[3]["notes"] = "Ring a bell"
    shelf.put(documents)
    yield shelf
    shelf.close()


@pytest.fixture
def ask(shelf: Shelf) -> Iterator[Ask]:
    reader = shelf.reader()
    snapshot = build_snapshot(reader, now=NOW)

    def ask(*words: str) -> set[int]:
        return {hit.id for hit in find(snapshot, SearchCriteria(words=words), now=NOW).hits}

    yield ask
    reader.close()


def test_a_whole_word_and_its_beginning_find(ask: Ask) -> None:
    assert ask("serenity") == {1}
    assert ask("seren") == {1, 2}
    assert ask("se") == {1, 2}


def test_one_letter_is_a_whole_word(ask: Ask) -> None:
    assert ask("a") == {4}
    assert ask("s") == set()


def test_every_word_has_to_match(ask: Ask) -> None:
    assert ask("seren", "noon") == {1}
    assert ask("noon", "sisters") == set()


def test_accents_do_not_matter(ask: Ask) -> None:
    assert ask("meson") == {3}


@pytest.mark.parametrize("typed", ["serenety", "srenity", "serrenity", "seernity", "sernitty"])
def test_slips_are_forgiven(ask: Ask, typed: str) -> None:
    assert ask(typed) == {1}


def test_short_words_are_forgiven_less(ask: Ask) -> None:
    assert ask("belk") == {4}
    assert ask("bek") == set()
    assert ask("felowshp") == {4}  # two slips in a long word
    assert ask("stnoee") == set()  # two in a short one


def test_near_misses_are_looked_for_only_when_nothing_else_matches(shelf: Shelf, ask: Ask) -> None:
    assert ask("noom") == {1}
    document = copy.deepcopy(shelf.documents[2]) | {"name": "Noom"}
    shelf.put([document])
    reader = shelf.reader()
    snapshot = build_snapshot(reader, now=NOW)
    assert [hit.id for hit in find(snapshot, SearchCriteria(words=("noom",)), now=NOW).hits] == [2]
    shelf.remove([2])
    newer = updated(snapshot, reader, reader.revision())
    assert newer is not None
    assert [hit.id for hit in find(newer, SearchCriteria(words=("noom",)), now=NOW).hits] == [1]
    reader.close()
