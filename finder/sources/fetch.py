"""Fetches a feed from a stranger's server: it cannot reach inside, hang, flood or lie about its size.

Redirects are few, and each is judged anew. What comes is kept in a file until it has come whole, so that a flood fills
no memory.
"""

import http.client
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from finder.feeds.payload import Payload, Spool, beginning_of
from finder.sources.connection import PORTS, Deadline, FetchError, Line, Target, connect, read_target, resolve

__all__ = ["FetchError", "Fetched", "TooLargeError", "ask", "fetch", "load_payload", "probe"]

#: More than the largest feed has: 100,000 rows take some 80 MB.
MAX_BYTES = 128 * 2**20
MAX_SECONDS = 30.0
MAX_REDIRECTS = 3
CHUNK = 64 * 2**10
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {"Accept": "application/json, text/csv, */*;q=0.5", "Accept-Encoding": "gzip", "User-Agent": "MeetingFinder"}
#: Validators of an answer, by what they are called in it, and the header that asks by each.
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
MAX_VALIDATOR_LENGTH = 1024
MEGABYTE = 2**20
GZIP = 31  # zlib's word for "a gzip header and no other"


class TooLargeError(FetchError):
    """A source that gives more than it may."""


def load_payload(source: str, *, allow: tuple[str, ...] = ()) -> Payload:
    """What *source* (a path, or an http(s) address) holds; raises FetchError with a sentence when it cannot be read."""
    scheme, mark, _ = source.partition("://")
    if mark and scheme.isalnum():
        return fetch(source.strip(), allow=allow)
    path = Path(source).expanduser()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FetchError(f"The file {source} is larger than {MAX_BYTES // 2**20} MB: is it a list of meetings?")
        if not path.is_file():
            raise FetchError(f"{source} is not a file: give a file or an http(s) address.")
        return Spool(path.open("rb")).settled()
    except FileNotFoundError as error:
        raise FetchError(f"There is no file {source}: check the path.") from error
    except PermissionError as error:
        raise FetchError(f"The file {source} may not be read: check its permissions.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "its name cannot be used"
        raise FetchError(f"The file {source!r} cannot be read: {reason}.") from error


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its body, or None when it is as it was; and its validators, by their header's name."""

    body: Payload | None
    validators: Mapping[str, str]


def fetch(
    url: str, *, allow: tuple[str, ...] = (), max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES
) -> Payload:
    """The body at *url* (http or https on its usual port), unpacked, at most *max_bytes* long.

    *allow* names "address:port" pairs that may be private, for tests. Raises FetchError with a sentence.
    """
    return ask(url, allow=allow, deadline=Deadline(time.monotonic() + max_seconds), max_bytes=max_bytes).body or b""


def ask(
    url: str,
    *,
    deadline: Deadline,
    allow: tuple[str, ...] = (),
    max_bytes: int = MAX_BYTES,
    validators: Mapping[str, str] | None = None,
) -> Fetched:
    """What *url* gives, like `fetch`; with the *validators* of an earlier answer, None in place of the same body."""
    conditions = {VALIDATORS[name]: value for name, value in (validators or {}).items() if name in VALIDATORS}
    for _ in range(MAX_REDIRECTS + 1):
        target = read_target(url)
        try:
            answer = _ask(target, deadline, allow=allow, max_bytes=max_bytes, conditions=conditions)
        except TimeoutError as error:
            deadline.left()  # says so itself when the time is up
            raise FetchError(f"{target.host} did not answer in time. Try again later.") from error
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"{target.host} could not be read: {_reason(error)}.") from error
        if isinstance(answer, Fetched):
            return answer
        url = _redirected(url, answer)
    raise FetchError(f"The source redirects more than {MAX_REDIRECTS} times: give the address where it ends.")


def _redirected(url: str, location: str) -> str:
    try:
        there = urljoin(url, location)
        downgraded = urlsplit(url).scheme == "https" and urlsplit(there).scheme == "http"
    except ValueError as error:
        raise FetchError("The source redirects to an address that cannot be read.") from error
    if downgraded:
        raise FetchError("The source redirects from https to http: give the address where it ends, if you trust it.")
    return there


def _ask(
    target: Target, deadline: Deadline, *, allow: tuple[str, ...], max_bytes: int, conditions: Mapping[str, str]
) -> Fetched | str:
    """What the server answers, or the address that it points to instead."""
    with _answer(target, deadline, allow=allow, conditions=conditions) as answer:
        if answer.status in REDIRECTS and (location := answer.getheader("Location")):
            return location
        if answer.status == HTTPStatus.NOT_MODIFIED and conditions:
            return Fetched(None, {})
        if answer.status != HTTPStatus.OK:
            raise FetchError(f"{target.host} answered with status {answer.status} instead of the feed.")
        return Fetched(_body(answer, target.host, max_bytes), _validators(answer))


