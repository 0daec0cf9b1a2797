"""The number beside every choice: how many listings it would give.

The counts of a facet ignore what is chosen in that facet and respect everything else. ``from`` and ``until`` are no
choice of the facet ``time``: its counts respect them.
"""

from collections.abc import Mapping

import numpy as np

from finder.domain.schedule import DAYS_IN_WEEK
from finder.search.bitmaps import count, counts, unpack
from finder.search.criteria import FORMAT_FACETS
from finder.search.matching import Matching
from finder.search.tags import APPROACHES, ATTENDANCES, BANDS, FIRST_DAY, TagNames

_WORTH_COUNTING = 3

_DAYS: Mapping[str, int] = {str(day): FIRST_DAY + day for day in range(DAYS_IN_WEEK)}
_TIMES: Mapping[str, int] = {band.value: tag for band, tag in BANDS.items()}
_APPROACHES: Mapping[str, int] = {approach.value: tag for approach, tag in APPROACHES.items()}
_ATTENDANCES: Mapping[str, int] = {choice.value: tag for choice, tag in ATTENDANCES.items()}


def facets_of(matching: Matching) -> dict[str, dict[str, int]]:
    """Facet -> choice -> how many listings; choices that would give none are left out."""
    found: dict[str, dict[str, int]] = {"day": {}, "time": {}, "when": _when(matching)}
    everything = counts(matching.scope.matrix, matching.found).tolist()
    for facet, tags in _tags(matching.scope.snapshot.names).items():
        if facet == "day" and matching.chosen:
            found[facet] = _days(matching)
        elif matching.chosen_in(facet):
            found[facet] = _tagged(matching, facet, tags)
        else:
            found[facet] = {choice: everything[tag] for choice, tag in tags.items() if everything[tag]}
    found["region"] = _regions(matching)
    return found


def _tags(names: TagNames) -> dict[str, Mapping[str, int]]:
    """Facet -> choice -> row of the matrix, for the facets that are made of tags."""
    return {
        "day": _DAYS,
        "time": _TIMES,
        "program": names.programs,
        "approach": _APPROACHES,
        **{facet: names.kinds.get(facet, {}) for facet in FORMAT_FACETS},
        "format": names.formats,
        "attendance": _ATTENDANCES,
    }


def _tagged(matching: Matching, facet: str, tags: Mapping[str, int]) -> dict[str, int]:
    """The counts of a facet in which something is chosen."""
    rows = np.fromiter(tags.values(), np.intp, len(tags))
    if not len(rows):
        return {}
    first, last = int(rows.min()), int(rows.max())
    if len(rows) * _WORTH_COUNTING > last - first:  # those between are counted too, which is cheaper than copying
        numbers = counts(matching.scope.matrix[first : last + 1], matching.without(facet))[rows - first]
    else:
        numbers = counts(matching.scope.matrix[rows], matching.without(facet))
    return {choice: number for choice, number in zip(tags, numbers.tolist(), strict=True) if number}


def _when(matching: Matching) -> dict[str, int]:
    others = matching.without("when")
    numbers = {
        when.value: count(others & matching.timing.sitting_in((window,), matching.criteria.days))
        for when, window in matching.windows.items()
    }
    return {when: number for when, number in numbers.items() if number}


def _days(matching: Matching) -> dict[str, int]:
    numbers = {str(day): count(rows) for day, rows in enumerate(matching.on_days())}
    return {day: number for day, number in numbers.items() if number}


def _regions(matching: Matching) -> dict[str, int]:
    scope, found = matching.scope, unpack(matching.without("region"))
    snapshot = scope.snapshot
    tree = snapshot.vocabulary.tree
    if scope.is_everything:
        late = snapshot.region[snapshot.built :][found[snapshot.built :]]
        numbers = snapshot.region_order.counts(found) + np.bincount(late, minlength=tree.size)
    else:
        numbers = np.bincount(scope.column(snapshot.region).take(np.flatnonzero(found)), minlength=tree.size)
    return tree.totals(numbers)
