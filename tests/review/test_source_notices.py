"""Those who steer sources are told when one wants somebody: once, and nobody is flooded."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import update

from finder.domain.roles import Role
from finder.review.source_notices import tell_trouble
from finder.sources.refresh import refresh
from finder.store.accounts import User
from finder.store.database import Database
from tests.conftest import NOW
from tests.review.people import HEAD, a_body, a_user, mails
from tests.review.test_notices import told
from tests.sources.feeds import a_row
from tests.sources.instance import Feed, a_source, feeding, source, tools_for

ROWS = [a_row(number) for number in range(12)]
DAY = 24 * 60


def read(database: Database, number: int, feed: Feed, *minutes: int) -> int:
    """Read a source so many minutes after the tests take place; gives the last refresh."""
    done = 0
    for later in minutes:
        tools = tools_for(feed, tell=partial(tell_trouble, letterhead=HEAD))
        now = NOW + dt.timedelta(minutes=later)
        done = refresh(database, number, tools=tools, by="worker", now=now).run
    return done


@pytest.fixture
def people(database: Database) -> dict[str, str]:
    """Addresses by role; the service body "own" has a steward and a moderator, "other" a steward."""
    with database.unit_of_work() as session:
        own, other = a_body(session, "Own Area"), a_body(session, "Other Area")
        ids = {
            "administrator": a_user(session),
            "steward": a_user(session, role=Role.BODY_ADMINISTRATOR, body=own),
            "moderator": a_user(session, role=Role.MODERATOR, body=own),
            "other": a_user(session, role=Role.BODY_ADMINISTRATOR, body=other),
        }
        return {"own": str(own), **{name: session.get_one(User, number).email for name, number in ids.items()}}


def test_who_steers_a_source_is_told_once_that_it_is_in_quarantine(database: Database, people: dict[str, str]) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed, service_body_id=int(people["own"]))
        read(database, number, feed, 0)
        assert told(database) == []
        feed.rows = ROWS[:5]
        held = read(database, number, feed, 60)
        at = NOW + dt.timedelta(minutes=60)
        assert told(database) == [(people["steward"], at, "A data source wants somebody")]
        [letter] = mails(database)
        assert "Larks is in quarantine, and nothing of what it says is taken by itself: 7 of 12 listings" in letter
        assert f"https://finder.example.org/moderate/sources/{number}/refreshes/{held}" in letter
        feed.rows = ROWS[:4]
        assert read(database, number, feed, 120, 180, 3 * DAY) != held
        assert len(told(database)) == 1, "It is in quarantine as before."
        feed.rows = ROWS
        read(database, number, feed, 4 * DAY)
        feed.rows = ROWS[:5]
        read(database, number, feed, 5 * DAY)
    assert len(told(database)) == 2, "It was whole meanwhile."


def test_who_steers_a_source_is_told_once_that_it_cannot_be_read(database: Database, people: dict[str, str]) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        read(database, number, feed, 0)
        feed.status = 500
        read(database, number, feed, 60, 180, 420, DAY - 1)
        assert told(database) == []
        read(database, number, feed, DAY, 2 * DAY, 9 * DAY)
    at = NOW + dt.timedelta(days=1)
    assert told(database) == [(people["administrator"], at, "A data source wants somebody")]
    [letter] = mails(database)
    assert "Larks could not be read 5 times in a row: " in letter
    assert letter.endswith(f"https://finder.example.org/moderate/sources/{number}")
    assert source(database, number).failures == 7


@pytest.mark.parametrize("daily", ["", "daily"])
def test_of_many_sources_at_once_one_is_told_and_then_that_there_are_more(
    database: Database, people: dict[str, str], daily: str
) -> None:
    with database.unit_of_work() as session:
        session.execute(update(User).where(User.email == people["steward"]).values(digest_daily=bool(daily)))
    begins = NOW - dt.timedelta(hours=2)
    with feeding() as feed:
        feed.status = 500
        own = int(people["own"])
        numbers = [a_source(database, feed, name=name, service_body_id=own) for name in ("Larks", "Wrens", "Owls")]
        for later in (-122, -121, -120):
            for number in numbers:
                read(database, number, feed, later)
    assert (begins.hour, begins.minute) == (21, 5)
    more = begins.replace(hour=0, minute=0) + dt.timedelta(days=1) if daily else begins.replace(hour=22, minute=0)
    assert told(database) == [
        (people["steward"], begins, "A data source wants somebody"),
        (people["steward"], more, "More data sources want somebody"),
    ]
