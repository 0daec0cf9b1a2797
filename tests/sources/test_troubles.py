"""Which sources want somebody: those in quarantine, and those that could not be read for long."""

import datetime as dt

from finder.sources.removing import remove_source
from finder.sources.troubles import troubles
from finder.store.database import Database
from tests.conftest import NOW
from tests.sources.feeds import a_row
from tests.sources.instance import Feed, a_source, feeding, refreshed, source

ROWS = [a_row(number) for number in range(12)]
DAY = 24 * 60


def told(database: Database) -> list[str]:
    with database.reading() as session:
        return [each.words for each in troubles(session)]


def failing(database: Database, number: int, feed: Feed, *minutes: int) -> None:
    """Have a source not be readable so many minutes after the tests take place."""
    feed.status = 500
    for later in minutes:
        refreshed(database, number, feed, later=later)


def test_a_source_in_quarantine_wants_somebody_until_it_is_whole_again(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        assert told(database) == []
        feed.rows = ROWS[:5]
        outcome = refreshed(database, number, feed, later=60)
        with database.reading() as session:
            [found] = troubles(session)
        assert (found.source, found.run) == (number, outcome.run)
        assert found.words == (
            "Larks is in quarantine, and nothing of what it says is taken by itself: 7 of 12 listings of this source "
            "would go, which is more than 10 or more than 10%."
        )
        feed.rows = ROWS
        refreshed(database, number, feed, later=120)
    assert told(database) == []


def test_a_source_that_cannot_be_read_wants_somebody_after_three_times_and_a_day(database: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        failing(database, number, feed, 60, 120, 240, 480, DAY - 1)
        assert told(database) == []
        failing(database, number, feed, DAY)
        assert told(database) == [f"Larks could not be read 6 times in a row: {source(database, number).words}"]
        feed.status = 200
        refreshed(database, number, feed, later=2 * DAY)
        failing(database, number, feed, 4 * DAY, 5 * DAY)
        assert told(database) == [], "Twice is no habit."


def test_a_source_that_was_never_read_or_is_read_by_hand_or_was_removed(database: Database) -> None:
    with feeding() as feed:
        never, by_hand = a_source(database, feed), a_source(database, feed, name="By hand", every_min=0)
        failing(database, never, feed, 60, 120, 240)
        failing(database, by_hand, feed, 60, 120, 2 * DAY, 3 * DAY)
    assert [words.partition(" could")[0] for words in told(database)] == ["Larks"]
    with database.unit_of_work() as session:
        remove_source(session, never, keep=True, by="operator", reason="", now=NOW + dt.timedelta(days=4))
    assert told(database) == []
