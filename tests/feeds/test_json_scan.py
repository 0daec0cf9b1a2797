"""JSON is read a piece at a time: whole values pass however they are cut, broken ones are found out early."""

import json
import tracemalloc
from typing import Any

import pytest

from finder.feeds import json_scan
from finder.feeds.json_scan import JsonText
from finder.feeds.meeting_guide_json import read_json_rows
from finder.feeds.payload import KeptRows, Payload, Spool
from finder.feeds.rows import FeedError

ROW = {"name": "Larks at Dawn", "notes": 'Ring "twice", say [larks] – früh.', "day": 12, "types": ["O", {"a": None}]}


def rows_of(payload: Payload, *, max_rows: int = 200_000) -> list[Any]:
    return list(read_json_rows(payload, max_rows=max_rows))


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 2**20])
@pytest.mark.parametrize("value", [[], [1], [12, 34], [ROW] * 5, [[], {}, "x", None, True, -1.5e3]])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_whole_list_passes_however_it_is_cut(
    chunk: int,
    value: Any,  # noqa: ANN401 - JSON
    indent: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_scan, "CHUNK", chunk)
    text = json.dumps(value, indent=indent, ensure_ascii=False)

    assert rows_of(text.encode()) == value
    assert rows_of(b"\xef\xbb\xbf\n" + text.encode()) == value
    wrapped = json.dumps({"about": 12, "more": {"a": []}, "meetings": value, "none": []}, ensure_ascii=False).encode()
    if value and all(isinstance(row, dict) for row in value):
        assert rows_of(wrapped) == value
    else:
        with pytest.raises(FeedError, match=r"an object \(with about"):
            rows_of(wrapped)


@pytest.mark.parametrize("chunk", [3, 2**20])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"   \n ", "empty"),
        (b"[1, 2", "line 1, column 6"),
        (b"[1, 2 3]", "line 1, column 7: Expecting ',' delimiter"),
        (b'[\n"a",\n"b]', "line 3, column 1: Unterminated string"),
        (b'[\n"a",\n{"b":\n x}]', "line 4, column 2: Expecting value"),
        (b"[1,]", "line 1, column 4: Expecting value"),
        (b'{"a": 1,}', "line 1, column 9: Expecting property name"),
        (b'{"a" 1}', "line 1, column 6: Expecting ':'"),
        (b'[1]\n"', "line 2, column 1: Extra data"),
        (b'["\xc3\xa4\ncaf\xe9"]', "not UTF-8: line 2, column 4"),
        (b'["\xc3\xa4caf\xe9"]', "not UTF-8: line 1, column 8"),
        (b"[" * 100_000, "too deeply|too large"),
        (b'["' + b"a" * 10_000 + b'"]', "too large|line 1"),
        (b"[" + b",".join([b"{}"] * 12) + b"]", "more than 10 rows"),
    ],
)
def test_a_broken_list_is_found_out(chunk: int, body: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_scan, "CHUNK", chunk)
    monkeypatch.setattr(json_scan, "MAX_ITEM", 1000)
    with pytest.raises(FeedError, match=words):
        rows_of(body, max_rows=10)


def test_names_given_twice_are_remembered_and_long_numbers_are_infinite() -> None:
    assert rows_of(b'[{"a": 1, "a": 2, "\\u0000repeated": 3}, 1234567890123456789]') == [
        {"a": 2, json_scan.REPEATED: ["a"]},
        1234567890123456789.0,
    ]


def test_a_value_alone_is_read_to_its_end() -> None:
    text = JsonText(b" 123 ")
    assert text.item() == 123
    text.end()


def test_rows_that_are_kept_are_what_they_were_however_many() -> None:
    odd = [{"a": float("inf")}, {"b": "\ud800 \n ä"}, [None, True, 1e300], "x" * 100]
    few, many = KeptRows(odd), KeptRows(odd * 10_000)

    assert list(few) == odd
    assert list(many) == list(many) == odd * 10_000
    assert (few.count, many.count) == (4, 40_000)


def test_a_large_list_is_never_held_whole() -> None:
    spool = Spool()
    spool.write(b"[" + b",".join([json.dumps(ROW).encode()] * 100_000))
    spool.write(b', {"broken')
    tracemalloc.start()
    with pytest.raises(FeedError, match="broken JSON"):
        rows_of(spool)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * 2**20 < spool.size
