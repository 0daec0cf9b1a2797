"""The rows of a Meeting Guide feed: a JSON list, or an object that wraps one."""

from finder.feeds.json_scan import JsonText
from finder.feeds.payload import KeptRows, Payload
from finder.feeds.rows import FeedError, shown

#: Names in an object; one that wraps a list has a handful.
MAX_NAMES = 1000

_KINDS = {type(None): "null", bool: "a truth value", str: "a text", int: "a number", float: "a number"}


def read_json_rows(payload: Payload, *, max_rows: int) -> KeptRows:
    """The items of the list in *payload* (UTF-8, BOM allowed); an object that wraps one list is seen through.

    All of it has been read by then. Raises FeedError, with line and column where there is one.
    """
    text = JsonText(payload)
    mark = text.peek()
    if mark == "[":
        rows = KeptRows(text.rows(max_rows))
    elif mark == "{":
        rows = _wrapped(text, max_rows)
    else:
        value = text.item()
        text.end()
        raise FeedError(f"The feed is {_KINDS[type(value)]}, not a list of meetings.")
    text.end()
    return rows


def _wrapped(text: JsonText, max_rows: int) -> KeptRows:
    """The one list of an object that holds anything, when all of that are records."""
    found: list[KeptRows] = []
    names: list[str] = []
    others = False
    for name in text.names():
        names.append(name)
        if len(names) > MAX_NAMES:
            raise FeedError(f"The feed is an object with more than {MAX_NAMES:,} names, not a list of meetings.")
        if text.peek() != "[":
            text.item()
            continue
        rows = KeptRows()
        for row in text.rows(max_rows):
            others = others or not isinstance(row, dict)
            rows.add(row)
        rows.flush()
        if rows.count:
            found.append(rows)
    if len(found) != 1 or others:
        told = ", ".join(sorted(shown(name)[:40] for name in names[:5])) or "nothing"
        raise FeedError(f"The feed is an object (with {told}), not a list of meetings.")
    return found[0]
