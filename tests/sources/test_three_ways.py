"""Edits made here against the source's word: field by field, by the source's rules, and never silently."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from finder.directory.draft import draft_of
from finder.directory.groups import revise_group
from finder.directory.places import location_of, revise_location
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.directory.vocabulary_edit import BODIES, REGIONS, NodeDraft, merge_nodes, revise_node
from finder.domain.asked import Fields, with_fields
from finder.domain.listing import ListingDraft
from finder.domain.sourced import (
    DECIDED,
    TOGETHER,
    Winner,
    base_of_edit,
    decide,
    merged,
    sourced_fields,
    three_way,
)
from finder.domain.sources import ChangeKind, ChangeState, FieldRule, RunState, SourcePolicy
from finder.sources.applying import apply
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.place import Region
from tests.conftest import NOW
from tests.factories import a_listing, a_location
from tests.review.people import a_body
from tests.sources.feeds import a_row
from tests.sources.instance import a_source, changes, faults, feeding, meeting, refreshed, run, shown, trusted

LISTING = a_listing()
#: Field: what was edited here, and what the source says then.
VALUES: dict[str, tuple[Any, Any]] = {
    "name": ("Larks early", "Larks late"),
    "start": ("18:00", "18:30"),
    "weekdays": ([1], [3]),
    "formats": (["open", "women"], ["closed"]),
    "notes": ("Ring the bell.", "Mind the step."),
    "conference_url": ("https://zoom.us/j/5550100111", "https://zoom.us/j/5550100222"),
    "group_phone": ("+15550101", "+15550102"),
    "place_notes": ("At the back.", "At the side."),
    "city": ("Round Rock", "Pflugerville"),
    "region": (["United States", "Texas"], ["United States", "Oklahoma"]),
}
#: Rule, whether it was edited here, whether the source moved -> whose word holds; None where nothing differs.
TABLE: dict[tuple[FieldRule | None, bool, bool], Winner | None] = {
    (None, False, False): None,
    (None, False, True): Winner.SOURCE,
    (None, True, False): Winner.HERE,
    (None, True, True): Winner.ASK,
    (FieldRule.ASK, False, True): Winner.SOURCE,
    (FieldRule.ASK, True, False): Winner.HERE,
    (FieldRule.ASK, True, True): Winner.ASK,
    (FieldRule.HERE, False, True): Winner.SOURCE,
    (FieldRule.HERE, True, False): Winner.HERE,
    (FieldRule.HERE, True, True): Winner.HERE,
    (FieldRule.SOURCE, False, True): Winner.SOURCE,
    (FieldRule.SOURCE, True, False): Winner.SOURCE,
    (FieldRule.SOURCE, True, True): Winner.SOURCE,
}


@pytest.mark.parametrize("field", VALUES)
@pytest.mark.parametrize(("rule", "edited", "moved"), TABLE)
@pytest.mark.parametrize("named", [True, False], ids=["by-name", "by-star"])
def test_whose_word_holds_is_what_the_table_says(
    field: str,
    rule: FieldRule | None,
    edited: bool,  # noqa: FBT001 - from the table
    moved: bool,  # noqa: FBT001
    named: bool,  # noqa: FBT001
) -> None:
    ours, theirs = VALUES[field]
    before = sourced_fields(LISTING)
    here = with_fields(LISTING, {field: ours}) if edited else LISTING
    said = with_fields(LISTING, {field: theirs}) if moved else LISTING
    base = base_of_edit(None, before, sourced_fields(here))
    rules = {} if rule is None else {field if named else "*": rule.value}

    verdicts = three_way(sourced_fields(here), sourced_fields(said), base, rules)

    expected = TABLE[rule, edited, moved]
    assert [(each.name, each.winner) for each in verdicts] == ([] if expected is None else [(field, expected)])
    outcome = sourced_fields(merged(said, here, verdicts))[field]  # until somebody decides, what is here stays
    assert outcome == sourced_fields(here if expected in {Winner.HERE, Winner.ASK} else said)[field]
    assert sourced_fields(merged(said, here, decide(verdicts, keep=None)))[field] == sourced_fields(here)[field]
    if expected is Winner.ASK:
        assert sourced_fields(merged(said, here, decide(verdicts)))[field] == sourced_fields(said)[field]


def test_the_same_edit_on_both_sides_is_no_edit_any_more() -> None:
    here = with_fields(LISTING, {"notes": "Ring the bell."})
    base = base_of_edit(None, sourced_fields(LISTING), sourced_fields(here))

    assert base == {"notes": ""}
    assert three_way(sourced_fields(here), sourced_fields(here), base, {}) == []
    assert base_of_edit(base, sourced_fields(here), sourced_fields(LISTING)) is None


def test_what_a_moderator_decided_against_the_source_no_rule_overrules() -> None:
    here = with_fields(LISTING, {"notes": "Ring the bell."})
    base = base_of_edit(None, sourced_fields(LISTING), sourced_fields(here), decided=True)

    assert base == {"notes": "", DECIDED: ["notes"]}
    [verdict] = three_way(sourced_fields(here), sourced_fields(LISTING), base, {"*": "source"})
    assert verdict.winner is Winner.HERE


def test_what_a_moderator_decided_is_asked_again_once_the_source_says_something_else() -> None:
    """Nobody edited it here: under the rule that edits hold, an old word of the source would stay for ever."""
    here = with_fields(LISTING, {"notes": "Ring the bell."})
    base = base_of_edit(None, sourced_fields(LISTING), sourced_fields(here), decided=True)
    moved = with_fields(LISTING, {"notes": "Mind the step."})

    [again] = three_way(sourced_fields(here), sourced_fields(LISTING), base, {"*": "here"})
    [verdict] = three_way(sourced_fields(here), sourced_fields(moved), base, {"*": "here"})
    assert (again.winner, verdict.winner) == (Winner.HERE, Winner.ASK)


def test_an_address_is_one_thing() -> None:
    here = with_fields(LISTING, {"street": "14 Example Street"})
    base = base_of_edit(None, sourced_fields(LISTING), sourced_fields(here))
    said = replace(LISTING, location=a_location(city="Round Rock"))

    asked = three_way(sourced_fields(here), sourced_fields(said), base, {})
    ours = three_way(sourced_fields(here), sourced_fields(said), base, {"street": "here"})

    assert {(each.name, each.winner) for each in asked} == {("street", Winner.ASK), ("city", Winner.ASK)}
    assert merged(said, here, decide(asked)).location == said.location
    assert merged(said, here, decide(asked, keep=["city"])).location == here.location
    assert merged(said, here, asked).location == here.location
    assert merged(said, here, ours).location == here.location


@pytest.mark.parametrize(
    ("edited", "moved", "group"),
    [
        ({"weekdays": [4]}, {"start": "18:00"}, "day and time"),
        (
            {"conference_url_notes": "Passcode: larks"},
            {"conference_url": "https://zoom.us/j/5550100222"},
            "join link",
        ),
    ],
)
def test_what_makes_sense_only_as_one_is_of_one_hand(edited: Fields, moved: Fields, group: str) -> None:
    """A day of one hand at the hour of another's is when nobody meets, and a passcode belongs to its link."""
    base = LISTING if group != "join link" else with_fields(LISTING, {"conference_url": "https://zoom.us/j/5550100111"})
    here, said = with_fields(base, edited), with_fields(base, moved)
    kept = base_of_edit(None, sourced_fields(base), sourced_fields(here))

    verdicts = three_way(sourced_fields(here), sourced_fields(said), kept, {})

    assert {each.name: each.winner for each in verdicts} == dict.fromkeys([*edited, *moved], Winner.ASK)
    assert TOGETHER[group] >= {*edited, *moved}
    for keep, one in ((list(moved), here), (["notes"], said)):
        outcome = sourced_fields(merged(said, here, decide(verdicts, keep=keep)))
        assert all(outcome[name] == sourced_fields(one)[name] for name in (*edited, *moved))


