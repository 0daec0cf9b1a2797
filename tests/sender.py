"""Somebody who fills in forms at a running server, over HTTP alone: one cookie, hidden values carried on."""

import http.client
import re
from html import unescape
from urllib.parse import urlencode, urlsplit

from tests.servers import Server
from tests.web_client import Answer

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Sender:
    """One visitor. ``get`` and ``post`` give the answer as it came; a redirect is not followed.

    *cookie* is that of a session that has begun elsewhere, as "name=value".
    """

    def __init__(self, server: Server, cookie: str = "") -> None:
        self._where = urlsplit(server.url)
        self._cookie = cookie

    def get(self, path: str, method: str = "GET") -> Answer:
        """Open a page."""
        return self._ask(method, path)

    def post(self, path: str, values: list[tuple[str, str]], headers: dict[str, str] | None = None) -> Answer:
        """Send a form; text of any kind goes as UTF-8."""
        body = urlencode([(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in values])
        return self._ask("POST", path, body, headers)

    def fill(self, path: str, values: list[tuple[str, str]]) -> Answer:
        """Open the form at *path* and send it with *values* beside its hidden ones."""
        return self.post(path, [*hidden(self.get(path).text, but={name for name, _ in values}), *values])

    def _ask(self, method: str, path: str, body: str | None = None, more: dict[str, str] | None = None) -> Answer:
        headers = {**(more or {}), **({"Cookie": self._cookie} if self._cookie else {})}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(self._where.hostname or "", self._where.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            content = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        self._cookie = found.get("set-cookie", self._cookie).partition(";")[0]
        return Answer(response.status, found, content)


def hidden(text: str, but: set[str] | frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """The hidden values of the first form of a page that posts, those named in *but* left out."""
    form = text.split('method="post"', 1)[1].split("</form>", 1)[0]
    return [(name, unescape(value)) for name, value in HIDDEN.findall(form) if name not in but]
