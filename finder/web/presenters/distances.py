"""Distances in the seeker's unit, no more exact than what is known."""

from finder.domain.geo import KM_PER_MILE

#: From here on a decimal says nothing to somebody deciding whether to go.
WHOLE_FROM = 10
NEXT_DOOR = 0.1
UNIT_NAMES = {"mi": ("mile", "miles"), "km": ("km", "km")}


def distance_words(distance_km: float | None, unit: str, *, exact: bool = True) -> str:
    """``0.8 mi``, ``12 mi``, ``about 3 mi`` where the point is not *exact*; empty when there is no distance."""
    if distance_km is None:
        return ""
    distance = distance_km / KM_PER_MILE if unit == "mi" else distance_km
    if distance < NEXT_DOOR and exact:
        return f"under {NEXT_DOOR} {unit}"
    if exact:
        number = f"{distance:.1f}" if distance < WHOLE_FROM - 0.05 else f"{distance:.0f}"
        return f"{number} {unit}"
    return f"about {max(1, round(distance))} {unit}"


def within_words(within: float, unit: str) -> str:
    """A radius as it is chosen: ``10 miles``, ``1 mile``, ``2.5 km``."""
    one, many = UNIT_NAMES[unit]
    return f"{within:g} {one if within == 1 else many}"


def radius_choices(unit: str, chosen: float) -> list[tuple[str, str, bool]]:
    """The choices of the radius: value as in the URL, words, whether chosen. One's own odd radius is among them."""
    steps = (2.0, 5.0, 10.0, 25.0, 50.0, 100.0) if unit == "mi" else (3.0, 8.0, 15.0, 40.0, 80.0, 160.0)
    return [(f"{step:g}", within_words(step, unit), step == chosen) for step in sorted({*steps, chosen})]
