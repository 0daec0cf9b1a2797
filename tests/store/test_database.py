import datetime as dt
import json
import threading

import pytest
from sqlalchemy import inspect, select, text

from finder.directory.batch import Batch, apply_batch
from finder.directory.check import faults
from finder.domain.errors import NotSavedError
from finder.domain.sources import ChangeKind, RunState
from finder.domain.vocabulary import Attendance, JoinPolicy
from finder.store import dump, migrate
from finder.store.database import Database
from finder.store.schema import metadata
from finder.store.shelf import DirectoryRevision, PublicListing
from finder.store.shelf_connection import READ_ERRORS
from finder.store.shelf_reader import ShelfReader
from finder.store.source import Source, SourceChange, SourceRun
from tests.conftest import Databases, prepare
from tests.factories import a_listing

INSTANT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_migrations_run_down_and_up_again(database: Database) -> None:
    migrate.downgrade(database)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert not migrate.is_current(database)
    migrate.upgrade(database)
    assert set(inspect(database.engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    assert migrate.is_current(database)


def test_what_refreshes_said_of_themselves_is_taken_apart_and_put_together(database: Database) -> None:
    """Whatever is decided, "3 changes wait" must not stay for ever."""
    words = {
        "3 new, 1,200 as before. 3 changes wait for a moderator.": ("3 new, 1,200 as before.", ""),
        "Read in parts. In quarantine, nothing was changed: 7 of 12 would go. If that is right, allow it expressly. "
        "(7 gone, 5 as before.)": ("Read in parts. 7 gone, 5 as before.", "7 of 12 would go."),
        "1 new, 2 as before. 1 change waits for a moderator. Overtaken by refresh 9.": (
            *("1 new, 2 as before. Overtaken by refresh 9.", ""),
        ),
        "The server took too long.": ("The server took too long.", ""),
    }
    with database.unit_of_work() as session:
        session.add(Source(id=1, name="Larks", field_rules={}, validators={}))
        session.flush()
        run = {"source_id": 1, "state": RunState.PROPOSED, "at": INSTANT, "asked_by": "worker"}
        session.add_all(SourceRun(id=number, words=told, **run) for number, told in enumerate(words, 1))
    migrate.downgrade(database, "0005")
    migrate.upgrade(database)
    with database.reading() as session:
        rows = session.execute(select(SourceRun.words, SourceRun.objection).order_by(SourceRun.id)).all()
    assert [tuple(row) for row in rows] == list(words.values())
    migrate.downgrade(database, "0005")
    with database.engine.begin() as connection:
        again = list(connection.execute(text("SELECT words FROM source_run ORDER BY id")).scalars())
    assert again[1] == "7 of 12 would go. Read in parts. 7 gone, 5 as before."
    migrate.upgrade(database)


def test_a_refresh_that_waits_with_nothing_but_what_an_older_version_does_not_know_is_closed(
    database: Database,
) -> None:
    with database.unit_of_work() as session:
        session.add(Source(id=1, name="Larks", field_rules={}, validators={}))
        session.flush()
        run = {"source_id": 1, "state": RunState.PROPOSED, "at": INSTANT, "asked_by": "worker"}
        session.add_all(SourceRun(id=number, **run) for number in (1, 2))
        session.flush()
        kinds = ((1, ChangeKind.BESIDE), (1, ChangeKind.REFUSED), (2, ChangeKind.BESIDE), (2, ChangeKind.NEW))
        values: dict[str, list[str]] = {"fields": [], "risks": [], "remarks": []}
        session.add_all(SourceChange(run_id=number, kind=kind, **values) for number, kind in kinds)
    migrate.downgrade(database, "0009")
    migrate.upgrade(database)
    with database.reading() as session:
        states = session.execute(select(SourceRun.state).order_by(SourceRun.id)).scalars().all()
        assert list(faults(session)) == []
    assert states == [RunState.OVERTAKEN, RunState.PROPOSED]


def test_notes_on_joining_come_on_the_shelf_and_leave_it(database: Database) -> None:
    notes = {"attendance": Attendance.ONLINE, "conference_url_notes": "Write\nfirst", "conference_phone_notes": "é"}
    drafts = (
        a_listing(**notes),
        a_listing(**notes, join_policy=JoinPolicy.ON_REQUEST),
        a_listing(conference_url="https://zoom.us/j/5550100", conference_url_notes="Wait"),
        a_listing(),
    )
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Larks", new=drafts), actor="test", reason="", now=INSTANT)
    statement = select(PublicListing.document).order_by(PublicListing.id)
    with database.reading() as session:
        before = list(session.execute(statement).scalars())
    migrate.downgrade(database, "0008")
    with database.engine.begin() as connection:
        gone = [json.loads(document)["conference"] for document in connection.execute(statement).scalars()]
    migrate.upgrade(database)
    with database.reading() as session:
        assert list(session.execute(statement).scalars()) == before
        assert list(faults(session)) == []
    told = {"url": "", "url_notes": "Write\nfirst", "phone": "", "phone_notes": "é"}
    assert [json.loads(document)["conference"] for document in before][:2] == [told, None]
    assert [conference and conference["url_notes"] for conference in gone] == [None, None, "Wait", None]


def test_migrations_import_no_model() -> None:
    for path in (migrate.FOLDER / "versions").glob("*.py"):
        assert "finder" not in path.read_text(encoding="utf-8")


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    naive = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(Exception, match="needs a zone"), database.unit_of_work() as session:
        session.get_one(DirectoryRevision, 1).changed_at = naive


def test_an_instant_comes_back_aware_and_the_same(database: Database) -> None:
    instant = dt.datetime(2026, 3, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=-6)))
    with database.unit_of_work() as session:
        session.get_one(DirectoryRevision, 1).changed_at = instant
    with database.reading() as session:
        found = session.execute(select(DirectoryRevision.changed_at)).scalar_one()
    assert found == instant
    assert found is not None
    assert found.tzinfo is not None


