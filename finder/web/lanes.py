"""The worker that serves the site: one fast lane, and a slow lane for those who take their time.

Python runs one thread of a process at a time, and threads that answer side by side spend much of it on giving way to
each other. So a request that has arrived whole is answered by one thread, in turn. Until then it waits without a
thread: a browser that opens a connection ahead of need, or a phone on a bad line, holds up nobody. A head that arrives
in pieces, whatever carries a body and whole feeds go to the slow lane, which has threads of its own. Other answers fit
into what the system sends by itself, so nobody waits for a slow reader; whoever asks for more before having taken what
they were given is hung up on, and so is a reader of a feed who takes it too slowly.

A process that is answering takes one new connection for each answer it has given, and leaves the others to a process
that has time: connections are kept open, so one that took a whole burst would keep it.
"""

import fcntl
import socket
import struct
import sys
import termios
import time
from concurrent import futures
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any
from urllib.parse import unquote

from gunicorn.workers.gthread import TConn

from finder.web.refusals import DRAINED_PIECES, QuietWorker

#: What the system holds of an answer that its reader has not taken yet; no answer of the fast lane is larger.
SEND_BUFFER = 512 * 1024
#: A head is looked for within so many bytes, more than the server takes.
MAX_HEAD = 64 * 1024
END_OF_HEAD = b"\r\n\r\n"
#: Requests without a body.
LIGHT = (b"GET ", b"HEAD ")
#: Whole feeds: they take long to make, and are larger than what the system sends by itself.
FEED_PATHS = ("/meetings.json", "/meetings.ics", "/sitemap", "/wp-admin/", "/export/", "/feeds/")
#: The endpoint of BMLT servers, whatever comes before it.
FEED_PART = "/client_interface/"
#: A head has to arrive within this time.
HEAD_SECONDS = 10.0
#: So long a reader may be about taking a piece of a feed (64 kB).
SEND_SECONDS = 10.0
#: With more than this of earlier answers untaken nobody is given another.
MAX_UNTAKEN = SEND_BUFFER // 2


def is_whole(connection: socket.socket) -> bool:
    """Whether a light request waits there whole, or the end of the connection; takes nothing of it."""
    try:
        waiting = connection.recv(MAX_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return False
    return not waiting or (waiting.startswith(LIGHT) and END_OF_HEAD in waiting and not is_heavy(waiting))


def untaken(connection: socket.socket) -> int:
    """How many bytes of earlier answers wait in the system for their reader; 0 where it does not tell."""
    waiting = bytearray(4)
    try:
        fcntl.ioctl(connection, termios.TIOCOUTQ, waiting)
    except OSError:
        return 0
    return int.from_bytes(waiting, sys.byteorder)


def is_heavy(head: bytes) -> bool:
    """Whether a request asks for a feed as a whole."""
    return is_feed(head.split(b" ", 2)[1].decode("latin-1"))


def is_feed(target: str) -> bool:
    """Whether what a request is for, as it was sent, is a feed: also encoded, after a host, or after many slashes."""
    path = target.partition("?")[0]
    if not path.startswith("/"):
        path = path.partition("://")[2].partition("/")[2]
    path = f"/{unquote(path).lstrip('/')}"
    return path.startswith(FEED_PATHS) or FEED_PART in f"{path}/"


def read_head(connection: socket.socket, *, begun: bytes, seconds: float) -> bytes:
    """The head that has *begun*, and what came with it: until its end, the end of the connection or `MAX_HEAD`.

    Empty when it takes longer than *seconds*.
    """
    deadline = time.monotonic() + seconds
    read = bytearray(begun)
    while END_OF_HEAD not in read and len(read) < MAX_HEAD:
        left = deadline - time.monotonic()
        if left <= 0:
            return b""
        connection.settimeout(left)
        try:
            piece = connection.recv(MAX_HEAD)
        except OSError:
            return b""
        if not piece:
            break
        read += piece
    return bytes(read)


class Connection(TConn):  # type: ignore[misc]  # gunicorn brings no types
    """A connection that is closed without waiting for its reader: the thread that closes it takes in all others."""

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 - gunicorn's
        """Close it; *graceful*: what is on its way from the client is taken first, so that nothing is reset."""
        if graceful:
            drain(self.sock)
        self.sock.close()


def drain(connection: socket.socket) -> None:
    """Say that nothing more comes, and take what has arrived."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.setblocking(False)
        for _ in range(DRAINED_PIECES):
            if not connection.recv(MAX_HEAD):
                break
    except OSError:  # there is nothing more, or nobody
        return


def hang_up(connection: socket.socket) -> bool:
    """Have a connection end at once, with all that its reader has not taken; False, as one that is not kept."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


class LaneWorker(QuietWorker):
    """A threaded worker with a fast and a slow lane; ``--threads`` is how many threads the slow lane has."""

    def init_process(self) -> None:
        """Make the slow lane, then everything else."""
        self._slow = futures.ThreadPoolExecutor(max_workers=self.cfg.threads, thread_name_prefix="slow")
        self._in_fast_lane = 0
        self._has_its_share = False
        super().init_process()

    def get_thread_pool(self) -> futures.ThreadPoolExecutor:
        """The fast lane."""
        return futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="fast")

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's
        """Look for new connections, or leave them to others."""
        super().set_accept_enabled(enabled and not self._has_its_share)

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait without a thread until something arrives."""
        if self._in_fast_lane:
            self._has_its_share = True
            self.set_accept_enabled(False)
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        connection = Connection(self.cfg, client, address, listener.getsockname())
        connection.set_timeout()
        self.pending_conns.append(connection)
        self.poller.register(client, EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn brings no types
        """Give a connection on which something arrived to its lane."""
        if is_whole(conn.sock) and untaken(conn.sock) <= MAX_UNTAKEN:
            self._in_fast_lane += 1
            job, finish = self.tpool.submit(self.handle, conn), self._finish_in_fast_lane
        else:
            job, finish = self._slow.submit(self._handle_slowly, conn), self.finish_request
        job.add_done_callback(lambda done: self.method_queue.defer(finish, conn, done))

    def _finish_in_fast_lane(self, conn: Any, done: futures.Future[object]) -> None:  # noqa: ANN401 - gunicorn brings no types
        self._in_fast_lane -= 1
        self._has_its_share = False
        self.finish_request(conn, done)

    def handle_request(self, req: Any, conn: Any) -> object:  # noqa: ANN401 - gunicorn brings no types
        """Answer; a feed is given to those only who take it."""
        if is_feed(req.path):
            conn.sock.settimeout(SEND_SECONDS)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            return hang_up(conn.sock)

    def _handle_slowly(self, conn: Any) -> object:  # noqa: ANN401 - gunicorn brings no types
        if untaken(conn.sock) > MAX_UNTAKEN:
            return hang_up(conn.sock)
        conn.init()
        reader = conn.parser.unreader
        begun = reader.take_buffered()  # of a request that came close upon the one before
        head = read_head(conn.sock, begun=begun, seconds=HEAD_SECONDS)
        reader.unread(head)
        return self.handle(conn) if head else False
