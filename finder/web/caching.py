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
from collections.abc import Callable, Iterable
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from flask import Flask, Response, current_app, request
from werkzeug.sansio.utils import host_is_trusted

from finder.search.snapshot import Snapshot
from finder.store.shelf_connection import READ_ERRORS
from finder.web.armour import API, BMLT, OPEN_AS_SCRIPT, OPEN_TO_ALL, Headers, WsgiApp
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


#: Words in a feed's question that make its answer move with the minute, where others move with the hour.
BY_THE_MINUTE = ("when=", "upcoming")

#: Builds an answer from a snapshot, for an aware instant (UTC, the beginning of the minute).
Build = Callable[[Parts, Snapshot, dt.datetime], Response]
Environ = dict[str, Any]

#: Whose turn it is to build: threads that compute side by side in one process get in each other's way. Whoever waits
#: for a slow database holds up others for so many seconds at most.
_TURN = threading.Lock()
MAX_WAIT_S = 1.0
EXTENSION = "finder.answers"


class Asked(NamedTuple):
    """A question at its minute: the snapshot that answers it, and the digest that stands for the answer."""

    question: str
    snapshot: Snapshot
    minute: dt.datetime
    digest: str

    @classmethod
    def of(cls, environ: Environ, held: Parts) -> "Asked":
        """What is asked now. Raises what the keeper raises when there is nothing to answer from."""
        minute = int(held.clock().timestamp()) // 60
        snapshot, settings, question = held.keeper.current(), held.settings, question_of(environ)
        said = f"{settings.language}\n{snapshot.revision}\n{minute}\n{question}".encode("utf-8", "surrogateescape")
        digest = blake2b(said, digest_size=16, key=_key(settings.secret_key)).hexdigest()
        return cls(question, snapshot, dt.datetime.fromtimestamp(minute * 60, dt.UTC), digest)


