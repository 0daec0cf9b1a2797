"""Tells rows apart that their feed gives one key: "key", "key#2" ..."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from finder.directory.batch import HeldListing
from finder.directory.draft import digest_of
from finder.feeds.rows import Row


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
