"""Small servers on loopback for one test: each answers by a function, and remembers what it was asked."""

import contextlib
import http.server
import socketserver
import threading
from collections.abc import Callable, Iterator


class Asked:
    """What a server was asked, and where it is."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"{host}:{port}"
        self.url = f"http://{host}:{port}"
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()  # set when the test is done: hanging answers end


Answer = Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Gives every GET to the test's function."""

    protocol_version = "HTTP/1.1"
    asked: Asked
    answer: Answer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""

    def do_GET(self) -> None:
        self.asked.paths.append(self.path)
        self.asked.headers.append({name.casefold(): value for name, value in self.headers.items()})
        self.close_connection = True
        with contextlib.suppress(OSError):
            type(self).answer(self)

    def send(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """A whole answer; header names have underscores for hyphens."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = True

    def server_bind(self) -> None:  # the base class looks its own name up
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many of these tests are about."""


@contextlib.contextmanager
def serving(answer: Answer, host: str = "127.0.0.1") -> Iterator[Asked]:
    """A server at *host* for the length of a test."""
    handler = type("OneHandler", (Handler,), {"answer": staticmethod(answer)})
    with _Server((host, 0), handler) as server:
        asked = handler.asked = Asked(host, server.server_port)  # type: ignore[attr-defined] # made by type() above
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield asked
        finally:
            asked.over.set()
            server.shutdown()
            thread.join()
