"""Everything public of one listing as terms and lines of text, in the order in which a seeker asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finder.feeds.document import is_out_of_its_building
from finder.web.presenters.labels import KIND_TITLES, Labels
from finder.web.presenters.links import host_of, mail, telephone, web_link

Document = Mapping[str, Any]

ON_REQUEST = "Address given on request"
HANDLES = (("venmo", "Venmo"), ("square", "Cash App"), ("paypal", "PayPal"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, a link when it has an *href*; *leaves*: the link goes to another site."""

    text: str
    href: str = ""
    leaves: bool = False
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what there is to say about it."""

    term: str
    lines: list[Line]


def facts(document: Document, labels: Labels) -> list[Fact]:
    """The facts of a listing, those without content left out. When it meets is told elsewhere."""
    found = [
        Fact("Where", list(_where(document))),
        Fact("Online", list(_online(document))),
        *_formats(document, labels),
        Fact("Good to know", _paragraphs(document["notes"], said=_said_of_the_place(document))),
        Fact("Group", list(_group(document["group"] or {}))),
        Fact("More about it", list(_web(document))),
        Fact("Contributions", list(_handles(document["group"] or {}))),
    ]
    return [fact for fact in found if fact.lines]


def _where(document: Document) -> Iterator[Line]:
    location = document["location"]
    if is_out_of_its_building(document):
        yield Line(_closed_words(location or {}))
    if location is None or document["attendance"] == "online":
        return
    hidden = location["address_visibility"] == "area"
    if location["name"]:
        yield Line(location["name"])
    if hidden:
        area = ", ".join(part for part in (location["city"], location["state"]) if part) or _region(document)
        yield Line(f"{ON_REQUEST}. It is near {area}." if area else f"{ON_REQUEST}.")
    elif location["address"] and location["address"] != location["name"]:
        yield Line(", ".join(part for part in (location["address"], location["unit"]) if part))
    if not hidden and location["precision"] == "approximate":
        yield Line("The exact spot is not known: look for the name at this address.", soft=True)
    named = frozenset((location["name"].casefold(), location["address"].casefold()))
    yield from _paragraphs(location["notes"], said=named)
    yield from _paragraphs(location["access_notes"], said=named | {location["notes"].casefold()})
    if document["region"]:
        place = document["region"][-1]
        yield Line(f"All meetings in {place['name']}", f"/regions/{place['slug']}")


def _closed_words(location: Document) -> str:
    """That nobody is in the building, which is named for those who know it, without the way to it."""
    named = location.get("name") or location.get("street") or "The place where it meets"
    return f"Online only for now. {named} is closed: please do not go there."


def _said_of_the_place(document: Document) -> frozenset[str]:
    """What stands under Where already: many a feed says it again in the notes."""
    location = document["location"] or {}
    texts = [location.get("name", ""), location.get("address", ""), *location.get("notes", "").splitlines()]
    return frozenset(text.strip().casefold() for text in texts)


def _region(document: Document) -> str:
    return str(document["region"][-1]["name"]) if document["region"] else ""


def _online(document: Document) -> Iterator[Line]:
    if document["attendance"] == "in_person":
        return
    if document["join_policy"] == "on_request":
        yield Line("The way in is given on request. Ask the group.")
        return
    conference = document["conference"] or {}
    url, phone = web_link(conference.get("url", "")), telephone(conference.get("phone", ""))
    if url:
        yield Line(host_of(url), url, leaves=True)
    yield from _paragraphs(conference.get("url_notes", ""))
    if phone:
        yield Line(conference["phone"], phone)
    yield from _paragraphs(conference.get("phone_notes", ""))
    if not url and not phone:
        yield Line("No link is listed. Ask the group.")


def _formats(document: Document, labels: Labels) -> Iterator[Fact]:
    for kind, title in KIND_TITLES.items():
        names = [labels.format(slug) for slug in document["formats"] if labels.kind(slug) == kind]
        if names:
            yield Fact(title, [Line(", ".join(names))])
    if document["unmapped_types"]:
        yield Fact("Also marked", [Line(", ".join(document["unmapped_types"]))])


def _group(group: Document) -> Iterator[Line]:
    if group.get("name"):
        district = group.get("district", "")
        yield Line(f"{group['name']} · {district}" if district else group["name"])
    yield from _paragraphs(group.get("notes", ""))
    if mail(group.get("email", "")):
        yield Line(group["email"], mail(group["email"]))
    if telephone(group.get("phone", "")):
        yield Line(group["phone"], telephone(group["phone"]))


def _web(document: Document) -> Iterator[Line]:
    seen = set()
    group = document["group"] or {}
    for words, url in (
        ("Website", document["website"]),
        ("Website of the group", group.get("website", "")),
        ("The listing as its source shows it", document["url"]),
    ):
        address = web_link(url)
        if address and address not in seen:
            seen.add(address)
            yield Line(f"{words}, {host_of(address)}", address, leaves=True)


def _handles(group: Document) -> Iterator[Line]:
    """Handles are shown as text: this site moves no money and vouches for nobody's account."""
    for key, name in HANDLES:
        if group.get(key):
            yield Line(f"{name}: {group[key]}")


def _paragraphs(text: str, *, said: frozenset[str] = frozenset()) -> list[Line]:
    """The lines of *text* that say something which was not *said* (in small letters) before."""
    parts = (part.strip() for part in text.splitlines())
    return [Line(part) for part in parts if part and part.casefold() not in said]
