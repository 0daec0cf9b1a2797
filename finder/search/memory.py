"""Gives memory that is no longer used back to the system."""

import ctypes
import platform
from functools import cache
from typing import Any


@cache
def _trim() -> Any:  # noqa: ANN401 - a function of the C library, or None
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if platform.system() == "Linux" else None


def give_back() -> None:
    """Return what was freed. The GNU C library keeps it for later otherwise: building leaves as much again as it needs.

    Does nothing where the library knows no such thing.
    """
    trim = _trim()
    if trim is not None:
        trim(0)
