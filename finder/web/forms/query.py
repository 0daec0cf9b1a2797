"""A question as a URL's query: canonical, shareable, and changed one step at a time.

*asked* is parameter -> values as they stand in a URL, defaults left out (`SearchRequest.asked`). Every function gives
a query string without the question mark, or "" when nothing is asked. ``page`` is left out unless it is given, since
another question starts on its first page.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

Asked = Mapping[str, Sequence[str]]


def to_query(asked: Asked, **changes: str | Sequence[str] | None) -> str:
    """The query of *asked* with *changes*: a text or several set a parameter, None or nothing removes it.

    ``from`` is changed as ``from_``, since it is a word of Python's.
    """
    merged: dict[str, Sequence[str]] = {name: values for name, values in asked.items() if name != "page"}
    for key, change in changes.items():
        merged[key.removesuffix("_")] = (change,) if isinstance(change, str) else tuple(change or ())
    return "&".join([f"{name}={_quoted(value)}" for name in _ordered(merged) for value in merged[name] if value])


def _quoted(value: str) -> str:
    return value if value.isalnum() and value.isascii() else quote_plus(value, safe=":,")


def with_(asked: Asked, parameter: str, value: str) -> str:
    """The query of *asked* with *value* chosen beside what is chosen of *parameter* already."""
    held = tuple(asked.get(parameter, ()))
    return to_query({**asked, parameter: held if value in held else (*held, value)})


def without(asked: Asked, parameter: str, value: str | None = None) -> str:
    """The query of *asked* without *value* of *parameter*; without any of its values when none is named."""
    kept = tuple(held for held in asked.get(parameter, ()) if value is not None and held != value)
    return to_query({**asked, parameter: kept})


def _ordered(asked: Asked) -> list[str]:
    """Parameter names in the order of the form, so that the same question always has the same URL."""
    return sorted(asked, key=_rank)


#: Parameters in the order of a canonical URL.
PARAMETERS = (
    "near",
    "lat",
    "lon",
    "within",
    "unit",
    "region",
    "district",
    "when",
    "day",
    "time",
    "from",
    "until",
    "program",
    "approach",
    "audience",
    "focus",
    "style",
    "openness",
    "language",
    "access",
    "format",
    "attendance",
    "q",
    "sort",
    "page",
    "per_page",
    "tz",
)
_PLACE = {name: place for place, name in enumerate(PARAMETERS)}


def _rank(name: str) -> tuple[int, str]:
    return _PLACE.get(name, len(_PLACE)), name
