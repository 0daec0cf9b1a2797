"""Keys of rows to which their source gives none: made of what a row says of itself, of when and where."""

import hashlib
import re
from collections.abc import Iterable

_MADE = re.compile(r"(.{0,100})#[0-9a-f]{16}(?:#[0-9]+)?", re.DOTALL)


def made_key(stem: str, told: Iterable[str]) -> str:
    """The key of a row that says *told*; *stem*, at most 100 characters, is there for people."""
    return f"{stem}#{short_digest(told)}"


def stem_of(key: str) -> str | None:
    """The stem of a key that was made here; None for one that the source gave."""
    made = _MADE.fullmatch(key)
    return made[1] if made else None


def short_digest(told: Iterable[str]) -> str:
    """Sixteen hexadecimal digits that stand for *told*."""
    return hashlib.sha256("\x1f".join(told).encode("utf-8", "replace")).hexdigest()[:16]
