"""Tables (CSV, XLSX): the spreadsheet twin of Meeting Guide JSON, with its columns in any order."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from finder.domain.text import clean
from finder.feeds.meeting_guide import decode_records
from finder.feeds.payload import Payload
from finder.feeds.rows import Decoded, DecodeOptions, FeedError
from finder.feeds.table_cells import MAX_COLUMNS, READ_ALREADY, header_cells, left_out, table_cells, table_records
from finder.feeds.tabular_write import COLUMNS

#: What tables call a field, slugified, where that is not the field's own name.
HEADERS = {
    "meeting": "name",
    "meeting_name": "name",
    "id": "slug",
    "full_address": "formatted_address",
    "street": "address",
    "street_address": "address",
    "zip": "postal_code",
    "zip_code": "postal_code",
    "postcode": "postal_code",
    "province": "state",
    "location_name": "location",
    "start_time": "time",
    "start": "time",
    "end": "end_time",
    "weekday": "day",
    "days": "day",
    "type": "types",
    "time_zone": "timezone",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "online_url": "conference_url",
    "online_link": "conference_url",
    "join_link": "conference_url",
    "meeting_link": "conference_url",
    "zoom_link": "conference_url",
    "venue": "location",
    "type_s": "types",
    "meeting_types": "types",
    "group_name": "group",
    "entity_website": "entity_website_url",
}

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def decode_table(payload: Payload, *, options: DecodeOptions) -> Decoded:
    """Every row below the header line of the table in *payload*, taken or refused; numbers are those of the sheet.

    The note names columns of which nothing is taken, and those that mean the same as one that is read. Raises
    FeedError, with line and column, for broken quotes and for a table without a name column.
    """
    lines, note = table_cells(payload, max_rows=options.max_rows)
    cells = header_cells(lines)
    header = _header(cells)
    used, filled = {slug_of(column) for column in COLUMNS}, set[str]()
    records = (
        (number, _Read(each, used, filled)) for number, each in table_records(lines, header, max_rows=options.max_rows)
    )
    decoded = decode_records(records, options=options, table=True)
    unknown, again = list[str](), list[str]()
    for cell, name in zip(cells, header, strict=True):
        if not name:
            (again if slug_of(cell) in used else unknown).append(cell)
        elif name in filled - used:
            (again if name in HEADERS else unknown).append(cell)
    words = (note, left_out("Columns that are not known here, and left out", unknown), left_out(READ_ALREADY, again))
    return replace(decoded, note=" ".join(filter(None, words)))


class _Read(dict[str, str]):
    """A record that notes which of its fields are read, and which hold anything."""

    def __init__(self, fields: Mapping[str, str], used: set[str], filled: set[str]) -> None:
        super().__init__(fields)
        self._used = used
        filled.update(fields)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as of any mapping
        self._used.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self._used.add(key)
        return super().__getitem__(key)


def slug_of(header: str) -> str:
    """The field that a column's heading stands for: "Conference URL" is conference_url, "ID" is slug."""
    slug = _NOT_SLUG.sub("_", clean(header).casefold()).strip("_")
    return HEADERS.get(slug, slug)


def _header(cells: list[str]) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise FeedError(f"The table has more than {MAX_COLUMNS} columns: is it a list of meetings?")
    slugs = [_NOT_SLUG.sub("_", clean(cell).casefold()).strip("_") for cell in cells]
    # A heading that is a field's own name wins over one that only means the same: "Slug" over "ID".
    names = [HEADERS.get(slug, slug) if HEADERS.get(slug, slug) not in slugs else slug for slug in slugs]
    names = [name if name not in names[:place] else "" for place, name in enumerate(names)]
    if {"committee", "committeename", "arearegion"} <= set(slugs):
        raise FeedError("This is the sheet of NA World Services, not a table of meetings: choose its format, naws.")
    if "name" not in names:
        shown = ", ".join(clean(cell)[:40] for cell in cells[:8])
        raise FeedError(f'The table has no column "Name" in its first line (found: {shown}).')
    return names
