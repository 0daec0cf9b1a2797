"""The vocabulary as a search uses it: programs, formats and regions, by slug and by number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from finder.domain.vocabulary import Approach
from finder.search.regions import RegionEntry, RegionTree
from finder.store.shelf_reader import ShelfReader


@dataclass(frozen=True, slots=True)
class ProgramEntry:
    """A program: what a search asks of it."""

    id: int
    slug: str
    name: str
    approach: Approach
    position: int


@dataclass(frozen=True, slots=True)
class FormatEntry:
    """A format; ``bit`` is its place in the bit sets, ``kind`` the value of a FormatKind."""

    id: int
    bit: int
    slug: str
    name: str
    kind: str
    position: int


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Programs and formats by position, regions by id. Immutable; one is equal to itself only."""

    programs: tuple[ProgramEntry, ...]
    formats: tuple[FormatEntry, ...]
    regions: tuple[RegionEntry, ...]

    @classmethod
    def load(cls, reader: ShelfReader) -> "Vocabulary":
        """Read it from the shelf. Raises what the reader raises."""
        documents = {kind: map(orjson.loads, reader.vocabulary(kind)) for kind in ("program", "format", "region")}
        return cls.of(documents["program"], documents["format"], documents["region"])

    @classmethod
    def of(
        cls, programs: Iterable[dict[str, Any]], formats: Iterable[dict[str, Any]], regions: Iterable[dict[str, Any]]
    ) -> "Vocabulary":
        """The vocabulary of public documents."""
        return cls(
            tuple(
                sorted(
                    (
                        ProgramEntry(
                            each["id"], each["slug"], each["name"], Approach(each["approach"]), _position(each)
                        )
                        for each in programs
                    ),
                    key=lambda entry: (entry.position, entry.id),
                )
            ),
            tuple(
                sorted(
                    (
                        FormatEntry(each["id"], each["bit"], each["slug"], each["name"], each["kind"], _position(each))
                        for each in formats
                    ),
                    key=lambda entry: (entry.position, entry.id),
                )
            ),
            tuple(RegionEntry.of(each) for each in regions),
        )

    @cached_property
    def program_by_slug(self) -> Mapping[str, ProgramEntry]:
        """Slug -> program."""
        return {entry.slug: entry for entry in self.programs}

    @cached_property
    def format_by_slug(self) -> Mapping[str, FormatEntry]:
        """Slug -> format."""
        return {entry.slug: entry for entry in self.formats}

    @cached_property
    def formats_by_kind(self) -> Mapping[str, tuple[FormatEntry, ...]]:
        """Kind -> its formats."""
        kinds = dict.fromkeys(entry.kind for entry in self.formats)
        return {kind: tuple(entry for entry in self.formats if entry.kind == kind) for kind in kinds}

    @cached_property
    def region_by_slug(self) -> Mapping[str, RegionEntry]:
        """Slug -> region."""
        return {entry.slug: entry for entry in self.regions}

    @cached_property
    def tree(self) -> RegionTree:
        """The regions as a tree."""
        return RegionTree(self.regions)


def _position(document: Mapping[str, Any]) -> int:
    return int(document.get("position") or 0)
