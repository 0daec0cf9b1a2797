"""What the choices of a question may be: the programs, formats and regions that the directory has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from finder.search.criteria import FORMAT_FACETS
from finder.search.districts import Districts
from finder.search.snapshot import Vocabulary
from finder.web.forms.values import shown

#: More choices than this are not listed in a message.
_LISTED = 12


@dataclass(frozen=True, slots=True)
class Known:
    """Slugs that exist: ``regions`` with their ids, and for each parameter that takes slugs those it takes."""

    regions: Mapping[str, int]
    by_parameter: Mapping[str, Collection[str]]

    def refusal(self, parameter: str, slug: str) -> str:
        """What to say of a *slug* that *parameter* does not take."""
        choices = self.by_parameter[parameter]
        if len(choices) > _LISTED:
            return f"{shown(slug)} is not one of the choices: choose from the list on the search page."
        return f"{shown(slug)} is not one of {', '.join(choices) or 'the choices: there are none yet'}."

    def with_districts(self, districts: Districts) -> "Known":
        """The same with *districts* among the choices; who asks for none does without."""
        return replace(self, by_parameter={**self.by_parameter, "district": districts})


@lru_cache(maxsize=4)  # a vocabulary is immutable, and lives until the next one
def known_to(vocabulary: Vocabulary) -> Known:
    """The choices in *vocabulary*."""
    regions = {region.slug: region.id for region in vocabulary.regions}
    kinds: dict[str, list[str]] = {facet: [] for facet in FORMAT_FACETS}
    for each in vocabulary.formats:
        kinds.setdefault(each.kind, []).append(each.slug)
    programs = [program.slug for program in vocabulary.programs]
    formats = frozenset(each.slug for each in vocabulary.formats)
    return Known(
        regions,
        {"region": regions, "program": programs, "format": formats} | {name: kinds[name] for name in FORMAT_FACETS},
    )
