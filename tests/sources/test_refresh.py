"""Refreshes: what a source says is a proposal, its policy applies what it may, and nothing happens twice."""

import datetime as dt

import pytest
from sqlalchemy import select

from finder.domain.errors import BadInputError
from finder.domain.sources import AT_ONCE, ChangeKind, ChangeState, RunState, SourcePolicy
from finder.sources.applying import apply
from finder.sources.due import refresh_next
from finder.sources.refresh import wait_after
from finder.store.bmlt import BmltFormatName
from finder.store.database import Database
from finder.store.people import ServiceBody
from tests.conftest import NOW
from tests.feeds.bmlt_answers import a_meeting, answers, formats, service_bodies
from tests.review.people import a_body
from tests.sources.feeds import a_feed, a_row
from tests.sources.instance import (
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
    source,
    tools_for,
    trusted,
)

ROWS = [a_row(number) for number in range(12)]


def test_a_feed_that_forgets_its_times_waits_and_takes_none(database: Database) -> None:
    rows = [a_row(number) for number in range(12)]
    with feeding(*rows) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = [*(a_row(each, time="", end_time="") for each in range(2)), *rows[2:]]
        outcome = refreshed(database, number, feed, later=60)
        assert outcome.state is RunState.QUARANTINED
        assert "2 of 12 listings of this source would have no time any more" in outcome.words
        assert all(document["schedule"]["start"] for document in shown(database).values())
        feed.rows = [a_row(0, time="", end_time=""), *rows[1:]]
        assert refreshed(database, number, feed, later=120).state is RunState.APPLIED  # one is nothing unusual
    assert faults(database) == []


def test_a_first_refresh_of_a_trusted_source_is_published_at_once(database: Database) -> None:
    with feeding(*ROWS, a_row(99, name="")) as feed:
        number = a_source(database, feed)
        outcome = refreshed(database, number, feed)

    assert outcome.state is RunState.APPLIED
    assert counts(database, outcome.run) == (12, 0, 0, 1, 0)
    assert set(shown(database)) == {f"larks-{number}" for number in range(12)}
    assert {each.state for each in changes(database, outcome.run, ChangeKind.NEW)} == {ChangeState.APPLIED}
    [refused] = changes(database, outcome.run, ChangeKind.REFUSED)
    assert refused.row == 13
    assert refused.remarks[0][0] == "name"
    assert source(database, number).due_at == NOW + dt.timedelta(hours=1)
    assert faults(database) == []


def test_a_refused_meeting_of_a_server_is_told_by_its_place_in_the_answer_and_its_name(database: Database) -> None:
    same = {"meeting_name": "Larks", "weekday_tinyint": "2"}
    meetings = [a_meeting(number, **same) for number in (9, 3, 7)]
    with feeding() as feed:
        number = a_source(database, feed, kind="bmlt", program="na")
        told = answers(*meetings[:2], a_meeting(5, published="0"), meetings[2])
        outcome = refreshed(database, number, feed, payload=told)

    [refused] = changes(database, outcome.run, ChangeKind.REFUSED)
    assert (refused.row, refused.title) == (3, "Larks 5 (id_bigint 5)")
    assert refused.remarks == [["published", "0", "is not published there"]]
    assert {each.source_key: each.row for each in changes(database, outcome.run, ChangeKind.NEW)} == {
        "9": 1,
        "3": 2,
        "7": 4,
    }
    slugs = {key: document["slug"] for key, document in shown(database).items()}
    assert slugs == {
        "3": "larks",
        "7": "larks-2",
        "9": "larks-3",
    }  # by their numbers there, in whatever order they came


def test_a_source_that_proposes_changes_nothing_until_a_moderator_decides(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed, policy=SourcePolicy.PROPOSE)
        before = revision(database)
        outcome = refreshed(database, number, feed)

    assert outcome.state is RunState.PROPOSED
    assert outcome.words == "12 new, 0 as before. 12 changes wait for a moderator."
    assert shown(database) == {}
    assert revision(database) == before
    assert faults(database) == []


