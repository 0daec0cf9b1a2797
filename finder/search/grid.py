"""The grid over the globe: places near each other have numbers near each other, so a radius touches few rows."""

import math

import numpy as np
from numpy.typing import NDArray

from finder.domain.geo import EARTH_RADIUS_KM

#: Side of a cell in degrees: about 28 km from south to north.
CELL_DEGREES = 0.25
_BANDS = round(180 / CELL_DEGREES)
_COLUMNS = round(360 / CELL_DEGREES)
#: More than rounding can move a point, in degrees.
_MARGIN = 1e-7
#: What "inclusive" allows for rounding: a hundredth of a millimetre.
INCLUSIVE_KM = 1e-8


def unit_vectors(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere, an array of shape (3, n), from degrees; NaN stays NaN."""
    north, east = np.radians(latitude), np.radians(longitude)
    level = np.cos(north)
    return np.stack((level * np.cos(east), level * np.sin(east), np.sin(north)))


def squared_chord(distance_km: float) -> float:
    """The square of the straight line through a unit sphere between points that far apart on the ground.

    Endless from half the way round the globe on: nothing is further away.
    """
    angle = distance_km / EARTH_RADIUS_KM
    return math.inf if angle >= math.pi else (2 * math.sin(angle / 2)) ** 2


def ground_km(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle kilometres of squared chords."""
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.sqrt(squared) / 2, 1))


def cells_of(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.int32]:
    """The cell of every point: bands from the south pole, in each band cells from the date line eastward."""
    band = np.clip(np.floor((latitude + 90) / CELL_DEGREES), 0, _BANDS - 1)
    column = np.floor((longitude + 180) / CELL_DEGREES) % _COLUMNS  # 180 degrees east is 180 degrees west
    cells: NDArray[np.int32] = (band * _COLUMNS + column).astype(np.int32)
    return cells


def runs_near(cells: NDArray[np.int32], latitude: float, longitude: float, within_km: float) -> list[tuple[int, int]]:
    """Runs of positions in the sorted *cells* (first, one past the last) that hold everything within the distance."""
    angle = math.degrees(min(math.pi, within_km / EARTH_RADIUS_KM)) + _MARGIN
    south, north = latitude - angle, latitude + angle
    low, high = _band(south), _band(north)
    if south <= -90 or north >= 90:  # noqa: PLR2004 - the poles: every meridian is near
        spans = [(0, _COLUMNS)]
    else:
        spread = math.sin(math.radians(angle)) / math.cos(math.radians(latitude))
        spans = _columns(longitude, math.degrees(math.asin(min(1.0, spread))) + _MARGIN)
    if spans == [(0, _COLUMNS)]:
        bounds = np.array([[low * _COLUMNS, (high + 1) * _COLUMNS]])
    else:
        rows = np.arange(low, high + 1)[:, None] * _COLUMNS
        bounds = (rows + np.array(spans).reshape(1, -1)).reshape(-1, 2)
    places = np.searchsorted(cells, bounds.astype(np.int32)).tolist()
    return [(first, end) for first, end in places if first < end]


def _band(latitude: float) -> int:
    return min(max(math.floor((latitude + 90) / CELL_DEGREES), 0), _BANDS - 1)


def _columns(longitude: float, spread: float) -> list[tuple[int, int]]:
    """Columns from *spread* degrees west to *spread* east, in one piece or in two across the date line."""
    first = math.floor((longitude - spread + 180) / CELL_DEGREES)
    end = math.floor((longitude + spread + 180) / CELL_DEGREES) + 1
    if end - first >= _COLUMNS:
        return [(0, _COLUMNS)]
    first, length = first % _COLUMNS, end - first
    if first + length <= _COLUMNS:
        return [(first, first + length)]
    return [(0, first + length - _COLUMNS), (first, _COLUMNS)]
