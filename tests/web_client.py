"""Asks a running server and gives its answer as it came: no redirect followed, no error raised."""

import gzip
import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.servers import Server


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


def get(server: Server, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> Answer:
    """Ask *server* for *path*, over a connection of its own."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        body = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        if found.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return Answer(response.status, found, body)
    finally:
        connection.close()
