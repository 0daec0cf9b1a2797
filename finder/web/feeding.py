"""Feeds: whole answers, streamed off the shelf with flat memory, and 304 for whoever has them already.

Unlike a page, a feed stands for its hour, not for its minute: its ETag is a keyed digest of the question, the language,
the directory's revision and the hour, so a reader that polls gets 304 until something changes, or until the sittings
that the feed tells of have moved on. Anyone may read a feed from any site, without credentials.
"""

import datetime as dt
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, request, stream_with_context
from werkzeug.datastructures import MultiDict

from finder.search.snapshot import Snapshot
from finder.search.whole import every_id
from finder.web.armour import OPEN_TO_ALL
from finder.web.caching import PRIVATE, PUBLIC, feed_digest, feed_time
from finder.web.errors import RETRY_AFTER_S, problem
from finder.web.faults import fault_of
from finder.web.forms.regions import of_today
from finder.web.forms.search import InvalidSearchError, SearchRequest, read_search
from finder.web.forms.slips import refuse_slips
from finder.web.parts import Parts, parts

#: Documents that are in memory at a time.
BATCH = 500
#: Pieces are put together until they are worth a write.
PIECE_BYTES = 64 * 1024
#: Answers below this are handed to the system whole, which sends them by itself.
READY_BYTES = 256 * 1024
#: Larger ones that a process gives at a time: half of what the slow lane has threads for.
LONG_AT_A_TIME = 4
MANY = "Many are reading long feeds at this moment. Ask again in a few seconds, or ask for a part of it."
GZIP = 31
SQUEEZE_LEVEL = 3

_TURNS = threading.BoundedSemaphore(LONG_AT_A_TIME)

Document = dict[str, Any]
#: Writes a feed: the parts of the site, the snapshot of this answer and its instant (aware UTC) -> pieces of bytes.
Write = Callable[[Parts, Snapshot, dt.datetime], Iterable[bytes]]


class _Turn:
    """One of the long answers of a process; given back once, however often that is said."""

    def __init__(self) -> None:
        self._is_held = True

    @classmethod
    def taken(cls) -> "_Turn | None":
        return cls() if _TURNS.acquire(blocking=False) else None

    def give_back(self) -> None:
        if self._is_held:
            self._is_held = False
            _TURNS.release()


def documents(held: Parts, ids: Sequence[int]) -> Iterator[Document]:
    """The public documents of *ids* in their order, a batch at a time; those that have just left are left out."""
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        found = held.reader.documents(part)
        for number in part:
            if (document := found.get(number)) is not None:
                yield orjson.loads(document)


def question(held: Parts, snapshot: Snapshot, args: "MultiDict[str, str]") -> SearchRequest:
    """The search that a program asks for in *args*. Raises InvalidSearchError, also where several places have the name.

    A region that there is not is refused, and so is a filter that is misspelt: without it, that would be an answer to
    another question.
    """
    refuse_slips(args)
    return question_of_people(held, snapshot, args)


def question_of_people(held: Parts, snapshot: Snapshot, args: "MultiDict[str, str]") -> SearchRequest:
    """The search that *args* ask for, on a page that tells of misspelt filters in words (`slip_remarks`).

    Raises InvalidSearchError as `question` does of all else.
    """
    today = of_today(args, parts=held, snapshot=snapshot)
    asked = read_search(args if today.unknown else today.args, parts=held, snapshot=snapshot)
    if asked.choices:
        names = "; ".join(place.label for place in asked.choices)
        message = f"Several places have that name. Give one of: {names}."
        raise InvalidSearchError({"near": message}, asked=asked.asked, place_answer=asked.place_answer)
    return asked


def answering(held: Parts, snapshot: Snapshot, now: dt.datetime, args: "MultiDict[str, str]") -> list[int]:
    """Ids of every listing that answers the search in *args*, ascending. Raises InvalidSearchError."""
    return every_id(snapshot, question(held, snapshot, args).criteria, now=now)


def feed(write: Write, *, content_type: str, file_name: str = "", private: bool = False) -> Response:
    """The feed that *write* makes, streamed; 304 without asking *write* when the reader has it.

    *private*: the question holds somebody's coordinates, so that the answer is kept nowhere and has no ETag.
    What *write* raises before its first piece is raised here. ``file_name`` makes browsers save it. A feed that is
    larger than the system sends by itself is one of `LONG_AT_A_TIME`, or asked for again later (503).
    """
    held = parts()
    snapshot, now = held.keeper.current(), held.clock()
    squeezes = "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "")
    headers = [*OPEN_TO_ALL, ("Cache-Control", PRIVATE if private else PUBLIC), ("Vary", "Accept-Encoding")]
    if not private:
        digest = feed_digest(request.environ, held, snapshot, now)
        headers.append(("ETag", f'"{digest}-gzip"' if squeezes else f'"{digest}"'))
        if digest in request.environ.get("HTTP_IF_NONE_MATCH", ""):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if file_name:
        headers.append(("Content-Disposition", f'attachment; filename="{file_name}"'))
    if squeezes:
        headers.append(("Content-Encoding", "gzip"))
    pieces = iter(write(held, snapshot, feed_time(request.environ, now)))
    body = _squeezed(pieces) if squeezes else _gathered(pieces)
    begun = b"".join(_beginning(body))  # what is wrong with the question shows here, while the status can still say so
    if len(begun) < READY_BYTES:
        return Response(begun, headers=headers, content_type=content_type)
    return _long(begun, body, headers, content_type)


def _beginning(body: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of *body* until there is as much as the system sends by itself."""
    size = 0
    for piece in body:
        yield piece
        size += len(piece)
        if size >= READY_BYTES:
            return


def _long(begun: bytes, rest: Iterator[bytes], headers: list[tuple[str, str]], content_type: str) -> Response:
    """An answer whose reader may take long over it; a few at a time, so that others are answered."""
    turn = _Turn.taken()
    if turn is None:
        response = problem(fault_of(503, MANY)._replace(title="Many readers at once"))
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response
    body = stream_with_context(_begun(begun, rest, turn))
    response = Response(body, headers=headers, content_type=content_type)
    response.call_on_close(turn.give_back)  # by whoever hangs up before it has begun
    return response


def _begun(first: bytes, rest: Iterator[bytes], turn: _Turn) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        turn.give_back()


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
