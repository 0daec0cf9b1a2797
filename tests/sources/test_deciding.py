"""What a moderator decides about a refresh: all or part of it, once, never over somebody's work, and back again."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from finder.directory import audit
from finder.directory.publish import unpublish
from finder.directory.revert import TooLateError
from finder.directory.vocabulary_edit import REGIONS, NodeDraft, revise_node
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.sourced import DECIDED, Winner
from finder.domain.sources import ChangeKind, ChangeState, RunState, SourcePolicy
from finder.sources.applying import Applied, apply, merge_new
from finder.sources.comparing import DECIDED_GONE, EDITED_GONE, STILL_LISTED
from finder.sources.importer import run_import
from finder.sources.report import ImportReport
from finder.sources.rolling_back import roll_back
from finder.sources.setting_aside import set_aside
from finder.sources.shown import show_run, show_source
from finder.sources.shown_changes import show_changes
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import RetiredSlug
from finder.store.people import Contact
from finder.store.place import Region
from finder.store.source import SourceChange, SourceRun
from tests.conftest import NOW
from tests.sources.feeds import OPTIONS, a_feed, a_row
from tests.sources.instance import (
    Feed,
    a_source,
    changes,
    counts,
    faults,
    feeding,
    meeting,
    refreshed,
    revision,
    run,
    shown,
    trusted,
)
from tests.sources.test_three_ways import edit

ROWS = [a_row(number) for number in range(20)]
NEXT = [a_row(0, notes="Ring the bell."), a_row(1, time="18:00", end_time="19:00"), *ROWS[3:], a_row(30), a_row(31)]


def proposed(database: Database, feed: Feed) -> tuple[int, int]:
    """A source and a refresh that waits: two new, two changed, one gone."""
    number = a_source(database, feed)
    refreshed(database, number, feed)
    trusted(database, number, feed, SourcePolicy.PROPOSE)
    feed.rows = NEXT
    outcome = refreshed(database, number, feed, later=60)
    assert counts(database, outcome.run) == (2, 2, 1, 0, 17)
    return number, outcome.run


def applied(database: Database, run_number: int, wanted: list[int] | None = None, seen: int | None = 1) -> Applied:
    with database.unit_of_work() as session:
        return apply(session, run_number, seen=seen, changes=wanted, by="user:1", now=NOW)


def rolled_back(database: Database, run_number: int, *, now: dt.datetime = NOW) -> tuple[int, int]:
    with database.unit_of_work() as session:
        done = roll_back(session, run_number, seen=None, by="user:1", now=now)
        return len(done.done), len(done.left)


def test_all_of_it_is_applied_in_one_go_and_the_chain_tells_of_it(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = proposed(database, feed)

    assert applied(database, proposal) == Applied(5)
    row = run(database, proposal)
    assert (row.state, row.decided_by, row.revision) == (RunState.APPLIED, "user:1", 2)
    assert set(shown(database)) == {f"larks-{n}" for n in (0, 1, *range(3, 20), 30, 31)}
    with database.reading() as session:
        acts = select(AuditEntry.act, func.count()).where(AuditEntry.id.between(row.first_entry, row.last_entry))
        assert dict(session.execute(acts.group_by(AuditEntry.act)).all()) == {
            "publish": 2,
            "revise": 2,
            "unpublish": 1,
        }
        assert list(audit.faults(session)) == []
    assert faults(database) == []


def test_part_of_it_is_applied_and_the_rest_waits_or_is_set_aside(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, proposal = proposed(database, feed)
        [first, *_] = changes(database, proposal, ChangeKind.CHANGED)

        assert applied(database, proposal, [first.id]) == Applied(1)
        assert run(database, proposal).state is RunState.PROPOSED
        with database.unit_of_work() as session:
            assert set_aside(session, proposal, seen=2, changes=None, by="user:1", now=NOW) == 4
        again = refreshed(database, number, feed, later=120, again=True)

    assert run(database, proposal).state is RunState.PARTLY
    assert shown(database)["larks-0"]["notes"] == "Ring the bell."
    assert shown(database)["larks-1"]["schedule"]["start"] == "19:00"
    assert again.state is RunState.UNCHANGED
    assert faults(database) == []


def test_what_was_set_aside_is_proposed_again_when_the_source_says_something_else(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, proposal = proposed(database, feed)
        with database.unit_of_work() as session:
            set_aside(session, proposal, seen=1, changes=None, by="user:1", now=NOW)
        feed.rows = [a_row(0, notes="Mind the step."), *NEXT[1:-2], a_row(30, notes="New here."), a_row(31), ROWS[2]]
        outcome = refreshed(database, number, feed, later=120)

    assert run(database, proposal).state is RunState.SET_ASIDE
    told = [(each.kind, each.source_key) for each in changes(database, outcome.run)]
    assert told == [(ChangeKind.CHANGED, "larks-0"), (ChangeKind.NEW, "larks-30")]


def test_a_decision_about_what_somebody_else_decided_meanwhile_is_refused(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = proposed(database, feed)
        first, second, *_ = changes(database, proposal)
        applied(database, proposal, [first.id])
        before = revision(database)

        with pytest.raises(StaleError, match="Somebody else"):
            applied(database, proposal, [second.id], seen=1)
        with pytest.raises(BadInputError, match="still waits"):
            applied(database, proposal, [first.id], seen=2)
        applied(database, proposal, seen=2)
        with pytest.raises(AlreadyDecidedError, match="it is applied"):
            applied(database, proposal, seen=3)
        with pytest.raises(NotFoundError):
            applied(database, 999)
    assert revision(database) == before + 1


def test_a_proposal_that_a_later_refresh_has_overtaken_is_not_applied(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, proposal = proposed(database, feed)
        feed.rows = [*NEXT, a_row(50)]
        refreshed(database, number, feed, later=120)

        with pytest.raises(AlreadyDecidedError, match="overtaken"):
            applied(database, proposal)


def test_a_listing_changed_here_since_the_comparison_is_not_overwritten(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = proposed(database, feed)
        edit(database, "larks-0", {"notes": "Written here."})  # just what the source wants to change
        edit(database, "larks-1", {"group_phone": "+15550107"})  # something else
        edit(database, "larks-2", {"notes": "Still alive."})  # which the source does not have any more
        outcome = applied(database, proposal)

        documents = shown(database)
        assert outcome.done == 3
        assert len(outcome.left) == 2
        assert documents["larks-0"]["notes"] == "Written here."
        assert documents["larks-1"]["schedule"]["start"] == "18:00"
        assert documents["larks-1"]["group"]["phone"] == "+15550107"
        assert "larks-2" in documents
        assert run(database, proposal).state is RunState.PROPOSED
        left = [each for each in changes(database, proposal) if each.id in outcome.left]
        assert left[0].before == {"notes": "Written here."}

        assert applied(database, proposal, seen=2) == Applied(2)  # having looked at it again
    assert shown(database)["larks-0"]["notes"] == "Ring the bell."
    assert "larks-2" not in shown(database)
    assert faults(database) == []


def test_a_quarantined_refresh_is_applied_when_a_moderator_says_so(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = ROWS[:5]
        outcome = refreshed(database, number, feed, later=60)
        assert outcome.state is RunState.QUARANTINED
        assert applied(database, outcome.run).done == 15

    assert len(shown(database)) == 5
    assert run(database, outcome.run).state is RunState.APPLIED


def test_private_contacts_come_along_and_do_not_stay_with_the_refresh(database: Database) -> None:
    row = a_row(1, contact_1_name="Robin", contact_1_email="robin@example.org")
    with feeding(row) as feed:
        number = a_source(database, feed, policy=SourcePolicy.PROPOSE)
        outcome = refreshed(database, number, feed)
        assert applied(database, outcome.run).done == 1

    with database.reading() as session:
        assert list(session.execute(select(Contact.email)).scalars()) == ["robin@example.org"]
        drafts = str(list(session.execute(select(SourceChange.draft)).scalars()))
    assert "Larks 1" in drafts
    assert "Robin" not in drafts


def test_a_whole_refresh_is_rolled_back_and_not_proposed_again(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, proposal = proposed(database, feed)
        before = {key: content_of(document) for key, document in shown(database).items()}
        applied(database, proposal)
        trusted(database, number, feed, SourcePolicy.PUBLISH)

        assert rolled_back(database, proposal, now=NOW + dt.timedelta(days=29)) == (5, 0)
        assert {key: content_of(document) for key, document in shown(database).items()} == before
        again = [refreshed(database, number, feed, later=later, again=later > 180) for later in (180, 240)]
        feed.rows = [a_row(0, notes="Mind the step."), *NEXT[1:]]
        moved = refreshed(database, number, feed, later=300)

    assert [each.state for each in again] == [RunState.UNCHANGED] * 2
    assert moved.state is RunState.PROPOSED  # the source has changed what a moderator decided about
    assert run(database, proposal).state is RunState.ROLLED_BACK
    assert {each.state for each in changes(database, proposal)} == {ChangeState.ROLLED_BACK}
    assert faults(database) == []


def content_of(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in {"revision", "group", "location"}}


def test_what_was_edited_since_stays_when_the_rest_is_rolled_back(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = proposed(database, feed)
        applied(database, proposal)
        edit(database, "larks-30", {"notes": "Written here."})

        assert rolled_back(database, proposal) == (4, 1)
        with pytest.raises(AlreadyDecidedError, match="rolled back"):
            rolled_back(database, proposal)

    assert shown(database)["larks-30"]["notes"] == "Written here."
    assert "larks-31" not in shown(database)
    assert "1 was changed since and left: Larks 30." in run(database, proposal).words


def test_of_two_refreshes_the_later_one_is_rolled_back_first(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = [a_row(1, notes="Second."), a_row(2, notes="Second.")]
        second = refreshed(database, number, feed, later=60).run
        feed.rows = [a_row(1, notes="Third."), a_row(2, notes="Second.")]
        third = refreshed(database, number, feed, later=120).run

    assert rolled_back(database, second) == (1, 1)
    assert f"1 was changed since (refresh {third}) and left: Larks 1." in run(database, second).words
    with pytest.raises(AlreadyDecidedError, match=f"Refresh {third} has changed since what this one did"):
        rolled_back(database, second)
    assert rolled_back(database, third) == (1, 0)
    assert rolled_back(database, second) == (1, 0)
    assert {told["notes"] for told in shown(database).values()} == {""}
    assert run(database, second).state is RunState.ROLLED_BACK
    assert faults(database) == []


def test_a_source_that_is_renamed_keeps_its_groups_and_what_it_did_can_be_rolled_back(database: Database) -> None:
    with feeding(a_row(1), a_row(2)) as feed:
        number = a_source(database, feed)
        first = refreshed(database, number, feed).run
        groups = {key: (told["group"] or {}).get("id") for key, told in shown(database).items()}
        trusted(database, number, feed, SourcePolicy.PUBLISH, name="Finches")
        assert {told["source"] for told in shown(database).values()} == {"Finches"}
        assert faults(database) == []
        feed.rows = [a_row(1, notes="Changed."), a_row(2, notes="Changed.")]
        second = refreshed(database, number, feed, later=60).run

    assert {key: (told["group"] or {}).get("id") for key, told in shown(database).items()} == groups
    assert rolled_back(database, second) == (2, 0)
    assert rolled_back(database, first) == (2, 0)
    assert shown(database) == {}
    assert faults(database) == []


def test_what_a_region_is_called_by_now_keeps_nothing_from_being_rolled_back(database: Database) -> None:
    who: dict[str, Any] = {"actor": "user:1", "reason": "", "now": NOW}
    with feeding(a_row(1, regions=["Illinois", "Springfield"]), a_row(2, regions=["Illinois", "Peoria"])) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = [{**row, "notes": "Wrong."} for row in feed.rows]
        wrong = refreshed(database, number, feed, later=60).run
        with database.unit_of_work() as session:
            region = session.execute(select(Region.id).where(Region.name == "Springfield")).scalar_one()
            above = session.get_one(Region, region).parent_id
            revise_node(session, REGIONS, region, NodeDraft(name="Greater Springfield", parent_id=above), **who)
        assert rolled_back(database, wrong) == (2, 0)

    regions = {key: told["region"][-1]["name"] for key, told in shown(database).items()}
    assert regions == {"larks-1": "Greater Springfield", "larks-2": "Peoria"}
    assert {told["notes"] for told in shown(database).values()} == {""}
    with database.reading() as session:
        assert session.execute(select(Region.id).where(Region.name == "Springfield")).first() is None
    assert faults(database) == []


def test_a_listing_that_was_moved_to_another_region_since_is_left(database: Database) -> None:
    with feeding(a_row(1, regions=["Illinois", "Springfield"])) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = [{**row, "notes": "Wrong."} for row in feed.rows]
        wrong = refreshed(database, number, feed, later=60).run
        edit(database, "larks-1", {"region": ["Illinois", "Peoria"]})
        with pytest.raises(AlreadyDecidedError, match="was edited since"):
            rolled_back(database, wrong)
    assert shown(database)["larks-1"]["region"][-1]["name"] == "Peoria"


def test_of_two_proposals_of_one_meeting_the_second_is_asked_about(database: Database) -> None:
    """Neither was there when the other one was compared."""
    with feeding(a_row(1), a_row(2)) as feed, feeding(a_row(1, slug="wren", name="The Larks")) as other:
        wrens = a_source(database, other, name="Wrens", policy=SourcePolicy.PROPOSE)
        first = refreshed(database, wrens, other).run
        second = refreshed(database, a_source(database, feed, policy=SourcePolicy.PROPOSE), feed).run
        assert applied(database, first) == Applied(1)
        outcome = applied(database, second)
        [left] = changes(database, second, state=ChangeState.OPEN)
        assert (outcome.done, outcome.left) == (1, (left.id,))
        with database.reading() as session:
            [told] = show_changes(session, second, state=ChangeState.OPEN)
        assert told.twin is not None
        assert told.twin.id == meeting(database, "wren").id
        assert applied(database, second, seen=2) == Applied(1)  # having looked at it
    assert set(shown(database)) == {"wren", "larks-1", "larks-2"}
    assert faults(database) == []


LATER = {"notes": "Ring the bell.", "time": "18:00", "end_time": "19:00"}


def clashing(database: Database, feed: Feed, **settings: Any) -> tuple[int, int]:  # noqa: ANN401 - as of a source
    """A source and a refresh: the notes of larks-0 were edited here, and the source changes them, and the hour."""
    number = a_source(database, feed, **settings)
    refreshed(database, number, feed)
    edit(database, "larks-0", {"notes": "Written here."})
    feed.rows = [a_row(0, **LATER), *ROWS[1:]]
    return number, refreshed(database, number, feed, later=60).run


def hour_and_notes(database: Database) -> tuple[str, str]:
    document = shown(database)["larks-0"]
    return document["schedule"]["start"], document["notes"]


def test_what_nobody_edited_does_not_wait_for_what_somebody_did(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, first = clashing(database, feed)
        now, waits = changes(database, first)
        assert (now.fields, now.state) == (["start"], ChangeState.APPLIED)
        assert (waits.fields, waits.state) == (["notes"], ChangeState.OPEN)
        assert hour_and_notes(database) == ("18:00", "Written here.")
        assert counts(database, first) == (0, 1, 0, 0, 19)
        feed.rows = [*feed.rows[:-1], a_row(19, notes="Mind the step.")]
        again = refreshed(database, number, feed, later=120)

        [still] = changes(database, again.run, state=ChangeState.OPEN)
        assert still.fields == ["notes"]  # it is asked for as long as nobody has chosen
        assert (run(database, first).state, run(database, again.run).state) == (RunState.PARTLY, RunState.PROPOSED)
        assert applied(database, again.run) == Applied(1)
        settled = refreshed(database, number, feed, later=180, again=True)
    assert hour_and_notes(database) == ("18:00", "Ring the bell.")
    assert settled.state is RunState.UNCHANGED
    assert meeting(database, "larks-0").source_base is None
    assert faults(database) == []


def test_a_clash_is_one_change_when_nothing_else_is_new_but_when_it_was_written(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        edit(database, "larks-0", {"notes": "Written here."})
        feed.rows = [a_row(0, notes="Ring the bell.", updated="2024-06-01 18:00:00"), *ROWS[1:]]
        outcome = refreshed(database, number, feed, later=60)
    [change] = changes(database, outcome.run)
    assert (set(change.fields), change.state) == ({"notes", "updated_at"}, ChangeState.OPEN)


@pytest.mark.parametrize("chosen", [False, True])
def test_a_refresh_that_went_in_two_parts_is_rolled_back_whole(chosen: bool, database: Database) -> None:  # noqa: FBT001
    with feeding(*ROWS) as feed:
        number, proposal = clashing(database, feed)
        if chosen:
            applied(database, proposal)
        assert rolled_back(database, proposal) == (1, 0)
        again = refreshed(database, number, feed, later=120, again=True)

    assert hour_and_notes(database) == ("19:00", "Written here.")
    states = {each.state for each in changes(database, proposal)}
    assert states == {ChangeState.ROLLED_BACK} if chosen else {ChangeState.ROLLED_BACK, ChangeState.SET_ASIDE}
    assert again.state is RunState.UNCHANGED
    assert faults(database) == []


def test_an_edit_between_two_parts_of_a_refresh_is_not_lost_by_rolling_it_back(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = clashing(database, feed)
        edit(database, "larks-0", {"group_phone": "+15550107"})
        applied(database, proposal)
        with pytest.raises(AlreadyDecidedError, match="was edited since"):
            rolled_back(database, proposal)
    assert shown(database)["larks-0"]["group"]["phone"] == "+15550107"
    assert run(database, proposal).state is RunState.APPLIED


def kept(database: Database, feed: Feed, *names: str) -> tuple[int, int]:
    """A source that proposes, and a refresh of which all is applied but these fields of larks-0."""
    number, _ = clashing(database, feed)
    trusted(database, number, feed, SourcePolicy.PROPOSE)
    feed.rows = [a_row(0, **{**LATER, "time": "17:00", "end_time": "18:00"}), *ROWS[1:]]
    proposal = refreshed(database, number, feed, later=90).run
    [change] = changes(database, proposal)
    assert set(change.fields) == {"start", "notes"}
    with database.unit_of_work() as session:
        apply(session, proposal, seen=1, changes=None, keep={change.id: names}, by="user:1", now=NOW)
    return number, proposal


def test_single_fields_are_kept_as_they_are_here_until_the_source_says_something_new(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, proposal = kept(database, feed, "start")
        assert hour_and_notes(database) == ("18:00", "Ring the bell.")
        assert run(database, proposal).state is RunState.APPLIED
        same = refreshed(database, number, feed, later=120, again=True)
        feed.rows = [a_row(0, **{**LATER, "time": "16:00", "end_time": "17:00"}), *ROWS[1:]]
        other = refreshed(database, number, feed, later=180)

    assert same.state is RunState.UNCHANGED
    assert meeting(database, "larks-0").source_base == {"start": "17:00", DECIDED: ["start"]}
    [asked] = changes(database, other.run)
    assert asked.verdicts
    [verdict] = asked.verdicts
    assert (verdict["winner"], verdict["base"], verdict["here"], verdict["source"], verdict["decided"]) == (
        *("ask", "17:00", "18:00", "16:00"),
        True,
    )
    assert faults(database) == []


def test_a_change_of_which_every_field_is_kept_is_set_aside(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = kept(database, feed, "start", "notes")
    assert hour_and_notes(database) == ("18:00", "Written here.")
    assert [each.state for each in changes(database, proposal)] == [ChangeState.SET_ASIDE]
    assert run(database, proposal).state is RunState.SET_ASIDE
    assert faults(database) == []


def test_what_was_decided_is_told_as_it_was_whatever_comes_after(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = kept(database, feed, "notes")
        edit(database, "larks-0", {"notes": "Something else.", "start": "12:00"})

    with database.reading() as session:
        [told] = show_changes(session, proposal)
    assert [(each.name, each.here, each.source, each.winner, each.decided) for each in told.fields] == [
        ("start", "18:00", "17:00", Winner.SOURCE, False),
        ("notes", "Written here.", "Ring the bell.", Winner.HERE, True),
    ]
    with database.reading() as session:
        words = show_run(session, proposal, now=NOW).words
        assert show_source(session, run(database, proposal).source_id).words == words
    assert words == "1 changed, 19 as before."


def test_a_listing_that_a_moderator_decided_about_does_not_go_without_a_true_word(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number, _ = kept(database, feed, "notes")
        trusted(database, number, feed, SourcePolicy.PUBLISH)
        feed.rows = ROWS[1:]
        gone = refreshed(database, number, feed, later=240)
    [change] = changes(database, gone.run, ChangeKind.GONE)
    assert change.remarks == [["", "", DECIDED_GONE]]


@pytest.mark.parametrize(("rule", "why"), [("ask", [["", "", EDITED_GONE]]), ("source", [])])
def test_a_removal_that_is_left_for_another_look_says_why_it_waits_by_now(
    database: Database, rule: str, why: list[list[str]]
) -> None:
    with feeding(*ROWS) as feed:
        number, proposal = proposed(database, feed)
        trusted(database, number, feed, SourcePolicy.PROPOSE, field_rules={"*": rule})
        [gone] = changes(database, proposal, ChangeKind.GONE)
        assert gone.remarks == []
        edit(database, "larks-2", {"notes": "Written here."})
        outcome = applied(database, proposal)
        assert outcome.left == (gone.id,)
        [left] = changes(database, proposal, ChangeKind.GONE)
        assert (left.state, left.remarks) == (ChangeState.OPEN, why)
        assert "larks-2" in shown(database)
        applied(database, proposal, seen=2)
    assert "larks-2" not in shown(database)
    assert faults(database) == []


def test_a_removal_that_is_left_says_that_another_source_lists_it_by_now(database: Database) -> None:
    with feeding(*ROWS) as feed, feeding(a_row(2, slug="wrens-2")) as other:
        _, proposal = proposed(database, feed)
        wrens = a_source(database, other, name="Wrens")
        [twin] = changes(database, refreshed(database, wrens, other).run, ChangeKind.NEW)
        with database.unit_of_work() as session:
            into = meeting(database, "larks-2").id
            merge_new(session, twin.id, into=into, seen=None, by="operator", now=NOW)
        edit(database, "larks-2", {"notes": "Written here."})
        [gone] = changes(database, proposal, ChangeKind.GONE)
        assert applied(database, proposal).left == (gone.id,)
        [left] = changes(database, proposal, ChangeKind.GONE)
    assert left.remarks == [["", "", EDITED_GONE], ["", "", STILL_LISTED]]


def test_after_thirty_days_a_refresh_stays(database: Database) -> None:
    with feeding(*ROWS) as feed:
        _, proposal = proposed(database, feed)
        applied(database, proposal)
        before = revision(database)

        with pytest.raises(TooLateError):
            rolled_back(database, proposal, now=NOW + dt.timedelta(days=31))
    assert revision(database) == before


def test_a_refresh_that_was_published_at_once_is_rolled_back_as_well(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed, field_rules={"*": "source"})
        first = refreshed(database, number, feed)
        feed.rows = NEXT
        second = refreshed(database, number, feed, later=60)
        assert rolled_back(database, second.run) == (5, 0)
        again = refreshed(database, number, feed, later=120)  # its rules overrule edits, but no decision
        assert rolled_back(database, first.run) == (20, 0)

    assert again.state is RunState.UNCHANGED
    assert shown(database) == {}
    assert faults(database) == []


def test_what_was_set_aside_is_counted_apart_and_comes_with_an_import(database: Database) -> None:
    rows = [a_row(number) for number in range(6)]
    with feeding(*rows) as feed:
        number = a_source(database, feed, policy=SourcePolicy.PROPOSE)
        first = refreshed(database, number, feed)
        wanted = [change.id for change in changes(database, first.run)][:2]
        with database.unit_of_work() as session:
            apply(session, first.run, seen=None, changes=wanted, by="user:1", now=NOW)
            set_aside(session, first.run, seen=None, changes=None, by="user:1", now=NOW)
        again = refreshed(database, number, feed, later=60, again=True)
        assert "2 as before, 4 set aside or taken off here." in again.words
        assert len(shown(database)) == 2
        payload = a_feed(*rows)
        report = run_import(database, source="Larks", payload=payload, kind="meeting-guide", options=OPTIONS, now=NOW)
        assert (report.new, report.unchanged, len(shown(database))) == (4, 2, 6)
        last = refreshed(database, number, feed, later=120, again=True)
    assert last.words == "Nothing has changed: 6 as before."
    assert faults(database) == []


def test_an_import_that_was_rolled_back_can_be_loaded_again_but_for_what_was_closed_here(database: Database) -> None:
    payload = a_feed(*(a_row(number) for number in range(6)))

    def load() -> ImportReport:
        return run_import(database, source="Larks", payload=payload, kind="meeting-guide", options=OPTIONS, now=NOW)

    load()
    with database.unit_of_work() as session:
        unpublish(session, meeting(database, "larks-3").id, actor="user:1", reason="closed", now=NOW)
    with database.reading() as session:
        first = session.execute(select(SourceRun.id)).scalar_one()
    assert rolled_back(database, first) == (5, 1)
    assert shown(database) == {}

    report = load()

    assert sorted(shown(database)) == [f"larks-{number}" for number in (0, 1, 2, 4, 5)]
    assert "1 row that is as before is not in the finder: set aside or taken off here." in report.message
    assert "not in the finder" in load().message
    assert faults(database) == []


def test_an_import_of_another_program_does_not_turn_a_source_into_one_of_it(database: Database) -> None:
    payload = a_feed(a_row(1))
    run_import(database, source="Larks", payload=payload, kind="meeting-guide", options=OPTIONS, now=NOW)
    other = replace(OPTIONS, program="na")

    with pytest.raises(BadInputError, match="is of the program aa"):
        run_import(database, source="Larks", payload=payload, kind="meeting-guide", options=other, now=NOW)
    assert shown(database)["larks-1"]["program"] == "aa"


def test_a_number_that_was_told_of_a_refresh_is_given_to_no_other(database: Database) -> None:
    with feeding(a_row(1)) as feed:
        number = a_source(database, feed)
        first = refreshed(database, number, feed)
        quiet = refreshed(database, number, feed, later=60, again=True)
        quieter = refreshed(database, number, feed, later=120, again=True)
        feed.rows = [a_row(1, notes="Changed.")]
        changed = refreshed(database, number, feed, later=180)

    assert first.run < quiet.run == quieter.run < changed.run
    with database.reading() as session:
        assert session.get_one(SourceRun, quiet.run).state is RunState.UNCHANGED


LINK = {"conference_url": "https://us02web.zoom.us/j/55501001999"}


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        ({"name": "The Larks", "slug": "a"}, "same place, same day and time"),
        ({"name": "The Larks", "slug": "a", "time": "19:30"}, "same place, same day, about the same time"),
        (
            {"name": "Larks 1", "slug": "b", "conference_url": "https://zoom.us/j/55501001999?pwd=x", "day": 5},
            "same place, same conference id, like name",
        ),
    ],
)
def test_the_same_meeting_of_two_sources_is_proposed_for_merge_and_stays_merged(
    theirs: dict[str, object], words: str, database: Database
) -> None:
    ours = {key: LINK[key] for key in LINK if key in theirs}
    with feeding(a_row(1, **ours), a_row(2)) as feed:
        with feeding(a_row(1, **theirs)) as other:
            refreshed(database, a_source(database, other, name="Wrens"), other)
        there = meeting(database, str(theirs["slug"]))
        number = a_source(database, feed)
        outcome = refreshed(database, number, feed)
        assert set(shown(database)) == {theirs["slug"], "larks-2"}
        with database.reading() as session:
            [change] = show_changes(session, outcome.run, state=ChangeState.OPEN)
        assert change.twin is not None
        assert (change.twin.id, change.twin.words) == (there.id, words)

        with database.unit_of_work() as session:
            merge_new(session, change.id, into=there.id, seen=1, by="user:1", now=NOW)
        gone = meeting(database, "larks-1")
        feed.rows = [a_row(1, notes="Changed.", **ours), a_row(2, notes="Changed.")]
        after = refreshed(database, number, feed, later=60)
        again = refreshed(database, number, feed, later=120, again=True)

    assert (gone.published, gone.merged_into) == (False, there.id)
    assert counts(database, after.run) == (0, 1, 0, 0, 1)
    assert again.state is RunState.UNCHANGED
    assert set(shown(database)) == {theirs["slug"], "larks-2"}
    with database.reading() as session:
        assert session.get(RetiredSlug, ("meeting", gone.slug)) is not None
    assert run(database, outcome.run).state is RunState.APPLIED
    assert faults(database) == []


def test_a_listing_closed_here_does_not_come_back_by_itself(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        with database.unit_of_work() as session:
            unpublish(session, meeting(database, "larks-0").id, actor="user:1", reason="closed", now=NOW)
        same = refreshed(database, number, feed, later=60, again=True)
        feed.rows = [a_row(0, notes="Changed."), *ROWS[1:]]
        moved = refreshed(database, number, feed, later=120)
        assert "larks-0" not in shown(database)
        applied(database, moved.run)

    assert same.state is RunState.UNCHANGED
    assert moved.state is RunState.PROPOSED
    assert shown(database)["larks-0"]["notes"] == "Changed."
