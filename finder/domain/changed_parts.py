"""What of a public document changed, as one text: ``name location.street location.unit``, never what was said."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

#: Parts that are many things: of these, each that changed is named.
_OF_MANY = frozenset({"schedule", "location", "conference", "extra"})

Document = Mapping[str, Any]


def changed_parts(before: Document, after: Document, *, passed_over: Collection[str] = ()) -> str:
    """What differs between two documents, "" where nothing does; of parts that are *passed_over*, nothing is said."""
    told = (name for name in after if name not in passed_over and before.get(name) != after[name])
    return " ".join(word for name in told for word in _words(name, before.get(name), after[name]))


def details_of(fields: str) -> Iterator[tuple[str, str]]:
    """Each part with what of it changed, "" where that is not known, or all of it."""
    for word in fields.split():
        part, _, detail = word.partition(".")
        yield part, unquote(detail)


def parts_of(fields: str) -> tuple[str, ...]:
    """The parts that changed, each once."""
    return tuple(dict.fromkeys(part for part, _ in details_of(fields)))


def _words(name: str, before: object, after: object) -> list[str]:
    if name not in _OF_MANY:
        return [name]
    old, new = (value if isinstance(value, Mapping) else {} for value in (before, after))
    keys = [key for key in dict.fromkeys([*new, *old]) if _said(old.get(key)) != _said(new.get(key))]
    return [f"{name}.{quote(key)}" for key in keys] or [name]


def _said(value: object) -> object:
    """A place that is not there says as little as one whose name is empty."""
    return None if value == "" else value
