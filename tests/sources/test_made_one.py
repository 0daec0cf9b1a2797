"""Listings of two sources that a moderator made one: which source is followed, and what becomes of it."""

from sqlalchemy import select

from finder.directory.revert import revert
from finder.domain.sources import ChangeKind, ChangeState, RunState
from finder.sources.applying import merge_new
from finder.sources.removing import remove_source
from finder.sources.setting_aside import set_aside
from finder.store.audit import AuditEntry
from finder.store.database import Database
from tests.conftest import NOW
from tests.sources.feeds import a_row
from tests.sources.instance import (
    Feed,
    a_source,
    changes,
    faults,
    feeding,
    meeting,
    refreshed,
    shown,
)
from tests.sources.test_deciding import ROWS, applied, content_of, rolled_back
from tests.sources.test_three_ways import edit


def one_of_two(database: Database, feed: Feed, other: Feed) -> tuple[int, int, int]:
    """Wrens, read first, and Larks list one meeting: gives both sources, and the one listing that stands."""
    wrens = a_source(database, other, name="Wrens")
    refreshed(database, wrens, other)
    larks = a_source(database, feed)
    [change] = [each for each in changes(database, refreshed(database, larks, feed).run) if each.row == 1]
    there = meeting(database, "wren").id
    with database.unit_of_work() as session:
        merge_new(session, change.id, into=there, seen=1, by="user:1", now=NOW)
    return wrens, larks, there


