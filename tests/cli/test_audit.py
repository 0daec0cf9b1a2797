"""`finder audit`: the chain as lines of JSON, or as a table."""

import csv
import io
import json
import subprocess
from pathlib import Path

from finder.directory.publish import publish, unpublish
from finder.store.database import Database
from tests.conftest import NOW
from tests.factories import a_listing
from tests.servers import FINDER, clean_environment


def finder(database: Database, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = clean_environment()
    url = database.url.render_as_string(hide_password=False)
    env = {**clean, "FINDER_DATA_DIR": str(folder), "FINDER_DATABASE_URL": url}
    return subprocess.run([str(FINDER), *arguments], env=env, capture_output=True, text=True, check=False)


def test_every_act_is_exported_once_and_the_table_says_the_same(database: Database, tmp_path: Path) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(), actor="user:1", reason="asked", now=NOW)
        unpublish(session, number, actor="user:1", reason="=closed", now=NOW)
    done = finder(database, tmp_path, "audit", "--about", "meeting")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["act"], line["reason"], line["actor"]) for line in lines] == [
        ("publish", "asked", "user:1"),
        ("unpublish", "=closed", "user:1"),
    ]
    assert lines[0]["after"]["name"]
    table = list(csv.reader(io.StringIO(finder(database, tmp_path, "audit", "--about", "meeting", "--csv").stdout)))
    assert [row[0] for row in table] == ["entry", *(str(line["entry"]) for line in lines)]
    assert table[2][6] == "'=closed"


def test_days_narrow_the_export_and_a_wrong_day_is_named(database: Database, tmp_path: Path) -> None:
    with database.unit_of_work() as session:
        publish(session, a_listing(), actor="user:1", reason="asked", now=NOW)
    assert finder(database, tmp_path, "audit", "--since", "2026-03-11", "--about", "meeting").stdout == ""
    assert finder(database, tmp_path, "audit", "--since", "2026-03-10", "--about", "meeting").stdout.count("\n") == 1
    wrong = finder(database, tmp_path, "audit", "--since", "soon")
    assert (wrong.returncode, "soon" in wrong.stderr) == (2, True)
