"""Everything that BMLT clients can ask for in one file: the answers by their names, as a server is taken at once."""

import datetime as dt
from collections.abc import Iterable, Iterator

from finder.feeds.bmlt_bodies import Bodies
from finder.feeds.bmlt_codes import BmltFormats
from finder.feeds.bmlt_encode import Sitting, Template, array, encoded, filled, number_on
from finder.feeds.bmlt_fields import Told, custom_names
from finder.feeds.document import Document
from finder.feeds.hsds import Documents
from finder.feeds.words import Words

NATIVE = "en"
VERSION = {"version": "4.2.7", "versionInt": "4002007"}


def encode_whole(documents: Documents, words: Words, *, public_url: str, today: dt.date) -> Iterator[bytes]:
    """An object of answers: GetServerInfo, GetServiceBodies, GetFormats in every language, GetSearchResults."""
    formats, bodies = BmltFormats(words.bmlt_formats), Bodies(words.bodies.values())
    languages = sorted({NATIVE, *(language for each in words.bmlt_formats for language in each["names"])})
    custom, with_nobodys = set[str](), False
    for document in documents():
        custom.update(custom_names(document))
        with_nobodys = with_nobodys or not document["service_body"]
    told = Told(
        formats=formats,
        bodies=bodies,
        language=NATIVE,
        root=public_url,
        native_language=NATIVE,
        today=today,
        others=True,
        custom=tuple(sorted(custom)),
    )
    info = [VERSION | {"langs": ",".join(languages), "nativeLang": NATIVE}]
    shown = bodies.records(bodies.by_number, with_nobodys=with_nobodys)
    known = formats.records(formats.entries, languages, public_url)
    yield b'{"GetServerInfo":' + encoded(info) + b',"GetServiceBodies":' + encoded(shown)
    yield b',"GetFormats":' + encoded(known) + b',"GetSearchResults":'
    yield from array(_meetings(documents(), told))
    yield b"}"


def _meetings(documents: Iterable[Document], told: Told) -> Iterator[bytes]:
    template = Template(told.order, told.same)
    for document in documents:
        days = weekdays(document)
        if not days:
            continue
        numbers = told.numbers(document)
        piece = template.piece(told.fields(document, numbers), numbers)
        for day in days:
            number = number_on(document["bmlt_id"], day, days[0])
            yield filled(piece, template.moving, Sitting(document["id"], document["revision"], number, day))


def weekdays(document: Document) -> list[int]:
    """The weekdays (0 = Sunday) on which BMLT can tell of a listing: none by appointment."""
    rule = document["schedule"]
    if rule["kind"] == "appointment" or not rule["start"]:
        return []
    if rule["kind"] == "once" and rule["first_date"]:
        return [dt.date.fromisoformat(rule["first_date"]).isoweekday() % 7]
    return list(rule["weekdays"])
