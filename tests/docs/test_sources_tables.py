"""The tables of docs/sources.md are the code's own."""

from pathlib import Path

from finder.domain.sourced import Winner
from finder.domain.sources import ChangeKind, FieldRule, SourcePolicy, applied_at_once
from tests.sources.test_three_ways import TABLE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
WORDS = {"the source's word": Winner.SOURCE, "the edit": Winner.HERE, "a moderator chooses": Winner.ASK}


def rows(title: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_policies_is_the_one_of_the_code() -> None:
    columns = [
        (ChangeKind.NEW, True),
        (ChangeKind.CHANGED, False),
        (ChangeKind.CHANGED, True),
        (ChangeKind.GONE, False),
        (ChangeKind.BESIDE, False),
    ]
    told = {
        SourcePolicy(name): [cell == "at once" for cell in cells]
        for name, *cells in rows("What becomes of what it says")
    }
    assert told == {
        policy: [applied_at_once(policy, kind, risky=risky) for kind, risky in columns] for policy in SourcePolicy
    }


def test_the_table_of_rules_is_the_one_of_the_code() -> None:
    for edited, moved, *cells in rows("Whose word holds"):
        told = dict(zip((FieldRule.ASK, FieldRule.HERE, FieldRule.SOURCE), cells, strict=True))
        for rule, words in told.items():
            assert TABLE[rule, edited == "yes", moved == "yes"] is WORDS[words]
