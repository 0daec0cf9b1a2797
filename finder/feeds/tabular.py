"""Tables (CSV): the spreadsheet twin of Meeting Guide JSON, with whatever separator, encoding and header order."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from finder.domain.text import clean
from finder.feeds.cells import restored
from finder.feeds.meeting_guide import decode_records
from finder.feeds.rows import Decoded, DecodeOptions, FeedError

MAX_COLUMNS = 500
MAX_CELL_LENGTH = 100_000
SEPARATORS = (",", ";", "\t", "|")

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
    "group_name": "group",
    "entity_website": "entity_website_url",
}

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_QUOTE = '"'


def decode_table(payload: bytes, *, options: DecodeOptions) -> Decoded:
    """Every row below the header line of the CSV in *payload*, taken or refused; numbers start at 1.

    Raises FeedError, with line and column, for broken quotes and for a table without a name column.
    """
    text, note = _decode(payload)
    if not text.strip():
        raise FeedError("The table is empty: there is not even a header line in it.")
    if text.lstrip()[:1] == "<":
        raise FeedError("This is a web page, not a table: check that the address is the one of the CSV file.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FeedError(f"The table holds a NUL character in line {line}: is it a spreadsheet file? Save it as CSV.")
    lines = _Reader(text, _separator(text)).rows()
    header = _header(next(lines, []))
    records: list[dict[str, str]] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(records) == options.max_rows:
            raise FeedError(f"The table has more than {options.max_rows:,} rows: more than one source can have.")
        pairs = zip(header, cells, strict=False)
        records.append({name: restored(cell) for name, cell in pairs if name and cell.strip()})
    return decode_records(records, options=options, table=True, note=note)


def _decode(payload: bytes) -> tuple[str, str]:
    """The text of a table, and a word on its encoding when it was not UTF-8."""
    if payload.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FeedError("This is a spreadsheet file, not CSV: save the sheet as CSV (UTF-8) and try again.")
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if payload.startswith(mark):
            try:
                return payload.decode(encoding), "The table was read as UTF-16."
            except UnicodeDecodeError as error:
                raise FeedError("The table begins as UTF-16 but is broken: save it as CSV (UTF-8).") from error
    try:
        return payload.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        # What spreadsheet programs write where nobody chose an encoding.
        return payload.decode("cp1252", "replace"), "The table is not UTF-8; it was read as Windows-1252."


def _separator(text: str) -> str:
    """The separator that the header line uses most, outside quotes."""
    line = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    bare = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=bare.count)


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
    if "name" not in names:
        shown = ", ".join(clean(cell)[:40] for cell in cells[:8])
        raise FeedError(f'The table has no column "Name" in its first line (found: {shown}).')
    return names


@dataclass(slots=True)
class _Reader:
    """Cells of a quoted table. Python's own reader takes a quote that never ends for a very long cell."""

    text: str
    separator: str

    def rows(self) -> Iterator[list[str]]:
        """Rows of cells; raises FeedError naming the line and column of a quote that is wrong."""
        text, separator = self.text, self.separator
        plain = re.compile(f"[^{re.escape(separator)}\r\n]*")
        opening = re.compile(' *"')
        place, cells = 0, []
        while place < len(text):
            if quoted := opening.match(text, place):
                place = quoted.end() - 1
                cell, place = self._quoted(place)
            else:
                match = plain.match(text, place)
                cell, place = (match[0], match.end()) if match else ("", place)
            if len(cell) > MAX_CELL_LENGTH:
                raise FeedError(f"A cell before {self._where(place)} is longer than {MAX_CELL_LENGTH:,} characters.")
            cells.append(cell)
            if place < len(text) and text[place] == separator:
                place += 1
                if place == len(text):
                    cells.append("")
                continue
            place += 2 if text.startswith("\r\n", place) else 1
            yield cells
            cells = []
        if cells:
            yield cells

    def _quoted(self, start: int) -> tuple[str, int]:
        """A quoted cell that starts at *start*, and the place behind it; a doubled quote is a quote."""
        place = start + 1
        while True:
            end = self.text.find(_QUOTE, place)
            if end < 0:
                raise FeedError(f"The quote at {self._where(start)} is never closed.")
            if not self.text.startswith(_QUOTE, end + 1):
                break
            place = end + 2
        after = end + 1
        if after < len(self.text) and self.text[after] not in {self.separator, "\r", "\n"}:
            raise FeedError(
                f"There is text behind the closing quote at {self._where(after)}: write a quote inside a cell twice."
            )
        return self.text[start + 1 : end].replace('""', _QUOTE), after

    def _where(self, place: int) -> str:
        before = self.text[:place].replace("\r\n", "\n").replace("\r", "\n")
        return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"
