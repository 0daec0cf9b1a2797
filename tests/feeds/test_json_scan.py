"""Large lists are looked through a piece at a time: whole ones pass, broken ones are found out early."""

import io
import json
import tracemalloc
from typing import Any

import pytest

from finder.feeds import json_scan
from finder.feeds.json_scan import scan_list
from finder.feeds.rows import FeedError

ROW = {"name": "Larks at Dawn", "notes": 'Ring "twice", say [larks] – früh.', "day": 12, "types": ["O", {"a": None}]}


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
    scan_list(io.BytesIO(text.encode()))
    scan_list(io.BytesIO(b"\xef\xbb\xbf\n" + text.encode()))


@pytest.mark.parametrize("chunk", [3, 2**20])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"   \n ", "empty"),
        (b"[1, 2", "breaks off"),
        (b"[1, 2 3]", "line 1"),
        (b'[\n"a",\n"b]', "line 3"),
        (b"[1,]", "breaks off"),
        (b'["caf\xe9"]', "not UTF-8"),
        (b"[" * 100_000, "too deeply|breaks off"),
        (b"[" + b",".join([b"{}"] * 12) + b"]", "more than 10 rows"),
    ],
)
def test_a_broken_list_is_found_out(chunk: int, body: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_scan, "CHUNK", chunk)
    monkeypatch.setattr(json_scan, "MAX_ITEM", 1000)
    with pytest.raises(FeedError, match=words):
        scan_list(io.BytesIO(body), max_rows=10)


def test_what_is_no_list_is_left_to_others() -> None:
    scan_list(io.BytesIO(b'{"meetings": ['))
    scan_list(io.BytesIO(b"Name,Day\n"))


def test_a_large_list_is_never_held_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_scan, "MAX_ITEM", 2**16)
    body = b"[" + b",".join([json.dumps(ROW).encode()] * 100_000) + b', {"broken'
    file = io.BytesIO(body)
    tracemalloc.start()
    with pytest.raises(FeedError, match="broken JSON"):
        scan_list(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 6 * 2**20 < len(body)
