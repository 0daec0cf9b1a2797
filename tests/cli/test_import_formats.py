"""The import command over the other formats: a BMLT server, a workbook."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import Instance, feed, instance
from tests.feeds.bmlt_answers import a_meeting, answers
from tests.feeds.workbooks import workbook

__all__ = ["feed", "instance"]  # fixtures

TABLE = workbook([("Name", "Day", "Time", "City", "State"), ("Larks", "Monday", "19:00", "Springfield", "IL")])
PAYLOADS = {
    "bmlt": answers(*(a_meeting(number) for number in range(1, 4))),
    "xlsx": TABLE,
}


@pytest.mark.one_database
@pytest.mark.parametrize(("kind", "number"), [("bmlt", 3), ("xlsx", 1)])
def test_each_format_is_imported_once(kind: str, number: int, instance: Instance, tmp_path: Path) -> None:
    payload, report = tmp_path / "payload", tmp_path / "report.json"
    payload.write_bytes(PAYLOADS[kind])
    command = ["import", str(payload), "--format", kind, "--program", "na", "--source", "Larks"]
    command += ["--region", "United States > ", "--report", str(report)]

    assert instance.run(*command).returncode == 0
    assert json.loads(report.read_text())["new"] == number
    assert instance.run("check").returncode == 0
    before = instance.run("dump").stdout
    shown = [json.loads(line) for line in before.splitlines()]
    documents = [json.loads(row["row"]["document"]) for row in shown[1:] if row["table"] == "public_listing"]
    assert {document["region"][0]["name"] for document in documents} == {"United States"}

    assert instance.run(*command).returncode == 0
    assert listings_in(instance.run("dump").stdout) == listings_in(before)


@pytest.mark.one_database
def test_a_workbook_is_known_as_one_where_no_format_is_given(instance: Instance, tmp_path: Path) -> None:
    payload = tmp_path / "meetings.bin"
    payload.write_bytes(TABLE)
    command = ("import", str(payload), "--program", "na", "--source", "Larks")

    assert "Larks: imported" in instance.run(*command).stdout
    done = instance.run(*command, "--format", "meeting-guide")
    assert done.returncode != 0
    assert "choose its format, xlsx" in done.stderr


@pytest.mark.one_database
def test_a_table_is_known_by_its_name_and_a_report_needs_a_folder(instance: Instance, tmp_path: Path) -> None:
    payload = tmp_path / "meetings.CSV"
    payload.write_text("Name,Day,Time,City,State\nLarks,Monday,19:00,Springfield,IL\n", encoding="utf-8")
    command = ("import", str(payload), "--program", "na", "--source", "Larks")

    refused = instance.run(*command, "--report", str(tmp_path / "none" / "report.json"))
    assert refused.returncode != 0
    assert "nothing was read" in " ".join(refused.stderr.split())
    assert "Larks: imported" in instance.run(*command).stdout


@pytest.mark.one_database
def test_a_country_that_there_is_not_is_refused_before_anything_is_read(instance: Instance, tmp_path: Path) -> None:
    payload = tmp_path / "meetings.xlsx"
    payload.write_bytes(TABLE)
    command = ("import", str(payload), "--program", "na", "--source", "Larks")

    refused = instance.run(*command, "--country", "ZZ")
    assert refused.returncode != 0
    assert "There is no country 'ZZ'. Give its two letters (ISO 3166-1)" in " ".join(refused.stderr.split())
    assert instance.run(*command, "--country", "us").returncode == 0
    assert '"country":"US"' in instance.run("dump").stdout.replace(" ", "")


def listings_in(dump: str) -> list[str]:
    """The rows of a dump but those that tell when a source was last looked at."""
    return [line for line in dump.splitlines()[1:] if json.loads(line)["table"] not in {"source", "source_run"}]


@pytest.mark.one_database
def test_what_cannot_be_read_is_said_in_a_sentence(instance: Instance, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'{"GetServiceBodies": "[{]"}')
    done = instance.run("import", str(broken), "--format", "bmlt", "--program", "na", "--source", "Larks")

    assert done.returncode != 0
    assert "GetServiceBodies" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_source_has_a_name_before_anything_of_it_is_read(instance: Instance, tmp_path: Path) -> None:
    for name, words in (("", "Give the source a name"), ("this directory", "choose another name")):
        done = instance.run("import", str(tmp_path / "missing"), "--program", "na", "--source", name)
        assert (done.returncode, words in " ".join(done.stderr.split())) == (1, True), done.stderr
