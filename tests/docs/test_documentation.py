"""What the documentation says is so."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from finder.cli import finder as group

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_table_of_commands_is_the_command_line() -> None:
    table = re.findall(r"^\| `finder (\w+)` \|", text_of(ROOT / "docs" / "operators.md"), re.MULTILINE)
    assert sorted(table) == sorted(group.commands)


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
    context = click.Context(group, info_name="finder")
    name, found, rest = group.resolve_command(context, words)
    assert found is not None
    assert name in group.commands
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
    assert all(name in shown for name in group.commands)
