"""Groups are asked whether their listings are still right, and answer with one press; what the clock brings."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from finder.directory.check import faults
from finder.directory.groups import add_contact
from finder.directory.publish import unpublish
from finder.domain.asked import fields_of
from finder.domain.errors import BadInputError, GoneError
from finder.domain.freshness import REMIND_AGAIN, STALE_AFTER
from finder.domain.listing import ContactDraft, GroupDraft
from finder.domain.review import Kind, Status
from finder.review.decisions import decide
from finder.review.freshness import asked_group, confirm_asked, remind_due
from finder.review.scheduled import apply_due
from finder.store.database import Database
from finder.store.mail import OutboxMail
from finder.store.meeting import Meeting
from finder.store.people import Contact
from finder.store.review import LinkToken
from finder.web.presenters.trust import trust
from tests.conftest import NOW
from tests.factories import a_listing, a_schedule
from tests.review.people import (
    HEAD,
    a_published,
    a_request,
    an_administrator,
    in_queue,
    looking,
    secret_mailed,
    submission,
)

DAYS = dt.timedelta(days=1)
ROBIN = "robin@example.org"


def a_group_with(session: Session, *ages: int | None, email: str = ROBIN, name: str = "Courage Group") -> list[int]:
    """Listings of one group that were confirmed so many days ago (None: never); *email* answers for it."""
    made = []
    for age in ages:
        at = None if age is None else NOW - age * DAYS
        made.append(a_published(session, confirmed_at=at, group=GroupDraft(name=name)))
    group = made[0].group_id
    assert group is not None
    add_contact(session, group, ContactDraft(email=email))
    return [meeting.id for meeting in made]


def remind(database: Database, *, now: dt.datetime = NOW, days: int = 90) -> int:
    return remind_due(database, letterhead=HEAD, remind_days=days, now=now)


def recipients(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(OutboxMail.recipient).order_by(OutboxMail.id)).scalars())


@pytest.mark.parametrize(
    ("ages", "asked"), [((91,), 1), ((89,), 0), ((10, 400), 1), ((None,), 0)], ids=["old", "fresh", "one old", "new"]
)
def test_a_group_is_asked_once_any_of_its_listings_is_unconfirmed_for_long(
    database: Database, ages: tuple[int | None, ...], asked: int
) -> None:
    with database.unit_of_work() as session:
        a_group_with(session, *ages)
    assert remind(database) == asked
    assert recipients(database) == [ROBIN] * asked


def test_a_listing_that_was_never_confirmed_counts_from_the_day_it_was_published(database: Database) -> None:
    with database.unit_of_work() as session:
        a_group_with(session, None)
    assert [remind(database, now=NOW + days * DAYS) for days in (89, 91)] == [0, 1]


def test_nobody_is_asked_again_within_thirty_days(database: Database) -> None:
    with database.unit_of_work() as session:
        a_group_with(session, 100)
    asked = [remind(database, now=NOW + days * DAYS) for days in (0, 0, REMIND_AGAIN.days - 1, REMIND_AGAIN.days + 1)]
    assert asked == [1, 0, 0, 1]
    assert recipients(database) == [ROBIN, ROBIN]


def test_nobody_is_asked_about_made_up_or_unpublished_meetings_nor_when_it_is_switched_off(database: Database) -> None:
    with database.unit_of_work() as session:
        gone, made_up, kept = (a_group_with(session, 200, name=f"Group {number}")[0] for number in range(3))
        unpublish(session, gone, actor="test", reason="", now=NOW)
        session.execute(update(Meeting).where(Meeting.id == made_up).values(demo=True))
    assert remind(database, days=0) == 0
    assert remind(database) == 1
    with database.reading() as session:
        token = session.execute(select(LinkToken)).scalar_one()
        assert token.group_id == session.get_one(Meeting, kept).group_id


def test_a_contact_of_a_feed_that_is_no_address_stops_nothing(database: Database) -> None:
    with database.unit_of_work() as session:
        a_group_with(session, 200, email="write to Robin", name="First")
        a_group_with(session, 200, name="Second")
    assert remind(database) == 2
    assert recipients(database) == [ROBIN]


def test_looking_at_the_link_changes_nothing_and_one_press_confirms_everything(database: Database) -> None:
    with database.unit_of_work() as session:
        numbers = a_group_with(session, 200, 300)
    remind(database)
    secret = secret_mailed(database, "confirm")
    for _ in range(3):
        with database.reading() as session:
            group = asked_group(session, secret, now=NOW)
    assert [each.id for each in group.listings] == [numbers[1], numbers[0]]
    with database.unit_of_work() as session:
        assert confirm_asked(session, secret, now=NOW) == 2
    with database.reading() as session:
        assert set(session.execute(select(Meeting.confirmed_at)).scalars()) == {NOW}
        assert list(faults(session)) == []
    with database.unit_of_work() as session, pytest.raises(GoneError):
        confirm_asked(session, secret, now=NOW)


def test_only_the_ticked_listings_are_confirmed_and_none_of_another_group(database: Database) -> None:
    with database.unit_of_work() as session:
        first, second = a_group_with(session, 200, 200)
        other = a_group_with(session, 200, name="Another Group", email="ana@example.org")[0]
    remind(database)
    with database.reading() as session:
        bodies = session.execute(select(OutboxMail.body).where(OutboxMail.recipient == ROBIN)).scalars().all()
    secret = bodies[0].split("/confirm/")[1].split()[0]
    with database.unit_of_work() as session, pytest.raises(BadInputError, match="Choose"):
        confirm_asked(session, secret, only=(), now=NOW)
    with database.unit_of_work() as session:
        assert confirm_asked(session, secret, only={first, other}, now=NOW) == 1
    with database.reading() as session:
        fresh = session.execute(select(Meeting.id).where(Meeting.confirmed_at == NOW)).scalars().all()
    assert (fresh, second in fresh) == ([first], False)


def test_a_link_of_somebody_who_answers_no_more_for_the_group_opens_nothing(database: Database) -> None:
    with database.unit_of_work() as session:
        a_group_with(session, 200)
    remind(database)
    secret = secret_mailed(database, "confirm")
    with database.unit_of_work() as session:
        session.execute(delete(Contact))
    with database.reading() as session, pytest.raises(GoneError):
        asked_group(session, secret, now=NOW)


@pytest.mark.parametrize(("age", "warned"), [(STALE_AFTER, False), (STALE_AFTER + DAYS, True)], ids=["180", "181"])
def test_the_finder_says_please_check_first_after_180_days(age: dt.timedelta, *, warned: bool) -> None:
    said = trust(NOW - age, NOW)
    assert (said.stale, "please check first" in said.words) == (warned, warned)


def scheduled(database: Database, on: dt.date) -> tuple[str, int]:
    """A change of the name that is approved for a date; gives its reference and the listing's id."""
    with database.unit_of_work() as session:
        meeting = a_published(session, schedule=a_schedule(zone="Pacific/Auckland"))
    reference = in_queue(
        database, a_request(kind=Kind.CHANGE, meeting_slug=meeting.slug, asked={"name": "Renamed Then"})
    )
    with database.unit_of_work() as session:
        by = an_administrator(session)
        decision = replace(looking(session, reference), on=on)
        assert decide(session, reference, decision, by=by, letterhead=HEAD, now=NOW) is Status.SCHEDULED
    return reference, meeting.id


