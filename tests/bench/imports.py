"""How long an import takes, as its user sees it: the command from its start to its end."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.search.shelves import Shelf
from tests.servers import FINDER, clean_environment
from tests.sources.loopback import serving
from tests.synthetic import Document


def feed_row(document: Document) -> dict[str, Any]:
    """A made-up listing as a row of a Meeting Guide feed."""
    schedule, place = document["schedule"], document["location"] or {}
    return {
        "name": document["name"],
        "slug": f"row-{document['id']}",
        "day": schedule["weekdays"][0] if schedule["weekdays"] else None,
        "time": schedule["start"],
        "timezone": schedule["zone"],
        "types": ["O", "D", "X"],
        "notes": document["notes"],
        "group": (document["group"] or {}).get("name"),
        "location": place.get("name"),
        "formatted_address": f"{document['id'] % 997} Example Street, {place.get('city') or 'Austin'}, TX 78701, USA",
        "region": (document["region"] or [{"name": "Austin"}])[-1]["name"],
        "latitude": place.get("latitude") or 30.27,
        "longitude": place.get("longitude") or -97.74,
    }


class Cost(NamedTuple):
    """What a command took: seconds from its start to its end, and megabytes of memory at its peak."""

    seconds: float
    peak_mb: float


def import_cost(number: int) -> Cost:
    """What ``finder import`` takes for a feed of *number* new rows, into an empty directory."""
    with tempfile.TemporaryDirectory() as temporary:
        return import_into(Path(temporary), number)


def import_into(folder: Path, number: int) -> Cost:
    """Make an instance in ``var`` of *folder* with *number* imported listings; gives what the import took."""
    feed = write_feed(folder, number)
    run(folder, "init")
    return run(folder, "import", str(feed), "--program", "aa", "--source", "Bench")


def refresh_seconds(number: int) -> float:
    """Seconds that ``finder sources refresh`` takes for a feed of *number* rows that says what it said before."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        body = write_feed(folder, number).read_bytes()
        run(folder, "init")
        with serving(lambda request: request.send(body)) as server:
            allowed = {"FINDER_TESTING": "1", "FINDER_FEED_ALLOW": server.address}
            added = ("sources", "add", "Bench", f"{server.url}/feed.json", "--program", "aa", "--policy", "publish")
            run(folder, *added, **allowed)
            run(folder, "sources", "refresh", "Bench", **allowed)
            return run(folder, "sources", "refresh", "Bench", **allowed).seconds


def write_feed(folder: Path, number: int) -> Path:
    """A feed of so many made-up rows."""
    shelf = Shelf(folder / "shelf.db", keep=False)
    feed = folder / "feed.json"
    rows = [feed_row(document) for document in shelf.maker().documents(number)]
    feed.write_text(json.dumps(rows), encoding="utf-8")
    shelf.close()
    return feed


def run(folder: Path, *arguments: str, **settings: str) -> Cost:
    """Run a command on the instance in ``var`` of *folder*; gives what it took."""
    env = clean_environment() | settings
    env["FINDER_DATA_DIR"] = str(folder / "var")
    began = time.perf_counter()
    process = subprocess.Popen([str(FINDER), *arguments], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"finder {' '.join(arguments)} ended with {process.returncode}.")
    return Cost(seconds, usage.ru_maxrss / 1024)