def _validators(answer: http.client.HTTPResponse) -> dict[str, str]:
    """The validators of an answer that a header can carry back."""
    told = {name: (answer.getheader(name) or "").strip() for name in VALIDATORS}
    return {
        name: value
        for name, value in told.items()
        if 0 < len(value) <= MAX_VALIDATOR_LENGTH and value.isascii() and value.isprintable()
    }


@contextmanager
def _answer(
    target: Target, deadline: Deadline, *, allow: tuple[str, ...], conditions: Mapping[str, str]
) -> Iterator[http.client.HTTPResponse]:
    """The answer of a server, its body unread."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    named = host if target.port == PORTS[target.scheme] else f"{host}:{target.port}"
    with closing(connect(target, resolve(target, deadline, allow), deadline)) as connected:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = Line(connected, deadline)  # connected already, to the address that was judged
        connection.request("GET", target.path, headers={"Host": named, **HEADERS, **conditions})
        yield connection.getresponse()


def _body(answer: http.client.HTTPResponse, host: str, max_bytes: int) -> Payload:
    encoding = (answer.getheader("Content-Encoding") or "identity").strip().casefold()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise FetchError(f"{host} sent the feed packed as {encoding[:40]}: only gzip is understood.")
    if answer.length is not None and answer.length > max_bytes:
        raise _too_large(max_bytes)
    pieces, kept = _pieces(answer), Spool()
    for piece in pieces if encoding == "identity" else _unpacked(pieces, host):
        if kept.size + len(piece) > max_bytes:
            raise _too_large(max_bytes)
        kept.write(piece)
    if answer.length:  # what was announced and did not come
        raise FetchError(f"{host} broke off before the end of the feed. Try again later.")
    kind = (answer.getheader("Content-Type") or "").casefold()
    if kind.startswith("text/html") and beginning_of(kept, CHUNK).lstrip()[:1] == b"<":
        raise FetchError(f"{host} answered with a web page instead of a feed: check the address.")
    return kept.settled()


def _too_large(max_bytes: int) -> TooLargeError:
    return TooLargeError(f"The feed is larger than {max_bytes // MEGABYTE} MB: more than a list of meetings can be.")


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read(CHUNK):
        yield piece


def _unpacked(pieces: Iterator[bytes], host: str) -> Iterator[bytes]:
    """Plain pieces of gzip members; a piece is never larger than what CHUNK allows, whatever it expands to."""
    unpacker, fresh = zlib.decompressobj(wbits=GZIP), True
    try:
        for packed in pieces:
            rest = packed
            while rest:
                yield unpacker.decompress(rest, CHUNK)
                fresh = False
                rest = unpacker.unconsumed_tail or unpacker.unused_data
                if unpacker.eof:
                    unpacker, fresh = zlib.decompressobj(wbits=GZIP), True
    except zlib.error as error:
        raise FetchError(f"{host} sent a gzip body that cannot be unpacked.") from error
    if not fresh:
        raise FetchError(f"{host} broke off before the end of the feed. Try again later.")


def _reason(error: Exception) -> str:
    """A few words on *error* for people."""
    if isinstance(error, ssl.SSLError):
        return "its certificate or encryption is not in order"
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionResetError):
        return "it broke the connection off"
    if isinstance(error, http.client.HTTPException):
        return "its answer is not proper HTTP"
    return error.strerror or "the connection failed" if isinstance(error, OSError) else "the connection failed"


def probe(url: str, *, allow: tuple[str, ...] = (), max_seconds: float = MAX_SECONDS) -> int:
    """The HTTP status that *url* answers with in the end; the body is not read. Raises FetchError with a sentence."""
    deadline = Deadline(time.monotonic() + max_seconds)
    for _ in range(MAX_REDIRECTS + 1):
        target = read_target(url)
        try:
            with _answer(target, deadline, allow=allow, conditions={}) as answer:
                location = answer.getheader("Location")
                if answer.status not in REDIRECTS or not location:
                    return answer.status
        except TimeoutError as error:
            raise FetchError(f"{target.host} did not answer in time.") from error
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"{target.host} could not be read: {_reason(error)}.") from error
        url = _redirected(url, location)
    raise FetchError("It redirects again and again.")