SMALL = {"notes": "Ring the bell."}
RISKY = {"conference_url": "https://zoom.us/j/5550100199", "conference_phone": "+15550100"}
CASES = [
    (policy, kind, risky)
    for policy in SourcePolicy
    for kind in (ChangeKind.NEW, ChangeKind.CHANGED, ChangeKind.GONE)
    for risky in (False, True)
    if not (risky and kind is ChangeKind.GONE)
]


@pytest.mark.parametrize(("policy", "kind", "risky"), CASES)
def test_each_policy_applies_by_itself_what_its_table_says(
    policy: SourcePolicy,
    kind: ChangeKind,
    risky: bool,  # noqa: FBT001 - from the table
    database: Database,
) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        trusted(database, number, feed, policy)
        change = RISKY if risky else SMALL
        feed.rows = {
            ChangeKind.NEW: [*ROWS, a_row(50, **change)],
            ChangeKind.CHANGED: [a_row(0, **change), *ROWS[1:]],
            ChangeKind.GONE: ROWS[1:],
        }[kind]
        outcome = refreshed(database, number, feed)

    new_is_risky = kind is ChangeKind.NEW  # it has an address, if nothing else
    expected = kind in AT_ONCE[policy][risky or new_is_risky]
    [change_row] = changes(database, outcome.run)
    assert change_row.kind is kind
    assert (change_row.state is ChangeState.APPLIED) is expected
    assert outcome.state is (RunState.APPLIED if expected else RunState.PROPOSED)
    assert ("larks-50" in shown(database)) is (expected and kind is ChangeKind.NEW)
    assert ("larks-0" in shown(database)) is not (expected and kind is ChangeKind.GONE)
    assert faults(database) == []


def test_a_changed_row_is_told_field_by_field(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = [a_row(0, time="18:00", end_time="19:00", notes="Ring the bell."), *ROWS[1:]]
        outcome = refreshed(database, number, feed)

    [change] = changes(database, outcome.run)
    assert change.fields == ["start", "notes"]
    assert change.before == {"start": "19:00", "notes": ""}
    assert shown(database)["larks-0"]["schedule"]["start"] == "18:00"


@pytest.mark.parametrize("etag", ["", '"one"'])
def test_the_same_feed_twice_changes_nothing(etag: str, database: Database) -> None:
    with feeding(*ROWS, etag=etag) as feed:
        number = a_source(database, feed)
        first = refreshed(database, number, feed)
        before = revision(database)
        second = refreshed(database, number, feed, later=60)
        third = refreshed(database, number, feed, later=120)

    assert (second.state, third.state) == (RunState.UNCHANGED, RunState.UNCHANGED)
    assert counts(database, second.run) == (0, 0, 0, 0, 12)
    assert second.run == third.run != first.run
    assert revision(database) == before
    asked = [headers.get("if-none-match") for headers in feed.server.headers]
    assert asked == ([None, etag, etag] if etag else [None] * 3)


def test_a_feed_in_another_order_changes_nothing(database: Database) -> None:
    same_slug = [a_row(30, slug="twice"), a_row(31, slug="twice"), a_row(32, slug="twice")]
    with feeding(*ROWS, *same_slug) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        before, documents = revision(database), shown(database)
        feed.rows = list(reversed(feed.rows))
        outcome = refreshed(database, number, feed, later=60)

    assert outcome.state is RunState.UNCHANGED
    assert counts(database, outcome.run) == (0, 0, 0, 0, 15)
    assert revision(database) == before
    assert shown(database) == documents


@pytest.mark.parametrize(("held", "left"), [(5, 4), (20, 17), (200, 189), (8, 0)])
def test_a_feed_that_shrinks_is_quarantined_and_the_same_again_changes_nothing(
    held: int, left: int, database: Database
) -> None:
    rows = [a_row(number) for number in range(held)]
    with feeding(*rows) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        before = revision(database)
        feed.rows = [*rows[:left], a_row(1000)] if left else []
        outcome = refreshed(database, number, feed, later=60)
        again = refreshed(database, number, feed, later=120)
        compared = refreshed(database, number, feed, later=180, again=True)

    assert outcome.state is RunState.QUARANTINED
    assert "quarantine" in outcome.words
    assert again.state is compared.state is RunState.UNCHANGED
    assert f"Refresh {outcome.run} still waits for a moderator, and is in quarantine." in again.words
    assert f"Refresh {outcome.run} says so already, and is in quarantine." in compared.words
    assert outcome.quarantined
    assert again.quarantined
    assert compared.quarantined
    assert revision(database) == before
    assert len(shown(database)) == held
    assert faults(database) == []


def test_a_whole_feed_after_a_shrunken_one_ends_the_quarantine(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        feed.rows = ROWS[:3]
        shrunken = refreshed(database, number, feed, later=60)
        feed.rows = ROWS
        whole = refreshed(database, number, feed, later=120)

    assert whole.state is RunState.UNCHANGED
    assert run(database, shrunken.run).state is RunState.OVERTAKEN
    assert changes(database, shrunken.run) == []
    assert faults(database) == []


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (a_feed(*ROWS)[:-9], 200, "broken JSON at line 1"),
        (b"", 200, "empty"),
        (b"<html>", 200, "web page"),
        (b"x", 500, "status 500"),
    ],
)
def test_a_source_that_cannot_be_read_changes_nothing_and_says_why(
    body: bytes, status: int, words: str, database: Database
) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        before = revision(database)
        feed.body, feed.status = body, status
        outcome = refreshed(database, number, feed, later=60)
        feed.body, feed.status = None, 200
        well = refreshed(database, number, feed, later=120)

    assert outcome.state is RunState.FAILED
    assert words in outcome.words
    assert revision(database) == before
    assert well.state is RunState.UNCHANGED
    assert source(database, number).failures == 0