def feed_time(environ: Environ, now: dt.datetime) -> dt.datetime:
    """The instant that a feed of *now* (aware) stands for: its hour, or its minute when it tells what is on now."""
    step = 60 if any(word in environ.get("QUERY_STRING", "") for word in BY_THE_MINUTE) else 3600
    return dt.datetime.fromtimestamp(int(now.timestamp()) // step * step, dt.UTC)


def feed_digest(environ: Environ, held: Parts, snapshot: Snapshot, now: dt.datetime) -> str:
    """What stands for the feed that is asked for, as the ETag has it."""
    at = int(feed_time(environ, now).timestamp())
    said = f"feed\n{held.settings.language}\n{snapshot.revision}\n{at}\n{question_of(environ)}"
    key = _key(held.settings.secret_key)
    return blake2b(said.encode("utf-8", "surrogateescape"), digest_size=16, key=key).hexdigest()


def question_of(environ: Environ) -> str:
    """The path and the query of a request, as they came."""
    path = environ.get("PATH_INFO", "")
    return f"{len(path)}:{path}?{environ.get('QUERY_STRING', '')}"


class Front:
    """A WSGI application that gives what is known already, and lets *inner* build the rest."""

    def __init__(self, inner: WsgiApp, held: Parts, cache: AnswerCache) -> None:
        self.inner, self._held, self._cache = inner, held, cache

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer by 304, from memory, or as *inner* does."""
        given = self._known(environ)
        if given is None:
            return self.inner(environ, start_response)
        status, headers, body = given
        if environ["PATH_INFO"].startswith(API):
            headers += OPEN_TO_ALL
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _known(self, environ: Environ) -> tuple[HTTPStatus, Headers, bytes] | None:
        tags = environ.get("HTTP_IF_NONE_MATCH", "")
        kept = self._cache.get(question_of(environ))
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not (tags or kept):
            return None
        if not host_is_trusted(environ.get("HTTP_HOST", ""), self._held.settings.trusted_hosts):
            return None
        try:
            asked = Asked.of(environ, self._held)
        except READ_ERRORS:
            return None
        if tags and (unchanged := self._unchanged(environ, asked, tags)):
            return HTTPStatus.NOT_MODIFIED, unchanged, b""
        if kept is None or kept.digest != asked.digest:
            return None
        headers, body = _given(self._cache, asked.question, kept, environ)
        return HTTPStatus.OK, [*headers, ("Content-Length", str(len(body)))], body

    def _unchanged(self, environ: Environ, asked: Asked, tags: str) -> Headers:
        """The headers of a 304, for a page or a feed that the client has as it is; none when it has changed.

        They are those of the answer itself: a browser takes them for what it has.
        """
        if asked.digest in tags:
            return [("ETag", _tag_given(asked.digest, tags)), *_SHARED]
        digest = feed_digest(environ, self._held, asked.snapshot, self._held.clock())
        if digest not in tags:
            return []
        open_to = OPEN_AS_SCRIPT if environ["PATH_INFO"].startswith(BMLT) else OPEN_TO_ALL
        return [("ETag", _tag_given(digest, tags)), *_SHARED, *open_to]


def install(app: Flask) -> None:
    """Put the front before *app*, whose parts must be in place."""
    cache = app.extensions[EXTENSION] = AnswerCache()
    front = Front(app.wsgi_app, cast("Parts", app.extensions["finder"]), cache)
    app.wsgi_app = front  # type: ignore[method-assign]  # how Flask wants middleware put on


def answer_from_cache(build: Build) -> Response:
    """The answer to this GET request that the front did not know: built by *build*, one at a time in a process.

    A view passes what it would do anyway; *build* gets the parts, the one snapshot of this request and the minute. Its
    answer is kept when it is a 200 that does not say ``no-store``; what it raises is raised. While the database is out
    of reach the last answer to the same question is given, if there is one.
    """
    has_turn = _TURN.acquire(timeout=MAX_WAIT_S)
    try:
        return _built(build, parts(), cast("AnswerCache", current_app.extensions[EXTENSION]))
    finally:
        if has_turn:
            _TURN.release()


def _built(build: Build, held: Parts, cache: AnswerCache) -> Response:
    asked = Asked.of(request.environ, held)
    try:
        response = build(held, asked.snapshot, asked.minute)
    except READ_ERRORS:
        kept = cache.get(asked.question)
        if kept is None:
            raise
    else:
        if response.status_code != HTTPStatus.OK or response.headers.get("Cache-Control") == PRIVATE:
            return squeezed(response)
        shared = [("Content-Type", response.content_type), *_SHARED, *_own(response)]
        kept = Kept(asked.digest, response.get_data(), shared)
        cache.put(asked.question, kept)
    headers, body = _given(cache, asked.question, kept, request.environ)
    return Response(body, headers=headers)


def _squeezes(body: bytes, environ: Environ) -> bool:
    """Whether *body* goes out compressed: the client takes it so, and it pays."""
    return len(body) >= MIN_SQUEEZED_BYTES and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")


def _given(cache: AnswerCache, question: str, kept: Kept, environ: Environ) -> tuple[Headers, bytes]:
    """A kept answer as it goes out; when it is compressed for the first time, that is kept too."""
    squeezes = _squeezes(kept.body, environ)
    if squeezes and not kept.squeezed:
        kept = kept._replace(squeezed=gzip.compress(kept.body, SQUEEZE_LEVEL, mtime=0))
        cache.put(question, kept)
    headers = [*kept.headers, ("ETag", _etag(kept.digest, squeezed=squeezes))]
    if squeezes:
        headers.append(("Content-Encoding", "gzip"))
    return headers, kept.squeezed if squeezes else kept.body


def squeezed(response: Response) -> Response:
    """An answer that is kept nowhere, as it goes out."""
    if _squeezes(response.get_data(), request.environ):
        response.set_data(gzip.compress(response.get_data(), SQUEEZE_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _etag(digest: str, *, squeezed: bool) -> str:
    return f'"{digest}-gzip"' if squeezed else f'"{digest}"'


def _tag_given(digest: str, tags: str) -> str:
    """The tag of the form that a client has, of the *tags* that it sent."""
    return _etag(digest, squeezed=f"{digest}-gzip" in tags)


def _own(response: Response) -> Headers:
    """The headers that an answer brings beside those that every answer gets."""
    return [header for header in response.headers if header[0].lower() not in _SET_HERE]


def _key(secret: str) -> bytes:
    """The secret as a key of a digest, which takes at most 64 bytes."""
    return secret.encode()[:64]
