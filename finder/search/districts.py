"""The districts that the groups of the directory are of, as addresses name them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from finder.domain.text import slugify
from finder.search.snapshot import Snapshot
from finder.store.shelf_reader import ShelfReader


@dataclass(frozen=True, slots=True)
class District:
    """A district: its name as the first listing tells it, and the ids of its listings, ascending."""

    name: str
    ids: tuple[int, ...]


Districts = Mapping[str, District]

#: Those of each snapshot that was asked, for as long as it lives. Few ask for a district, so none is read before.
_HELD: WeakKeyDictionary[Snapshot, Districts] = WeakKeyDictionary()


def districts_of(reader: ShelfReader, snapshot: Snapshot) -> Districts:
    """The districts by slug, read from the shelf once for each *snapshot*. Raises what the reader raises."""
    held = _HELD.get(snapshot)
    if held is None:
        held = _HELD[snapshot] = _by_slug(reader.districts())
    return held


def _by_slug(rows: Iterable[tuple[int, str]]) -> Districts:
    names: dict[str, str] = {}
    ids: dict[str, list[int]] = {}
    for number, name in rows:
        if slug := slugify(name):
            names.setdefault(slug, name)
            ids.setdefault(slug, []).append(number)
    return {slug: District(name, tuple(ids[slug])) for slug, name in names.items()}
