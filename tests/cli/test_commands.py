"""The commands, as real processes."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from finder.cli import COMMANDS
from finder.cli import finder as group
from finder.cli.toolbox import Toolbox
from finder.config import SettingsError
from tests.conftest import Databases, prepare, prepare_demo
from tests.servers import FINDER, Server, clean_environment
from tests.web_client import get

FEED = [
    {
        "name": f"Group {number}",
        "slug": f"group-{number}",
        "day": number % 7,
        "time": "19:00",
        "timezone": "America/Chicago",
        "formatted_address": f"{number} Example Street, Austin, TX 78701, USA",
        "latitude": 30.2 + number / 1000,
        "longitude": -97.7,
        "region": "Austin",
    }
    for number in range(1, 41)
]


class Instance:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.env = {**clean_environment(), "FINDER_DATA_DIR": str(folder), "FINDER_DATABASE_URL": url}

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(FINDER), *arguments], env={**self.env, **env}, capture_output=True, text=True, check=False, timeout=240
        )


@pytest.fixture
def instance(databases: Databases, tmp_path: Path, gazetteer_path: Path) -> Instance:
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "places.db").symlink_to(gazetteer_path)
    return Instance(tmp_path / "var", databases.copy_of("prepared", prepare))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.json"
    path.write_text(json.dumps(FEED))
    return path


def imported(instance: Instance, path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return instance.run("import", str(path), "--program", "aa", "--source", "Example County", *more)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_whatever_the_settings(name: str) -> None:
    done = CliRunner().invoke(group, [name, "--help"], prog_name="finder", obj=no_settings)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: finder {name}")
    assert len(done.stdout.splitlines()) > 5


def no_settings() -> Toolbox:
    raise SettingsError(["FINDER_DATABASE_URL: they cannot be used."])


def test_the_command_explains_itself_whatever_the_settings(tmp_path: Path) -> None:
    done = Instance(tmp_path, "mysql://wrong").run("check", "--help")
    assert (done.returncode, done.stdout.startswith("Usage: finder check")) == (0, True)


def test_wrong_settings_stop_every_command_and_name_each_fault(tmp_path: Path) -> None:
    done = Instance(tmp_path, "mysql://wrong").run("check", FINDER_PORT="eighty")
    assert done.returncode == 2
    assert "FINDER_DATABASE_URL" in done.stderr
    assert "FINDER_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_is_safe_to_repeat_and_adds_the_demo_once(instance: Instance) -> None:
    first, second = instance.run("init", "--demo"), instance.run("init", "--demo")
    assert first.returncode == second.returncode == 0
    assert "made-up meetings added" in first.stderr
    assert "no demo meetings were added" in second.stderr
    assert instance.run("check").returncode == 0
    assert instance.run("doctor").returncode == 0


def test_init_leaves_a_directory_with_listings_alone(instance: Instance, feed: Path) -> None:
    assert imported(instance, feed).returncode == 0
    assert "40 listings: no demo meetings" in instance.run("init", "--demo").stderr


def test_a_feed_is_imported_reported_and_found_whole(instance: Instance, feed: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert imported(instance, feed, "--report", str(report)).returncode == 0
    counts = json.loads(report.read_text())
    assert {name: counts[name] for name in ("new", "changed", "unchanged", "gone", "refused")} == {
        "new": 40,
        "changed": 0,
        "unchanged": 0,
        "gone": 0,
        "refused": 0,
    }
    assert instance.run("check").returncode == 0
    rows = [json.loads(line) for line in instance.run("dump").stdout.splitlines()[1:]]
    assert sum(row["table"] == "public_listing" for row in rows) == 40


def test_the_same_feed_twice_changes_nothing(instance: Instance, feed: Path) -> None:
    imported(instance, feed)
    before = instance.run("dump").stdout
    assert imported(instance, feed).returncode == 0
    assert instance.run("dump").stdout == before


def test_a_dry_run_changes_nothing(instance: Instance, feed: Path) -> None:
    before = instance.run("dump").stdout
    done = imported(instance, feed, "--dry-run")
    assert done.returncode == 0
    assert "40" in done.stdout
    assert instance.run("dump").stdout == before


def test_a_shrunken_feed_is_not_applied(instance: Instance, feed: Path) -> None:
    imported(instance, feed)
    before = instance.run("dump").stdout
    feed.write_text(json.dumps(FEED[:20]))
    done = imported(instance, feed)
    assert done.returncode == 1
    assert "--allow-removals" in done.stdout + done.stderr
    assert instance.run("dump").stdout == before
    assert imported(instance, feed, "--allow-removals").returncode == 0
    assert instance.run("check").returncode == 0


def test_a_dump_makes_the_same_instance_elsewhere(
    instance: Instance, feed: Path, tmp_path: Path, databases: Databases, gazetteer_path: Path
) -> None:
    imported(instance, feed)
    dumped = tmp_path / "everything.jsonl"
    dumped.write_text(instance.run("dump").stdout)
    (tmp_path / "other").mkdir(mode=0o700)
    (tmp_path / "other" / "places.db").symlink_to(gazetteer_path)
    other = Instance(tmp_path / "other", databases.copy_of("prepared", prepare))
    done = other.run("load", str(dumped))
    assert done.returncode == 0, done.stderr
    assert "rows loaded" in done.stderr
    assert "secret.key" in done.stderr
    assert other.run("check").returncode == 0
    assert other.run("dump").stdout == dumped.read_text()
    again = other.run("load", str(dumped))
    assert (again.returncode, "in use already" in again.stderr) == (1, True)
    nothing = other.run("load", str(tmp_path / "nothing"))
    assert (nothing.returncode, "nothing cannot be read: No such file" in nothing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("/no/such/file.json", "--program", "aa"), "no/such/file"),
        (("{feed}", "--program", "nowhere"), "nowhere"),
        (("{feed}", "--program", "aa", "--zone", "Mars/Olympus"), "Mars/Olympus"),
        (("http://127.0.0.1/feed.json", "--program", "aa"), "127.0.0.1"),
        (("{broken}", "--program", "aa"), "line"),
    ],
)
def test_what_cannot_be_imported_is_said_in_words(
    instance: Instance, feed: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('[{"name": "A",\n "slug": }]')
    given = [argument.format(feed=feed, broken=broken) for argument in arguments]
    done = instance.run("import", *given, "--source", "X")
    assert done.returncode in {1, 2}
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_import_killed_in_the_middle_leaves_nothing(instance: Instance, tmp_path: Path) -> None:
    big = tmp_path / "big.json"
    big.write_text(json.dumps([{**FEED[0], "slug": f"s{number}", "name": f"Group {number}"} for number in range(3000)]))
    before = instance.run("dump").stdout
    for share in (0.2, 0.5, 0.8):
        process = subprocess.Popen(
            [str(FINDER), "import", str(big), "--program", "aa", "--source", "Example County"],
            env=instance.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(share * 4)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        listed = instance.run("dump").stdout
        after = sum('"table":"public_listing"' in line for line in listed.splitlines())
        assert after in {0, 3000}
        assert instance.run("check").returncode == 0
        if after:
            break
        assert listed == before


def test_the_data_folder_alone_separates_two_instances(tmp_path: Path, gazetteer_path: Path) -> None:
    dumps = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        (folder / "places.db").symlink_to(gazetteer_path)
        instance = Instance(folder, "")
        assert instance.run("init", *(["--demo"] if name == "one" else [])).returncode == 0
        dumps.append(instance.run("dump").stdout)
    assert dumps[0].count('"table":"public_listing"') >= 600
    assert dumps[1].count('"table":"public_listing"') == 0


def test_check_fails_and_says_why_when_the_shelf_was_changed(databases: Databases, instance: Instance) -> None:
    from finder.store.database import Database  # noqa: PLC0415

    instance.env["FINDER_DATABASE_URL"] = url = databases.copy_of("demo", prepare_demo)
    database = Database(url)
    with database.unit_of_work() as session:
        from sqlalchemy import text  # noqa: PLC0415

        session.execute(text("UPDATE public_listing SET document = '{}' WHERE id = 3"))
    database.dispose()
    done = instance.run("check")
    assert done.returncode == 1
    assert "Listing 3 is not on the shelf" in done.stdout


def test_serving_says_what_to_do_when_the_instance_is_not_ready(tmp_path: Path) -> None:
    done = Instance(tmp_path, "").run("serve")
    assert done.returncode == 1
    assert "finder init" in done.stderr


def test_an_import_is_in_the_next_answer_of_every_process(
    databases: Databases, serve: object, instance: Instance, feed: Path
) -> None:
    instance.env["FINDER_DATABASE_URL"] = url = databases.copy_of("demo", prepare_demo)
    server: Server = serve(url, workers=2)  # type: ignore[operator]  # the fixture's own signature
    path = "/api/v1/meetings?q=group&per_page=1"
    before = {json.loads(get(server, path).body)["total"] for _ in range(20)}
    assert len(before) == 1
    assert imported(instance, feed).returncode == 0
    after = {json.loads(get(server, path).body)["total"] for _ in range(20)}
    assert after == {before.pop() + 40}


@pytest.mark.one_database
@pytest.mark.parametrize(
    "command", ["check", "dump", "audit", "user list", "export --format csv", "sources list", "purge"]
)
def test_a_command_on_an_instance_that_is_not_ready_says_what_to_do(tmp_path: Path, command: str) -> None:
    (tmp_path / "var").mkdir(mode=0o700)
    done = Instance(tmp_path / "var", f"sqlite:///{tmp_path}/var/finder.db").run(*command.split())
    assert done.returncode == 1
    assert "run `finder init` first" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
