"""Meeting Guide JSON: a feed in, listings out (code4recovery's specification 1.1.9, and what feeds really hold)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from finder.feeds.meeting_guide_json import read_json_rows
from finder.feeds.meeting_guide_row import decode_record
from finder.feeds.meeting_guide_types import TypeReader
from finder.feeds.rows import Decoded, DecodeOptions, Remark, Row, shown
from finder.feeds.tabular_row import decode_own, is_own


def decode_meeting_guide(payload: bytes, *, options: DecodeOptions) -> Decoded:
    """Every row of the JSON feed in *payload*, taken or refused, in its order; numbers start at 1.

    Raises FeedError when there is no list of rows in it.
    """
    return decode_records(read_json_rows(payload, max_rows=options.max_rows), options=options)


def decode_records(records: Iterable[Any], *, options: DecodeOptions, table: bool = False, note: str = "") -> Decoded:
    """Rows of records whose fields have Meeting Guide names, with source keys made unique."""
    types = TypeReader(options.catalogue)
    rows = (
        decode_own(record, number=number, options=options, types=types)
        if table and is_own(record)
        else decode_record(record, number=number, options=options, types=types, table=table)
        for number, record in enumerate(records, start=1)
    )
    return Decoded(rows=tuple(_unique_keys(rows)), note=note)


def _unique_keys(rows: Iterable[Row]) -> Iterable[Row]:
    """The same rows; the second one of a key becomes ``key#2``, in the order of the feed, with a remark."""
    seen: set[str] = set()
    last: dict[str, int] = {}
    for row in rows:
        if not row.key or row.key not in seen:
            seen.add(row.key)
            yield row
            continue
        number = last.get(row.key, 1) + 1
        while (key := f"{row.key}#{number}") in seen:
            number += 1
        last[row.key] = number
        seen.add(key)
        remark = Remark("slug", shown(row.key), f"is given to more than one row: this one is kept as {shown(key)}")
        draft = row.draft and replace(row.draft, source_key=key)
        yield replace(row, key=key, draft=draft, remarks=(*row.remarks, remark))
