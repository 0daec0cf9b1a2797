"""A test client whose every request goes over HTTP to a server process; it keeps and signs cookies as Flask's does."""

import http.client
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from tests.servers import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Headers that tell of one connection, not of what was asked.
OF_THE_WAY = frozenset({"connection", "transfer-encoding", "keep-alive"})


class Carrier:
    """A WSGI application that hands every request on to *server*, each thread over a connection of its own."""

    def __init__(self, server: Server) -> None:
        self._server, self._own = server, threading.local()
        self._open: list[http.client.HTTPConnection] = []

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            where = urlsplit(self._server.url)
            self._own.connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
            self._open.append(self._own.connection)
        held: http.client.HTTPConnection = self._own.connection
        return held

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Ask the server."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") and name != "HTTP_HOST"
        }
        if body:
            headers["Content-Type"] = environ.get("CONTENT_TYPE", "")
        path = quote(environ["PATH_INFO"].encode("latin-1"))
        if environ.get("QUERY_STRING"):
            path += f"?{environ['QUERY_STRING']}"
        connection = self._connection()
        connection.request(environ["REQUEST_METHOD"], path, body=body or None, headers=headers)
        response = connection.getresponse()
        content = response.read()
        told = [(name, value) for name, value in response.getheaders() if name.lower() not in OF_THE_WAY]
        start_response(f"{response.status} {response.reason}", told)
        return [content]

    def close(self) -> None:
        """Hang up, and stop the server."""
        for connection in self._open:
            connection.close()
        self._server.stop()


class ClientOverHttp(FlaskClient):
    """Like Flask's client, but for what answers."""

    carrier: Carrier

    def run_wsgi_app(self, environ: "WSGIEnvironment", buffered: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as in the class above
        """Have the server process answer."""
        app, self.application = self.application, self.carrier  # type: ignore[assignment]
        try:
            return super().run_wsgi_app(environ, buffered)
        finally:
            self.application = app


def client_of(app: Flask, carrier: Carrier) -> ClientOverHttp:
    """A client of the server that *carrier* asks, which has the secret key of *app*."""
    client = ClientOverHttp(app, app.response_class, use_cookies=True)
    client.carrier = carrier
    return client
