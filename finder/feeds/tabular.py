"""Tables (CSV, XLSX): the spreadsheet twin of Meeting Guide JSON, with its columns in any order."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from finder.domain.text import clean
from finder.feeds.meeting_guide import decode_records
from finder.feeds.payload import Payload
from finder.feeds.rows import Decoded, DecodeOptions, FeedError
from finder.feeds.table_cells import (
    MAX_COLUMNS,
    READ_ALREADY,
    Line,
    header_cells,
    left_out,
    table_cells,
    table_records,
)
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

#: Lines that may stand above the names of the columns, and how many names make one plain.
MOST_ABOVE, ENOUGH_NAMED = 10, 3
#: Some count days from Sunday and some from Monday: nobody is sent to a day that nobody meant.
COUNTED_TO_SEVEN = (
    "The days of this table are numbers up to 7, and 1 may be Sunday or Monday: "
    "write their names (Monday, Tue ...), or 0 for Sunday to 6 for Saturday."
)

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


#: Columns by which a line is known for the names of the columns.
_PLAIN = frozenset(
    {"name", "day", "time", "end_time", "location", "address", "formatted_address", "city", "state", "types", "region"}
)


def decode_table(payload: Payload, *, options: DecodeOptions) -> Decoded:
    """Every row below the header line of the table in *payload*, taken or refused; numbers are those of the sheet.

    The note names columns of which nothing is taken, and those that mean the same as one that is read. Raises
    FeedError, with line and column, for broken quotes and for a table without a name column.
    """
    lines, note = table_cells(payload, max_rows=options.max_rows)
    cells, above = _header_line(lines)
    header = _header(cells)
    used, filled = {slug_of(column) for column in COLUMNS}, set[str]()
    days = set[str]()
    lines = _noting_days(lines, header, days)
    kept = table_records(lines, header, max_rows=options.max_rows)
    if "7" in days and "0" not in days:
        raise FeedError(COUNTED_TO_SEVEN)
    records = ((number, _Read(each, used, filled)) for number, each in kept)
    decoded = decode_records(records, options=options, table=True)
    unknown, again = list[str](), list[str]()
    for cell, name in zip(cells, header, strict=True):
        if not name:
            (again if slug_of(cell) in used else unknown).append(cell)
        elif name in filled - used:
            (again if name in HEADERS else unknown).append(cell)
    words = (
        note,
        left_out("Lines above the names of the columns, passed over", above),
        left_out("Columns that are not known here, and left out", unknown),
        left_out(READ_ALREADY, again),
    )
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


def _header_line(lines: Iterator[Line]) -> tuple[list[str], list[str]]:
    """The line that names the columns, and what stands above it (a title, the day of printing) as texts.

    That is the first that holds anything, unless one of the next is plainly it.
    """
    above = list[list[str]]()
    while len(above) < MOST_ABOVE and (cells := header_cells(lines)):
        names = {slug_of(cell) for cell in cells}
        if "name" in names and (not above or len(names & _PLAIN) >= ENOUGH_NAMED):
            return cells, [" ".join(filter(None, map(str.strip, line))) for line in above]
        above.append(cells)
    return (above or [[]])[0], []


def _noting_days(lines: Iterable[Line], header: Sequence[str], days: set[str]) -> Iterator[Line]:
    """The same lines; what stands in them as a day is put into *days*."""
    place = header.index("day") if "day" in header else None
    for number, cells in lines:
        if place is not None and place < len(cells):
            days.update(part.strip() for part in re.split(r"[,;/]", cells[place][:50]))
        yield number, cells


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
        shown = ", ".join(filter(None, (clean(cell)[:40] for cell in cells[:8])))
        raise FeedError(
            f'The table has no column "Name" in its first line (found: {shown}). Columns are named in English.'
        )
    return names
