"""The tables of docs/moderators.md are the code's own."""

import re
from pathlib import Path

from finder.domain.review import TRANSITIONS
from finder.domain.roles import MAY, STRONG, Right

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "moderators.md").read_text(encoding="utf-8")


def rows(title: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_statuses_is_the_one_of_the_code() -> None:
    told = {(start, action): end for start, action, end in rows("Where a request can stand")}
    assert told == {(start.value, action.value): end.value for (start, action), end in TRANSITIONS.items()}


def test_the_table_of_roles_is_the_one_of_the_code() -> None:
    head = re.search(r"^\| Right \|(.*)\|$", PAGE, re.MULTILINE)
    assert head is not None
    roles = [name.strip(" `") for name in head[1].split("|")]
    told = {
        row[0]: {role for role, cell in zip(roles, row[1:], strict=False) if cell == "yes"} for row in rows("Roles")
    }
    assert told == {right.value: {role.value for role in MAY if right in MAY[role]} for right in Right}


def test_rights_that_want_a_second_factor_are_named() -> None:
    sentence = PAGE.split("second factor before", 1)[1].split(".", 1)[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == {right.value for right in STRONG}
