"""Real feeds: every row is accounted for, and each is counted as the readers of these feeds count it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.rows import FeedError
from finder.feeds.tabular import decode_table
from finder.sources.importer import run_import
from finder.store.database import Database
from tests.requirements import need, samples_folder
from tests.sources.feeds import OPTIONS
from tests.sources.test_importer import NOW, counts

pytestmark = pytest.mark.samples

#: In person, hybrid, online, not meeting for now.
FEEDS = {
    "oc_2023": (1432, 148, 385, 2),
    "aasfmarin_2021": (55, 89, 494, 20),
    "edmonton_2024": (220, 40, 34, 21),
    "sussexaa_2024": (94, 1, 28, 0),
}
TAKEN = 0.995


@pytest.fixture
def folder() -> Path:
    found = samples_folder() / "meeting-guide"
    need("samples", present=found.is_dir(), how="set FINDER_SAMPLES to the folder of real feeds")
    return found


@pytest.mark.parametrize("name", FEEDS)
def test_every_row_of_a_real_feed_is_taken_and_classified_as_readers_do(name: str, folder: Path) -> None:
    payload = (folder / f"{name}.json").read_bytes()
    rows = decode_meeting_guide(payload, options=OPTIONS).rows
    found = Counter(
        "closed" if row.draft.temporarily_closed else row.draft.attendance.value for row in rows if row.draft
    )

    assert len(rows) == len(json.loads(payload))
    assert sum(row.draft is not None for row in rows) >= TAKEN * len(rows)
    assert tuple(found[kind] for kind in ("in_person", "hybrid", "online", "closed")) == FEEDS[name]


@pytest.mark.parametrize("name", FEEDS)
def test_a_real_feed_is_imported_whole_and_twice_is_once(name: str, folder: Path, database: Database) -> None:
    payload = (folder / f"{name}.json").read_bytes()

    def once() -> tuple[int, ...]:
        report = run_import(
            database, source=name, payload=payload, kind="meeting-guide", options=OPTIONS, now=NOW, default_zone="UTC"
        )
        assert report.applied
        return counts(report)

    total = sum(FEEDS[name])
    assert once() == (total, 0, 0, 0, 0)
    assert once() == (0, 0, total, 0, 0)


def test_the_template_table_is_taken_whole(folder: Path) -> None:
    rows = decode_table((folder / "tsml_template.csv").read_bytes(), options=OPTIONS).rows

    assert len(rows) == 36
    assert all(row.draft and row.draft.schedule.weekdays and row.draft.schedule.start for row in rows)
    assert not any(row.draft.unmapped_types for row in rows if row.draft)


def test_the_broken_feed_is_refused_with_line_and_column(folder: Path) -> None:
    with pytest.raises(FeedError, match="line 80, column 3"):
        decode_meeting_guide((folder / "invalid.json").read_bytes(), options=OPTIONS)


@pytest.mark.parametrize(("name", "number"), [("times", 9), ("timezones", 2), ("appointment", 2)])
def test_edge_rows_are_taken(name: str, number: int, folder: Path) -> None:
    rows = decode_meeting_guide((folder / f"{name}.json").read_bytes(), options=OPTIONS).rows

    assert sum(row.draft is not None for row in rows) == number
