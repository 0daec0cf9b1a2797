"""Feeds for tests: plain rows, of which a test changes what matters to it."""

import json
from pathlib import Path

from finder.feeds.rows import DecodeOptions
from finder.feeds.seed import load_catalogue

SEEDS = Path(__file__).resolve().parents[2] / "seed_data"
CATALOGUE = load_catalogue((SEEDS / "formats.toml").read_text(encoding="utf-8"))
OPTIONS = DecodeOptions(program="aa", catalogue=CATALOGUE, country="US")


def a_row(number: int, **changes: object) -> dict[str, object]:
    """One meeting in Springfield; the changes that are ... leave their field out."""
    row: dict[str, object] = {
        "name": f"Larks {number}",
        "slug": f"larks-{number}",
        "day": number % 7,
        "time": "19:00",
        "end_time": "20:00",
        "timezone": "America/Chicago",
        "types": ["O"],
        "group": f"Lark Group {number % 5}",
        "location": f"Hall {number % 20}",
        "formatted_address": f"{number % 20 + 1} Example Street, Springfield, IL 62701, USA",
        "latitude": round(39.7 + number % 20 / 100, 5),
        "longitude": -89.6436,
        "regions": ["Illinois", "Springfield"],
        "updated": "2024-05-31 18:00:00",
    }
    return {name: value for name, value in {**row, **changes}.items() if value is not ...}


def a_feed(*rows: object) -> bytes:
    """The rows as a payload."""
    return json.dumps(rows).encode()
