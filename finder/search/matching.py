"""What a question finds: the rows that meet all of its conditions, and those that meet all but one facet's."""

import datetime as dt
from functools import cached_property

from finder.search.bitmaps import Words, any_of, count
from finder.search.criteria import SearchCriteria
from finder.search.filters import ALWAYS, all_but, conditions
from finder.search.scope import Scope
from finder.search.snapshot import Snapshot
from finder.search.tags import ONLINE_ONLY
from finder.search.timing import Timing, timing_of
from finder.search.windows import MINUTES_A_DAY, minutes_of, windows_at


class Matching:
    """The rows of *inside*, a set of rows of *scope*, that answer *criteria* at *now* (aware), its place apart."""

    def __init__(self, scope: Scope, inside: Words, criteria: SearchCriteria, *, now: dt.datetime) -> None:
        self.scope = scope
        self.criteria = criteria
        self.minute = minutes_of(now)
        self.windows = windows_at(now, criteria.zone)
        self.chosen = tuple(self.windows[when] for when in criteria.when)
        self._held = conditions(scope, criteria)
        self._held[ALWAYS] = self._held[ALWAYS] & inside
        if self.chosen:
            self._held["when"] = self.timing.sitting_in(self.chosen, criteria.days)
        self.found = all_but(self._held)
        self.total = count(self.found)

    @cached_property
    def timing(self) -> Timing:
        """The sittings of every row that a count or the order asks about."""
        if self.chosen:
            facets = [name for name in self._held if name not in {ALWAYS, "day", "when"}]
            reach = all_but(self._held, "day", "when")
            reach |= any_of((all_but(self._held, name, "day", "when") for name in facets), self.scope.words)
        else:
            reach = self.found
        until = max(window.before for window in self.windows.values())
        if self.criteria.days:  # the order looks for the next one, which may be a week off
            until = max(until, self.minute + 8 * MINUTES_A_DAY)
        return timing_of(self.scope, reach, self.minute, until)

    def chosen_in(self, facet: str) -> bool:
        """Whether something is chosen in *facet*."""
        return facet in self._held

    def without(self, facet: str) -> Words:
        """The rows that meet everything but what is chosen in *facet*."""
        return all_but(self._held, facet) if facet in self._held else self.found

    def on_days(self) -> list[Words]:
        """For each weekday the rows that it alone would find, when a window of time is chosen."""
        others = all_but(self._held, "day", "when")
        return [others & sitting for sitting in self.timing.sitting_on(self.chosen)]


def matching(snapshot: Snapshot, criteria: SearchCriteria, *, now: dt.datetime) -> Matching:
    """What *criteria* find in *snapshot*."""
    if criteria.latitude is None or criteria.longitude is None:
        scope = Scope.everything(snapshot)
        return Matching(scope, scope.live, criteria, now=now)
    scope = Scope.near(snapshot, criteria.latitude, criteria.longitude, criteria.within_km)
    return Matching(scope, scope.within(criteria.within_km), criteria, now=now)


def matching_online(snapshot: Snapshot, criteria: SearchCriteria, *, now: dt.datetime) -> Matching:
    """What is online only and meets everything but the place."""
    scope = Scope.away(snapshot)
    return Matching(scope, scope.tag(ONLINE_ONLY), criteria, now=now)
