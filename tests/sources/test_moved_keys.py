"""Rows of a table that has no column for a key: a meeting whose time was moved is still the same meeting."""

import csv
import io
from collections.abc import Iterator, Mapping

import pytest

from finder.directory.publish import unpublish
from finder.domain.sources import ChangeKind, RunState, SourcePolicy
from finder.sources.applying import apply
from finder.sources.comparing import MOVED
from finder.sources.rolling_back import roll_back
from finder.sources.setting_aside import set_aside
from finder.store.database import Database
from finder.store.meeting import Meeting
from tests.conftest import NOW
from tests.feeds.test_naws_read import a_row as a_naws_row
from tests.feeds.test_naws_read import sheet
from tests.sources.instance import Feed, a_source, changes, counts, faults, feeding, refreshed, run, shown, trusted
from tests.sources.test_three_ways import edit

#: So many that a few that go are not taken for a broken sheet.
OTHERS = [
    {"Name": f"Wrens {number}", "Day": "Monday", "Time": "12:00", "Address": f"{number} Side Street", "City": "Austin"}
    for number in range(1, 31)
]
OWLS = {"Name": "Owls", "Day": "Tuesday", "Time": "19:00", "Address": "12 Example Street", "City": "Austin"}
ONLINE = {"Name": "Night Owls", "Day": "Sunday", "Time": "22:00", "Conference URL": "https://zoom.us/j/5550100111"}


def table(*rows: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in (*OTHERS, *rows) for name in row))
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows((*OTHERS, *rows))
    return text.getvalue().encode()


@pytest.fixture
def feed() -> Iterator[Feed]:
    with feeding() as feed:
        yield feed


def read(database: Database, feed: Feed, *rows: Mapping[str, str]) -> int:
    """A source of a table whose rows are listed."""
    feed.body = table(*rows)
    number = a_source(database, feed, kind="csv")
    refreshed(database, number, feed)
    return number


def told(database: Database, name: str = "Owls") -> list[tuple[str, str]]:
    """The addresses and times of the listings of a name."""
    found = [each for each in shown(database).values() if each["name"] == name]
    return sorted((each["slug"], each["schedule"]["start"]) for each in found)


def words(database: Database, number: int) -> list[tuple[ChangeKind, list[str]]]:
    return [(each.kind, sorted(each.fields)) for each in changes(database, number)]


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        pytest.param(OWLS, {**OWLS, "Time": "19:30"}, ["start"], id="its time"),
        pytest.param(OWLS, {**OWLS, "Day": "Friday"}, ["weekdays"], id="its day"),
        pytest.param(OWLS, {**OWLS, "Time": "8 pm", "Notes": "Ring."}, ["notes", "start"], id="its time and more"),
        pytest.param(
            {**OWLS, "Location": "Hall"}, {**OWLS, "Time": "20:00"}, ["place_name", "start"], id="its time and its hall"
        ),
        pytest.param(ONLINE, {**ONLINE, "Time": "22:30"}, ["start"], id="that of one online"),
        pytest.param(
            ONLINE,
            {**ONLINE, "Time": "22:30", "Address": "12 Example Street", "City": "Austin"},
            None,
            id="one online that opens a door",
        ),
    ],
)
def test_a_meeting_that_moves_is_changed_and_keeps_its_address(
    before: dict[str, str], after: dict[str, str], fields: list[str] | None, database: Database, feed: Feed
) -> None:
    number = read(database, feed, before)
    [(slug, _)] = told(database, before["Name"])
    feed.body = table(after)
    moved = refreshed(database, number, feed, later=60)
    again = refreshed(database, number, feed, later=120, again=True)

    assert counts(database, moved.run) == (0, 1, 0, 0, 30)
    [change] = changes(database, moved.run)
    assert ["", "", MOVED] in change.remarks
    assert fields is None or sorted(change.fields) == fields
    assert [each for each, _ in told(database, before["Name"])] == [slug]
    assert again.state is RunState.UNCHANGED
    assert faults(database) == []


TWO = (OWLS, {**OWLS, "Day": "Thursday"})


def test_of_two_of_one_name_at_one_place_the_one_that_moved_is_told(database: Database, feed: Feed) -> None:
    number = read(database, feed, *TWO)
    before = told(database)
    feed.body = table(TWO[0], {**TWO[1], "Time": "20:00"})
    moved = refreshed(database, number, feed, later=60)
    assert counts(database, moved.run) == (0, 1, 0, 0, 31)
    assert [slug for slug, _ in told(database)] == [slug for slug, _ in before]


