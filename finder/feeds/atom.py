"""What is new and what has changed, as an Atom feed (RFC 4287).

It tells of listings that are public now: what one said before, or that one has left, is told nowhere.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from finder.domain.schedule_words import describe, exceptions_ahead
from finder.feeds.document import Document, overrides_of, schedule_of
from finder.feeds.words import Words

ATOM = "http://www.w3.org/2005/Atom"
#: Parts of a document, by what people call them; a change of others alone is no news.
PARTS = {
    "name": "name",
    "program": "program",
    "attendance": "how to take part",
    "temporarily_closed": "whether it takes place",
    "schedule": "time",
    "overrides": "dates",
    "formats": "kind of meeting",
    "unmapped_types": "kind of meeting",
    "group": "group",
    "location": "place",
    "region": "region",
    "service_body": "who answers for it",
    "conference": "how to join",
    "join_policy": "how to join",
    "notes": "notes",
    "website": "website",
}
#: So many dated exceptions are told, the next ones.
MOST_EXCEPTIONS = 3
_ATTENDANCE = {"in_person": "in person", "online": "online", "hybrid": "in person and online"}
#: What XML has no way to write.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedListing:
    """A listing that came (``new``) or changed at an aware instant, with the parts that did."""

    document: Document
    revision: int
    at: dt.datetime
    new: bool
    parts: tuple[str, ...] = ()

    @property
    def is_news(self) -> bool:
        """Whether anybody who goes there would want to know."""
        return self.new or not PARTS.keys().isdisjoint(self.parts)


def encode_atom(
    changes: Iterable[ChangedListing], words: Words, *, title: str, public_url: str, address: str, updated: dt.datetime
) -> bytes:
    """The feed of *changes*, newest first. *address* is where it is read, *updated* when the directory last changed."""
    host = urlsplit(public_url).hostname or "localhost"
    feed = ET.Element("feed", {"xmlns": ATOM})
    _add(feed, "id", address)
    _add(feed, "title", title)
    _add(feed, "updated", _instant(updated))
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": _text(address)})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": public_url})
    _add(ET.SubElement(feed, "author"), "name", title)
    for change in changes:
        _entry(feed, change, words, public_url=public_url, host=host)
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _entry(feed: ET.Element, change: ChangedListing, words: Words, *, public_url: str, host: str) -> None:
    document = change.document
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", f"tag:{host},2026:meeting-{document['bmlt_id']}/{change.revision}")
    _add(entry, "title", f"{'New' if change.new else 'Changed'}: {document['name']}")
    _add(entry, "updated", _instant(change.at))
    page = f"{public_url}/meetings/{document['slug']}"
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": page})
    _add(entry, "summary", _summary(change, words))


def _summary(change: ChangedListing, words: Words) -> str:
    document = change.document
    parts = dict.fromkeys(PARTS[name] for name in change.parts if name in PARTS)
    place = document["location"] or {}
    where = ", ".join(part for part in (place.get("name"), place.get("address")) if part)
    closed = "Does not take place for now" if document["temporarily_closed"] else ""
    said = (
        "" if change.new or not parts else f"Changed: {', '.join(parts)}",
        closed,
        describe(schedule_of(document)),
        *(each.rstrip(".") for each in exceptions_ahead(overrides_of(document), change.at.date())[:MOST_EXCEPTIONS]),
        where if document["attendance"] != "online" else "",
        f"{words.program(document['program'])}, {_ATTENDANCE[document['attendance']]}",
    )
    return ". ".join(part for part in said if part) + "."


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _text(text)


def _text(text: str) -> str:
    return _NO_XML.sub("", text)


def _instant(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
