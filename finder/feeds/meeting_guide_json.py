"""Reads a JSON payload that strangers wrote into plain records, and says in a sentence what is wrong with it.

Python's reader takes NaN, repeated keys and any depth; here NaN stays a float that no field accepts, a repeated key
is remembered beside its record, and depth, size and encoding have an end.
"""

import codecs
import json
from collections import Counter
from typing import Any, NoReturn

from finder.feeds.rows import FeedError

#: Longer integers become infinite, so that Python does not refuse the whole text over one of them.
MAX_DIGITS = 18

#: More than the largest feed holds. Counted before anything is made of them: values of two bytes would fill the memory.
MAX_VALUES, MAX_LISTS = 6_000_000, 2_000_000

#: The key under which a record carries the names that were given twice; what a feed sends under it is dropped.
REPEATED = "\0repeated"

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def read_json_rows(payload: bytes, *, max_rows: int) -> list[Any]:
    """The items of the array in *payload* (UTF-8, BOM allowed); an object that wraps one list is seen through.

    Raises FeedError, with line and column where there is one.
    """
    rows = _unwrap(read_json(payload, max_rows=max_rows))
    if len(rows) > max_rows:
        raise FeedError(_too_many(max_rows))
    return rows


def read_json(payload: bytes, *, max_rows: int) -> Any:  # noqa: ANN401 - JSON is any
    """The JSON value in *payload* (UTF-8, BOM allowed), which holds at most twice *max_rows* objects.

    Raises FeedError, with line and column where there is one.
    """
    text = decode_json_text(payload)
    if not text.strip():
        raise FeedError("The feed is empty: there is nothing in it, not even an empty list.")
    if text.lstrip()[:1] == "<":
        raise FeedError("This is a web page, not a feed: check that the address is the one of the JSON feed.")
    return _parse(text, max_rows)


def decode_json_text(payload: bytes) -> str:
    """The text of a JSON payload; raises FeedError with line and column when it is not UTF-8."""
    for mark, name in _MARKS:
        if payload.startswith(mark):
            raise FeedError(f"The feed is written in {name}; JSON is UTF-8. Save it as UTF-8.")
    payload = payload.removeprefix(codecs.BOM_UTF8)
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        line = payload.count(b"\n", 0, error.start) + 1
        column = error.start - payload.rfind(b"\n", 0, error.start)
        raise FeedError(
            f"The feed is not UTF-8: line {line}, column {column} holds a byte of another encoding. Save it as UTF-8."
        ) from error


def _parse(text: str, max_rows: int) -> Any:  # noqa: ANN401 - JSON is any
    count = 0
    if text.count("[") > MAX_LISTS or text.count(",") > MAX_VALUES:
        raise FeedError(
            f"The feed holds more than {MAX_VALUES:,} values or {MAX_LISTS:,} lists: is it one of meetings?"
        )

    def record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal count
        count += 1
        if count > max_rows * 2:  # before a million empty objects fill the memory
            raise FeedError(_too_many(max_rows))
        found = dict(pairs)
        found.pop(REPEATED, None)
        if len(found) != len(pairs):
            given = Counter(name for name, _ in pairs)
            found[REPEATED] = sorted(name for name, times in given.items() if times > 1)
        return found

    try:
        return json.loads(text, object_pairs_hook=record, parse_int=_whole)
    except json.JSONDecodeError as error:
        _explain(error)
    except RecursionError as error:
        raise FeedError("The feed is nested too deeply to be a list of meetings.") from error


def _explain(error: json.JSONDecodeError) -> NoReturn:
    raise FeedError(f"The feed is broken JSON at line {error.lineno}, column {error.colno}: {error.msg}.") from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _unwrap(value: Any) -> list[Any]:  # noqa: ANN401 - JSON is any
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list) and item]
        if len(lists) == 1 and all(isinstance(row, dict) for row in lists[0]):
            return list(lists[0])
        names = ", ".join(sorted(str(name)[:40] for name in list(value)[:5] if name != REPEATED)) or "nothing"
        raise FeedError(f"The feed is an object (with {names}), not a list of meetings.")
    kinds = {type(None): "null", bool: "a truth value", str: "a text", int: "a number", float: "a number"}
    raise FeedError(f"The feed is {kinds[type(value)]}, not a list of meetings.")


def _too_many(max_rows: int) -> str:
    return f"The feed has more than {max_rows:,} rows: more than one source can have. Split it, or check its address."
