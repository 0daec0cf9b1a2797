"""Every format that listings leave in, by name: what it is called, and who writes it.

A new format is one more line of `FORMATS`; the site's addresses and `finder export` both read the table.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from finder.feeds.atom import ChangedListing, encode_atom
from finder.feeds.bmlt_encode import array
from finder.feeds.bmlt_whole import encode_whole
from finder.feeds.document import Document
from finder.feeds.hsds import Documents, encode_hsds
from finder.feeds.ical import calendar_of_many
from finder.feeds.jsonld import encode_jsonld
from finder.feeds.meeting_guide_write import Vocabulary, encode_listing
from finder.feeds.naws import GoneListing, MomentOf, encode_naws
from finder.feeds.tabular_write import encode_table
from finder.feeds.words import Words

#: The program that NA World Services is about.
NA = "na"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is to leave: the public documents, and what the directory says beside them.

    ``documents`` walks over them anew each time; ``gone`` and ``changes`` (newest first) are read when a format asks.
    ``address`` is where the answer is read, ``updated`` when the directory last changed, ``now`` the instant (aware).
    ``about`` is what people should know of the whole, where a format has room for it.
    """

    documents: Documents
    words: Words
    gone: Callable[[], Iterable[GoneListing]]
    changes: Callable[[], Iterable[ChangedListing]]
    moment_of: MomentOf
    site_name: str
    public_url: str
    address: str
    updated: dt.datetime
    now: dt.datetime
    mark: bool = False
    about: str = ""

    @property
    def pages(self) -> str:
        """The address below which every listing has its page."""
        return f"{self.public_url}/meetings"


class Format(NamedTuple):
    """A format: the name of its file, its media type, what it is for in a sentence, and who writes it."""

    file_name: str
    content_type: str
    about: str
    encode: Callable[[Export], Iterable[bytes]]


def _meeting_guide(export: Export) -> Iterator[bytes]:
    vocabulary = Vocabulary.of(export.words.formats.values(), export.words.bodies.values())
    rows = (
        row
        for document in export.documents()
        for row in encode_listing(document, vocabulary=vocabulary, public_url=export.public_url, now=export.now)
    )
    return array(rows)


def _bmlt(export: Export) -> Iterator[bytes]:
    return encode_whole(export.documents, export.words, public_url=export.public_url, today=export.now.date())


def _csv(export: Export) -> Iterator[bytes]:
    return encode_table(export.documents(), export.words, mark=export.mark)


def _naws(export: Export) -> Iterator[bytes]:
    documents, today = _of_na(export.documents()), export.now.date()
    return encode_naws(documents, export.gone(), export.words, moment_of=export.moment_of, today=today)


def _of_na(documents: Iterable[Document]) -> Iterator[Document]:
    return (document for document in documents if document["program"] == NA or document["world_id"])


def _ics(export: Export) -> Iterator[bytes]:
    host = urlsplit(export.public_url).hostname or "localhost"
    return calendar_of_many(
        export.documents(),
        name=export.site_name,
        pages=export.pages,
        host=host,
        now=export.now,
        about=export.about,
    )


def _atom(export: Export) -> Iterator[bytes]:
    yield encode_atom(
        export.changes(),
        export.words,
        title=export.site_name,
        public_url=export.public_url,
        address=export.address,
        updated=export.updated,
    )


def _jsonld(export: Export) -> Iterator[bytes]:
    return encode_jsonld(export.documents(), export.words, pages=export.pages, now=export.now)


def _hsds(export: Export) -> Iterator[bytes]:
    return encode_hsds(export.documents, export.words, public_url=export.public_url, now=export.now)


#: Formats by name, in the order in which they are offered.
FORMATS: dict[str, Format] = {
    "csv": Format(
        "meetings.csv", "text/csv; charset=utf-8", "a table for spreadsheet programs that `finder import` reads", _csv
    ),
    "meeting-guide": Format(
        "meetings.json", "application/json", "a Meeting Guide feed, for the app and for websites", _meeting_guide
    ),
    "bmlt": Format("bmlt.json", "application/json", "the answers of a BMLT server, for another one", _bmlt),
    "naws": Format("naws.csv", "text/csv; charset=utf-8", "the table of NA World Services", _naws),
    "ics": Format("meetings.ics", "text/calendar; charset=utf-8", "a calendar", _ics),
    "atom": Format("changes.atom", "application/atom+xml; charset=utf-8", "what is new and what has changed", _atom),
    "jsonld": Format("meetings.jsonld", "application/ld+json", "events as search engines read them", _jsonld),
    "hsds": Format("hsds.json", "application/json", "services as Open Referral (HSDS 3) has them", _hsds),
}
