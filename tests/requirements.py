"""What some tests need of the machine: skipped with a reason where it is absent, a failure where it is required.

``FINDER_REQUIRE=chromium,postgresql,netns,samples`` turns the absence of a thing into a failure.
"""

import os
import shutil
from pathlib import Path

import pytest


def need(thing: str, *, present: bool, how: str) -> None:
    """Skip the test that needs *thing* when it is absent, or fail where it is required."""
    if present:
        return
    if required(thing):
        pytest.fail(f"{thing} is required and absent: {how}")
    pytest.skip(f"{thing} is absent: {how}")


def required(thing: str) -> bool:
    """Whether the absence of *thing* is a failure."""
    return thing in os.environ.get("FINDER_REQUIRE", "").split(",")


def samples_folder() -> Path:
    """The folder of real feeds."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("FINDER_SAMPLES") or default)


def chromium_path() -> str | None:
    """The system's Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
