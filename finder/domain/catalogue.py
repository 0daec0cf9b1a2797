"""The vocabulary of the directory as values: programs, formats, and what foreign codes stand for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from finder.domain.vocabulary import Approach, FormatKind

#: Room in the search's bit sets: a format's bit is below this.
MAX_FORMATS = 192


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A fellowship or method. ``expect`` tells a newcomer what happens; ``position`` orders lists."""

    slug: str
    name: str
    short_name: str
    approach: Approach
    focus: str
    for_whom: str
    expect: str
    site: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a meeting can be like.

    ``bit`` is its fixed place in the search's bit sets. ``meeting_guide`` are Meeting Guide types, ``naws`` codes of
    NA World Services, ``na_keys`` keys of the stock NA formats, ``aliases`` the names that others use.
    """

    bit: int
    slug: str
    name: str
    kind: FormatKind
    description: str
    position: int
    meeting_guide: tuple[str, ...] = ()
    naws: tuple[str, ...] = ()
    na_keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class SpecialMeaning(StrEnum):
    """What a foreign code says when it is not about a format: the state or the attendance of the listing."""

    TEMPORARILY_CLOSED = "temporarily_closed"
    ONLINE = "online"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialCode:
    """Foreign codes that stand beside formats elsewhere and mean something else here."""

    means: SpecialMeaning
    meeting_guide: tuple[str, ...] = ()
    naws: tuple[str, ...] = ()
    na_keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormatCatalogue:
    """All formats, by slug and by what others call them; ``special_...`` hold the codes that are no formats."""

    formats: tuple[Format, ...]
    specials: tuple[SpecialCode, ...] = ()

    def format(self, slug: str) -> Format | None:
        """The format of that slug, or None."""
        return self.by_slug.get(slug)

    def by_name(self, text: str) -> Format | None:
        """The format that is called *text* here or elsewhere, case aside, or None."""
        return self._by_name.get(text.strip().casefold())

    @cached_property
    def by_slug(self) -> Mapping[str, Format]:
        """Slug -> format, in vocabulary order."""
        return MappingProxyType({each.slug: each for each in self.formats})

    @cached_property
    def meeting_guide(self) -> Mapping[str, str]:
        """Meeting Guide type -> format slug."""
        return _index((code, each.slug) for each in self.formats for code in each.meeting_guide)

    @cached_property
    def naws(self) -> Mapping[str, str]:
        """Code of NA World Services -> format slug."""
        return _index((code, each.slug) for each in self.formats for code in each.naws)

    @cached_property
    def na_keys(self) -> Mapping[str, tuple[str, ...]]:
        """Key of a stock NA format -> format slugs; one key ("L/R") names two languages."""
        found: dict[str, tuple[str, ...]] = {}
        for each in self.formats:
            for key in each.na_keys:
                found[key] = (*found.get(key, ()), each.slug)
        return MappingProxyType(found)

    @cached_property
    def special_meeting_guide(self) -> Mapping[str, SpecialMeaning]:
        """Meeting Guide type that is no format here -> what it says instead."""
        return MappingProxyType({code: each.means for each in self.specials for code in each.meeting_guide})

    @cached_property
    def special_naws(self) -> Mapping[str, SpecialMeaning]:
        """Code of NA World Services that is no format here -> what it says instead."""
        return MappingProxyType({code: each.means for each in self.specials for code in each.naws})

    @cached_property
    def special_na_keys(self) -> Mapping[str, SpecialMeaning]:
        """Key of a stock NA format that is no format here -> what it says instead."""
        return MappingProxyType({key: each.means for each in self.specials for key in each.na_keys})

    @cached_property
    def _by_name(self) -> Mapping[str, Format]:
        names = {alias.casefold(): each for each in self.formats for alias in each.aliases}
        return MappingProxyType(names | {each.name.casefold(): each for each in self.formats})


def _index(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return MappingProxyType(dict(pairs))