def test_what_another_source_still_lists_stays_when_its_source_is_removed(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed:
        with feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other:
            wrens, number, there = one_of_two(database, feed, other)
        with database.unit_of_work() as session:
            told = remove_source(session, wrens, keep=False, by="user:1", reason="", now=NOW)
        assert (len(told.going), told.staying) == (1, [there])
        assert {"wren", "lone-wren"} & set(shown(database)) == {"wren"}
        assert refreshed(database, number, feed, later=60, again=True).run is not None
    assert "wren" in shown(database)
    assert faults(database) == []


def test_a_meeting_that_its_source_drops_follows_another_that_still_lists_it(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed, feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other:
        wrens, number, there = one_of_two(database, feed, other)
        before = shown(database)

        other.rows = [a_row(3, slug="lone-wren")]
        dropped = refreshed(database, wrens, other, later=60).run
        [gone] = changes(database, dropped)
        assert (gone.meeting_id, gone.remarks[0][2].split(":")[0]) == (there, "another source still lists it")
        assert shown(database) == before
        applied(database, dropped)
        assert set(shown(database)) == {"larks-1", "larks-2", "lone-wren"}
        assert meeting(database, "wren").merged_into == meeting(database, "larks-1").id
        assert faults(database) == []

        feed.rows = [a_row(1, day=4, time="06:30", end_time="07:30"), a_row(2)]
        refreshed(database, number, feed, later=120)
        assert shown(database)["larks-1"]["schedule"]["start"] == "06:30"
        other.rows = [a_row(1, slug="wren"), a_row(3, slug="lone-wren")]
        assert refreshed(database, wrens, other, later=180).state is RunState.UNCHANGED
        feed.rows = [a_row(2)]
        last = refreshed(database, number, feed, later=240).run
        assert [each.meeting_id for each in changes(database, last)] == [meeting(database, "larks-1").id]
        applied(database, last)
        assert set(shown(database)) == {"wren", "larks-2", "lone-wren"}
    assert faults(database) == []


def test_a_meeting_that_was_handed_over_is_as_before_when_that_is_rolled_back(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed, feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other:
        wrens, _, there = one_of_two(database, feed, other)
        before = {key: content_of(told) for key, told in shown(database).items()}
        other.rows = [a_row(3, slug="lone-wren")]
        dropped = refreshed(database, wrens, other, later=60).run
        applied(database, dropped)
        assert rolled_back(database, dropped) == (1, 0)

        assert {key: content_of(told) for key, told in shown(database).items()} == before
        assert meeting(database, "larks-1").merged_into == there
        assert refreshed(database, wrens, other, later=120, again=True).state is RunState.UNCHANGED
    assert faults(database) == []


def kept_aside(database: Database, feed: Feed, other: Feed) -> tuple[int, int, int]:
    """As `one_of_two`; Wrens has dropped it, and a moderator wants it to stay as it is."""
    wrens, larks, there = one_of_two(database, feed, other)
    edit(database, "wren", {"notes": "Ring twice."})
    other.rows = [a_row(3, slug="lone-wren")]
    dropped = refreshed(database, wrens, other, later=60).run
    with database.unit_of_work() as session:
        assert set_aside(session, dropped, seen=1, changes=None, by="user:1", now=NOW) == 1
    return wrens, larks, there


def test_what_is_kept_against_its_source_follows_the_other_one_that_lists_it(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed, feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other:
        wrens, larks, there = kept_aside(database, feed, other)
        before = shown(database)["wren"]
        assert before["notes"] == "Ring twice."

        same = refreshed(database, larks, feed, later=120)
        assert (same.state, meeting(database, "wren").merged_into) == (
            RunState.UNCHANGED,
            meeting(database, "larks-1").id,
        )
        assert "wren" not in shown(database)
        after = shown(database)["larks-1"]
        names = {"id", "slug", "source", "source_key", "bmlt_id", "url"}
        told = [
            {name: text for name, text in content_of(each).items() if name not in names} for each in (before, after)
        ]
        assert told[0] == told[1]
        assert refreshed(database, larks, feed, later=180, again=True).state is RunState.UNCHANGED

        feed.rows = [a_row(1, day=4, time="06:30", end_time="07:30"), a_row(2)]
        assert refreshed(database, larks, feed, later=240).state is RunState.APPLIED
        assert shown(database)["larks-1"]["schedule"]["start"] == "06:30"
        assert shown(database)["larks-1"]["notes"] == "Ring twice."

        other.rows = [a_row(1, slug="wren"), a_row(3, slug="lone-wren")]
        assert refreshed(database, wrens, other, later=300).state is RunState.UNCHANGED
        feed.rows = [a_row(2)]
        [gone] = changes(database, refreshed(database, larks, feed, later=360).run)
        assert (gone.kind, gone.meeting_id) == (ChangeKind.GONE, meeting(database, "larks-1").id)
        assert len(gone.remarks) == 2
    assert there == meeting(database, "wren").id
    assert faults(database) == []


def test_what_is_kept_follows_the_source_that_is_read_where_several_list_it(database: Database) -> None:
    with (
        feeding(a_row(1), a_row(2)) as feed,
        feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other,
        feeding(a_row(1, slug="finch"), a_row(4, slug="lone-finch")) as third,
    ):
        _, larks, there = kept_aside(database, feed, other)
        finches = a_source(database, third, name="Finches")
        first = refreshed(database, finches, third, later=90).run
        [change] = [each for each in changes(database, first) if each.row == 1]
        with database.unit_of_work() as session:
            merge_new(session, change.id, into=there, seen=1, by="user:1", now=NOW)
        refreshed(database, finches, third, later=120)
        assert {"finch", "larks-2"} <= set(shown(database))
        assert shown(database)["finch"]["notes"] == "Ring twice."
        finch = meeting(database, "finch").id
        assert [meeting(database, key).merged_into for key in ("wren", "larks-1")] == [finch, finch]
        assert meeting(database, "finch").source_id == finches

        assert refreshed(database, larks, feed, later=180, again=True).state is RunState.UNCHANGED
        third.rows = [a_row(4, slug="lone-finch")]
        dropped = refreshed(database, finches, third, later=240).run
        applied(database, dropped)
        assert {"larks-1", "larks-2", "lone-wren", "lone-finch"} == set(shown(database))
    assert faults(database) == []


def test_what_is_kept_is_asked_about_when_the_other_one_drops_it_too(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed, feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other:
        _, larks, _ = kept_aside(database, feed, other)
        feed.rows = [a_row(2)]
        outcome = refreshed(database, larks, feed, later=120)

    assert outcome.state is RunState.QUARANTINED  # half of what it had
    [gone] = changes(database, outcome.run)
    assert (gone.kind, gone.meeting_id) == (ChangeKind.GONE, meeting(database, "larks-1").id)
    assert faults(database) == []


def test_what_comes_back_by_rolling_back_follows_the_one_that_lists_it(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed, feeding(a_row(1, slug="wren"), a_row(3, slug="lone-wren")) as other:
        wrens, larks, _ = one_of_two(database, feed, other)
        other.rows = [a_row(3, slug="lone-wren")]
        dropped = refreshed(database, wrens, other, later=60).run
        applied(database, dropped)
        rolled_back(database, dropped)
        feed.rows = [a_row(1, day=4, time="06:30", end_time="07:30"), a_row(2)]
        refreshed(database, larks, feed, later=120)

    assert shown(database)["larks-1"]["schedule"]["start"] == "06:30"
    assert faults(database) == []


def test_two_that_were_merged_are_two_again_and_follow_their_source(database: Database) -> None:
    with feeding(a_row(1)) as feed, feeding(a_row(1, slug="wren")) as other:
        _, number, _ = one_of_two(database, feed, other)
        feed.rows = [a_row(1, notes="Changed.")]
        refreshed(database, number, feed, later=60)
        with database.unit_of_work() as session:
            entry = session.execute(select(AuditEntry.id).where(AuditEntry.act == "merge")).scalar_one()
            revert(session, entry, actor="user:1", reason="", now=NOW)
        assert meeting(database, "larks-1").merged_into is None
        refreshed(database, number, feed, later=120)

    assert shown(database)["larks-1"]["notes"] == "Changed."
    assert faults(database) == []


def test_a_merge_is_rolled_back_with_its_refresh(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed:
        with feeding(a_row(1, slug="wren")) as other:
            refreshed(database, a_source(database, other, name="Wrens"), other)
        outcome = refreshed(database, a_source(database, feed), feed)
        [change] = changes(database, outcome.run, state=ChangeState.OPEN)
        with database.unit_of_work() as session:
            merge_new(session, change.id, into=meeting(database, "wren").id, seen=1, by="user:1", now=NOW)
        assert rolled_back(database, outcome.run) == (2, 0)

    assert set(shown(database)) == {"wren"}
    assert meeting(database, "larks-1").merged_into is None
    assert faults(database) == []


def test_what_stands_for_a_listing_of_another_source_does_not_go_without_a_word(database: Database) -> None:
    with feeding(a_row(1)) as feed, feeding(a_row(1, slug="wren"), *ROWS[3:]) as other:
        wrens, _, _ = one_of_two(database, feed, other)
        other.rows = ROWS[3:]
        gone = refreshed(database, wrens, other, later=60)

    assert gone.state is RunState.PROPOSED
    assert "another source still lists it" in changes(database, gone.run)[0].remarks[0][2]