@pytest.mark.parametrize(
    ("before", "after", "told_as"),
    [
        pytest.param(TWO, [{**each, "Time": "20:00"} for each in TWO], (2, 0, 2), id="two that both moved"),
        pytest.param([OWLS], [{**OWLS, "Time": "20:00", "Name": "The Larks"}], (1, 0, 1), id="another name"),
        pytest.param([OWLS], [{**OWLS, "Time": "20:00", "Address": "40 Sample Road"}], (1, 0, 1), id="another street"),
        pytest.param([OWLS], [{**OWLS, "Time": "20:00", "City": "Waco"}], (1, 0, 1), id="another town"),
        pytest.param([OWLS], [{**each, "Time": "20:00"} for each in TWO], (2, 0, 1), id="one that became two"),
        pytest.param([{**OWLS, "Slug": "a"}], [{**OWLS, "Slug": "b", "Time": "20:00"}], (1, 0, 1), id="other keys"),
        pytest.param(
            [ONLINE, {**ONLINE, "Conference URL": "https://zoom.us/j/5550100222"}],
            [
                {**ONLINE, "Time": "21:00"},
                {**ONLINE, "Time": "21:00", "Conference URL": "https://zoom.us/j/5550100222"},
            ],
            (0, 2, 0),
            id="two online, each behind its link",
        ),
    ],
)
def test_what_is_not_one_meeting_for_certain_stays_new_and_gone(
    before: list[dict[str, str]],
    after: list[dict[str, str]],
    told_as: tuple[int, ...],
    database: Database,
    feed: Feed,
) -> None:
    number = read(database, feed, *before)
    feed.body = table(*after)
    assert counts(database, refreshed(database, number, feed, later=60).run)[:3] == told_as


def test_a_row_that_cannot_be_read_could_be_the_one_that_moved(database: Database, feed: Feed) -> None:
    own = {**OWLS, "Attendance": "in person", "Join Policy": "open"}
    number = read(database, feed, own)
    feed.body = table({**own, "Time": "20:00", "First Date": "soon"}, {**own, "Day": "Friday"})
    assert counts(database, refreshed(database, number, feed, later=60).run) == (1, 0, 1, 1, 30)


def test_what_nobody_wanted_of_it_is_not_proposed_again(database: Database, feed: Feed) -> None:
    number = read(database, feed, OWLS)
    trusted(database, number, feed, SourcePolicy.PROPOSE, kind="csv")
    feed.body = table({**OWLS, "Time": "20:00"})
    moved = refreshed(database, number, feed, later=60)
    same = refreshed(database, number, feed, later=120, again=True)
    assert same.state is RunState.UNCHANGED
    assert f"Refresh {moved.run} says so already" in same.words
    with database.unit_of_work() as session:
        set_aside(session, moved.run, seen=1, changes=None, by="user:1", now=NOW)
    assert refreshed(database, number, feed, later=180, again=True).state is RunState.UNCHANGED
    assert told(database) == [("owls", "19:00")]

    feed.body = table({**OWLS, "Time": "21:00"})
    later = refreshed(database, number, feed, later=240)
    with database.unit_of_work() as session:
        apply(session, later.run, seen=1, changes=None, by="user:1", now=NOW)
    assert told(database) == [("owls", "21:00")]
    with database.unit_of_work() as session:
        roll_back(session, later.run, seen=None, by="user:1", reason="", now=NOW)
    assert told(database) == [("owls", "19:00")]
    assert refreshed(database, number, feed, later=300, again=True).state is RunState.UNCHANGED
    feed.body = table({**OWLS, "Time": "22:00"})
    assert words(database, refreshed(database, number, feed, later=360).run) == [(ChangeKind.CHANGED, ["start"])]
    assert faults(database) == []


def test_what_was_edited_here_or_taken_off_is_known_again_as_well(database: Database, feed: Feed) -> None:
    number = read(database, feed, OWLS, ONLINE)
    keys = {document["name"]: key for key, document in shown(database).items()}
    edit(database, keys["Owls"], {"name": "The Owls", "street": "12 Example Street West"})
    with database.unit_of_work() as session:
        gone = shown(database)[keys["Night Owls"]]["id"]
        unpublish(session, gone, actor="user:1", reason="closed", now=NOW)
    feed.body = table({**OWLS, "Time": "20:00"}, {**ONLINE, "Time": "21:00"})
    moved = refreshed(database, number, feed, later=60)

    assert told(database, "The Owls") == [("owls", "20:00")]
    assert told(database, "Night Owls") == []
    waiting = [each for each in changes(database, moved.run) if each.meeting_id == gone]
    assert [each.kind for each in waiting] == [ChangeKind.CHANGED]
    assert run(database, moved.run).state is RunState.PROPOSED
    with database.reading() as session:
        assert session.get_one(Meeting, gone).published is False


def test_the_sheet_of_na_world_services_is_read_so_too(database: Database, feed: Feed) -> None:
    number = a_source(database, feed, kind="naws", program="na")
    feed.body = sheet(a_naws_row(bmlt_id=""))
    refreshed(database, number, feed)
    feed.body = sheet(a_naws_row(bmlt_id="", Time="2030"))
    assert words(database, refreshed(database, number, feed, later=60).run) == [(ChangeKind.CHANGED, ["start"])]
