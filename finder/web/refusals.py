"""A gunicorn worker that refuses what is no request as the site does: in plain words, armoured, forgetting who asked.

The server's own answer to an endless address or a broken request carries no armour, and it writes the asker's address
and what was asked into its log. Use it by name: ``--worker-class finder.web.refusals.QuietWorker``.
"""

import socket
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from finder.web.armour import ARMOUR, PAGE_POLICY
from finder.web.faults import Fault, bare_page, fault_of

#: Kinds of broken requests, and of broken answers of ours, with their status; every other broken request is a 400.
STATUSES: dict[type[Exception], int] = {
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    ParseException: 400,
}
#: How much of a refused request is read and thrown away, so that the refusal arrives, and how long is waited for more.
DRAINED_PIECES = 32
PIECE_BYTES = 16 * 1024
PIECE_TIMEOUT_S = 0.5


def refusal(fault: Fault) -> bytes:
    """The whole HTTP answer that tells *fault* and closes the connection."""
    body = bare_page(fault).encode()
    lines = [
        f"HTTP/1.1 {fault.status} {HTTPStatus(fault.status).phrase}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        f"Content-Security-Policy: {PAGE_POLICY}",
        *(f"{name}: {value}" for name, value in ARMOUR),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class QuietWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn brings no types
    """A threaded worker whose refusals and failures say nothing of who asked for what."""

    def handle_error(self, req: object, client: Any, addr: object, exc: Exception) -> None:  # noqa: ANN401 - a socket
        """Answer a request that could not be read, or on which the application broke off."""
        del req, addr
        status = next((status for kind, status in STATUSES.items() if isinstance(exc, kind)), 500)
        self.log.warning("request_refused status=%d error=%s", status, type(exc).__name__)
        try:
            util.write_nonblock(client, refusal(fault_of(status)))
            _let_it_arrive(client)
        except OSError:
            self.log.debug("refusal_not_sent")


def _let_it_arrive(client: Any) -> None:  # noqa: ANN401 - a socket
    """Read on for a while: closing on unread data resets the connection, and the refusal with it is lost."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(PIECE_TIMEOUT_S)
    for _ in range(DRAINED_PIECES):
        if not client.recv(PIECE_BYTES):
            break