def test_a_unit_of_work_that_raises_keeps_nothing(database: Database) -> None:
    def fail() -> None:
        with database.unit_of_work() as session:
            session.get_one(DirectoryRevision, 1).revision = 999
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ShelfReader(database.url).revision().directory != 999


def test_writers_follow_one_another(database: Database) -> None:
    def raise_it() -> None:
        from finder.directory.revision import raise_revision  # noqa: PLC0415

        for _ in range(10):
            with database.unit_of_work() as session:
                raise_revision(session, now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))

    before = ShelfReader(database.url).revision().directory
    threads = [threading.Thread(target=raise_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ShelfReader(database.url).revision().directory == before + 40


def test_a_database_that_cannot_be_reached_is_said_in_words(tmp_path: object) -> None:
    nowhere = Database(f"sqlite:///{tmp_path}/no/such/folder/finder.db")
    with pytest.raises(NotSavedError, match="not saved"), nowhere.unit_of_work() as session:
        session.execute(text("SELECT 1"))


def test_a_reader_recovers_after_an_error(database: Database) -> None:
    reader = ShelfReader(database.url)
    with pytest.raises(READ_ERRORS):
        reader._read("SELECT no_such_column FROM directory_revision")
    assert reader.revision().directory > 0


def test_the_dump_holds_every_table_and_row(database: Database) -> None:
    with database.reading() as session:
        lines = list(dump.lines(session))
    assert any(b'"table":"program"' in line and b'"slug":"aa"' in line for line in lines)
    assert all(line.startswith(b'{"table":"') for line in lines)


@pytest.mark.postgresql
def test_on_postgresql_a_role_that_may_read_the_shelf_alone_reads_all_that_is_public(databases: Databases) -> None:
    if databases.kind != "postgresql":
        pytest.skip("a matter of PostgreSQL's roles")
    database = Database(databases.copy_of("prepared", prepare))
    shelf = "public_listing, public_vocabulary, public_slug, directory_revision"
    with database.unit_of_work() as session:
        session.execute(text("DROP ROLE IF EXISTS shelf_only"))
        session.execute(text("CREATE ROLE shelf_only LOGIN"))
        session.execute(text(f"GRANT SELECT ON {shelf} TO shelf_only"))
    reader = ShelfReader(database.url.set(username="shelf_only"))
    assert reader.revision().directory > 0
    assert list(reader.rows_since(0)) == []
    assert reader.vocabulary("program")
    assert reader.successor("meeting", "nothing") is None
    assert reader.listing("nothing") is None
    with pytest.raises(READ_ERRORS):
        reader._read("SELECT * FROM meeting")
    reader.close()
    with database.unit_of_work() as session:
        session.execute(text("DROP OWNED BY shelf_only"))
        session.execute(text("DROP ROLE shelf_only"))
    database.dispose()
