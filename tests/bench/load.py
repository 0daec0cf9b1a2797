"""A small load generator: keep-alive connections over raw sockets, one process, no dependency.

It costs a few tens of microseconds a request, so what it measures is the server. Every answer is read whole and its
status is looked at.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

#: Seconds between one connection and the next.
APART_S = 0.02


@dataclass(slots=True)
class Connection:
    """One keep-alive connection and what it is waiting for."""

    sock: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    wanted: int = -1
    sent_at: float = 0.0


def run(port: int, requests: list[bytes], *, seconds: float, connections: int, once: bool) -> dict[str, object]:
    """Send *requests* in turn over *connections* for *seconds*; gives rate, statuses and latencies in ms.

    With *once* it ends when every request was answered. Connections come one after another while the server is at
    work, as people do, and what is counted begins when all are there; requests sent *once* find them come together.
    """
    selector = selectors.DefaultSelector()
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    number = 0
    waiting, began = connections, 0.0
    end = time.perf_counter() + connections * APART_S + seconds
    come = time.perf_counter()
    while time.perf_counter() < end:
        while waiting and (once or time.perf_counter() >= come):
            connection = _connected(port)
            selector.register(connection.sock, selectors.EVENT_READ, connection)
            number = _send(connection, requests, number)
            waiting, come = waiting - 1, time.perf_counter() + APART_S
            if not waiting:
                latencies.clear()
                began = time.perf_counter()
        for key, _ in selector.select(APART_S):
            connection = key.data
            part = connection.sock.recv(1 << 18)
            if not part:
                raise RuntimeError("The server closed a connection.")
            connection.buffer += part
            status = _complete(connection)
            if status:
                statuses[status] += 1
                latencies.append((time.perf_counter() - connection.sent_at) * 1000)
                if once and number >= len(requests):
                    end = 0.0
                    break
                number = _send(connection, requests, number)
    took = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    latencies.sort()
    return {
        "rate": len(latencies) / took,
        "p50_ms": latencies[len(latencies) // 2] if latencies else 0.0,
        "p95_ms": latencies[int(len(latencies) * 0.95)] if latencies else 0.0,
        "statuses": dict(statuses),
    }


def _connected(port: int) -> Connection:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(sock)


def _send(connection: Connection, requests: list[bytes], number: int) -> int:
    connection.buffer.clear()
    connection.wanted = -1
    connection.sent_at = time.perf_counter()
    connection.sock.sendall(requests[number % len(requests)])
    return number + 1


def _complete(connection: Connection) -> int:
    """Give the status once the answer is there whole, otherwise 0."""
    buffer = connection.buffer
    if connection.wanted < 0:
        head = buffer.find(b"\r\n\r\n")
        if head < 0:
            return 0
        text = bytes(buffer[:head]).lower()
        at = text.find(b"content-length:")
        length = 0 if at < 0 else int(text[at + 15 : text.find(b"\r\n", at) if b"\r\n" in text[at:] else None])
        connection.wanted = head + 4 + length
    return int(buffer[9:12]) if len(buffer) >= connection.wanted else 0


def main() -> None:
    """Read what to ask for as JSON from standard input, write the figures as JSON."""
    asked = json.load(sys.stdin)
    requests = [request(path, headers) for path, headers in asked["requests"]]
    figures = run(
        asked["port"], requests, seconds=asked["seconds"], connections=asked["connections"], once=asked["once"]
    )
    json.dump(figures, sys.stdout)


def request(path: str, headers: dict[str, str]) -> bytes:
    """Give a GET request as bytes."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


if __name__ == "__main__":
    main()
