"""A drawn map: the pins of a listing among the towns around them, north up, with a scale. No tiles, no other host.

The drawing is in units of its own, `WIDTH` by `HEIGHT`; places are in degrees, lengths in kilometres.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from finder.domain.geo import KM_PER_MILE, distance_km, east_of
from finder.search.place import Place

WIDTH, HEIGHT = 320.0, 220.0
#: What a pin keeps from the edge.
MARGIN = 28.0
#: The least that a map shows from bottom to top, and what it shows when no town lies in that.
CLOSE_KM, WIDE_KM = 6.0, 60.0
TOWNS = 6
#: A pin farther from every town than this deserves a question.
FAR_KM = 50.0
IN_THE_MIDDLE_KM = 0.1
KM_PER_DEGREE = 111.195
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
BARS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
#: Below these many miles or kilometres a distance is told in feet or metres; below that many with a tenth.
WHOLE_BELOW = {"mi": 0.1, "km": 1.0}
TENTHS_BELOW = 10
#: Names of what lies to the right of this part of the drawing stand to the left of it.
LEFT_FROM = 0.6
LETTER = 6.2  # about the width of one
LINE = 13.0
EDGE = 6.0  # what a dot keeps from it

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MapPin:
    """A pin: where it stands in the drawing, ``old`` or ``new``, and its label."""

    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class MapTown:
    """A town: its dot, its name, and whether the name stands to the left of the dot."""

    x: float
    y: float
    name: str
    left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PinMap:
    """What ``templates/parts/pins.html`` draws; ``words`` say all of it, ``bar`` is the length of the scale."""

    pins: list[MapPin]
    towns: list[MapTown]
    bar: float
    bar_words: str
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a map shows: its middle, and how many kilometres a unit of the drawing is."""

    latitude: float
    longitude: float
    scale: float

    def place(self, position: Position) -> Position:
        """Where a position lies in the drawing, edges or not."""
        north = (position[0] - self.latitude) * KM_PER_DEGREE
        east = east_of(self.longitude, position[1]) * KM_PER_DEGREE * _narrowing(self.latitude)
        return WIDTH / 2 + east / self.scale, HEIGHT / 2 - north / self.scale

    def holds(self, position: Position) -> bool:
        """Whether a position lies in the drawing."""
        x, y = self.place(position)
        return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def _narrowing(latitude: float) -> float:
    return max(0.01, math.cos(math.radians(latitude)))


def reach_km(old: Position | None, new: Position | None) -> float:
    """How far around the middle towns are wanted."""
    if old is None or new is None:
        return WIDE_KM
    return max(WIDE_KM, distance_km(*old, *new))


def middle(old: Position | None, new: Position | None) -> Position | None:
    """The middle of a map that shows the two; None when there is neither."""
    known = [each for each in (old, new) if each is not None]
    if not known:
        return None
    first, last = known[0], known[-1]
    longitude = first[1] + east_of(first[1], last[1]) / 2
    return (first[0] + last[0]) / 2, east_of(0.0, longitude)


def pin_map(old: Position | None, new: Position | None, towns: Sequence[Place], *, unit: str) -> PinMap | None:
    """The map of the pin there is and the one that is asked for; None when there is neither.

    *unit* is ``mi`` or ``km``. Towns that lie outside the frame, or whose names would cover another's, are left out.
    """
    centre = middle(old, new)
    if centre is None:
        return None
    frame = _frame(centre, old, new, towns)
    pins = []
    if old is not None and old != new:
        pins.append(MapPin(*_rounded(frame.place(old)), "old", "Now" if new is not None else "Here"))
    if new is not None:
        pins.append(
            MapPin(*_rounded(frame.place(new)), "new", "Asked for" if old is not None and old != new else "Here")
        )
    bar_km, bar_words = _bar(frame, unit)
    return PinMap(
        pins=pins,
        towns=_towns(frame, towns, pins),
        bar=round(bar_km / frame.scale, 1),
        bar_words=bar_words,
        words=_words(old, new, towns, unit),
    )


