"""Sources on the command line, as real processes: added, read, looked at, applied, taken back; and killed halfway."""

import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from finder.domain.sources import SourcePolicy
from finder.store.accounts import User
from finder.store.database import Database
from finder.store.source import SourceChange
from tests.cli.test_commands import Instance
from tests.conftest import NOW, Databases, prepare
from tests.review.people import a_user, mails
from tests.review.test_notices import told
from tests.servers import FINDER
from tests.sources.feeds import a_feed, a_row
from tests.sources.instance import Feed, a_source, faults, feeding, refreshed, restless, revision, shown, trusted
from tests.sources.test_three_ways import edit

ROWS = [a_row(number) for number in range(12)]
KILLS = 10


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.copy_of("prepared", prepare)


@pytest.fixture
def directory(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def finder(url: str, tmp_path: Path, gazetteer_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "places.db").symlink_to(gazetteer_path)
    instance = Instance(tmp_path / "var", url)

    def run(feed: Feed, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        usual = {"FINDER_TESTING": "1", "FINDER_FEED_ALLOW": feed.server.address, "COLUMNS": "160"}
        return instance.run(*arguments, **{**usual, **env})

    run.instance = instance  # type: ignore[attr-defined] # for tests that kill
    return run


Finder = Callable[..., subprocess.CompletedProcess[str]]


def test_an_address_on_another_port_is_refused_when_it_is_given(finder: Finder, directory: Database) -> None:
    with feeding(*ROWS) as feed:
        assert finder(feed, "sources", "add", "Larks", feed.server.url, "--program", "aa").returncode == 0
        there = "https://example.org:8443/feed.json"
        add = finder(feed, "sources", "add", "Wrens", there, "--program", "aa")
        change = finder(feed, "sources", "change", "Larks", "--address", there)
        listed = finder(feed, "sources", "list").stdout
    for refused in (add, change):
        assert refused.returncode != 0
        assert "only 80 and 443 are" in " ".join(refused.stderr.split())
    assert "Wrens" not in listed
    assert faults(directory) == []


def test_a_source_from_its_first_day_to_its_last(finder: Finder, directory: Database) -> None:
    with feeding(*ROWS, a_row(90, name="")) as feed:
        address = f"{feed.server.url}/meetings.json"
        added = finder(feed, "sources", "add", "Larks", address, "--program", "aa", "--every", "6h")
        assert added.returncode == 0, added.stderr
        assert "every 6 hours" in added.stdout
        assert "Propose everything to moderators" in added.stdout

        first = finder(feed, "sources", "refresh", "Larks")
        assert (first.returncode, shown(directory)) == (0, {})
        assert "12 changes wait for a moderator" in first.stdout
        diff = finder(feed, "sources", "diff", "Larks").stdout
        assert "Larks 11" in diff
        assert "Every Thursday, 7:00 pm to 8:00 pm; Hall 11, 12 Example Street" in diff
        assert "Rows that cannot be taken" in diff
        assert "12 applied" in finder(feed, "sources", "apply", "Larks").stdout
        assert len(shown(directory)) == 12

        changed = finder(feed, "sources", "change", "Larks", "--policy", "publish", "--rule", "notes=here")
        assert "notes=here" in changed.stdout
        feed.rows = [a_row(0, time="18:00", end_time="19:00"), *ROWS[1:]]
        assert finder(feed, "sources", "refresh", "Larks").returncode == 0
        assert 'Starts [start]: "19:00" -> "18:00"' in finder(feed, "sources", "diff", "Larks").stdout
        assert "1 listing is as before" in finder(feed, "sources", "rollback", "Larks").stdout
        assert shown(directory)["larks-0"]["schedule"]["start"] == "19:00"

        feed.rows = ROWS[:2]
        shrunken = finder(feed, "sources", "refresh", "Larks")
        assert shrunken.returncode == 1
        assert "quarantine" in shrunken.stdout
        for more in ((), ("--again",)):
            same = finder(feed, "sources", "refresh", "Larks", *more)
            assert (same.returncode, "and is in quarantine" in same.stdout) == (1, True), same.stdout
            assert "Look at it with" in same.stderr
        assert "10 set aside" in finder(feed, "sources", "set-aside", "Larks").stdout
        assert "rolled back" in finder(feed, "sources", "show", "Larks").stdout
        assert "Larks" in finder(feed, "sources", "list").stdout

        unsaid = finder(feed, "sources", "remove", "Larks", "--yes")
        assert (unsaid.returncode, "--keep or --unpublish" in unsaid.stderr) == (1, True)
        assert "12 listings stay" in finder(feed, "sources", "remove", "Larks", "--keep", "--yes").stdout
        assert "Larks: removed, can be restored until" in finder(feed, "sources", "list").stdout
        refused = finder(feed, "sources", "restore", "Wrens")
        assert (refused.returncode, "no source 'Wrens' that could be restored" in refused.stderr) == (1, True)
        assert "Larks is back. 0 listings" in finder(feed, "sources", "restore", "Larks").stdout
        assert (
            "12 listings are unpublished" in finder(feed, "sources", "remove", "Larks", "--unpublish", "--yes").stdout
        )
        assert shown(directory) == {}
        assert "12 listings are in the finder again" in finder(feed, "sources", "restore", "Larks").stdout
    assert len(shown(directory)) == 12
    assert faults(directory) == []


@pytest.mark.one_database
def test_rows_of_a_table_are_those_of_the_sheet(finder: Finder) -> None:
    with feeding(body=b"Name,City\n\nLarks,Austin\n,Austin\n") as feed:
        address = f"{feed.server.url}/meetings.csv"
        finder(feed, "sources", "add", "Larks", address, "--program", "aa", "--format", "csv")
        finder(feed, "sources", "refresh", "Larks")
        diff = finder(feed, "sources", "diff", "Larks").stdout
        feed.body = a_feed(*ROWS[:1], a_row(90, name=""))
        finder(feed, "sources", "add", "Wrens", f"{feed.server.url}/meetings.json", "--program", "aa")
        finder(feed, "sources", "refresh", "Wrens")
        other = finder(feed, "sources", "diff", "Wrens").stdout
    refused = diff[diff.index("Rows that cannot be taken") :]
    assert re.search(r"row of the sheet", refused), diff
    assert re.search(r"│ +4 │", refused), diff
    assert "Rows that cannot be taken" in other
    assert "of the sheet" not in other


@pytest.mark.one_database
def test_a_likely_twin_is_told_by_when_and_where_it_is_and_by_where_it_comes_from(
    finder: Finder, directory: Database
) -> None:
    with feeding(*ROWS) as there:
        refreshed(directory, a_source(directory, there, name="Wrens"), there)
    with feeding(a_row(3, slug="owls-3", name="The Owls", location="New Hall")) as feed:
        refreshed(directory, a_source(directory, feed), feed)
        diff = finder(feed, "sources", "diff", "Larks").stdout
    for words in (
        "may be Larks 3 (larks-3): same place, same day and time",
        "Every Wednesday, 7:00 pm to 8:00 pm; Hall 3, 4 Example Street, Springfield; from Wrens",
    ):
        assert words in diff, diff


def test_what_waits_and_what_can_be_rolled_back_is_found_behind_many_refreshes(
    finder: Finder, directory: Database
) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(directory, feed)
        first = refreshed(directory, number, feed)
        trusted(directory, number, feed, SourcePolicy.PROPOSE)
        feed.rows = [*ROWS, a_row(20)]
        waits = refreshed(directory, number, feed, later=60)
        restless(directory, number, feed, later=61)
        feed.status = 404
        refreshed(directory, number, feed, later=120)
        listed = " ".join(finder(feed, "sources", "show", "Larks").stdout.split())
        assert f"refresh {waits.run} waits: finder sources diff; failed: " in listed
        feed.status = 200
        assert "Larks 20" in finder(feed, "sources", "diff", "Larks").stdout
        assert f"Refresh {waits.run}: 1 set aside" in finder(feed, "sources", "set-aside", "Larks").stdout
        back = finder(feed, "sources", "rollback", "Larks", FINDER_NOW=NOW.isoformat())
        assert f"Refresh {first.run}: 12 listings" in back.stdout, back.stderr
    assert shown(directory) == {}
    assert faults(directory) == []


@pytest.mark.one_database
def test_a_source_in_quarantine_is_listed_so(finder: Finder, directory: Database) -> None:
    with feeding(*ROWS) as feed:
        number = a_source(directory, feed)
        refreshed(directory, number, feed)
        feed.rows = ROWS[:5]
        held = refreshed(directory, number, feed, later=60).run
        said = finder(feed, "sources", "list", COLUMNS="300")
    assert f"refresh {held} is in quarantine: finder sources diff" in said.stdout


def listed(finder: Finder, feed: Feed) -> None:
    """A source Larks, of which everything is applied."""
    finder(feed, "sources", "add", "Larks", f"{feed.server.url}/meetings.json", "--program", "aa")
    finder(feed, "sources", "refresh", "Larks")
    finder(feed, "sources", "apply", "Larks")


@pytest.mark.one_database
def test_single_fields_are_kept_on_the_command_line(finder: Finder, directory: Database) -> None:
    with feeding(*ROWS) as feed:
        listed(finder, feed)
        feed.rows = [a_row(0, time="18:00", end_time="19:00", notes="Ring the bell."), *ROWS[1:]]
        finder(feed, "sources", "refresh", "Larks")
        with directory.reading() as session:
            change = session.execute(select(func.max(SourceChange.id))).scalar_one()
        for wrong, words in (
            ("notes", "12:notes"),
            (f"{change}:city", "does not change city"),
            ("1:notes", "Change 1"),
            (f"{'9' * 30}:notes", "12:notes"),
        ):
            refused = finder(feed, "sources", "apply", "Larks", "--keep", wrong)
            assert (refused.returncode, words in refused.stderr) == (1, True), refused.stderr
        kept = finder(feed, "sources", "apply", "Larks", "--keep", f"{change}:start")
        assert "1 applied" in kept.stdout, kept.stderr
        diff = finder(feed, "sources", "diff", "Larks").stdout
    document = shown(directory)["larks-0"]
    assert (document["schedule"]["start"], document["notes"]) == ("19:00", "Ring the bell.")
    assert "what is here holds, as a moderator decided" in " ".join(diff.replace("│", " ").split())


@pytest.mark.one_database
def test_an_edit_made_here_is_overwritten_only_by_name(finder: Finder, directory: Database) -> None:
    with feeding(*ROWS) as feed:
        listed(finder, feed)
        edit(directory, "larks-0", {"notes": "Written here."})
        feed.rows = [a_row(0, notes="Written there."), a_row(1, notes="Written there."), *ROWS[2:]]
        finder(feed, "sources", "refresh", "Larks")
        done = finder(feed, "sources", "apply", "Larks")
        assert (done.returncode, "1 applied" in done.stdout) == (1, True), done.stderr
        assert "1 touches what was edited here and waits: give --change" in done.stderr
        notes = [shown(directory)[key]["notes"] for key in ("larks-0", "larks-1")]
        assert notes == ["Written here.", "Written there."]
        with directory.reading() as session:
            change = session.execute(
                select(func.max(SourceChange.id)).where(SourceChange.title.contains("Larks 0"))
            ).scalar_one()
        assert "1 applied" in finder(feed, "sources", "apply", "Larks", "--change", str(change)).stdout
    assert shown(directory)["larks-0"]["notes"] == "Written there."


@pytest.mark.one_database
def test_what_was_imported_once_is_read_on_by_the_same_settings(finder: Finder, directory: Database) -> None:
    with feeding(*ROWS) as feed:
        told = ["--program", "aa", "--source", "Larks", "--service-body", "Larks > West", "--region", "United States"]
        assert finder(feed, "import", f"{feed.server.url}/meetings.json", *told).returncode == 0
        before = shown(directory)

        assert "12 new" in finder(feed, "sources", "list").stdout
        changed = finder(feed, "sources", "change", "Larks", "--every", "6h", "--policy", "publish")
        assert changed.returncode == 0, changed.stderr
        assert "every 6 hours" in changed.stdout
        assert "Larks > West" in changed.stdout
        read = finder(feed, "sources", "refresh", "Larks")
        assert (read.returncode, "12 as before" in read.stdout) == (0, True), read.stdout
    assert shown(directory) == before
    assert faults(directory) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "Larks", "--program", "nope"), "no program"),
        (("add", "Larks", "--program", "aa", "--every", "often"), "30m, 6h or 1d"),
        (("add", "Larks", "--program", "aa", "--service-body", "nowhere"), "no service body"),
        (("show", "Wrens"), "There is no source 'Wrens'"),
        (("refresh", "Wrens"), "There is no source 'Wrens'"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(finder: Finder, arguments: tuple[str, ...], words: str) -> None:
    with feeding() as feed:
        done = finder(feed, "sources", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.one_database
def test_the_worker_reads_what_is_due_and_goes_on_after_a_source_that_fails(
    finder: Finder, directory: Database
) -> None:
    with feeding(*ROWS) as feed:
        for name, path, kind in (("Broken", "broken", "csv"), ("Larks", "meetings.json", "meeting-guide")):
            address = f"{feed.server.url}/{path}"
            options = ("--program", "aa", "--every", "1h", "--policy", "publish", "--format", kind)
            assert finder(feed, "sources", "add", name, address, *options).returncode == 0
        worked = finder(feed, "worker", "--once")
        assert worked.returncode == 0, worked.stderr
        listed = finder(feed, "sources", "list").stdout

    assert len(shown(directory)) == 12
    assert "failed: " in listed
    assert "12 new" in listed
    assert feed.server.paths == ["/broken", "/meetings.json"]


def test_a_refresh_that_is_killed_leaves_before_or_after(finder: Finder, directory: Database) -> None:
    rows = [a_row(number) for number in range(400)]
    chance = random.Random(7)  # noqa: S311 - when to kill
    with feeding(*rows) as feed:
        address = f"{feed.server.url}/meetings.json"
        options = ("--program", "aa", "--policy", "publish")
        assert finder(feed, "sources", "add", "Larks", address, *options).returncode == 0
        assert finder(feed, "sources", "refresh", "Larks").returncode == 0
        instance: Instance = finder.instance  # type: ignore[attr-defined] # see the fixture
        env = {**instance.env, "FINDER_TESTING": "1", "FINDER_FEED_ALLOW": feed.server.address}
        killed = 0
        for attempt in range(KILLS):
            before = {key: document["notes"] for key, document in shown(directory).items()}
            asked = len(feed.server.paths)
            feed.rows = [a_row(number, notes=f"Round {attempt}") for number in range(400)]
            process = subprocess.Popen(
                [str(FINDER), "sources", "refresh", "Larks"],
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while len(feed.server.paths) == asked and process.poll() is None:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 1.5))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            after = {key: document["notes"] for key, document in shown(directory).items()}
            assert after in (before, dict.fromkeys(before, f"Round {attempt}"))
            assert faults(directory) == []
        assert finder(feed, "sources", "refresh", "Larks").returncode == 0
    assert killed
    assert {document["notes"] for document in shown(directory).values()} == {f"Round {KILLS - 1}"}


@pytest.mark.one_database
def test_a_file_is_read_for_a_source(finder: Finder, directory: Database, tmp_path: Path) -> None:
    (tmp_path / "larks.json").write_bytes(a_feed(*ROWS))
    with feeding() as feed:
        finder(feed, "sources", "add", "Larks", "--program", "aa", "--policy", "publish")
        assert finder(feed, "sources", "refresh", "Larks").returncode == 1
        done = finder(feed, "sources", "refresh", "Larks", "--file", str(tmp_path / "larks.json"))
        before = revision(directory)
        again = finder(feed, "sources", "refresh", "Larks", "--file", str(tmp_path / "larks.json"))

    assert done.returncode == again.returncode == 0
    assert len(shown(directory)) == 12
    assert revision(directory) == before


def test_the_doctor_names_sources_in_quarantine_and_those_that_cannot_be_read_and_what_to_do(
    directory: Database, finder: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with feeding(*ROWS) as feed:
        well = finder(feed, "doctor", COLUMNS="2000")
        assert (well.returncode, "none in quarantine" in well.stdout) == (0, True), well.stdout
        larks = a_source(directory, feed)
        refreshed(directory, larks, feed)
        feed.rows = ROWS[:5]
        held = refreshed(directory, larks, feed, later=60).run
        wrens = a_source(directory, feed, name="Wrens [old]")
        feed.status = 500
        for later in (60, 180, 420):
            refreshed(directory, wrens, feed, later=later)
        said = finder(feed, "doctor", COLUMNS="2000")
    assert said.returncode == 1
    for words in (
        "Larks is in quarantine, and nothing of what it says is taken by itself: 7 of 12 listings",
        f"/moderate/sources/{larks}/refreshes/{held}, or after finder sources diff Larks",
        "Wrens [old] could not be read 3 times in a row",
        f"/moderate/sources/{wrens}, or with finder sources change 'Wrens [old]'",
    ):
        assert words in said.stdout, (words, said.stdout)


def test_administrators_are_written_to_when_the_worker_finds_a_source_in_quarantine(
    directory: Database, finder: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with directory.unit_of_work() as session:
        number = a_user(session)
        address = session.get_one(User, number).email
    with feeding(*ROWS) as feed:
        larks = a_source(directory, feed)
        refreshed(directory, larks, feed)
        feed.rows = ROWS[:5]
        done = finder(feed, "worker", "--once")
    assert (done.returncode, "quarantined" in done.stdout) == (0, True), done.stdout + done.stderr
    assert [to for to, _, _ in told(directory)] == [address]
    assert f"/moderate/sources/{larks}/refreshes/" in mails(directory)[0]
