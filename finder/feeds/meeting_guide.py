"""Meeting Guide JSON: a feed in, listings out (code4recovery's specification 1.1.9, and what feeds really hold)."""

from collections.abc import Iterable
from typing import Any

from finder.feeds.meeting_guide_json import read_json_rows
from finder.feeds.meeting_guide_row import decode_record
from finder.feeds.meeting_guide_types import TypeReader
from finder.feeds.payload import Payload
from finder.feeds.rows import Decoded, DecodeOptions, believable, unique_keys
from finder.feeds.tabular_row import decode_own, is_own


def decode_meeting_guide(payload: Payload, *, options: DecodeOptions) -> Decoded:
    """Every row of the JSON feed in *payload*, taken or refused, in its order; numbers start at 1.

    Raises FeedError when there is no list of rows in it.
    """
    records = read_json_rows(payload, max_rows=options.max_rows)
    return decode_records(enumerate(records, start=1), options=options)


def decode_records(
    records: Iterable[tuple[int, Any]], *, options: DecodeOptions, table: bool = False, note: str = ""
) -> Decoded:
    """Rows of numbered records whose fields have Meeting Guide names, with source keys made unique."""
    types = TypeReader(options.catalogue)
    rows = (
        decode_own(record, number=number, options=options, types=types)
        if table and is_own(record)
        else decode_record(record, number=number, options=options, types=types, table=table)
        for number, record in records
    )
    return Decoded(rows=tuple(unique_keys(believable(rows))), note=note)