def name_of(database: Database, number: int) -> str:
    with database.reading() as session:
        return session.get_one(Meeting, number).name


def test_what_was_approved_for_a_date_takes_effect_when_the_day_begins_where_the_meeting_is(
    database: Database,
) -> None:
    _, number = scheduled(database, dt.date(2026, 3, 20))
    midnight_there = dt.datetime(2026, 3, 19, 11, tzinfo=dt.UTC)  # New Zealand is 13 hours ahead in March
    assert apply_due(database, letterhead=HEAD, now=midnight_there - dt.timedelta(minutes=1)) == 0
    assert apply_due(database, letterhead=HEAD, now=midnight_there) == 1
    assert name_of(database, number) == "Renamed Then"
    assert apply_due(database, letterhead=HEAD, now=midnight_there) == 0


def test_a_new_meeting_waits_for_its_date_by_its_own_clock(database: Database) -> None:
    asked = fields_of(a_listing(name="Begins Later", schedule=a_schedule(zone="Pacific/Auckland")))
    reference = in_queue(database, a_request(asked=asked))
    with database.unit_of_work() as session:
        decision = replace(looking(session, reference), on=dt.date(2026, 3, 20))
        decide(session, reference, decision, by=an_administrator(session), letterhead=HEAD, now=NOW)
    assert apply_due(database, letterhead=HEAD, now=dt.datetime(2026, 3, 19, 10, 59, tzinfo=dt.UTC)) == 0
    assert apply_due(database, letterhead=HEAD, now=dt.datetime(2026, 3, 19, 11, tzinfo=dt.UTC)) == 1
    with database.reading() as session:
        assert session.execute(select(Meeting.name)).scalars().all() == ["Begins Later"]


def test_what_is_due_for_a_listing_that_has_gone_returns_to_the_queue_and_holds_up_no_other(
    database: Database,
) -> None:
    lost, number = scheduled(database, dt.date(2026, 3, 19))
    _, other = scheduled(database, dt.date(2026, 3, 20))
    with database.unit_of_work() as session:
        unpublish(session, number, actor="test", reason="", now=NOW)
    assert apply_due(database, letterhead=HEAD, now=NOW + 20 * DAYS) == 2
    assert name_of(database, other) == "Renamed Then"
    with database.reading() as session:
        assert submission(session, lost).status is Status.PENDING
        assert list(faults(session)) == []
