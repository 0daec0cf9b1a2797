"""What happens to a listing on the shelf, as whoever follows it is told: that it came, changed or left, and in what."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Row

from finder.domain.changed_parts import changed_parts
from finder.domain.vocabulary import ShelfChange


def change_of(
    row: Mapping[str, Any], held: Row[Any] | None, *, renamed: frozenset[str] = frozenset()
) -> dict[str, Any] | None:
    """What happened to a listing on the shelf, or None when nothing did that the public could see.

    Parts that are *renamed* for all who have them are not what happened to it.
    """
    was_shown = held is not None and not held.gone
    fields = ""
    if row["gone"]:
        kind = ShelfChange.DELETE
        if not was_shown:
            return None
    elif not was_shown or held is None:
        kind = ShelfChange.NEW
    else:
        kind = ShelfChange.CHANGE
        before, after = _parts(held.document), _parts(row["document"])
        fields = changed_parts(before, after, passed_over={"revision", *renamed})
        if not fields:
            return None
    numbers = {name: row.get(name, 0) for name in ("revision", "bmlt_id", "service_body_id")}
    return {"kind": kind, "listing_id": row["id"], "fields": fields, **numbers}


def _parts(document: str) -> dict[str, Any]:
    """The parts of a document; of one that cannot be read none, so that nothing keeps it from being written anew."""
    try:
        parts: dict[str, Any] = orjson.loads(document)
    except orjson.JSONDecodeError:
        return {}
    return parts
