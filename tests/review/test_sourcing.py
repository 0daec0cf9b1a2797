"""Who may do what to sources: walls between service bodies, and a second moderator for much at once."""

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import update

from finder.accounts.permissions import Viewer
from finder.directory.draft import draft_of
from finder.directory.publish import revise
from finder.directory.register import read_register
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.roles import Role
from finder.domain.sources import ChangeKind, RunState, SourcePolicy
from finder.review import sourcing
from finder.review.sourcing import Wanted
from finder.review.wide import Outcome, confirm, held_act, waiting
from finder.sources.managing import SourceDraft
from finder.store.accounts import Grant, User
from finder.store.database import Database
from finder.store.review import WideAct
from tests.conftest import NOW
from tests.review.people import HEAD, a_body, a_published, a_user, seen_as
from tests.sources.feeds import a_row
from tests.sources.instance import (
    Feed,
    a_source,
    changes,
    faults,
    feeding,
    meeting,
    refreshed,
    run,
    shown,
    source,
    trusted,
)


@dataclass
class Desk:
    """Two service bodies, and people of every role over the first one; ``other`` moderates the second."""

    own: int
    foreign: int
    people: dict[str, Viewer]


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.unit_of_work() as session:
        own, foreign = a_body(session, "Own Area"), a_body(session, "Other Area")
        ids = {
            "administrator": a_user(session),
            "steward": a_user(session, role=Role.BODY_ADMINISTRATOR, body=own),
            "moderator": a_user(session, role=Role.MODERATOR, body=own),
            "second": a_user(session, role=Role.MODERATOR, body=own),
            "reader": a_user(session, role=Role.READER, body=own),
            "other": a_user(session, role=Role.BODY_ADMINISTRATOR, body=foreign),
        }
        return Desk(own, foreign, {name: seen_as(session, number) for name, number in ids.items()})


DRAFT = SourceDraft(name="Larks", kind="meeting-guide", program="aa")
STEERS = {"administrator", "steward"}
DECIDES = {"administrator", "steward", "moderator", "second"}


def test_who_may_steer_a_source(database: Database, desk: Desk) -> None:
    may = set()
    for name, viewer in desk.people.items():
        with database.unit_of_work() as session:
            draft = replace(DRAFT, name=name, service_body_id=desk.own)
            with suppress(BadInputError):
                sourcing.add(session, draft, by=viewer, reason="", now=NOW)
                may.add(name)
    assert may == STEERS

    with database.unit_of_work() as session, pytest.raises(BadInputError):
        sourcing.add(session, DRAFT, by=desk.people["steward"], reason="", now=NOW)  # of no body
    with feeding() as feed:
        number = a_source(database, feed, service_body_id=desk.own)
    for name, viewer in desk.people.items():
        with database.unit_of_work() as session:
            if name in STEERS:
                sourcing.steered(session, number, by=viewer)
                assert sourcing.source_for(session, number, viewer=viewer).body == "Own Area"
                continue
            with pytest.raises(NotFoundError):
                sourcing.change(session, number, DRAFT, seen="", by=viewer, reason="", now=NOW)
            with pytest.raises(NotFoundError):
                sourcing.remove(session, number, keep=True, by=viewer, reason="", letterhead=HEAD, now=NOW)
    with database.reading() as session:
        seen = {name for name, viewer in desk.people.items() if sourcing.sources_for(session, viewer=viewer)}
    assert seen == DECIDES


def test_a_steward_gives_no_source_away_to_another_body(database: Database, desk: Desk) -> None:
    with feeding() as feed:
        number = a_source(database, feed, service_body_id=desk.own)
    steward = desk.people["steward"]
    with database.unit_of_work() as session:
        seen = sourcing.source_for(session, number, viewer=steward).seen
        moved = replace(DRAFT, service_body_id=desk.foreign)
        with pytest.raises(BadInputError, match="body of yours"):
            sourcing.change(session, number, moved, seen=seen, by=steward, reason="", now=NOW)


def waiting_run(database: Database, desk: Desk, feed: Feed, new: int) -> int:
    """A refresh of a source of the own body, of which so many new listings wait."""
    number = a_source(database, feed, service_body_id=desk.own, policy=SourcePolicy.PROPOSE)
    feed.rows = [a_row(each) for each in range(new)]
    return refreshed(database, number, feed).run


