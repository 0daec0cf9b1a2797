"""A connection to a stranger's server that cannot lead inside and that ends at a deadline.

Every address a name resolves to is judged, and the connection goes to one that was judged: there is no second look-up.
Nothing is read from the environment: no proxy, no credentials.
"""

import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from finder.domain.errors import FinderError
from finder.sources.addresses import Address, is_public

MAX_URL_LENGTH = 2048
PORTS = {"http": 80, "https": 443}


class FetchError(FinderError):
    """A source that could not be fetched; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: scheme, host as it is asked for, port, and path with query."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(slots=True)
class Deadline:
    """The wall-clock end of a fetch."""

    at: float

    def left(self) -> float:
        """Seconds until the end; raises FetchError behind it."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise FetchError("The source took too long to answer: it was given up. Try again later.")
        return left


def read_target(url: str) -> Target:
    """Where *url* leads; raises FetchError for anything but a plain http(s) address."""
    if len(url) > MAX_URL_LENGTH or not url.isascii() or any(letter <= " " or letter in '\\"<>\x7f' for letter in url):
        raise FetchError("The source's address holds characters that a web address cannot have, or is too long.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"The source's address cannot be read: {error}.") from error
    scheme, host = parts.scheme.casefold(), parts.hostname or ""
    if scheme not in PORTS:
        raise FetchError("A source is fetched by http or https only.")
    if not host or not parts.netloc:
        raise FetchError("The source's address names no host.")
    if parts.username is not None or parts.password is not None:
        raise FetchError("The source's address carries a user name: that is not supported.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme, host, PORTS[scheme] if port is None else port, path)


def check_port(url: str, allow: tuple[str, ...]) -> None:
    """Nothing when *url* is on a port that sources are fetched from, or host and port are among *allow*.

    Raises FetchError, which says the ports.
    """
    target = read_target(url)
    if target.port not in PORTS.values() and f"{target.host}:{target.port}" not in allow:
        raise FetchError(_other_port(target.port))


def _other_port(port: int) -> str:
    return f"Port {port} is not one that sources are fetched from: only 80 and 443 are. Give an address without a port."


def resolve(target: Target, deadline: Deadline, allow: tuple[str, ...]) -> Address:
    """An address of the host that may be connected to; every one it has must be public."""
    usual = target.port in PORTS.values()
    addresses = _look_up(target, deadline)
    for address in addresses:
        if f"{address}:{target.port}" in allow:
            continue
        if not usual:
            raise FetchError(_other_port(target.port))
        if not is_public(address):
            raise FetchError(f"{target.host} is not on the public internet: sources inside a network are not fetched.")
    return addresses[0]


def _look_up(target: Target, deadline: Deadline) -> list[Address]:
    """Every address of the host. The system's resolver knows no deadline, so it is waited for from outside."""
    answers: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.put([ipaddress.ip_address(row[4][0]) for row in found])
        except (OSError, UnicodeError, ValueError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception) or not answer:
        raise FetchError(f"{target.host} is not known: check the address.")
    return answer


class _Reading(io.RawIOBase):
    """Bytes off a socket until the deadline, however slowly they drip in."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer has no name in Python 3.11
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)


@dataclass(frozen=True, slots=True)
class Line:
    """What http.client needs of a socket. Closing it leaves the socket open: an answer is still read from it then."""

    connected: socket.socket
    deadline: Deadline

    def sendall(self, content: bytes) -> None:
        """Send all of *content* before the deadline."""
        self.connected.settimeout(self.deadline.left())
        self.connected.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What is received, until the deadline."""
        return io.BufferedReader(_Reading(self.connected, self.deadline))

    def close(self) -> None:
        """Do nothing: whoever connected closes the socket."""


def connect(target: Target, address: Address, deadline: Deadline) -> socket.socket:
    """A connection to exactly *address*; TLS is checked against the name that was asked for."""
    connected = socket.create_connection((str(address), target.port), timeout=deadline.left())
    if target.scheme == "http":
        return connected
    connected.settimeout(deadline.left())
    try:
        return ssl.create_default_context().wrap_socket(connected, server_hostname=target.host)
    except BaseException:
        connected.close()
        raise