@pytest.mark.parametrize(
    "said",
    [
        replace(LISTING, location=a_location(name="LARKSPUR  hall", latitude=30.267204)),
        replace(LISTING, region=("united states", "TEXAS", "Austin")),
        replace(LISTING, unmapped_types=(), formats=("open",)),
        replace(LISTING, confirmed_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), updated_at=None),
    ],
)
def test_what_the_register_holds_as_one_and_the_same_is_no_change(said: ListingDraft) -> None:
    here = replace(LISTING, confirmed_at=NOW, updated_at=NOW)

    assert three_way(sourced_fields(here), sourced_fields(said), None, {}) == []


def edit(database: Database, key: str, fields: dict[str, Any]) -> None:
    """Somebody here edits a listing."""
    with database.unit_of_work() as session:
        number = session.execute(select(Meeting.id).where(Meeting.source_key == key)).scalar_one()
        draft = draft_of(next(read_register(session, [number])))
        revise(session, number, with_fields(draft, fields), actor="user:1", reason="", now=NOW)


ROWS = [a_row(number, notes="As it was.") for number in range(12)]


def test_an_edit_made_here_holds_until_the_source_changes_the_field(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        edit(database, "larks-0", {"notes": "Ring the bell."})
        feed.rows = [a_row(0, notes="As it was.", time="18:00", end_time="19:00"), *ROWS[1:]]
        other_field = refreshed(database, number, feed, later=60)
        held = shown(database)["larks-0"]
        feed.rows = [a_row(0, notes="Mind the step.", time="18:00", end_time="19:00"), *ROWS[1:]]
        clash = refreshed(database, number, feed, later=120)

    assert other_field.state is RunState.APPLIED
    assert (held["notes"], held["schedule"]["start"]) == ("Ring the bell.", "18:00")
    [told] = changes(database, other_field.run)
    assert told.fields == ["start"]
    assert [(each["name"], each["winner"], each["source"]) for each in told.verdicts or ()] == [
        ("start", "source", "18:00"),
        ("notes", "here", "As it was."),
    ]
    assert clash.state is RunState.PROPOSED
    [asked] = changes(database, clash.run)
    assert asked.fields == ["notes"]
    assert shown(database)["larks-0"]["notes"] == "Ring the bell."
    assert faults(database) == []

    with database.unit_of_work() as session:
        apply(session, clash.run, seen=1, changes=None, by="user:1", now=NOW)
    assert shown(database)["larks-0"]["notes"] == "Mind the step."
    assert meeting(database, "larks-0").source_base is None
    assert run(database, clash.run).state is RunState.APPLIED


def test_edits_of_a_group_and_of_a_place_are_edits_of_their_listings(database: Database) -> None:
    rows = [a_row(number) for number in (0, 20)]  # one hall, one group
    with feeding(*rows) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        row = meeting(database, "larks-0")
        with database.unit_of_work() as session:
            held = draft_of(next(read_register(session, [row.id])))
            assert held.group is not None
            assert row.group_id is not None
            assert row.location_id is not None
            group = replace(held.group, phone="+15550109")
            revise_group(session, row.group_id, group, actor="user:1", reason="", now=NOW)
            place = replace(location_of(session, row.location_id), notes="At the back.")
            revise_location(session, row.location_id, place, actor="user:1", reason="", now=NOW)
        bases = [meeting(database, key).source_base for key in ("larks-0", "larks-20")]
        feed.rows = [a_row(0, notes="New."), a_row(20)]
        refreshed(database, number, feed, later=60)

    assert bases == [{"group_phone": "", "place_notes": ""}] * 2
    document = shown(database)["larks-0"]
    assert (document["notes"], document["group"]["phone"]) == ("New.", "+15550109")
    assert document["location"]["notes"] == "At the back."


@pytest.mark.parametrize(("rules", "holds"), [({}, "Ring the bell."), ({"notes": "source"}, "As it was.")])
def test_a_rule_for_the_source_takes_an_edit_back_at_the_next_refresh(
    rules: dict[str, str], holds: str, database: Database
) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        trusted(database, number, feed, SourcePolicy.PUBLISH, field_rules=rules)
        refreshed(database, number, feed, later=60)
        edit(database, "larks-0", {"notes": "Ring the bell."})
        refreshed(database, number, feed, later=120)
        refreshed(database, number, feed, later=180)

    assert shown(database)["larks-0"]["notes"] == holds
    assert faults(database) == []


def test_a_listing_that_was_edited_here_does_not_go_without_a_word(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        edit(database, "larks-0", {"notes": "Ring the bell."})
        feed.rows = ROWS[1:]
        outcome = refreshed(database, number, feed, later=60)

    [change] = changes(database, outcome.run, ChangeKind.GONE)
    assert change.state is ChangeState.OPEN
    assert "edited here" in change.remarks[0][2]
    assert "larks-0" in shown(database)


@pytest.mark.parametrize("merge", [False, True])
def test_a_region_and_a_body_renamed_or_merged_here_stay_so(merge: bool, database: Database) -> None:  # noqa: FBT001
    with database.unit_of_work() as session:
        body, other = a_body(session, "Capital Area"), a_body(session, "Lone Star Area")
    with feeding(*ROWS, a_row(40, regions=["Illinois", "Shelbyville"])) as feed:
        number = a_source(database, feed, service_body_id=body)
        refreshed(database, number, feed)
        row = meeting(database, "larks-0")
        elsewhere = meeting(database, "larks-40").region_id
        with database.unit_of_work() as session:
            who: dict[str, Any] = {"actor": "user:1", "reason": "", "now": NOW}
            assert row.region_id is not None
            assert elsewhere is not None
            if merge:
                merge_nodes(session, REGIONS, row.region_id, into=elsewhere, **who)
                merge_nodes(session, BODIES, body, into=other, **who)
            else:
                above = session.get_one(Region, row.region_id).parent_id
                revise_node(
                    session, REGIONS, row.region_id, NodeDraft(name="Greater Springfield", parent_id=above), **who
                )
                revise_node(session, BODIES, body, NodeDraft(name="Heart of Texas", parent_id=None), **who)
        before = shown(database)["larks-0"]
        feed.rows = [a_row(0, notes="New."), *feed.rows[1:]]
        refreshed(database, number, feed, later=60)
        feed.rows = [feed.rows[0], *feed.rows[2:]]
        gone = refreshed(database, number, feed, later=120)

    assert gone.state is RunState.APPLIED  # nobody has edited the listing itself
    after = shown(database)["larks-0"]
    assert after["notes"] == "New."
    assert after["region"] == before["region"]
    assert after["region"][-1]["name"] == ("Shelbyville" if merge else "Greater Springfield")
    assert after["service_body"]["name"] == ("Lone Star Area" if merge else "Heart of Texas")
    assert faults(database) == []
