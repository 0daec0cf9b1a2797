"""Promise O1 in a network of its own: whatever a source's address, name or redirect says, no canary inside is heard.

Nothing is set for tests there: the very command runs, with its own resolver and its own connections.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Databases, prepare
from tests.servers import clean_environment
from tests.sources.canaries import INSIDE, LOCATIONS
from tests.sources.inside import URLS
from tests.sources.network import need_a_network, run_inside

NOT_PUBLIC = "is not on the public internet"


@pytest.fixture(scope="module")
def told(
    both_kinds: dict[str, Databases], tmp_path_factory: pytest.TempPathFactory, gazetteer_path: Path
) -> dict[str, Any]:
    """What came of everything, tried once."""
    need_a_network()
    folder = tmp_path_factory.mktemp("network")
    data = folder / "var"
    data.mkdir(mode=0o700)
    (data / "places.db").symlink_to(gazetteer_path)
    database = both_kinds["sqlite"].copy_of("prepared", prepare)
    env = {**clean_environment(), "FINDER_DATA_DIR": str(data), "FINDER_DATABASE_URL": database}
    env = {name: value for name, value in env.items() if name not in {"FINDER_TESTING", "FINDER_FEED_ALLOW"}}
    found: dict[str, Any] = json.loads(run_inside(folder, "tests.sources.canaries", env=env))
    return found


def test_o1_the_canaries_would_be_heard_and_the_public_host_is_read(told: dict[str, Any]) -> None:
    assert told["deaf"] == []
    assert told["control"] == ["", "", ""]
    code, words = told["commands"]["public"]
    assert (code, "public: imported" in words) == (0, True), words
    assert told["commands"]["add"][0] == 0
    assert told["served"] > len(LOCATIONS) + 2 * len(INSIDE)
    assert told["asked"] > 5 * len(INSIDE)


def test_o1_no_canary_hears_anything(told: dict[str, Any]) -> None:
    assert told["heard"] == []


def test_o1_every_form_redirect_and_name_ends_with_a_reason(told: dict[str, Any]) -> None:
    kinds = {kind: [each for each in told["found"] if each[0] == kind] for kind in {each[0] for each in told["found"]}}
    assert len(kinds["form"]) == 2 * len(URLS) >= 2 * 185
    assert len(kinds["redirect"]) == len(LOCATIONS) >= 150
    assert {len(kinds[kind]) for kind in ("inside", "first", "last", "again")} == {len(INSIDE)}
    for _kind, _reads, url, words in told["found"]:
        assert words.endswith("."), (url, words)
        assert "took too long" not in words, url
    named = [words for kind in ("inside", "first", "last") for *_, words in kinds[kind]]
    assert [words for words in named if NOT_PUBLIC not in words] == []


def test_o1_a_name_that_leads_inside_the_second_time_is_refused_then(told: dict[str, Any]) -> None:
    assert [first for first, _ in told["turns"]] == [""] * len(INSIDE)
    assert [second for _, second in told["turns"] if NOT_PUBLIC not in second] == []


def test_o1_the_command_ends_with_a_reason(told: dict[str, Any]) -> None:
    bad = {name: ended for name, ended in told["commands"].items() if name not in {"public", "add"}}
    assert len(bad) == 3
    for name, (code, words) in bad.items():
        assert code == 1, (name, words)
        assert NOT_PUBLIC in words, (name, words)
        assert "Traceback" not in words
