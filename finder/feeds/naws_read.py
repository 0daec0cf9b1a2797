"""The spreadsheet of NA World Services: 52 columns from Committee to unpublished, CSV or XLSX.

Rows that say "D" under Delete, and those that are not published, are gone. The sheet has no lengths: meetings last an
hour. A meeting is known by the number that its BMLT server gave it, else by its world id, day and time.
"""

import re
from collections.abc import Iterable, Sequence

from finder.domain.bmlt import BodyDraft
from finder.domain.text import clean, in_path, path_of
from finder.feeds.bmlt_read_bodies import MAX_BODIES
from finder.feeds.naws_read_row import NawsReader
from finder.feeds.payload import Payload
from finder.feeds.rows import Decoded, DecodeOptions, FeedError, believable, unique_keys
from finder.feeds.table_cells import MAX_COLUMNS, READ_ALREADY, header_cells, left_out, table_cells, table_records

#: Columns without which this is another kind of table.
NEEDED = ("Committee", "CommitteeName", "Day", "Time")
KINDS = {"AR": "AS", "RG": "RS"}  # by the first letters of a world id

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


def decode_naws(payload: Payload, *, options: DecodeOptions) -> Decoded:
    """Every row below the header line of the table in *payload*, taken or refused; numbers are those of the sheet.

    The note names second columns of one name. Raises FeedError for what is no table, and for one without the columns
    of this kind.
    """
    lines, note = table_cells(payload, max_rows=options.max_rows)
    cells = header_cells(lines)
    header = _header(cells)
    records = table_records(lines, header, max_rows=options.max_rows)
    bodies = _bodies((record for _, record in records), above=path_of(options.service_body))
    reader = NawsReader(options, {body.world_id: body for body in bodies})
    rows = (reader.row(record, number=number) for number, record in records)
    again = left_out(READ_ALREADY, [cell for cell, name in zip(cells, header, strict=True) if not name and _slug(cell)])
    words = " ".join(filter(None, (note, again)))
    return Decoded(rows=tuple(unique_keys(believable(rows))), note=words, bodies=tuple(bodies))


def _header(cells: Sequence[str]) -> list[str]:
    """The names of the columns in small letters and digits; "" for the second of a name."""
    if len(cells) > MAX_COLUMNS:
        raise FeedError(f"The table has more than {MAX_COLUMNS} columns: is it a list of meetings?")
    names = [_slug(cell) for cell in cells]
    missing = [name for name in NEEDED if name.casefold() not in names]
    if missing:
        raise FeedError(f"This is not the sheet of NA World Services: it has no column {' and no '.join(missing)}.")
    return [name if name not in names[:place] else "" for place, name in enumerate(names)]


def _slug(heading: str) -> str:
    return _NOT_LETTERS.sub("", clean(heading).casefold())


def _bodies(records: Iterable[dict[str, str]], *, above: tuple[str, ...]) -> list[BodyDraft]:
    """The areas that the rows belong to, each once, by their world ids."""
    found: dict[str, BodyDraft] = {}
    for record in records:
        world_id = clean(record.get("arearegion", ""))[:64]
        name = in_path(clean(record.get("parentname", "")))[:255]
        if world_id and name and world_id not in found and len(found) < MAX_BODIES:
            kind = KINDS.get(world_id[:2], "")
            found[world_id] = BodyDraft(path=(*above, name), kind=kind, world_id=world_id, partial=True)
    return list(found.values())
