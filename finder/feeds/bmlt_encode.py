"""BMLT answers as bytes: what stays of a meeting is encoded once, what moves is filled in.

JSON as those servers write it: slashes as they are, everything beyond ASCII escaped.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from finder.feeds.bmlt_fields import MOVING

#: A day of a meeting beyond its first is numbered by the weekday (1 = Sunday) and these many noughts before its number.
DAY_STEP = 10**10
#: Length of a degree of a great circle, as BMLT measures.
MILES_A_DEGREE, KM_A_DEGREE = 69.0, 111.111


class Piece(NamedTuple):
    """A meeting encoded but for its moving fields, which go between the parts; ``formats`` are its format numbers."""

    parts: tuple[bytes, ...]
    formats: tuple[int, ...]


class Sitting(NamedTuple):
    """One weekday of a listing (0 = Sunday): its number for clients, and the angle from the point asked for.

    ``degrees`` is None where no point was asked for, and NaN for what has none.
    """

    id: int
    revision: int
    number: int
    weekday: int
    degrees: float | None = None


def number_on(number: int, weekday: int, first: int) -> int:
    """The number of listing *number* on a weekday; on its *first* one (0 = Sunday) it has its own."""
    return number if weekday == first else (weekday + 1) * DAY_STEP + number


def meant_by(number: int) -> tuple[int, int | None]:
    """The listing's own number and the weekday that a number means; None: the first one."""
    day, own = divmod(number, DAY_STEP)
    return own, day - 1 if day else None


class Template:
    """Encodes meetings with the fields of *order*; *same* are fields that say the same of every meeting."""

    def __init__(self, order: Sequence[str], same: Mapping[str, str]) -> None:
        self.moving = tuple(field for field in order if field in MOVING)
        self._runs: list[tuple[list[tuple[str, str]], str]] = []
        run: list[tuple[str, str]] = []
        text = "{"
        for place, field in enumerate(order):
            text += f"{',' if place else ''}{encode_basestring_ascii(field)}:"
            if field in MOVING:
                self._runs.append((run, f'{text}"'))
                run, text = [], '"'
            elif field in same:
                text += encode_basestring_ascii(same[field])
            else:
                run.append((text, field))
                text = ""
        self._runs.append((run, f"{text}}}"))

    def piece(self, fields: Mapping[str, str], formats: tuple[int, ...]) -> Piece:
        """A meeting with *fields* and the formats of these numbers, encoded."""
        return Piece(
            tuple(
                "".join([*(f"{text}{encode_basestring_ascii(fields[field])}" for text, field in run), end]).encode()
                for run, end in self._runs
            ),
            formats,
        )


def filled(piece: Piece, order: Sequence[str], sitting: Sitting) -> bytes:
    """The meeting of *piece* on the weekday of *sitting*; *order* are the moving fields in theirs."""
    moving = {"id_bigint": sitting.number, "weekday_tinyint": sitting.weekday + 1}
    found = [piece.parts[0]]
    for field, part in zip(order, piece.parts[1:], strict=True):
        value = moving.get(field)
        found.append((distance(sitting.degrees, field) if value is None else str(value)).encode("ascii"))
        found.append(part)
    return b"".join(found)


def distance(degrees: float | None, field: str) -> str:
    """An angle as the value of a field of distance; "" where there is none."""
    if degrees is None or math.isnan(degrees):
        return ""
    return f"{degrees * (MILES_A_DEGREE if field == 'distance_in_miles' else KM_A_DEGREE):.14g}"


def encoded(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON takes
    """*value* as these servers write JSON."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def array(items: Iterator[bytes]) -> Iterator[bytes]:
    """A JSON array of encoded *items*, piece by piece."""
    yield b"["
    comma = b""
    for item in items:
        yield comma + item
        comma = b","
    yield b"]"
