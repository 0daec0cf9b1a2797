"""Feeds: whole answers, streamed off the shelf with flat memory, and 304 for whoever has them already.

Unlike a page, a feed depends on the hour only, not on the minute: its ETag is a keyed digest of the question, the
language, the directory's revision and the hour, so a reader that polls gets 304 until something changes, or until the
sittings that the feed tells of have moved on. Anyone may read a feed from any site, without credentials.
"""

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, request, stream_with_context
from werkzeug.datastructures import MultiDict

from finder.search.snapshot import Snapshot
from finder.search.whole import every_id
from finder.web.armour import OPEN_TO_ALL
from finder.web.caching import PRIVATE, PUBLIC, question_of
from finder.web.forms.search import InvalidSearchError, SearchRequest, read_search
from finder.web.parts import Parts, parts

#: Documents that are in memory at a time.
BATCH = 500
#: Pieces are put together until they are worth a write.
PIECE_BYTES = 64 * 1024
GZIP = 31
SQUEEZE_LEVEL = 3

Document = dict[str, Any]
#: Writes a feed: the parts of the site, the snapshot of this answer and its instant (aware UTC) -> pieces of bytes.
Write = Callable[[Parts, Snapshot, dt.datetime], Iterable[bytes]]


def documents(held: Parts, ids: Sequence[int]) -> Iterator[Document]:
    """The public documents of *ids* in their order, a batch at a time; those that have just left are left out."""
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        found = held.reader.documents(part)
        for number in part:
            if (document := found.get(number)) is not None:
                yield orjson.loads(document)


def question(held: Parts, snapshot: Snapshot, args: "MultiDict[str, str]") -> SearchRequest:
    """The search that *args* ask for. Raises InvalidSearchError, also where several places have the name."""
    asked = read_search(args, parts=held, snapshot=snapshot)
    if asked.choices:
        names = "; ".join(place.label for place in asked.choices)
        raise InvalidSearchError({"near": f"Several places have that name. Give one of: {names}."}, asked=asked.asked)
    return asked


def answering(held: Parts, snapshot: Snapshot, now: dt.datetime, args: "MultiDict[str, str]") -> list[int]:
    """Ids of every listing that answers the search in *args*, ascending. Raises InvalidSearchError."""
    return every_id(snapshot, question(held, snapshot, args).criteria, now=now)


def feed(write: Write, *, content_type: str, file_name: str = "", private: bool = False) -> Response:
    """The feed that *write* makes, streamed; 304 without asking *write* when the reader has it.

    *private*: the question holds somebody's coordinates, so that the answer is kept nowhere and has no ETag.
    What *write* raises before its first piece is raised here. ``file_name`` makes browsers save it.
    """
    held = parts()
    snapshot = held.keeper.current()
    now = held.clock()
    squeezes = "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "")
    headers = [*OPEN_TO_ALL, ("Cache-Control", PRIVATE if private else PUBLIC), ("Vary", "Accept-Encoding")]
    if not private:
        digest = _digest(held, snapshot, now)
        headers.append(("ETag", f'"{digest}-gzip"' if squeezes else f'"{digest}"'))
        if digest in request.environ.get("HTTP_IF_NONE_MATCH", ""):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if file_name:
        headers.append(("Content-Disposition", f'attachment; filename="{file_name}"'))
    pieces = iter(write(held, snapshot, now))
    first = next(pieces, b"")  # what is wrong with the question shows here, while the status can still say so
    if squeezes:
        headers.append(("Content-Encoding", "gzip"))
    body = _squeezed(_begun(first, pieces)) if squeezes else _gathered(_begun(first, pieces))
    return Response(stream_with_context(body), headers=headers, content_type=content_type)


def _digest(held: Parts, snapshot: Snapshot, now: dt.datetime) -> str:
    hour = int(now.timestamp()) // 3600
    said = f"feed\n{held.settings.language}\n{snapshot.revision}\n{hour}\n{question_of(request.environ)}"
    key = held.settings.secret_key.encode()[:64]
    return blake2b(said.encode("utf-8", "surrogateescape"), digest_size=16, key=key).hexdigest()


def _begun(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _squeezed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    squeezer = zlib.compressobj(SQUEEZE_LEVEL, zlib.DEFLATED, GZIP)
    for piece in _gathered(pieces):
        if squeezed := squeezer.compress(piece):
            yield squeezed
    yield squeezer.flush()
