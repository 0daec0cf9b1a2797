"""``make bench``: measures the product and writes a table and ``build/bench.json``.

All web figures are ratios within one run: the site against a page that says hello, made with the same framework, served
by the same server with the same headers, and asked by the same load generator. Machines are noisy; ratios travel better
than times. ``--readme`` writes the table into README.md.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.bmlt import bmlt_times
from tests.bench.engine import NOW
from tests.bench.imports import import_cost, refresh_seconds
from tests.bench.inside import inside
from tests.bench.meeting_guide import feed_figures
from tests.bench.queue import queue_times
from tests.bench.web import web

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
HELLO = "Hello is a page that says hello, with the same framework, server and headers, in the same run."
IMPORTS = {"import_small_s": 2_000, "import_s": 10_000, "import_large_s": 100_000}
THOUSAND = 1_000
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

#: Figure, what it is, unit, the bar it has to reach, and whether more is better.
BARS: tuple[tuple[str, str, str, float, bool], ...] = (
    ("warm", "results page, cards warm, of hello's throughput", "%", 12, True),
    ("cold", "results page, cards cold", "%", 8, True),
    ("json", "its JSON", "%", 18, True),
    ("again", "the same question again within its minute", "%", 60, True),
    ("unchanged", "the same question, unchanged (304)", "%", 85, True),
    (
        "city_p95_ms",
        "engine with every count, 25 miles round a big city, p95 of 400 questions, each the best of 9",
        "ms",
        1,
        False,
    ),
    ("nowhere_p95_ms", "engine with every count, no place, likewise", "ms", 4, False),
    ("page_kb", "results page, gzip", "kB", 14, False),
    ("snapshot_s", "snapshot built", "s", 5, False),
    ("private_mb", "private memory a worker", "MB", 100, False),
    ("change_ms", "one approved change: what the next request of a process costs more", "ms", 50, False),
    ("import_small_s", "import of 2,000 rows", "s", 4, False),
    ("import_s", "import of 10,000 rows", "s", 15, False),
    ("feed_mb_s", "`/meetings.json` of 10,000 listings, streamed", "MB/s", 20, True),
    ("feed_more_mb", "memory of a process at its peak over it, more than over a seventh of it", "MB", 4, False),
    ("feed_unchanged", "the same, unchanged (304), of hello's throughput", "%", 85, True),
    ("import_large_s", "import of 100,000 rows", "s", 150, False),
    ("import_large_mb", "memory of that command at its peak", "MB", 600, False),
    (
        "refresh_s",
        "refresh of a source of 10,000 rows without a change or a validator",
        "s",
        2,
        False,
    ),
    (
        "bmlt_times",
        "BMLT search by radius and weekday at 100,000 listings, of the time of our own JSON of the same rows",
        "times",
        3,
        False,
    ),
    (
        "queue_times",
        "queue of 5,000 open requests over 40 bodies, once it is counted: its page, of a results page's time",
        "times",
        1.25,
        False,
    ),
)


def main() -> None:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="300000,10000", help="numbers of meetings, with commas")
    parser.add_argument("--seconds", type=float, default=2, help="how long each page is asked for")
    parser.add_argument("--rounds", type=int, default=10, help="how often every page is measured against hello")
    parser.add_argument("--keep", type=Path, help="folder in which the made-up directories are kept for the next time")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    asked = parser.parse_args()
    console = Console()
    sizes = [int(size) for size in asked.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures: dict[str, dict[str, Any]] = {}
        with console.status("Importing 2,000, 10,000 and 100,000 rows ..."):
            costs = {name: import_cost(number) for name, number in IMPORTS.items()}
            imports = {name: cost.seconds for name, cost in costs.items()}
            imports["import_large_mb"] = costs["import_large_s"].peak_mb
            imports["refresh_s"] = refresh_seconds(10_000)
        with console.status("5,000 open requests ..."):
            times = queue_times(asked.seconds)
        with console.status("The Meeting Guide feed of 10,000 listings ..."):
            fed = feed_figures(folder, 10_000, now=NOW, seconds=asked.seconds, rounds=asked.rounds)
        with console.status("BMLT searches among 100,000 listings ..."):
            fed |= bmlt_times(folder, now=NOW, seconds=asked.seconds, rounds=asked.rounds)
        for size in sizes:
            with console.status(f"{size:,} meetings: the engine ..."):
                found = inside(folder, size, now=NOW)
            with console.status(f"{size:,} meetings: pages ..."):
                found |= web(folder, size, now=NOW, seconds=asked.seconds, rounds=asked.rounds)
            figures[str(size)] = found | fed | imports | {"queue_times": times}
    report = {"machine": machine(), "figures": figures}
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(console, figures)
    if asked.readme:
        write_readme(report)


def machine() -> str:
    """What this was measured on, in words."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, SQLite, 2 worker processes"


def shown(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= THOUSAND else f"{value:.3g}"


def met(value: float, bar: float, *, more: bool) -> bool:
    """Whether a figure reaches its bar."""
    return value >= bar if more else value <= bar


def show(console: Console, figures: dict[str, dict[str, Any]]) -> None:
    """Print the table."""
    table = Table(title="Meeting Finder, measured")
    table.add_column("")
    table.add_column("bar", justify="right")
    for size in figures:
        table.add_column(f"{int(size):,}", justify="right")
    for name, words, unit, bar, more in BARS:
        cells = []
        for found in figures.values():
            colour = "green" if met(found[name], bar, more=more) else "red"
            cells.append(f"[{colour}]{shown(found[name])} {unit}[/]")
        table.add_row(words, f"{'>=' if more else '<='} {bar:,g} {unit}", *cells)
    console.print(table)


def write_readme(report: dict[str, Any]) -> None:
    """Put the table between the marks in README.md."""
    figures = report["figures"]
    sizes = list(figures)
    lines = [
        BEGIN,
        "",
        f"Measured by `make bench ARGS=--readme` on {report['machine']}, with full pages of 25 cards. {HELLO}",
        "",
        "| | bar | " + " | ".join(f"{int(size):,} meetings" for size in sizes) + " |",
        "| --- | ---: |" + " ---: |" * len(sizes),
    ]
    for name, words, unit, bar, more in BARS:
        cells = " | ".join(f"{shown(figures[size][name])} {unit}" for size in sizes)
        lines.append(f"| {words} | {'≥' if more else '≤'} {bar:,g} {unit} | {cells} |")
    hello = statistics.median(found["hello_rate"] for found in figures.values())
    bars = "The bars are set for the largest directory; a smaller one stands beside it for comparison."
    lines += ["", f"{bars} Hello itself answered {hello:,.0f} times a second.", "", END]
    text = README.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    README.write_text(before + "\n".join(lines) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