def test_who_may_decide_about_a_refresh(database: Database, desk: Desk) -> None:
    with feeding() as feed:
        number = waiting_run(database, desk, feed, new=3)
    [first, second, third] = changes(database, number)
    for name in set(desk.people) - DECIDES:
        viewer = desk.people[name]
        with database.unit_of_work() as session:
            for act in (
                lambda s, v: sourcing.run_for(s, number, viewer=v, now=NOW),
                lambda s, v: sourcing.apply(s, Wanted(run=number, seen=1), by=v, letterhead=HEAD, now=NOW),
                lambda s, v: sourcing.put_aside(s, Wanted(run=number, seen=1), by=v, now=NOW),
                lambda s, v: sourcing.roll_back(s, number, seen=1, by=v, reason="", letterhead=HEAD, now=NOW),
                lambda s, v: sourcing.merge(s, first.id, into=1, seen=1, by=v, now=NOW),
            ):
                with pytest.raises(NotFoundError):
                    act(session, viewer)
    moderator = desk.people["moderator"]
    with database.unit_of_work() as session:
        assert sourcing.apply(
            session, Wanted(run=number, seen=1, changes=[first.id]), by=moderator, letterhead=HEAD, now=NOW
        ) == (Outcome(done=number))
    with database.unit_of_work() as session:
        with pytest.raises(StaleError):
            sourcing.put_aside(session, Wanted(run=number, seen=1, changes=[second.id]), by=moderator, now=NOW)
        sourcing.put_aside(session, Wanted(run=number, seen=2, changes=[second.id]), by=moderator, now=NOW)
        sourcing.apply(session, Wanted(run=number, seen=3, changes=[third.id]), by=moderator, letterhead=HEAD, now=NOW)
    assert set(shown(database)) == {"larks-0", "larks-2"}
    assert run(database, number).decided_by == f"user:{moderator.user_id}"


def test_a_listing_that_moved_behind_another_wall_is_not_decided_about_from_here(
    database: Database, desk: Desk
) -> None:
    with feeding(*(a_row(number) for number in range(12))) as feed:
        number = a_source(database, feed, service_body_id=desk.own)
        refreshed(database, number, feed)
        with database.unit_of_work() as session:
            listing = meeting(database, "larks-0").id
            draft = draft_of(next(read_register(session, [listing])))
            moved = replace(draft, service_body="Other Area")
            revise(session, listing, moved, actor="user:1", reason="", now=NOW)
        trusted(database, number, feed, SourcePolicy.PROPOSE, service_body_id=desk.own)
        feed.rows = [a_row(0, notes="New."), *feed.rows[1:]]
        proposal = refreshed(database, number, feed, later=60).run

    wanted = Wanted(run=proposal, seen=1)
    with database.unit_of_work() as session, pytest.raises(BadInputError, match="another service body"):
        sourcing.apply(session, wanted, by=desk.people["moderator"], letterhead=HEAD, now=NOW)
    with database.unit_of_work() as session:
        sourcing.apply(session, wanted, by=desk.people["administrator"], letterhead=HEAD, now=NOW)
    document = shown(database)["larks-0"]
    assert (document["notes"], document["service_body"]["name"]) == ("New.", "Other Area")


def test_much_at_once_wants_a_second_moderator(database: Database, desk: Desk) -> None:
    with database.unit_of_work() as session:
        for _ in range(200):
            a_published(session)
    with feeding() as feed:
        number = waiting_run(database, desk, feed, new=11)
    with database.unit_of_work() as session:
        outcome = sourcing.apply(
            session, Wanted(run=number, seen=1), by=desk.people["moderator"], letterhead=HEAD, now=NOW
        )
    assert outcome.done == 0
    assert len([key for key in shown(database) if key.startswith("larks")]) == 0

    with database.unit_of_work() as session:
        held = held_act(session, outcome.waits, viewer=desk.people["second"])
        assert held.shown is not None
        assert len(held.shown.listings) == held.listings == 11
        assert [each.id for each in waiting(session, desk.people["second"])] == [outcome.waits]
        assert waiting(session, desk.people["other"]) == []
        with pytest.raises(NotFoundError):
            confirm(session, outcome.waits, by=desk.people["other"], now=NOW)
        with pytest.raises(BadInputError, match="yourself"):
            confirm(session, outcome.waits, by=desk.people["moderator"], now=NOW)
    with database.unit_of_work() as session:
        assert confirm(session, outcome.waits, by=desk.people["second"], now=NOW) == number
    with database.unit_of_work() as session, pytest.raises(AlreadyDecidedError):
        confirm(session, outcome.waits, by=desk.people["second"], now=NOW)
    assert run(database, number).state is RunState.APPLIED
    assert faults(database) == []

    with database.unit_of_work() as session:
        back = sourcing.roll_back(
            session, number, seen=2, by=desk.people["second"], reason="wrong", letterhead=HEAD, now=NOW
        )
    assert back.waits
    with database.unit_of_work() as session:
        confirm(session, back.waits, by=desk.people["moderator"], now=NOW)
    assert run(database, number).state is RunState.ROLLED_BACK
    assert len([key for key in shown(database) if key.startswith("larks")]) == 0
    assert faults(database) == []