def _frame(centre: Position, old: Position | None, new: Position | None, towns: Sequence[Place]) -> Frame:
    shown = CLOSE_KM / HEIGHT
    if old is not None and new is not None:
        wide = Frame(*centre, 1.0)
        (x, y), (other_x, other_y) = wide.place(old), wide.place(new)
        shown = max(shown, abs(x - other_x) / (WIDTH - 2 * MARGIN), abs(y - other_y) / (HEIGHT - 2 * MARGIN))
    frame = Frame(*centre, shown)
    if any(frame.holds((town.latitude, town.longitude)) for town in towns):
        return frame
    return Frame(*centre, max(shown, WIDE_KM / HEIGHT))


def _towns(frame: Frame, towns: Sequence[Place], pins: Sequence[MapPin]) -> list[MapTown]:
    """The largest towns that have room for their names."""
    taken = [_box(pin.x, pin.y, pin.label, left=_leans_left(pin.x)) for pin in pins]
    found: list[MapTown] = []
    for town in towns:
        x, y = _rounded(frame.place((town.latitude, town.longitude)))
        if not (EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - LINE * 2) or len(found) == TOWNS:
            continue
        box = _box(x, y, town.name, left=_leans_left(x))
        if not any(_overlap(box, other) for other in taken):
            taken.append(box)
            found.append(MapTown(x, y, town.name, _leans_left(x)))
    return found


def _leans_left(x: float) -> bool:
    return x > WIDTH * LEFT_FROM


def _box(x: float, y: float, text: str, *, left: bool) -> tuple[float, float, float, float]:
    length = 10 + len(text) * LETTER
    return (x - length if left else x - 6, y - LINE, x + 6 if left else x + length, y + LINE)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _rounded(position: Position) -> Position:
    return round(position[0], 1), round(position[1], 1)


def _bar(frame: Frame, unit: str) -> tuple[float, str]:
    """The longest round length that fits into a third of the width, in kilometres and in words."""
    factor = KM_PER_MILE if unit == "mi" else 1.0
    fitting = [length for length in BARS if length * factor / frame.scale <= WIDTH / 3]
    length = fitting[-1] if fitting else BARS[0]
    return length * factor, f"{length:g} {unit}"


def _words(old: Position | None, new: Position | None, towns: Sequence[Place], unit: str) -> str:
    pin = new or old
    if pin is None:
        return ""
    said = []
    if old is not None and new is not None and old != new:
        said.append(f"The pin moves {how_far(distance_km(*old, *new), unit)} to the {direction(old, new)}.")
    near = min(((distance_km(*pin, town.latitude, town.longitude), town.name) for town in towns), default=None)
    if near is None or near[0] > FAR_KM:
        said.append(f"No town is within {how_far(FAR_KM, unit)} of the pin: is it in the right place?")
    elif near[0] < IN_THE_MIDDLE_KM:
        said.append(f"The pin is in the middle of {near[1]}.")
    else:
        said.append(f"The pin is {how_far(near[0], unit)} from the middle of {near[1]}.")
    return " ".join(said)


def how_far(distance: float, unit: str) -> str:
    """A distance in words: ``400 feet``, ``1.2 mi``, ``120 m``, ``83 km``."""
    large, small = (distance / KM_PER_MILE, (5280, "feet")) if unit == "mi" else (distance, (1000, "m"))
    if large < WHOLE_BELOW[unit]:
        return f"{large * small[0]:.0f} {small[1]}"
    return f"{large:.1f} {unit}" if large < TENTHS_BELOW else f"{large:.0f} {unit}"


def direction(old: Position, new: Position) -> str:
    """Where *new* lies as seen from *old*: ``north-east``."""
    north = new[0] - old[0]
    east = east_of(old[1], new[1]) * _narrowing((old[0] + new[0]) / 2)
    return COMPASS[round(math.degrees(math.atan2(east, north)) / 45) % 8]
