"""A source that was removed comes back as it was, for thirty days, and over nobody's later work."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from finder.directory import audit
from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.sources import RunState, SourcePolicy
from finder.sources.due import refresh_next
from finder.sources.importer import run_import
from finder.sources.removing import remove_source
from finder.sources.restoring import list_removed, restore_source
from finder.store.database import Database
from finder.store.source import SourceChange
from tests.conftest import NOW
from tests.sources.feeds import OPTIONS, a_feed, a_row
from tests.sources.instance import (
    a_source,
    counts,
    faults,
    feeding,
    meeting,
    refreshed,
    run,
    shown,
    tools_for,
    trusted,
)
from tests.sources.test_three_ways import edit


@pytest.mark.parametrize("keep", [True, False])
def test_a_source_that_was_removed_is_restored_as_it_was(keep: bool, database: Database) -> None:  # noqa: FBT001
    rows = [a_row(number) for number in range(4)]
    with feeding(*rows) as feed:
        number = a_source(database, feed)
        first = refreshed(database, number, feed)
        edit(database, "larks-0", {"notes": "Written here."})
        trusted(database, number, feed, SourcePolicy.PROPOSE)
        feed.rows = [*rows, a_row(9, contact_1_name="Robin", contact_1_email="robin@example.org")]
        waiting = refreshed(database, number, feed, later=30)
        before, bases = shown(database), meeting(database, "larks-0").source_base
        with database.unit_of_work() as session:
            remove_source(session, number, keep=keep, by="user:1", reason="", now=NOW)
        with database.reading() as session:
            [removed] = list_removed(session)
            assert "Robin" not in str(list(session.execute(select(SourceChange.draft)).scalars()))
        assert (removed.name, removed.listings) == ("Larks", 0 if keep else 4)
        assert removed.until == NOW + dt.timedelta(days=30)
        assert run(database, waiting.run).state is RunState.OVERTAKEN
        for refused in (
            lambda: a_source(database, feed),
            lambda: run_import(
                database, source="Larks", payload=a_feed(*rows), kind="meeting-guide", options=OPTIONS, now=NOW
            ),
        ):
            with pytest.raises(BadInputError, match="was removed: restore it"):
                refused()
        assert refresh_next(database, tools=lambda: tools_for(feed), now=NOW + dt.timedelta(days=1)) is None
        with database.unit_of_work() as session:
            done = restore_source(session, number, by="user:1", reason="", now=NOW + dt.timedelta(days=29))
        assert (len(done.done), done.left) == (0 if keep else 4, ())
        after = shown(database)
        assert {key: value["notes"] for key, value in after.items()} == {k: v["notes"] for k, v in before.items()}
        assert {key: value["slug"] for key, value in after.items()} == {k: v["slug"] for k, v in before.items()}
        assert meeting(database, "larks-0").source_base == bases
        again = refreshed(database, number, feed, later=60)
    assert counts(database, again.run) == (1, 0, 0, 0, 4)
    assert run(database, first.run).state is RunState.APPLIED
    with database.reading() as session:
        assert list_removed(session) == []
        assert list(audit.faults(session)) == []
    assert faults(database) == []


def test_a_removed_source_is_not_restored_too_late_or_over_later_work(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
    with database.unit_of_work() as session:
        remove_source(session, number, keep=False, by="user:1", reason="", now=NOW)
    held = meeting(database, "larks-1")
    with database.unit_of_work() as session:
        draft = draft_of(next(read_register(session, [held.id])))
        revise(session, held.id, replace(draft, notes="It is there."), actor="user:1", reason="", now=NOW)
    with database.unit_of_work() as session, pytest.raises(TooLateError):
        restore_source(session, number, by="user:1", reason="", now=NOW + dt.timedelta(days=31))
    with database.unit_of_work() as session:
        done = restore_source(session, number, by="user:1", reason="", now=NOW)
    assert (len(done.done), done.left) == (1, (held.id,))
    assert shown(database)["larks-1"]["notes"] == "It is there."
    with database.unit_of_work() as session, pytest.raises(NotFoundError, match="could be restored"):
        restore_source(session, number, by="user:1", reason="", now=NOW)
