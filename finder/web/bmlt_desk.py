"""What the BMLT answers of a process share: formats and bodies of a vocabulary, facts, and encoded meetings."""

import datetime as dt
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any, cast

import orjson
from flask import current_app

from finder.config import Settings
from finder.feeds.bmlt_bodies import Bodies
from finder.feeds.bmlt_codes import BmltFormats
from finder.feeds.bmlt_encode import Piece, Sitting, Template, filled
from finder.feeds.bmlt_fields import Told, custom_names
from finder.search.bitmaps import rows_of
from finder.search.bmlt_facts import Facts
from finder.search.bmlt_pairs import Knowledge
from finder.search.snapshot import Snapshot
from finder.store.shelf_reader import ShelfReader
from finder.web.feeding import BATCH
from finder.web.parts import Parts

EXTENSION = "finder.bmlt"
#: Encoded meetings that are kept for each way of telling them, and ways that are kept.
MOST_PIECES = 3000
MOST_WAYS = 4


class Teller:
    """Encodes meetings in one way, keeping what it encoded by the id and the revision of the listing."""

    def __init__(self, told: Told, fields: Sequence[str], reader: ShelfReader) -> None:
        self.told = told
        self._template = Template(told.chosen(fields), told.same)
        self._reader = reader
        self._held: dict[tuple[int, int], Piece] = {}

    def meetings(self, sittings: Sequence[Sitting], used: set[int]) -> Iterator[bytes]:
        """The meetings encoded, in order; the numbers of their formats go into *used*.

        One that has just left the shelf is left out.
        """
        for start in range(0, len(sittings), BATCH):
            part = sittings[start : start + BATCH]
            pieces = self._pieces(part)
            for sitting in part:
                if (piece := pieces.get(sitting.id)) is not None:
                    used.update(piece.formats)
                    yield filled(piece, self._template.moving, sitting)

    def _pieces(self, sittings: Sequence[Sitting]) -> dict[int, Piece]:
        found: dict[int, Piece] = {}
        missing: dict[int, None] = {}
        for sitting in sittings:
            piece = self._held.get((sitting.id, sitting.revision))
            if piece is None:
                missing[sitting.id] = None
            else:
                found[sitting.id] = piece
        for number, text in self._reader.documents(list(missing)).items():
            document = orjson.loads(text)
            numbers = self.told.numbers(document)
            piece = found[number] = self._template.piece(self.told.fields(document, numbers), numbers)
            if len(self._held) >= MOST_PIECES:
                self._held.clear()  # simpler than the last used, and the next answers fill it again
            self._held[number, document["revision"]] = piece
        return found


class BmltDesk:
    """Everything that BMLT answers look things up in, kept as long as the vocabulary stays; for many threads."""

    def __init__(self, settings: Settings, reader: ShelfReader) -> None:
        self._settings, self._reader = settings, reader
        self._facts = Facts(reader)
        self._lock = threading.Lock()
        self._vocabulary: tuple[int, BmltFormats, Bodies, dict[str, list[str]]] | None = None
        self._custom: tuple[weakref.ref[Snapshot], tuple[str, ...]] | None = None
        self._tellers: OrderedDict[Any, Teller] = OrderedDict()

    def vocabulary(self, snapshot: Snapshot) -> tuple[BmltFormats, Bodies, dict[str, list[str]]]:
        """Formats and bodies of BMLT, and the Meeting Guide types of formats here, by slug."""
        held = self._vocabulary
        if held is None or held[0] != snapshot.at.vocabulary:
            documents = {
                kind: list(map(orjson.loads, self._reader.vocabulary(kind)))
                for kind in ("bmlt_format", "service_body", "format")
            }
            codes = {each["slug"]: each["meeting_guide"] for each in documents["format"]}
            formats, bodies = BmltFormats(documents["bmlt_format"]), Bodies(documents["service_body"])
            held = self._vocabulary = (snapshot.at.vocabulary, formats, bodies, codes)
        return held[1:]

    def knowledge(self, snapshot: Snapshot) -> Knowledge:
        """What a search of *snapshot* looks things up in."""
        formats, bodies, _ = self.vocabulary(snapshot)
        custom = frozenset(self.custom(snapshot))
        return Knowledge(
            facts=self._facts, formats=formats, bodies=bodies, language=self._settings.language, custom=custom
        )

    def custom(self, snapshot: Snapshot) -> tuple[str, ...]:
        """The fields that the servers of the listings have beside the template, by name."""
        held = self._custom
        if held is None or held[0]() is not snapshot:
            fact = self._facts.of(snapshot, {"custom": custom_names})["custom"]
            names = {name for some in fact.used(rows_of(snapshot.live)) for name in some}
            held = self._custom = (weakref.ref(snapshot), tuple(sorted(names)))
        return held[1]

    def told(self, snapshot: Snapshot, language: str, today: dt.date, *, others: bool = False) -> Told:
        """How listings are told in *language* on a day; with *others*, formats that have no name in it, too."""
        formats, bodies, _ = self.vocabulary(snapshot)
        return Told(
            formats=formats,
            bodies=bodies,
            language=language,
            root=self._settings.public_url,
            native_language=self._settings.language,
            today=today,
            custom=self.custom(snapshot),
            others=others,
        )

    def teller(
        self, snapshot: Snapshot, language: str, today: dt.date, fields: Sequence[str], *, others: bool = False
    ) -> Teller:
        """What encodes meetings with these *fields*; kept for the next question like this."""
        told = self.told(snapshot, language, today, others=others)
        chosen = told.chosen(fields)
        key = (snapshot.at.vocabulary, language, others, today, chosen)
        with self._lock:
            teller = self._tellers.get(key)
            if teller is None:
                teller = self._tellers[key] = Teller(told, fields, self._reader)
            self._tellers.move_to_end(key)
            while len(self._tellers) > MOST_WAYS:
                self._tellers.popitem(last=False)
            return teller


def desk(held: Parts) -> BmltDesk:
    """The desk of the application that answers this request."""
    extensions = current_app.extensions
    found = extensions.get(EXTENSION) or extensions.setdefault(EXTENSION, BmltDesk(held.settings, held.reader))
    return cast("BmltDesk", found)
