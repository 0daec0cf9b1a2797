"""How each kind of source is read: from which addresses, and what makes listings of what they gave.

Most read one address, or one uploaded file, by the decoder of their kind; `GATHER` names those that ask for more.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from finder.domain.bmlt import BodyDraft, FormatDraft
from finder.domain.errors import BadInputError
from finder.feeds.payload import Payload, pieces_of, size_of
from finder.feeds.rows import DecodeOptions, Row
from finder.sources.bmlt_server import read_server
from finder.sources.connection import Deadline
from finder.sources.fetch import MAX_BYTES, MAX_SECONDS, FetchError, TooLargeError, ask
from finder.sources.importer import DECODERS

#: Of the time that a visit may take, this is left for reading what came.
READING_SECONDS = 5.0

Payloads = Mapping[str, Payload]  # by address, or by what was asked; an uploaded file stands under ""
Validators = Mapping[str, Mapping[str, str]]  # by address
Ask = Callable[[str], Payload]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a reader made of the payloads: rows, and the service bodies and formats that are told beside them."""

    rows: tuple[Row, ...]
    note: str = ""
    bodies: tuple[BodyDraft, ...] = ()
    formats: tuple[FormatDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A kind of source. ``gather`` asks for every address that is needed, given the source's own; it raises FetchError.

    ``decode`` is pure, and raises FeedError for payloads that are no feed.
    """

    words: str
    gather: Callable[[str, Ask], dict[str, Payload]]
    decode: Callable[[Payloads, DecodeOptions], Brought]


def one_address(url: str, ask: Ask) -> dict[str, Payload]:
    """The one payload of a source that is a single document."""
    return {url: ask(url)}


def whole_server(url: str, ask: Ask) -> dict[str, Payload]:
    """Everything that the BMLT server at *url* tells, by what was asked."""
    return read_server(url, lambda address, _seconds, _size: ask(address))


#: What the kinds of sources are called.
KIND_WORDS = {
    "meeting-guide": "Meeting Guide feed (JSON)",
    "csv": "Table (CSV)",
    "xlsx": "Spreadsheet (XLSX)",
    "bmlt": "BMLT server",
    "naws": "Sheet of NA World Services",
}
#: Readers of another make than "one address, by the decoder of its kind".
READERS: dict[str, Reader] = {}
#: How a source of a kind is gathered that has more than one address.
GATHER: dict[str, Callable[[str, Ask], dict[str, Payload]]] = {"bmlt": whole_server}


def kinds() -> list[str]:
    """Every kind of source there is."""
    return list(dict.fromkeys([*DECODERS, *READERS]))


def reader_of(kind: str) -> Reader:
    """The reader of *kind*. Raises BadInputError."""
    if kind in READERS:
        return READERS[kind]
    if kind not in DECODERS:
        raise BadInputError("kind", f"There is no format {kind!r}: choose {' or '.join(kinds())}.")
    decoder = DECODERS[kind]

    def decode(payloads: Payloads, options: DecodeOptions) -> Brought:
        decoded = decoder(payloads if kind in GATHER else next(iter(payloads.values())), options=options)
        aside = f"{len(decoded.remarks)} things about its bodies and formats were odd." if decoded.remarks else ""
        note = " ".join(filter(None, (decoded.note, aside)))
        return Brought(rows=decoded.rows, note=note, bodies=decoded.bodies, formats=decoded.formats)

    return Reader(words=KIND_WORDS.get(kind, kind), gather=GATHER.get(kind, one_address), decode=decode)


@dataclass(slots=True)
class Fetching:
    """One visit to a source: a deadline and a size for all its addresses together, each asked once.

    ``known`` are the validators of the visit before. What they say is the same is not sent again.
    """

    known: Validators
    allow: tuple[str, ...] = ()
    max_seconds: float = MAX_SECONDS - READING_SECONDS
    max_bytes: int = MAX_BYTES
    validators: dict[str, dict[str, str]] = field(default_factory=dict)
    _bodies: dict[str, Payload] = field(default_factory=dict)
    _deadline: Deadline | None = None

    def unchanged(self) -> bool:
        """Whether every address says that it is as it was. Raises FetchError."""
        for url, validators in self.known.items():
            if not validators:
                return False
            answer = ask(url, deadline=self._until(), allow=self.allow, max_bytes=self._left(), validators=validators)
            if answer.body is not None:
                self._keep(url, answer.body, answer.validators)
                return False
        return bool(self.known)

    def gather(self, reader: Reader, url: str) -> dict[str, Payload]:
        """The payloads of the source at *url*, by address. Raises FetchError."""
        return reader.gather(url, self._ask)

    def _ask(self, url: str) -> Payload:
        if url not in self._bodies:
            try:
                answer = ask(url, deadline=self._until(), allow=self.allow, max_bytes=self._left())
            except TooLargeError as error:
                if not self._bodies:
                    raise
                raise self._too_much() from error
            self._keep(url, answer.body or b"", answer.validators)
        return self._bodies[url]

    def _keep(self, url: str, body: Payload, validators: Mapping[str, str]) -> None:
        self._bodies[url] = body
        self.validators[url] = dict(validators)

    def _until(self) -> Deadline:
        if self._deadline is None:
            self._deadline = Deadline(time.monotonic() + self.max_seconds)
        return self._deadline

    def _left(self) -> int:
        left = self.max_bytes - sum(map(size_of, self._bodies.values()))
        if left <= 0:
            raise self._too_much()
        return left

    def _too_much(self) -> FetchError:
        size = f"{self.max_bytes // 2**20} MB"
        return FetchError(f"The source gives more than {size} in all: more than a list of meetings can be.")


def digest_of_payloads(payloads: Payloads, *how: object) -> str:
    """SHA-256 of what a source gave and *how* it is read."""
    seal = hashlib.sha256("\x1f".join(map(str, how)).encode("utf-8", "replace"))
    for url, body in payloads.items():
        seal.update(b"\x1e" + url.encode("utf-8", "replace") + b"\x1e" + str(size_of(body)).encode() + b"\x1e")
        for piece in pieces_of(body):
            seal.update(piece)
    return seal.hexdigest()