def test_what_was_decided_meanwhile_is_not_confirmed(database: Database, desk: Desk) -> None:
    with feeding() as feed:
        number = waiting_run(database, desk, feed, new=8)
    first = changes(database, number, ChangeKind.NEW)[0].id
    with database.unit_of_work() as session:
        waits = sourcing.apply(
            session, Wanted(run=number, seen=1), by=desk.people["moderator"], letterhead=HEAD, now=NOW
        ).waits
        with pytest.raises(StaleError):
            sourcing.apply(session, Wanted(run=number, seen=9), by=desk.people["moderator"], letterhead=HEAD, now=NOW)
        sourcing.apply(
            session, Wanted(run=number, seen=1, changes=[first]), by=desk.people["second"], letterhead=HEAD, now=NOW
        )
    with database.unit_of_work() as session, pytest.raises(StaleError):
        confirm(session, waits, by=desk.people["second"], now=NOW)


def test_a_source_that_goes_with_many_listings_wants_two(database: Database, desk: Desk) -> None:
    with feeding(*(a_row(number) for number in range(8))) as feed:
        number = a_source(database, feed, service_body_id=desk.own)
        refreshed(database, number, feed)
    with database.unit_of_work() as session:
        steward = desk.people["steward"]
        outcome = sourcing.remove(session, number, keep=False, by=steward, reason="closed", letterhead=HEAD, now=NOW)
    assert len(shown(database)) == 8
    assert source(database, number).name == "Larks"
    with database.unit_of_work() as session:
        confirm(session, outcome.waits, by=desk.people["administrator"], now=NOW)
    assert shown(database) == {}
    assert faults(database) == []


def test_nothing_of_a_source_is_done_for_somebody_who_may_not_do_it_any_more(database: Database, desk: Desk) -> None:
    with feeding(*(a_row(number) for number in range(8))) as feed:
        removed = a_source(database, feed, service_body_id=desk.own)
        refreshed(database, removed, feed)
    steward, administrator = desk.people["steward"], desk.people["administrator"]
    with database.unit_of_work() as session:
        wanted = sourcing.remove(session, removed, keep=False, by=steward, reason="closed", letterhead=HEAD, now=NOW)
        session.execute(update(Grant).where(Grant.user_id == steward.user_id).values(role=Role.MODERATOR))
    with database.unit_of_work() as session:
        assert held_act(session, wanted.waits, viewer=administrator).lapsed
        assert waiting(session, administrator) == []
        with pytest.raises(BadInputError, match="may not do it any more"):
            confirm(session, wanted.waits, by=administrator, now=NOW)
    assert len(shown(database)) == 8


def test_a_refresh_is_not_applied_for_somebody_whose_account_was_closed_or_removed(
    database: Database, desk: Desk
) -> None:
    with feeding() as feed:
        number = waiting_run(database, desk, feed, new=8)
    moderator, second = desk.people["moderator"], desk.people["second"]
    with database.unit_of_work() as session:
        wanted = Wanted(run=number, seen=1)
        waits = sourcing.apply(session, wanted, by=moderator, letterhead=HEAD, now=NOW).waits
    for gone in (
        update(User).where(User.id == moderator.user_id).values(active=False),
        update(WideAct).where(WideAct.id == waits).values(asked_by=None),
    ):
        with database.unit_of_work() as session:
            session.execute(gone)
            with pytest.raises(BadInputError, match="may not do it any more"):
                confirm(session, waits, by=second, now=NOW)
    assert run(database, number).state is RunState.PROPOSED
