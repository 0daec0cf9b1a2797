"""Where a listing meets, in a line."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def place_words(document: Document) -> str:
    """Where a listing meets, in a line: its place, online, or both; an address that is kept back says so."""
    if document["attendance"] == "online":
        return "Online"
    location = document["location"]
    if location is None:
        place = "Address not given"
    elif location["address_visibility"] == "area":
        place = ", ".join(part for part in (_area(document), "address given on request") if part)
    else:
        place = _named_place(location)
    return f"{place} and online" if document["attendance"] == "hybrid" else place


def _area(document: Document) -> str:
    location = document["location"]
    named = location["city"] or (document["region"][-1]["name"] if document["region"] else "")
    return f"Near {named}" if named else "Near here"


def _named_place(location: Document) -> str:
    street = ", ".join(part for part in (location["street"], location["city"]) if part)
    name, address = location["name"], street or location["address"]
    if not name or name in address:
        return address or "Address not given"
    return f"{name}, {address}" if address else name
