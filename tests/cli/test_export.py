"""Listings carried out from the command line, as a real process."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from finder.cli.export import ABOUT, ExportError, write_whole
from finder.feeds.exports import FORMATS
from tests.cli.test_commands import Instance
from tests.conftest import NOW, Databases, prepare, prepare_demo

LISTINGS = 984
#: The service that the made-up meetings are held on.
HOST = "meet.example.org"


@pytest.fixture
def demo(databases: Databases, tmp_path: Path, gazetteer_path: Path) -> Instance:
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "places.db").symlink_to(gazetteer_path)
    made = Instance(tmp_path / "var", databases.copy_of("demo", prepare_demo))
    made.env |= {"FINDER_TESTING": "1", "FINDER_NOW": NOW.isoformat(), "FINDER_CONFERENCE_HOSTS": HOST}
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_leaves_with_everything_and_arrives_with_it(demo: Instance, databases: Databases, tmp_path: Path) -> None:
    leaving = tmp_path / "leaving"
    done = demo.run("export", "--format", "all", "--output", str(leaving))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert {path.name for path in leaving.iterdir()} == {ABOUT, *(each.file_name for each in FORMATS.values())}
    assert len(rows(leaving / "meetings.csv")) == LISTINGS
    assert len(json.loads((leaving / "hsds.json").read_bytes())["services"]) == LISTINGS
    assert len(json.loads((leaving / "meetings.jsonld").read_bytes())["@graph"]) == LISTINGS
    assert Calendar.from_ical((leaving / "meetings.ics").read_bytes()).walk("VEVENT")
    assert (leaving / "changes.atom").read_bytes().count(b"<entry>") == 100

    there = Instance(demo.folder, databases.copy_of("prepared", prepare))
    there.env["FINDER_CONFERENCE_HOSTS"] = HOST
    table = leaving / "meetings.csv"
    arrived = there.run("import", str(table), "--format", "csv", "--program", "aa", "--source", "Moved")
    assert arrived.returncode == 0, arrived.stderr
    again = there.run("export", "--format", "csv", "--output", str(tmp_path / "again.csv"))
    assert again.returncode == 0, again.stderr
    before, after = ({row["Slug"]: row for row in rows(path)} for path in (table, tmp_path / "again.csv"))
    for row in before.values():
        row["Source"] = "Moved"
    assert before == after


@pytest.mark.one_database
def test_a_search_is_exported_as_the_site_finds_it(demo: Instance, tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    done = demo.run(
        "export", "--format", "csv", "--mark", "--search", "?program=aa&region=austin", "--output", str(path)
    )
    assert done.returncode == 0, done.stderr
    found = rows(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert 0 < len(found) < LISTINGS
    assert {(row["Program"], row["Region"].rsplit(" > ", 1)[-1]) for row in found} == {("aa", "Austin")}

    printed = demo.run("export", "--format", "csv", "--search", "program=aa&region=austin")
    assert "\ufeff" + printed.stdout == path.read_bytes().decode().replace("\r\n", "\n")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("told", "address"),
    [
        ((), "/feeds/changes.atom"),
        (("--search", "?program=aa&region=austin"), "/feeds/changes.atom?program=aa&region=austin"),
        (("--service-body", "demo-area-texas"), "/feeds/changes.atom#demo-area-texas"),
    ],
)
def test_a_feed_of_changes_is_that_of_the_site(demo: Instance, told: tuple[str, ...], address: str) -> None:
    done = demo.run("export", "--format", "atom", *told)
    assert done.returncode == 0, done.stderr
    feed = ET.fromstring(done.stdout)  # noqa: S314 - we have just written it
    atom = "{http://www.w3.org/2005/Atom}"
    link = next(each for each in feed.iter(f"{atom}link") if each.get("rel") == "self")
    assert feed.findtext(f"{atom}id") == link.get("href") == f"http://127.0.0.1:8000{address}"


@pytest.mark.one_database
def test_a_service_body_is_exported_with_what_lies_below_it(demo: Instance, tmp_path: Path) -> None:
    path = tmp_path / "naws.csv"
    done = demo.run("export", "--format", "naws", "--service-body", "demo-area-texas", "--output", str(path))
    assert done.returncode == 0, done.stderr
    assert {row["ParentName"] for row in rows(path)} == {"Demo Intergroup Austin"}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "csv", "--search", "program=none"), "is not one of"),
        (("--format", "csv", "--search", "near=Portland"), "Several places have that name"),
        (("--format", "csv", "--search", "foo=bar&regoin=&program=aa"), "A search has no parameter foo or regoin."),
        (("--format", "csv", "--search", "regoin=austin"), "Known: near, lat, lon, within, unit, region,"),
        (("--format", "csv", "--service-body", "none"), "There is no service body 'none'"),
        (("--format", "all"), "--output FOLDER"),
        (("--format", "csv", "--output", "/no/such/folder/a.csv"), "could not be written"),
    ],
)
def test_what_cannot_be_exported_is_said_in_words(demo: Instance, arguments: tuple[str, ...], words: str) -> None:
    done = demo.run("export", *arguments)

    assert done.returncode != 0
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "meetings.csv"
    assert write_whole(path, [b"one", b"two"]) == 6

    def broken() -> object:
        yield b"thr"
        raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="No space left on device"):
        write_whole(path, broken())  # type: ignore[arg-type] # a generator
    assert path.read_bytes() == b"onetwo"
    assert list(tmp_path.iterdir()) == [path]
