"""Puts together what leaves the directory: documents off the shelf, a batch at a time, and the changes about them."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import orjson

from finder.config import Settings
from finder.domain.changed_parts import parts_of
from finder.feeds.atom import ChangedListing
from finder.feeds.exports import Export
from finder.feeds.naws import GoneListing
from finder.feeds.words import Words
from finder.store.shelf_reader import ShelfReader

#: Documents that are in memory at a time.
BATCH = 500
#: Changes that a feed of them tells at most, and those that are looked at to find them.
MAX_CHANGES = 100
LOOKED_AT = 20_000

Document = dict[str, Any]
Tell = Callable[[int], None]


def export_of(
    reader: ShelfReader,
    ids: Sequence[int],
    *,
    settings: Settings,
    now: dt.datetime,
    address: str = "",
    mark: bool = False,
    tell: Tell | None = None,
) -> Export:
    """The listings *ids* and what belongs to them; *tell* is told how many documents a walk has read so far."""
    words = Words.read(reader.vocabulary)
    moment_of = cache(reader.moment)
    return Export(
        documents=lambda: _documents(reader, ids, tell or (lambda _done: None)),
        words=words,
        gone=lambda: (
            GoneListing(world_id=world_id, bmlt_id=number, service_body_id=body, revision=revision)
            for world_id, number, body, revision in reader.gone()
        ),
        changes=lambda: _changes(reader, frozenset(ids), moment_of),
        moment_of=moment_of,
        site_name=settings.site_name,
        public_url=settings.public_url,
        address=address or settings.public_url,
        updated=moment_of(reader.revision().directory) or now,
        now=now,
        mark=mark,
    )


def of_bodies(export: Export, body_ids: Collection[int]) -> Export:
    """The same, with what has left those service bodies alone."""
    return replace(export, gone=lambda: (each for each in export.gone() if each.service_body_id in body_ids))


def _documents(reader: ShelfReader, ids: Sequence[int], tell: Tell) -> Iterator[Document]:
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        found = reader.documents(part)
        for number in part:
            if (document := found.get(number)) is not None:
                yield orjson.loads(document)
        tell(start + len(part))


def _changes(
    reader: ShelfReader, wanted: frozenset[int], moment_of: Callable[[int], dt.datetime | None]
) -> Iterator[ChangedListing]:
    """The last change of each of the listings *wanted* that people would want to know, newest first."""
    seen: set[int] = set()
    before: int | None = None
    for _ in range(0, LOOKED_AT, BATCH):
        rows = reader.latest_changes(before, BATCH)
        numbers = list(dict.fromkeys(row[3] for row in rows if row[3] in wanted and row[3] not in seen))
        found = reader.documents(numbers)
        for _number, revision, kind, listing, fields in rows:
            document, at = found.get(listing), moment_of(revision)
            if document is None or at is None or listing in seen:
                continue
            change = ChangedListing(
                document=orjson.loads(document),
                revision=revision,
                at=at,
                new=kind == "new",
                parts=parts_of(fields),
            )
            if change.is_news:
                seen.add(listing)
                yield change
            if len(seen) == MAX_CHANGES:
                return
        if len(rows) < BATCH:
            return
        before = rows[-1][0]
