"""The numbers by which BMLT clients know the directory's own formats."""

import orjson
from sqlalchemy import delete, insert, select, update

from finder.directory.bmlt_formats import complete_own_formats
from finder.directory.vocabulary import load_vocabulary, shelve_vocabulary
from finder.domain.vocabulary import FormatKind
from finder.feeds.bmlt_stock import STOCK
from finder.feeds.seed import load_formats, load_programs
from finder.store.bmlt import BmltFormat
from finder.store.database import Database
from finder.store.shelf import PublicVocabulary
from finder.store.vocabulary import Format
from tests.conftest import NOW, SEEDS


def _told(database: Database) -> dict[int, dict[str, object]]:
    with database.reading() as session:
        rows = session.execute(
            select(PublicVocabulary.document).where(PublicVocabulary.kind == "bmlt_format")
        ).scalars()
        return {each["id"]: each for each in map(orjson.loads, rows)}


def _load(database: Database) -> int:
    programs = load_programs((SEEDS / "programs.toml").read_text(encoding="utf-8"))
    formats = load_formats((SEEDS / "formats.toml").read_text(encoding="utf-8"))
    with database.unit_of_work() as session:
        return load_vocabulary(session, programs, formats, actor="seed", now=NOW)


def test_stock_formats_keep_their_numbers_and_say_what_they_are_here(database: Database) -> None:
    told = _told(database)
    assert {each["key"]: number for number, each in told.items() if number < 1000} == {
        key: stock.number for key, stock in STOCK.items()
    }
    assert (told[17]["format"], told[17]["world_id"], told[17]["kind"]) == ("open", "OPEN", "O")
    assert told[17]["names"] == {
        "en": {
            "key": "O",
            "name": "Open to everyone",
            "description": "Anyone may come, also to look, to learn or to keep someone company.",
        }
    }
    assert told[54]["format"] is None
    assert told[49]["format"] is None  # two languages share that key, so it stands for neither


def test_every_format_has_a_number_of_its_own_and_every_number_a_name(database: Database) -> None:
    told = _told(database)
    with database.reading() as session:
        slugs = set(session.execute(select(Format.slug)).scalars())
    standing = [str(each["format"]) for each in told.values() if each["format"]]
    assert sorted(standing) == sorted(slugs)
    assert len({str(each["key"]).casefold() for each in told.values()}) == len(told)
    for each in told.values():
        names = each["names"]
        assert isinstance(names, dict)
        assert names["en"]["name"]


def test_loading_again_changes_no_number(database: Database) -> None:
    before = _told(database)
    assert _load(database) == 0
    assert _told(database) == before


def test_a_number_that_a_source_has_taken_is_left_to_it(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(delete(BmltFormat).where(BmltFormat.id == 17))
        session.execute(insert(BmltFormat).values(id=17, source_id=None, source_number=3, key="X"))
    _load(database)
    told = _told(database)
    assert told[17]["key"] == "X"
    (number,) = [number for number, each in told.items() if each["key"] == "O"]
    assert number > 10_000


def test_a_format_that_an_administrator_makes_is_told_to_clients_too(database: Database) -> None:
    with database.unit_of_work() as session:
        values = {"bit": 180, "slug": "walking", "name": "Walking", "kind": FormatKind.VENUE, "description": "Outside."}
        session.execute(insert(Format).values(values))
        shelve_vocabulary(session)
    told = _told(database)[10_180]
    assert (told["key"], told["format"], told["kind"]) == ("walking", "walking", "FC2")


def test_words_that_were_edited_reach_clients(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(update(Format).where(Format.slug == "open").values(name="All are welcome"))
        assert not complete_own_formats(session)
        shelve_vocabulary(session)
    names = _told(database)[17]["names"]
    assert isinstance(names, dict)
    assert names["en"]["name"] == "All are welcome"
