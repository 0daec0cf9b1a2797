"""The same question within its minute: answered from memory, and by 304 without being answered at all.

A public answer depends on nothing but its URL, the language, the directory's revision and the minute: it is built for
the beginning of the minute, so that every process gives the same bytes. Its ETag is a keyed digest of those four, so a
browser that has it needs no answer built, and an ETag that was never given out cannot be guessed.

Answers marked ``no-store`` (those to somebody's coordinates) get no ETag and are kept nowhere. What is kept is in
memory only, bounded in bytes, and never longer than it is asked for.

Answers go out compressed to those who take them so, for phones on slow networks; the compressed form has a tag of its
own, since a strong ETag stands for bytes.
"""

import datetime as dt
import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple, cast

from flask import Response, current_app, request

from finder.search.snapshot import Snapshot
from finder.store.shelf_reader import READ_ERRORS
from finder.web.parts import Parts, parts

PUBLIC = "public, max-age=60, stale-while-revalidate=300"
PRIVATE = "no-store"
MAX_CACHE_BYTES = 8 * 1024 * 1024
MAX_ANSWER_BYTES = 256 * 1024
#: Answers smaller than this fit into a packet or two as they are; the level is the one that pays for a page once made.
MIN_SQUEEZED_BYTES = 1400
SQUEEZE_LEVEL = 3
_SHARED = (("Cache-Control", PUBLIC), ("Vary", "Accept-Encoding"))
_SET_HERE = {"content-type", "content-length", "cache-control", "vary"}
_ENTRY_COST = 512  # what an entry weighs beside its body and key, about


class Kept(NamedTuple):
    """An answer as it is kept: the digest of its question, its body, its headers, its body compressed ("" not yet)."""

    digest: str
    body: bytes
    headers: list[tuple[str, str]]
    squeezed: bytes = b""


class AnswerCache:
    """The answers given lately, by question; the least lately asked for goes first. For many threads."""

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._max_bytes = max_bytes
        self.size = 0

    def get(self, question: str) -> Kept | None:
        """The last answer to *question*, however old."""
        with self._lock:
            kept = self._kept.get(question)
            if kept is not None:
                self._kept.move_to_end(question)
            return kept

    def put(self, question: str, kept: Kept) -> None:
        """Keep an answer in place of the one before; one that is too large is not kept."""
        if len(kept.body) > MAX_ANSWER_BYTES:
            return
        with self._lock:
            before = self._kept.pop(question, None)
            self.size += _weight(question, kept) - (_weight(question, before) if before else 0)
            self._kept[question] = kept
            while self.size > self._max_bytes:
                oldest, dropped = self._kept.popitem(last=False)
                self.size -= _weight(oldest, dropped)


def _weight(question: str, kept: Kept) -> int:
    return len(question) + len(kept.body) + len(kept.squeezed) + _ENTRY_COST


#: Whose turn it is to answer: threads that compute side by side in one process get in each other's way. Whoever waits
#: for a slow database holds up others for so many seconds at most.
_TURN = threading.Lock()
MAX_WAIT_S = 1.0

#: Builds an answer from a snapshot, for an aware instant (UTC, the beginning of the minute).
Build = Callable[[Parts, Snapshot, dt.datetime], Response]


def answer_from_cache(build: Build) -> Response:
    """The answer to this GET request: by 304, from memory, or built by *build*; one at a time in a process.

    A view passes what it would do anyway; *build* gets the parts, the one snapshot of this request and the minute. Its
    answer is kept when it is a 200 that does not say ``no-store``; what it raises is raised. While the database is out
    of reach the last answer to the same question is given, if there is one.
    """
    has_turn = _TURN.acquire(timeout=MAX_WAIT_S)
    try:
        return _answer(build)
    finally:
        if has_turn:
            _TURN.release()


def _answer(build: Build) -> Response:
    held = parts()
    now = held.clock()
    minute = int(now.timestamp()) // 60
    snapshot = held.keeper.current()
    path = request.path
    question = f"{len(path)}:{path}?{request.environ.get('QUERY_STRING', '')}"
    settings = held.settings
    said = f"{settings.language}\n{snapshot.revision}\n{minute}\n{question}"
    digest = blake2b(said.encode("utf-8", "surrogateescape"), digest_size=16, key=_key(settings.secret_key)).hexdigest()
    known = request.environ.get("HTTP_IF_NONE_MATCH", "")
    if digest in known:
        etag = _etag(digest, squeezed=f"{digest}-gzip" in known)
        return Response(status=304, headers=[("ETag", etag), *_SHARED])
    cache = answers()
    kept = cache.get(question)
    if kept is not None and kept.digest == digest:
        return _given(cache, question, kept)
    try:
        response = build(held, snapshot, dt.datetime.fromtimestamp(minute * 60, dt.UTC))
    except READ_ERRORS:
        if kept is None:
            raise
        return _given(cache, question, kept)
    if response.status_code != 200 or response.headers.get("Cache-Control") == PRIVATE:  # noqa: PLR2004 - OK
        return _squeezed(response)
    kept = Kept(digest, response.get_data(), [("Content-Type", response.content_type), *_SHARED, *_own(response)])
    cache.put(question, kept)
    return _given(cache, question, kept)


def _squeezes(body: bytes) -> bool:
    """Whether *body* goes out compressed: the client takes it so, and it pays."""
    return len(body) >= MIN_SQUEEZED_BYTES and "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "")


def _given(cache: AnswerCache, question: str, kept: Kept) -> Response:
    """A kept answer as it goes out; when it is compressed for the first time, that is kept too."""
    squeezes = _squeezes(kept.body)
    if squeezes and not kept.squeezed:
        kept = kept._replace(squeezed=gzip.compress(kept.body, SQUEEZE_LEVEL, mtime=0))
        cache.put(question, kept)
    headers = [*kept.headers, ("ETag", _etag(kept.digest, squeezed=squeezes))]
    if squeezes:
        headers.append(("Content-Encoding", "gzip"))
    return Response(kept.squeezed if squeezes else kept.body, headers=headers)


def _squeezed(response: Response) -> Response:
    """An answer that is kept nowhere, as it goes out."""
    if _squeezes(response.get_data()):
        response.set_data(gzip.compress(response.get_data(), SQUEEZE_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _etag(digest: str, *, squeezed: bool) -> str:
    return f'"{digest}-gzip"' if squeezed else f'"{digest}"'


def _own(response: Response) -> list[tuple[str, str]]:
    """The headers that an answer brings beside those that every answer gets."""
    return [header for header in response.headers if header[0].lower() not in _SET_HERE]


def answers() -> AnswerCache:
    """The cache of the running application."""
    extensions = current_app.extensions
    cache = extensions.get("finder.answers") or extensions.setdefault("finder.answers", AnswerCache())
    return cast("AnswerCache", cache)


def _key(secret: str) -> bytes:
    """The secret as a key of a digest, which takes at most 64 bytes."""
    return secret.encode()[:64]
