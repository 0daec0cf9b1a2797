"""The conditions of a question as sets of rows, one for each facet that something is chosen in."""

from collections.abc import Iterable, Mapping

import numpy as np

from finder.search.bitmaps import Words, any_of, pack, set_of
from finder.search.criteria import FORMAT_FACETS, SearchCriteria
from finder.search.scope import Scope
from finder.search.snapshot import Snapshot
from finder.search.tags import APPROACHES, ATTENDANCES, BANDS, FIRST_DAY, between, tags_of
from finder.search.word_index import slips_allowed

#: Conditions that no facet takes back: the hours asked for and the words.
ALWAYS = "always"


def conditions(scope: Scope, criteria: SearchCriteria) -> dict[str, Words]:
    """For each facet in which something is chosen, the rows that have one of the choices; place and ``when`` apart.

    ``always`` is what holds whatever the facets say.
    """
    found = {name: any_of(map(scope.tag, tags), scope.words) for name, tags in _chosen_tags(scope.snapshot, criteria)}
    always = scope.live
    if criteria.start_from is not None or criteria.start_until is not None:
        inside = between(scope.column(scope.columns.start), criteria.start_from, criteria.start_until)
        always = always & pack(inside)
    for word in criteria.words:
        always = always & scope.limited(rows_with(scope.snapshot, word))
    if criteria.listing_ids is not None:
        always = always & scope.limited(_listed(scope.snapshot, criteria.listing_ids))
    found[ALWAYS] = always
    if criteria.region_ids:
        found["region"] = _in_regions(scope, criteria.region_ids)
    return found


def _chosen_tags(snapshot: Snapshot, criteria: SearchCriteria) -> Iterable[tuple[str, list[int]]]:
    names = snapshot.names
    if criteria.days:
        yield "day", [FIRST_DAY + day for day in criteria.days]
    if criteria.bands:
        yield "time", [BANDS[band] for band in criteria.bands]
    if criteria.programs:
        yield "program", tags_of(names.programs, criteria.programs)
    if criteria.approaches:
        yield "approach", [APPROACHES[approach] for approach in criteria.approaches]
    if criteria.attendance:
        yield "attendance", [ATTENDANCES[choice] for choice in criteria.attendance]
    for facet in FORMAT_FACETS:
        slugs = getattr(criteria, facet)
        if slugs:
            yield facet, tags_of(names.kinds.get(facet, {}), slugs)
    if criteria.formats:
        yield "format", tags_of(names.formats, criteria.formats)


def _listed(snapshot: Snapshot, ids: tuple[int, ...]) -> Words:
    known = snapshot.memory.get(ids)
    if known is None:
        known = snapshot.memory.put(ids, set_of(snapshot.rows_of_ids(ids), snapshot.words))
    return known


def _in_regions(scope: Scope, region_ids: Iterable[int]) -> Words:
    position = scope.column(scope.snapshot.region)
    inside = np.zeros(len(position), np.bool_)
    for first, end in scope.snapshot.vocabulary.tree.runs(region_ids):
        inside |= (position >= first) & (position < end)
    return pack(inside)


def rows_with(snapshot: Snapshot, word: str) -> Words:
    """The live rows of the whole snapshot that *word* matches; near misses only when nothing matches otherwise."""
    indexes = (snapshot.index, snapshot.late_index)
    found = np.zeros(snapshot.words, np.uint64)
    for index in indexes:
        rows = index.rows(word)
        if len(rows):
            found |= set_of(rows, snapshot.words)
    found &= snapshot.live
    for slips in range(1, slips_allowed(word) + 1):
        if found.any():
            break
        for index in indexes:
            found |= set_of(index.near(word, slips), snapshot.words)
        found &= snapshot.live
    return found


def all_but(conditions_held: Mapping[str, Words], *facets: str) -> Words:
    """The rows that meet every condition except those of *facets*."""
    met = conditions_held[ALWAYS].copy()
    for name, words in conditions_held.items():
        if name != ALWAYS and name not in facets:
            met &= words
    return met
