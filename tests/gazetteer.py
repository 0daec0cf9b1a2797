"""The embedded places, built once for all runs of the tests until their layout or data change."""

import fcntl
import tempfile
from pathlib import Path

import pytest

from finder.search.gazetteer_build import build_gazetteer, gazetteer_version, is_current
from finder.search.places import Gazetteer


@pytest.fixture(scope="session")
def gazetteer_path() -> Path:
    """The file of places, shared by parallel runs."""
    folder = Path(tempfile.gettempdir()) / "meeting-finder-tests"
    folder.mkdir(exist_ok=True)
    path = folder / f"places-{gazetteer_version().replace('/', '-')}.db"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(path):
            build_gazetteer(path)
    return path


@pytest.fixture(scope="session")
def gazetteer(gazetteer_path: Path) -> Gazetteer:
    """The places themselves."""
    return Gazetteer(gazetteer_path)
