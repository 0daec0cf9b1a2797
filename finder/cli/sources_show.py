"""Sources and their refreshes as tables for the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from finder.domain.sourced import Winner
from finder.domain.sources import POLICY_WORDS, RUN_WORDS, ChangeKind
from finder.sources.shown import ShownRun, ShownSource
from finder.sources.shown_changes import ShownChange, ShownTwin

LONGEST = 60
#: How each winner is told where both words differ, by whether a moderator has decided against the source.
WINNERS = {
    (Winner.HERE, False): "the edit made here holds",
    (Winner.HERE, True): "what is here holds, as a moderator decided",
    (Winner.ASK, False): "changed here as well: choose",
    (Winner.ASK, True): "a moderator decided against the source, which says something new: choose",
}


def sources_table(sources: Sequence[ShownSource]) -> Table:
    """A row for each source."""
    table = _table("name", "listings", "read", "policy", "how it is")
    for each in sources:
        settings = each.settings
        words = Text(_state_words(each), style="yellow" if each.waits or each.failures else "")
        read = schedule_words(settings.every_min)
        table.add_row(Text(settings.name), f"{each.listings:,}", read, settings.policy.value, words)
    return table


def _state_words(source: ShownSource) -> str:
    how = "is in quarantine" if source.quarantined else "waits"
    waits = f"refresh {source.waits} {how}: finder sources diff" if source.waits else ""
    if source.failures:
        times = f"failed {source.failures} times" if source.failures > 1 else "failed"
        return "; ".join(filter(None, (waits, f"{times}: {source.words}")))
    return waits or source.words or "not read yet"


def schedule_words(minutes: int) -> str:
    """How often a source is read."""
    for size, words in ((60 * 24, "days"), (60, "hours")):
        if minutes and not minutes % size:
            count = minutes // size
            return f"every {words[:-1]}" if count == 1 else f"every {count} {words}"
    return f"every {minutes} minutes" if minutes else "by hand"


def source_table(source: ShownSource) -> Table:
    """One source, setting by setting."""
    settings = source.settings
    table = Table(title=Text(settings.name), title_justify="left", show_header=False, box=None, pad_edge=False)
    rules = ", ".join(f"{name}={rule}" for name, rule in settings.field_rules.items())
    for label, value in (
        ("Address", settings.url or "none: its file is uploaded"),
        ("Format", settings.kind),
        ("Program", settings.program),
        ("Service body", source.body or "none"),
        ("Region above its own", settings.region or "none"),
        ("Zone of rows without", settings.zone or "that of their place"),
        ("Country of rows without", settings.country or "that of this site"),
        ("What it says", POLICY_WORDS[settings.policy]),
        ("Edits made here", rules or "hold until the source changes the field, then a moderator chooses"),
        ("Read", schedule_words(settings.every_min)),
        ("Last read", _instant(source.looked_at)),
        ("Next", _instant(source.due_at)),
        ("Listings", f"{source.listings:,}"),
        ("How it is", _state_words(source)),
    ):
        table.add_row(label, Text(str(value)))
    return table


def _instant(value: Any) -> str:  # noqa: ANN401 - an instant or None
    return value.strftime("%Y-%m-%d %H:%M UTC") if value else "never"


def runs_table(runs: Sequence[ShownRun]) -> Table:
    """A row for each refresh, the newest first."""
    table = _table("refresh", "when", "state", "how it ended")
    for run in runs:
        table.add_row(str(run.id), _instant(run.at), RUN_WORDS[run.state], Text(run.words))
    return table


def changes_table(changes: Sequence[ShownChange], kind: ChangeKind) -> Table:
    """The changes of one kind: the number by which each is named, and what it says."""
    titles = {
        ChangeKind.NEW: "New",
        ChangeKind.CHANGED: "Changed",
        ChangeKind.GONE: "Gone from the source",
        ChangeKind.REFUSED: "Rows that cannot be taken",
        ChangeKind.BESIDE: "Beside the listings",
    }
    row_of = "row of the sheet" if any(each.of_sheet for each in changes) else "row"
    table = _table("change", row_of, "what", "says", "state", title=titles[kind])
    for each in changes:
        lines = [
            *filter(None, [each.listing]),
            *_field_lines(each),
            *(_remark_line(*remark) for remark in each.remarks),
        ]
        if each.twin is not None:
            lines += _twin_lines(each.twin)
        if each.risks:
            lines.append("marks: " + ", ".join(each.risks))
        row = str(each.row) if each.row else ""
        state = "" if kind is ChangeKind.REFUSED else each.state.value.replace("_", " ")
        table.add_row(str(each.id), row, Text(each.title), Text("\n".join(lines)), state)
    return table


def _twin_lines(twin: ShownTwin) -> list[str]:
    where = f"from {twin.source}" if twin.source else "written here"
    told = "; ".join(part for part in (twin.listing, where, twin.body) if part)
    return [f"may be {twin.name} ({twin.slug}): {twin.words}", f"  {told}"]


def _field_lines(change: ShownChange) -> list[str]:
    if change.kind is not ChangeKind.CHANGED:
        return []
    return [
        f"{field.label} [{field.name}]: {_value(field.here)} -> {_value(field.source)}"
        + ("" if field.winner is Winner.SOURCE else f" ({WINNERS[field.winner, field.decided]})")
        for field in change.fields
    ]


def _remark_line(name: str, value: str, reason: str) -> str:
    return " ".join(part for part in (f"{name}:" if name else "", value[:LONGEST], reason) if part)


def _value(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    line = " ".join(text.split())
    return f'"{line[: LONGEST - 1]}…"' if len(line) > LONGEST else f'"{line}"'


def _table(*columns: str, title: str = "") -> Table:
    table = Table(title=Text(title) if title else None, title_justify="left")
    numbers = {"listings", "change", "row", "row of the sheet", "refresh"}
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left")
    return table
