"""The rows that a BMLT search looks at, condition by condition: what its parameters mean in the columns."""

import math

import numpy as np
from numpy.typing import NDArray

from finder.domain.geo import EARTH_RADIUS_KM
from finder.feeds.bmlt_bodies import Bodies
from finder.feeds.bmlt_encode import meant_by
from finder.search.bitmaps import Flags, unpack
from finder.search.bmlt_question import Around, BmltQuestion, Signed
from finder.search.columns import HYBRID, IN_PERSON, ONLINE, Columns
from finder.search.scope import Scope
from finder.search.snapshot import Snapshot

#: Kind of venue -> attendance.
VENUES = {1: IN_PERSON, 2: ONLINE, 3: HYBRID}
#: More than rounding can move a distance.
_MARGIN = 1.000001
#: What no column holds.
_NOBODY = -2


def scope_of(snapshot: Snapshot, around: Around | None) -> Scope:
    """The part of *snapshot* in which everything lies that is near enough; online listings with a point count too."""
    if around is None:
        return Scope.everything(snapshot)
    if around.radius is not None:
        reach_km = math.radians(min(180.0, around.radius / around.a_degree)) * EARTH_RADIUS_KM * _MARGIN
        return Scope.near(snapshot, around.latitude, around.longitude, reach_km, with_online=True)
    scope = Scope.everything(snapshot)
    scope.measure(around.latitude, around.longitude)
    return scope


def degrees_of(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees of the great circle of squared chords; what the law of cosines gives, exact at short distances too."""
    degrees: NDArray[np.float64] = np.degrees(2 * np.arcsin(np.minimum(np.sqrt(squared) / 2, 1)))
    return degrees


def shown(snapshot: Snapshot, scope: Scope, minute: int) -> Flags:
    """What BMLT can tell of: living listings with a weekday and an hour that are not over at *minute*."""
    columns = snapshot.columns
    flags: Flags = unpack(scope.live) & (scope.column(columns.weekdays) != 0) & (scope.column(columns.start) >= 0)
    special = flags & scope.column(columns.special) & ~scope.column(columns.closed)
    rows = np.flatnonzero(special)
    if len(rows):
        sittings = snapshot.table.of_rows(scope.everywhere(rows))
        alive = np.zeros(len(rows), np.bool_)
        alive[sittings.owner[sittings.end > minute]] = True
        flags[rows[~alive]] = False
    return flags


def matching_rows(snapshot: Snapshot, scope: Scope, question: BmltQuestion, bodies: Bodies, minute: int) -> Flags:
    """The rows that meet every condition that whole listings meet, facts of their documents and distance apart."""
    columns = snapshot.columns
    flags = shown(snapshot, scope, minute)
    if question.venue_types:
        flags &= _one_of(scope.column(columns.attendance), _mapped(question.venue_types, VENUES))
    if question.services:
        flags &= _one_of(scope.column(columns.body), _bodies(question, bodies))
    if question.meeting_ids.wanted:
        flags &= np.isin(scope.column(columns.number), [meant_by(each)[0] for each in question.meeting_ids.wanted])
    if question.since is not None:
        flags &= scope.column(columns.revision) >= question.since
    return flags & _in_time(scope, columns, question)


def _in_time(scope: Scope, columns: Columns, question: BmltQuestion) -> Flags:
    start = scope.column(columns.start).astype(np.int32)
    duration = scope.column(columns.duration).astype(np.int32)
    flags = np.ones(len(start), np.bool_)
    if question.starts_after is not None:
        flags &= start > question.starts_after
    if question.starts_before is not None:
        flags &= start < question.starts_before
    if question.ends_before is not None:
        flags &= start + duration <= question.ends_before
    if question.min_duration is not None:
        flags &= duration >= question.min_duration
    if question.max_duration is not None:
        flags &= duration <= question.max_duration
    return flags


def days_of(weekdays: NDArray[np.uint8], chosen: Signed) -> NDArray[np.uint8]:
    """Of every row the weekdays that are asked for, as bits."""
    mask = 0x7F
    if chosen.wanted:
        mask = sum(1 << day - 1 for day in set(chosen.wanted) if day in range(1, 8))
    for day in chosen.unwanted:
        if day in range(1, 8):
            mask &= ~(1 << day - 1)
    days: NDArray[np.uint8] = weekdays & np.uint8(mask)
    return days


def first_days(weekdays: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of every row its first weekday (0 = Sunday)."""
    lowest = weekdays & (~weekdays + np.uint8(1))
    days: NDArray[np.uint8] = np.log2(np.maximum(lowest, 1)).astype(np.uint8)
    return days


def _one_of(column: NDArray[np.generic], chosen: Signed) -> Flags:
    flags = np.ones(len(column), np.bool_)
    if chosen.wanted:
        flags &= np.isin(column, chosen.wanted)
    if chosen.unwanted:
        flags &= ~np.isin(column, chosen.unwanted)
    return flags


def _mapped(chosen: Signed, names: dict[int, int]) -> Signed:
    """The same by other numbers; what nobody knows is nobody's."""
    return Signed(
        tuple(names.get(each, _NOBODY) for each in chosen.wanted),
        tuple(names[each] for each in chosen.unwanted if each in names),
    )


def _bodies(question: BmltQuestion, bodies: Bodies) -> Signed:
    """The directory's own ids of the bodies asked for, with all below them when that is asked."""
    chosen = question.services
    wanted, unwanted = set(chosen.wanted), set(chosen.unwanted)
    if question.recursive:
        wanted, unwanted = bodies.below(wanted), bodies.below(unwanted)
    return Signed(tuple(bodies.ids(wanted)) or ((_NOBODY,) if wanted else ()), tuple(bodies.ids(unwanted)))
