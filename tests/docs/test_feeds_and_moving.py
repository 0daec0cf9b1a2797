"""Commands of docs/moving-here.md name what is there, and addresses of docs/feeds.md are answered."""

import re
import shlex
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from finder.cli import finder as group
from finder.web.bmlt import OPERATIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
FEEDS = (DOCS / "feeds.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^finder .+$", (DOCS / "moving-here.md").read_text(encoding="utf-8"), re.MULTILINE)
PATHS = sorted(set(re.findall(r"`(/[a-z][^`?\s]*)", FEEDS)))


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_for_moving_here_names_real_options(line: str) -> None:
    words = shlex.split(line.split(" > ", maxsplit=1)[0])[1:]
    command: click.Command = group
    context = click.Context(group, info_name="finder")
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
        context = click.Context(command, info_name=name, parent=context)
    command.make_context(context.info_name, words, parent=context.parent)


@pytest.mark.parametrize("path", PATHS)
def test_an_address_of_the_feeds_is_in_the_map_of_the_site(path: str, site: Flask) -> None:
    try:
        endpoint, values = site.url_map.bind("localhost").match(path, method="GET")
    except NotFound:
        pytest.fail(f"{path} is not answered")
    assert endpoint
    assert values.get("data_format", "json") in OPERATIONS


def test_both_pages_say_something_to_be_looked_at() -> None:
    assert len(COMMANDS) > 15
    assert {"/meetings.json", "/client_interface/csv/", "/wp-admin/admin-ajax.php"} <= set(PATHS)
