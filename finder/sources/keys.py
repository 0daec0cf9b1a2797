"""Under which key the listing of a row is held, where the feed gives one key to several rows, or to a row none."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.batch import KEPT, NOT_LISTED, HeldListing
from finder.directory.draft import digest_of
from finder.domain.conference import room_of
from finder.domain.place_names import name_key
from finder.domain.sourced import sourced_fields
from finder.domain.streets import street_words
from finder.domain.text import fold
from finder.feeds.made_keys import stem_of
from finder.feeds.rows import Row
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.place import Location
from finder.store.vocabulary import Program

Fields = Mapping[str, Any]
#: What is compared, by the name that a source's word on it has.
_COLUMNS = {
    "name": Meeting.name,
    "program": Program.slug,
    "place_name": Location.name,
    "street": Location.street,
    "city": Location.city,
    "formatted_address": Location.formatted_address,
    "conference_url": Meeting.conference_url,
    "conference_phone": Meeting.conference_phone,
}


def with_their_keys(rows: Sequence[Row], held: Mapping[str, HeldListing]) -> Sequence[Row]:
    """The rows; those that share a key are told apart by what they said last time, not by their place in the feed."""
    sharing: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        stem, mark, number = row.key.rpartition("#")
        if mark and number.isdigit() and row.draft is not None:
            sharing.setdefault(stem, []).append(place)
    if not sharing:
        return rows
    settled = list(rows)
    first = {row.key: place for place, row in enumerate(rows) if row.key in sharing and row.draft is not None}
    for stem, places in sharing.items():
        together = [first[stem], *places] if stem in first else places
        keys = [rows[place].key for place in together]
        left = list(together)
        for key in keys:
            for place in left:
                draft = rows[place].draft
                mine = draft and replace(draft, source_key=key)
                if mine and key in held and held[key].digest == digest_of(mine):
                    settled[place] = replace(rows[place], key=key, draft=mine)
                    left.remove(place)
                    break
        taken = {settled[place].key for place in together if place not in left}
        for place, key in zip(left, [key for key in keys if key not in taken], strict=True):
            draft = rows[place].draft
            settled[place] = replace(rows[place], key=key, draft=draft and replace(draft, source_key=key))
    return settled


def moved_keys(
    session: Session, rows: Sequence[Row], held: Mapping[str, HeldListing], *, aside: frozenset[tuple[str, str]]
) -> dict[str, str]:
    """Rows without a key of their own that are held listings all the same: what their keys are made of has changed.

    Row key -> the key that the listing is held under. It is the same meeting when the name and the place are (or the
    link, or the phone), and just one row and just one listing of these are left. *aside* are new rows (key, digest)
    that nobody wanted: nor are they wanted in this way.
    """
    present = {row.key for row in rows}
    gone = [
        (key, each.id)
        for key, each in held.items()
        if key not in present and stem_of(key) is not None and each.digest not in {NOT_LISTED, KEPT}
    ]
    unknown = [row for row in rows if gone and row.key not in held and stem_of(row.key) is not None]
    refused = {stem_of(row.key) for row in unknown if row.draft is None}
    left = {
        row.key: sourced_fields(row.draft)
        for row in unknown
        # One that cannot be read could be the listing just as well.
        if row.draft is not None and stem_of(row.key) not in refused and (row.key, digest_of(row.draft)) not in aside
    }
    told = _told(session, gone) if left else {}
    found: dict[str, str] = {}
    for identity in (_place, _link, _phone):
        pairs = dict(_pairs(left, told, identity))
        found |= pairs
        left = {key: fields for key, fields in left.items() if key not in pairs}
        told = {key: fields for key, fields in told.items() if key not in pairs.values()}
    return found


def _told(session: Session, gone: Iterable[tuple[str, int]]) -> dict[str, Fields]:
    """What the source last said of held listings, by key: what is held, but for what was edited here."""
    told: dict[str, Fields] = {}
    for part in chunks(list(gone)):
        keys = {number: key for key, number in part}
        statement = (
            select(Meeting.id, Meeting.source_base, *_COLUMNS.values())
            .join(Program, Program.id == Meeting.program_id)
            .outerjoin(Location, Location.id == Meeting.location_id)
            .where(Meeting.id.in_(sorted(keys)))
        )
        for number, base, *values in session.execute(statement):
            told[keys[number]] = {**dict(zip(_COLUMNS, values, strict=True)), **(base or {})}
    return told


def _pairs(
    left: Mapping[str, Fields], told: Mapping[str, Fields], identity: Callable[[Fields], object]
) -> Iterator[tuple[str, str]]:
    """Of those that are left and have one identity, where there is just one on either side, the keys of the two."""
    sides: defaultdict[object, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, those in enumerate((left, told)):
        for key, fields in those.items():
            if (what := identity(fields)) is not None:
                sides[fields["program"], fold(fields["name"]), what][side].append(key)
    yield from ((rows[0], listings[0]) for rows, listings in sides.values() if len(rows) == len(listings) == 1)


def _place(fields: Fields) -> object:
    town, street = name_key(fields["city"] or ""), street_words(fields["street"] or "")
    where = street or (fold(fields["place_name"] or ""), fold(fields["formatted_address"] or ""))
    return (where, town) if street or town or any(where) else None


def _link(fields: Fields) -> object:
    link = fields["conference_url"] or ""
    return room_of(link) or link or None


def _phone(fields: Fields) -> object:
    return fold(fields["conference_phone"] or "") or None
