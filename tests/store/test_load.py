"""A dump makes another database the same, whichever of the two kinds each is."""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, update

from finder.directory.check import faults
from finder.domain.errors import BadInputError
from finder.store import dump, migrate
from finder.store.accounts import Passkey
from finder.store.database import Database
from finder.store.load import load
from finder.store.people import Contact, Group, ServiceBody
from finder.store.schema import metadata
from finder.store.types import Instant, Json
from tests import postgres
from tests.conftest import Databases, prepare, prepare_demo
from tests.requirements import need
from tests.review.people import a_user

INSTANT = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
Build = Callable[[Database], None]
Fresh = Callable[[Build], Database]

#: What other tests call the same.
TEMPLATES: dict[Build, str] = {prepare: "prepared", prepare_demo: "demo"}


@pytest.fixture
def fresh(databases: Databases) -> Iterator[Fresh]:
    """Makes a database of the kind the test runs on."""
    made: list[Database] = []

    def make(build: Build) -> Database:
        made.append(Database(databases.copy_of(TEMPLATES.get(build, build.__name__), build)))
        return made[-1]

    yield make
    for each in made:
        each.dispose()


def lived_in(database: Database) -> None:
    """The demo with what a directory gathers: a key in bytes, a body below a later one, a number that is gone."""
    prepare_demo(database)
    with database.unit_of_work() as session:
        user = a_user(session)
        session.add(
            Passkey(
                user_id=user,
                credential_id=bytes(range(64)),
                public_key=b"\x00\xff",
                transports=["usb"],
                create_datetime=INSTANT,
                lastuse_datetime=INSTANT,
            )
        )
        bodies = list(session.execute(select(ServiceBody).order_by(ServiceBody.id)).scalars())
        later = ServiceBody(slug="later", name="Later on top", bmlt_id=1_900_000)
        session.add(later)
        session.flush()
        bodies[0].parent_id = later.id
        group = session.execute(select(Group.id).limit(1)).scalar_one()
        gone = Contact(group_id=group, email="gone@example.org")
        session.add(gone)
        session.flush()
        session.delete(gone)


def dumped(database: Database) -> list[bytes]:
    with database.reading(steady=True) as session:
        return [dump.head(session, shape=migrate.newest_shape(database)), *dump.lines(session)]


def loaded(database: Database, lines: list[bytes], heard: Callable[[int, int], None] = lambda *_: None) -> int:
    return load(database, lines, shape=migrate.newest_shape(database), tell=heard)


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("build", [migrate.upgrade, prepare], ids=["made", "after init"])
def test_what_was_dumped_is_the_same_elsewhere_to_the_last_byte(
    fresh: Fresh, both_kinds: dict[str, Databases], kind: str, build: Build
) -> None:
    need("postgresql", present=postgres.URL_VARIABLE in os.environ, how="install the Debian package postgresql")
    origin = Database(both_kinds[kind].copy_of("lived_in", lived_in))
    lines = dumped(origin)
    origin.dispose()
    heard: list[tuple[int, int]] = []
    other = fresh(build)
    count = loaded(other, lines, lambda done, total: heard.append((done, total)))
    assert count == len(lines) - 1
    assert heard[-1] == (count, count)
    assert dumped(other) == lines
    with other.reading() as session:
        assert list(faults(session)) == []


def test_what_is_given_after_loading_goes_on_from_the_highest_number(fresh: Fresh) -> None:
    lines = dumped(fresh(lived_in))
    other = fresh(migrate.upgrade)
    loaded(other, lines)
    gone = json.loads(lines[0])["numbers"]["contact"]
    with other.unit_of_work() as session:
        group = session.execute(select(Group.id).limit(1)).scalar_one()
        contact = Contact(group_id=group, email="new@example.org")
        body = ServiceBody(slug="new", name="New", bmlt_id=1_900_001)
        session.add_all([contact, body])
        session.flush()
        assert contact.id == gone + 1  # what had the last number is gone, and it is nobody else's
        assert body.id > max(session.execute(select(ServiceBody.id).where(ServiceBody.id != body.id)).scalars())


def test_a_database_in_use_is_left_as_it_is(fresh: Fresh) -> None:
    lines = dumped(fresh(lived_in))
    used = fresh(prepare_demo)
    before = dumped(used)
    with pytest.raises(BadInputError, match="in use already"):
        loaded(used, lines)
    assert dumped(used) == before


def test_a_vocabulary_that_somebody_changed_is_in_use(fresh: Fresh) -> None:
    other = fresh(prepare)
    with other.unit_of_work() as session:
        session.execute(update(metadata.tables["audit_entry"]).values(actor="user:1"))
    with pytest.raises(BadInputError, match="in use already"):
        loaded(other, dumped(fresh(lived_in)))


