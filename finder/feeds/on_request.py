"""What a group tells only those who ask, in words: whoever reads a listing elsewhere learns that, and whom to ask."""

from typing import Any

from finder.feeds.document import Document


def on_request_of(document: Document) -> list[str]:
    """A sentence for each of the address and the way to join that is not public; then the public ways to ask for it."""
    place: dict[str, Any] = document["location"] or {}
    group: dict[str, Any] = document["group"] or {}
    hidden = place.get("address_visibility", "public") != "public" and document["attendance"] != "online"
    asked = document["join_policy"] == "on_request" and document["attendance"] != "in_person"
    told = ["The address is given on request."] if hidden else []
    told += ["How to join is told on request."] if asked else []
    ways = ", ".join(way for way in (group.get("email"), group.get("phone")) if way)
    return [*told, f"Ask: {ways}"] if told and ways else told