def test_a_source_that_fails_is_asked_less_and_less_often(database: Database) -> None:
    with feeding(status=503) as feed:
        number = a_source(database, feed, every_min=60)
        waits = []
        for failure in range(1, 8):
            refreshed(database, number, feed)
            row = source(database, number)
            assert row.failures == failure
            assert row.due_at is not None
            waits.append((row.due_at - NOW) / dt.timedelta(hours=1))

    assert waits == [2, 4, 8, 16, 24, 24, 24]
    assert wait_after(60 * 24 * 7, 3) == dt.timedelta(days=7)


def test_failures_of_one_reason_in_a_row_are_one_refresh(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        first = refreshed(database, number, feed)
        feed.status = 503
        failed = [refreshed(database, number, feed, later=60 * hour).run for hour in range(1, 4)]
        feed.status = 500
        other = refreshed(database, number, feed, later=240)
        feed.status = 200
        well = refreshed(database, number, feed, later=300)
        feed.status = 500
        after = refreshed(database, number, feed, later=360)

    assert first.run < failed[0] == failed[1] == failed[2] < other.run < well.run < after.run
    assert run(database, failed[0]).at == NOW + dt.timedelta(hours=3)


def test_the_worker_s_next_source_runs_after_one_that_fails(database: Database) -> None:
    with feeding(*ROWS) as good, feeding(body=b"[" * 100_000) as bad:
        first = a_source(database, bad, name="Bad")
        second = a_source(database, good, name="Good")
        a_source(database, good, name="By hand", every_min=0)
        tools = tools_for(good)
        both = type(tools)(catalogue=tools.catalogue, allow=(good.server.address, bad.server.address))
        went = [refresh_next(database, tools=lambda: both, now=NOW) for _ in range(3)]

    names = [each and (each[0], each[1].state) for each in went]
    assert names == [("Bad", RunState.FAILED), ("Good", RunState.APPLIED), None]
    assert source(database, first).words != source(database, second).words
    assert len(shown(database)) == 12


def test_what_is_in_quarantine_changes_no_service_body_and_no_format(database: Database) -> None:
    def words() -> set[str]:
        with database.reading() as session:
            names = session.execute(select(BmltFormatName.name)).scalars()
            return {*session.execute(select(ServiceBody.name)).scalars(), *names}

    meetings = [a_meeting(number) for number in range(1, 40)]
    others = [body | {"name": f"Spoilt {body['name']}"} for body in service_bodies()]
    spelt = [each | {"name_string": f"Spoilt {each['name_string']}"} for each in formats("en")]
    with feeding() as feed:
        number = a_source(database, feed, kind="bmlt", program="na", policy=SourcePolicy.PROPOSE)
        first = refreshed(database, number, feed, payload=answers(*meetings))
        with database.unit_of_work() as session:
            apply(session, first.run, seen=None, changes=None, by="user:1", now=NOW)
        before = words()
        assert {"Lark Region", "No dogs"} <= before
        spoilt = answers(*meetings[:3], GetServiceBodies=others, GetFormats_en=spelt)
        outcome = refreshed(database, number, feed, payload=spoilt, later=60)
        assert (outcome.state, words()) == (RunState.QUARANTINED, before)
        well = answers(*meetings, GetServiceBodies=others, GetFormats_en=spelt)
        mended = refreshed(database, number, feed, payload=well, later=120)
        assert (mended.state, words()) == (RunState.PROPOSED, before)
        with database.unit_of_work() as session:
            apply(session, mended.run, seen=None, changes=None, by="user:1", now=NOW)

    assert {"Spoilt Lark Region", "Spoilt No dogs"} <= words()
    assert faults(database) == []


def test_a_proposal_that_still_holds_stays_as_a_moderator_opened_it(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed, policy=SourcePolicy.PROPOSE)
        first = refreshed(database, number, feed)
        feed.rows = list(reversed(ROWS))
        same = refreshed(database, number, feed, later=60)
        feed.rows = [*ROWS, a_row(40)]
        more = refreshed(database, number, feed, later=120)

    assert same.state is RunState.UNCHANGED
    assert run(database, first.run).state is RunState.OVERTAKEN
    assert more.state is RunState.PROPOSED
    assert len(changes(database, more.run, state=ChangeState.OPEN)) == 13
    assert faults(database) == []


def test_a_row_that_only_says_when_it_was_written_is_not_asked_about(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        trusted(database, number, feed, SourcePolicy.PROPOSE)
        feed.rows = [a_row(0, updated="2026-02-01 10:00:00"), *ROWS[1:]]
        outcome = refreshed(database, number, feed)

    assert outcome.state is RunState.APPLIED
    assert shown(database)["larks-0"]["updated_at"].startswith("2026-02-01")


def test_a_source_keeps_to_its_region_and_its_service_body(database: Database) -> None:
    with database.unit_of_work() as session:
        top = a_body(session, "Lone Star Region")
        body = a_body(session, "Capital Area", top)
    with feeding(a_row(0, regions=["Austin", "East Austin"]), a_row(1, regions=["Austin"])) as feed:
        number = a_source(database, feed, region="Texas > Austin", service_body_id=body)
        refreshed(database, number, feed)

    documents = shown(database)
    names = [[part["name"] for part in documents[key]["region"]] for key in ("larks-0", "larks-1")]
    assert names == [["Texas", "Austin", "East Austin"], ["Texas", "Austin"]]
    assert documents["larks-0"]["service_body"]["name"] == "Capital Area"
    assert meeting(database, "larks-1").service_body_id == body


def test_a_file_can_be_uploaded_for_a_source_without_an_address(database: Database) -> None:
    with feeding() as feed:
        number = a_source(database, feed, url="", every_min=0)
        outcome = refreshed(database, number, feed, payload=a_feed(*ROWS))
        with pytest.raises(BadInputError, match="no address"):
            refreshed(database, number, feed)

    assert outcome.state is RunState.APPLIED
    assert len(shown(database)) == 12
    assert feed.server.paths == []
