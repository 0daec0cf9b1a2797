"""The answers of a BMLT server, told apart by what is in them: one of them, or several in one payload.

A payload is one answer as the server gave it, or an object that holds answers by any name: as JSON values, or as texts
that hold JSON (so that a broken answer is named with its own line and column).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from finder.feeds.meeting_guide_json import REPEATED, decode_json_text, read_json
from finder.feeds.rows import FeedError

#: Answers in one payload: a format list in every language, and the rest.
MAX_ANSWERS = 200
MAX_DEPTH = 3

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?")

#: Fields by which a row is known for one of the four kinds; the first kind that has one of them counts.
MARKS = {
    "meetings": ("id_bigint", "weekday_tinyint", "meeting_name"),
    "formats": ("key_string", "shared_id_bigint"),
    "bodies": ("parent_id",),
    "info": ("versionInt", "langs", "nativeLang"),
}


@dataclass(slots=True)
class Answers:
    """Rows of each kind, as they stand; ``meetings`` is None when there was no list that could be one of meetings."""

    meetings: list[Any] | None = None
    formats: list[Any] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    info: Mapping[str, Any] = field(default_factory=dict)


def bundle(answers: Mapping[str, bytes]) -> bytes:
    """One payload of several answers, by name. Raises FeedError for one that is not UTF-8."""
    return orjson.dumps({name: _named(name, decode_json_text, payload) for name, payload in answers.items()})


def read_languages(payload: bytes) -> list[str]:
    """The languages that an answer to GetServerInfo names, each once. Raises FeedError when it is broken."""
    found = Answers()
    _read(
        "GetServerInfo", _named("GetServerInfo", read_json, payload, max_rows=MAX_ANSWERS), found, max_rows=0, depth=0
    )
    told = found.info.get("langs")
    words = told.split(",") if isinstance(told, str) else told if isinstance(told, list) else []
    return list(
        dict.fromkeys(word.strip() for word in words if isinstance(word, str) and _LANGUAGE.fullmatch(word.strip()))
    )


def read_answers(payload: bytes, *, max_rows: int) -> Answers:
    """What is in *payload*. Raises FeedError when it is broken, or holds no list of meetings."""
    found = Answers()
    _read("", read_json(payload, max_rows=max_rows), found, max_rows=max_rows, depth=0)
    if found.meetings is None:
        raise FeedError("There is no list of meetings in it: the answer to GetSearchResults is missing.")
    if len(found.meetings) > max_rows:
        raise FeedError(f"The answers hold more than {max_rows:,} meetings: more than one source can have.")
    return found


def _named(name: str, read: Any, payload: bytes, **options: int) -> Any:  # noqa: ANN401 - JSON is any
    try:
        return read(payload, **options)
    except FeedError as error:
        raise FeedError(f"{name[:60]}: {error}") from error


def _read(name: str, value: Any, found: Answers, *, max_rows: int, depth: int) -> None:  # noqa: ANN401 - JSON is any
    if isinstance(value, str) and 0 < depth < MAX_DEPTH:
        text = value.encode("utf-8", "surrogatepass")
        value = _named(name, read_json, text, max_rows=max_rows)
    if isinstance(value, list):
        _take(name, value, found)
    elif isinstance(value, dict):
        if _kind([value]) == "info":
            _take(name, [value], found)
        elif depth < MAX_DEPTH:
            for part, inner in _parts(value):
                _read(part if depth == 0 else name or part, inner, found, max_rows=max_rows, depth=depth + 1)


def _parts(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if len(value) > MAX_ANSWERS:
        raise FeedError(f"It is an object with {len(value):,} parts: these are not the answers of a server.")
    return ((name, inner) for name, inner in value.items() if name != REPEATED)


def _kind(rows: list[Any]) -> str:
    first = next((row for row in rows if isinstance(row, dict)), None)
    if first is None:
        return ""
    return next((kind for kind, marks in MARKS.items() if any(mark in first for mark in marks)), "")


def _take(name: str, rows: list[Any], found: Answers) -> None:
    kind = _kind(rows)
    if not kind:  # an empty list, or rows of nothing known: a list of meetings unless its name says otherwise
        word = name.casefold()
        other = any(part in word for part in ("format", "bod", "info", "change", "key", "value", "coverage"))
        if other or (name and not rows and "search" not in word and "meeting" not in word):
            return
        kind = "meetings"
    if kind == "meetings":
        found.meetings = [*(found.meetings or ()), *rows]
    elif kind == "info":
        found.info = next(row for row in rows if isinstance(row, dict))
    else:
        getattr(found, kind).extend(rows)