def _without(line: bytes, name: str) -> bytes:
    found = json.loads(line)
    del found["row"][name]
    return json.dumps(found).encode()


def _with(line: bytes, **values: object) -> bytes:
    found = json.loads(line)
    found["row"] |= values
    return json.dumps(found).encode()


def _of(lines: list[bytes], table: str) -> int:
    return next(place for place, line in enumerate(lines) if line.startswith(f'{{"table":"{table}"'.encode()))


BROKEN: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "nothing": (lambda _: [], "no file that `finder dump` wrote"),
    "not JSON": (lambda _: [b"{"], "no file that `finder dump` wrote"),
    "another file": (lambda _: [b'[{"name": "Early Birds"}]'], "no file that `finder dump` wrote"),
    "bytes": (lambda _: [b"\xff\xfe\x00"], "no file that `finder dump` wrote"),
    "other tables": (lambda lines: [b'{"finder_dump": "0001", "rows": 1}', *lines[1:]], "version '0001'"),
    "no number of rows": (lambda lines: [b'{"finder_dump": "0001"}', *lines[1:]], "no file that `finder dump` wrote"),
    "cut off between two lines": (lambda lines: lines[:-1], "it was cut off"),
    "cut off": (lambda lines: [*lines[:-1], lines[-1][:20]], "is no row of a dump"),
    "a table that there is not": (lambda lines: [*lines, b'{"table": "people", "row": {}}'], "is no row of a dump"),
    "a row without a field": (lambda lines: [*lines[:1], _without(lines[1], "id"), *lines[2:]], "is no row of a dump"),
    "a row that is a list": (lambda lines: [*lines, b'{"table": "region", "row": []}'], "is no row of a dump"),
    "no list of tables": (lambda lines: [*lines, b'{"table": ["region"], "row": {}}'], "is no row of a dump"),
    "a word for a number": (lambda lines: _changed(lines, "location", latitude="north"), "latitude is not what"),
    "yes for a number": (lambda lines: _changed(lines, "location", latitude=True), "latitude is not what"),
    "a number for a word": (lambda lines: _changed(lines, "meeting", name=7), "name is not what"),
    "nothing for a word": (lambda lines: _changed(lines, "meeting", name=None), "name is missing"),
    "a huge number": (lambda lines: _changed(lines, "meeting", revision=2**63), "revision is not what"),
    "no moment": (lambda lines: _changed(lines, "meeting", updated_at="yesterday"), "Line"),
    "a moment in no zone": (lambda lines: _changed(lines, "meeting", updated_at="2026-03-01T12:00:00"), "no zone"),
    "a moment as a list": (lambda lines: _changed(lines, "meeting", updated_at=[1]), "Line"),
    "no such state": (lambda lines: _changed(lines, "meeting", attendance="by balloon"), "Line"),
    "no bytes": (lambda lines: _changed(lines, "passkey", public_key="é"), "Line"),
}


def _changed(lines: list[bytes], table: str, **values: object) -> list[bytes]:
    place = _of(lines, table)
    return [*lines[:place], _with(lines[place], **values), *lines[place + 1 :]]


def test_what_the_database_refuses_is_said_in_words_and_nothing_stays(fresh: Fresh) -> None:
    lines = dumped(fresh(lived_in))
    place = _of(lines, "audit_entry")
    twice = [*lines[: place + 1], *lines[place:]]
    other = fresh(prepare)
    before = dumped(other)
    for broken in (twice, _changed(lines, "meeting", program_id=99999)):
        with pytest.raises(BadInputError, match="not whole"):
            loaded(other, broken)
    assert dumped(other) == before


@pytest.mark.one_database
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_dump_is_refused_in_words_and_nothing_of_it_stays(fresh: Fresh, name: str) -> None:
    spoil, words = BROKEN[name]
    lines = dumped(fresh(lived_in))
    other = fresh(prepare)
    before = dumped(other)
    with pytest.raises(BadInputError, match=words):
        loaded(other, spoil(lines))
    assert dumped(other) == before


def test_every_kind_of_column_can_be_read_back() -> None:
    """A table with a column of a new kind must be thought of in `load`."""
    known = {int, str, bool, float, bytes, dt.date}
    columns = (column for table in metadata.sorted_tables for column in table.columns)
    kinds = {column.type.python_type for column in columns if not isinstance(column.type, Json | Instant)}
    assert {kind for kind in kinds if kind not in known and not hasattr(kind, "__members__")} == set()
