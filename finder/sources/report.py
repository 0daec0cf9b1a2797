"""What an import did, or would have done: counts, and a line for everything about a row that was not plain."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from finder.domain.errors import FinderError
from finder.feeds.rows import Remark, Row

MAX_REASONS = 40
EXAMPLE_LENGTH = 48


class ReportError(FinderError):
    """A report that could not be written; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One remark about row *row* of the feed; ``refused`` when the row was not taken over it.

    Rows count from 1, those of a table as in its sheet; 0 is what stands beside the rows.
    """

    row: int
    field: str
    value: str
    reason: str
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The outcome of an import. Every row of the feed is new, changed, unchanged or refused.

    ``gone`` counts listings that are no longer in the feed. When ``applied`` is false nothing was written and the
    counts say what would have been. ``of_sheet``: the feed is a table, and its rows are numbered as in its sheet.
    """

    source: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0
    rows: tuple[ReportLine, ...] = ()
    applied: bool = False
    message: str = ""
    of_sheet: bool = False

    def document(self) -> dict[str, Any]:
        """The report as JSON values."""
        counts = {name: getattr(self, name) for name in ("new", "changed", "unchanged", "gone", "refused")}
        lines = [
            {"row": line.row, "field": line.field, "value": line.value, "reason": line.reason, "refused": line.refused}
            for line in self.rows
        ]
        return {**counts, "rows": lines}


def report_lines(rows: Iterable[Row]) -> tuple[ReportLine, ...]:
    """The remarks of *rows* by their numbers; of a row that was taken none is a refusal."""
    in_order = sorted(rows, key=lambda row: row.number)
    return tuple(_line(row.number, remark, taken=row.draft is not None) for row in in_order for remark in row.remarks)


def _line(number: int, remark: Remark, *, taken: bool) -> ReportLine:
    return ReportLine(number, remark.field, remark.value, remark.reason, remark.refused and not taken)


def write_report(path: Path, report: ImportReport) -> None:
    """Write *report* as JSON to *path*; raises ReportError when that cannot be done."""
    try:
        path.write_bytes(orjson.dumps(report.document(), option=orjson.OPT_INDENT_2) + b"\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise ReportError(f"The report could not be written to {path}: {reason}.") from error


def render_report(report: ImportReport) -> RenderableType:
    """Tables for the terminal: the counts, then what was remarked how often, with the first example of each."""
    parts: list[RenderableType] = [_counts(report)]
    if report.rows:
        parts.append(_reasons(report.rows, "first in row of the sheet" if report.of_sheet else "first in row"))
    if report.message:
        parts.append(Text(report.message, style="" if report.applied else "bold"))
    return Group(*parts)


def _counts(report: ImportReport) -> Table:
    title = f"{report.source}: imported" if report.applied else f"{report.source}: nothing was changed"
    table = Table(title=Text(title), title_justify="left")
    for name in ("new", "changed", "unchanged", "gone", "refused"):
        table.add_column(name, justify="right")
    counts = (report.new, report.changed, report.unchanged, report.gone, report.refused)
    table.add_row(*(f"{count:,}" for count in counts))
    return table


def _reasons(remarks: Iterable[ReportLine], first_in: str) -> Table:
    grouped: dict[tuple[bool, str, str], list[ReportLine]] = defaultdict(list)
    for line in remarks:
        grouped[not line.refused, line.field, line.reason].append(line)
    table = Table(title=Text("Remarks"), title_justify="left")
    for name in ("rows", "", "field", "what", first_in, "value"):
        table.add_column(name, justify="right" if name in {"rows", first_in} else "left")
    ordered = sorted(grouped.items(), key=lambda item: (item[0][0], -len(item[1]), item[0]))
    for (taken, field, reason), lines in ordered[:MAX_REASONS]:
        first = lines[0]
        example = (str(first.row), first.value[:EXAMPLE_LENGTH])
        cells = (f"{len(lines):,}", "" if taken else "refused", field, reason, *example)
        table.add_row(*(Text(cell) for cell in cells))
    if len(ordered) > MAX_REASONS:
        table.add_row("", "", "", Text(f"and {len(ordered) - MAX_REASONS} more kinds of remarks"), "", "")
    return table
