"""What the documentation says is so."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from finder.cli import COMMANDS
from finder.cli import finder as group
from tests.servers import FINDER, clean_environment

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_table_of_commands_is_the_command_line() -> None:
    table = re.findall(r"^\| `finder (\w+)` \|", text_of(ROOT / "docs" / "operators.md"), re.MULTILINE)
    assert sorted(table) == sorted(group.list_commands(click.Context(group)))


def commands() -> list[str]:
    found = []
    for path in PAGES:
        for block in re.findall(r"```\n(.*?)```", text_of(path), re.DOTALL):
            lines = block.replace("\\\n", " ").splitlines()
            found += [line.removeprefix(".venv/bin/") for line in lines if re.match(r"(\.venv/bin/)?finder ", line)]
    return sorted(set(found))


@pytest.mark.parametrize("command", commands())
def test_every_command_in_the_documentation_is_understood(command: str) -> None:
    words = shlex.split(command)[1:]
    words = words[: words.index(">")] if ">" in words else words
    context = click.Context(group, info_name="finder")
    name, found, rest = group.resolve_command(context, words)
    assert found is not None
    assert name in group.list_commands(context)
    found.make_context(name or "", list(rest), parent=context, resilient_parsing=False)


def test_the_makefile_offers_what_is_promised() -> None:
    targets = re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert {"help", "install", "run", "test", "check", "fix", "bench"} <= set(targets)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_within_the_documentation_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text_of(path)):
        assert (path.parent / target).exists(), target


def test_the_lock_files_name_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        assert "http" not in text_of(ROOT / name), name


def test_help_of_the_group_lists_every_command() -> None:
    shown = CliRunner().invoke(group, ["--help"]).output
    assert all(name in shown for name in COMMANDS)


def first_feed() -> list[str]:
    """The commands of the README's section about the first feed."""
    section = text_of(ROOT / "README.md").split("## The first real feed")[1].split("\n## ")[0]
    block = re.findall(r"```\n(.*?)```", section, re.DOTALL)[0]
    return [line for line in block.splitlines() if line]


def test_the_first_feed_of_the_readme_is_loaded_by_its_own_words(tmp_path: Path) -> None:
    row = {"slug": "demo-one", "name": "Demo One", "day": 1, "time": "19:00", "types": ["O"], "location": "Demo Hall"}
    row |= {"formatted_address": "1 Example Street, Irvine, CA 92602, USA", "latitude": 33.69, "longitude": -117.77}
    (tmp_path / "feed.json").write_text(json.dumps([row]), encoding="utf-8")
    env = clean_environment()
    commands = first_feed()
    assert len(commands) == 3
    for command in commands:
        words = [str(FINDER) if word == ".venv/bin/finder" else word for word in shlex.split(command)]
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {name: report[name] for name in ("new", "refused", "gone")} == {"new": 1, "refused": 0, "gone": 0}
