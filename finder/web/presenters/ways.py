"""The ways in and on from one listing: join, call, find the place, report, look further."""

from collections.abc import Mapping
from typing import Any

from finder.domain.schedule import Occurrence
from finder.domain.vocabulary import OverrideKind
from finder.web.forms.query import to_query
from finder.web.presenters.ask import Link, link
from finder.web.presenters.links import directions, mail, service_of, telephone, web_link

Document = Mapping[str, Any]
#: Exceptions by which a sitting is not where its meeting is otherwise.
ELSEWHERE = frozenset({OverrideKind.MOVED, OverrideKind.ONLINE_ONLY})


def join(document: Document) -> Link | None:
    """The link that joins online, by the name of its service; None while closed or where none is public."""
    url = web_link((document["conference"] or {}).get("url", ""))
    if not url or document["temporarily_closed"]:
        return None
    return Link(f"Join on {service_of(url)}", url)


def phone(document: Document) -> Link | None:
    """The call that joins; None while closed or where none is public."""
    number = (document["conference"] or {}).get("phone", "")
    href = telephone(number)
    return Link("Join by phone", href) if href and not document["temporarily_closed"] else None


def way_there(document: Document, coming: Occurrence | None = None) -> str:
    """The address of a map that shows the way; empty for a meeting online or an address that is kept back.

    So it is when the sitting that is *coming* is elsewhere: the map would lead to the usual door.
    """
    location = document["location"]
    if coming is not None and coming.override is not None and coming.override.kind in ELSEWHERE:
        return ""
    if location is None or document["attendance"] == "online" or location["address_visibility"] == "area":
        return ""
    if location["precision"] == "exact":
        return directions(location["latitude"], location["longitude"], location["address"])
    return directions(None, None, location["address"])


def report(document: Document, contact_email: str) -> Link | None:
    """Where to say that something is wrong: the site's own address, else the group's. The subject names no program."""
    address = contact_email or (document["group"] or {}).get("email", "")
    href = mail(address, f"About listing {document['id']}")
    return Link("Tell us" if contact_email else "Tell the group", href) if href else None


def nearby(document: Document) -> Link:
    """More meetings in that town, or online."""
    location = document["location"] or {}
    place = ", ".join(part for part in (location.get("city"), location.get("state")) if part)
    if document["attendance"] == "online" or not location.get("city"):
        return Link("More online meetings", link(to_query({}, attendance="online")))
    return Link(f"More meetings near {location['city']}", link(to_query({}, near=place)))
