"""Runs in a network of its own: a public host, canaries everywhere else, and the product that is led to them.

Prints as JSON what came of each address, and which canaries heard anything.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from finder.domain.errors import FinderError
from finder.sources.bmlt_server import load_server
from finder.sources.fetch import fetch, probe
from tests.servers import FINDER
from tests.sources.feeds import a_feed, a_row
from tests.sources.inside import INSIDE_4, INSIDE_6, TOLD_OTHERWISE, URLS, wrapped
from tests.sources.names import NameServer, Table

PUBLIC = ("8.8.4.4", "2001:4860:4860::8844")
PORTS = (80, 443, 22, 3128, 5432, 8080)
PORT = "8080"
FEED = a_feed(*(a_row(number) for number in range(5)))
NOWHERE = ("0.0.0.0", "::", "224.0.0.1", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1")  # noqa: S104 - of sources
INSIDE = (*INSIDE_4, *INSIDE_6, *(way for ip in TOLD_OTHERWISE for way in wrapped(ip)))
#: Where redirects lead; without a host they would lead to the same one.
LOCATIONS = [
    url.replace("{port}", PORT) for url in URLS if url.isascii() and not url.startswith(("http:1", "http:///"))
]


def _names() -> Table:
    table: Table = {"public.example": [list(PUBLIC)], "four.example": [[PUBLIC[0]]], "six.example": [[PUBLIC[1]]]}
    for number, inside in enumerate(INSIDE):
        table[f"inside-{number}.example"] = [[inside]]
        table[f"first-{number}.example"] = [[PUBLIC[0], inside]]
        table[f"last-{number}.example"] = [[inside, *PUBLIC]]
        table[f"turns-{number}.example"] = [[PUBLIC[0]], [inside]]
        table[f"again-{number}.example"] = [[PUBLIC[0]], [inside]]
    return table


@dataclass
class Listeners:
    """Whoever connects to anything but the public host is noted."""

    heard: Counter[str] = field(default_factory=Counter)
    served: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        """At every address, on the ports that somebody might want to reach."""
        for port in PORTS:
            for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 - in here
                listener = socket.socket(family, socket.SOCK_STREAM)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((anywhere, port))
                listener.listen(100)
                threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            connected, _ = listener.accept()
            threading.Thread(target=self._answer, args=(connected,), daemon=True).start()

    def _answer(self, connected: socket.socket) -> None:
        address, port = connected.getsockname()[:2]
        with connected, contextlib.suppress(OSError):
            if address not in PUBLIC or port != PORTS[0]:
                with self.changed:
                    self.heard[f"{address} {port}"] += 1
                    self.changed.notify_all()
                connected.sendall(_sent(FEED))
                return
            self.served += 1
            connected.settimeout(5)
            path = connected.recv(10_000).decode("latin-1").split(" ")[1]
            where = path.strip("/").split("-")
            if where[0] == "to":
                connected.sendall(_sent(b"", f"302 Found\r\nLocation: {LOCATIONS[int(where[1])]}"))
            elif where[0] == "again":
                connected.sendall(_sent(b"", f"302 Found\r\nLocation: http://again-{where[1]}.example/feed"))
            else:
                connected.sendall(_sent(FEED))


def _sent(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _forms() -> Iterator[tuple[str, str]]:
    """Kind and address of everything that must not lead anywhere."""
    yield from (("form", url.replace("{port}", PORT)) for url in URLS)
    yield from (("redirect", f"http://four.example/to-{number}") for number in range(len(LOCATIONS)))
    for number in range(len(INSIDE)):
        yield from ((kind, f"http://{kind}-{number}.example/feed") for kind in ("inside", "first", "last"))
        yield "again", f"http://again-{number}.example/again-{number}"


def _tried(reads: str, url: str) -> str:
    """What came of reading *url*: a reason, or what is no reason."""
    try:
        if reads == "fetch":
            return "" if fetch(url, max_seconds=10) else "nothing"
        return "" if (probe(url, max_seconds=10) if reads == "probe" else load_server(url, max_seconds=10)) else "none"
    except FinderError as error:
        return str(error)


def _commands() -> dict[str, tuple[int, str]]:
    """Exit code and words of the command, for a few of each kind; all at once."""
    told = {
        "public": "http://public.example/feed",
        "address": "http://169.254.169.254/latest/meta-data/",
        "redirect": f"http://four.example/to-{LOCATIONS.index('http://10.0.0.1/')}",
    }
    running = {name: _started("import", url, "--program", "aa", "--source", name) for name, url in told.items()}
    running["add"] = _started("sources", "add", "Inside", "http://10.0.0.1/feed", "--program", "aa")
    done = {name: _ended(process) for name, process in running.items()}
    return done | {"refresh": _ended(_started("sources", "refresh", "Inside"))}


def _started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([str(FINDER), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, " ".join(f"{out} {err}".split())


def _deaf(listeners: Listeners) -> list[str]:
    """Addresses inside at which no canary hears anything although somebody connects; what they heard is dropped."""
    deaf, heard = [], Counter[str]()
    for address in (*INSIDE_4, *INSIDE_6):
        if address in NOWHERE:
            continue
        where = f"{address}%lo" if address.startswith(("fe80", "febf")) else address
        try:
            with socket.create_connection((where, PORTS[0]), timeout=2) as connected:
                heard[f"{connected.getpeername()[0]} {PORTS[0]}"] += 1
        except OSError as error:
            deaf.append(f"{address}: {error}")
    with listeners.changed:
        listeners.changed.wait_for(lambda: not heard - listeners.heard, timeout=10)
        deaf += (heard - listeners.heard).elements()
        listeners.heard -= heard
    return deaf


def main() -> None:
    """Try everything, and tell."""
    names, listeners = NameServer(_names()), Listeners()
    listeners.listen()
    os.environ |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), f"http://10.9.9.9:{PORTS[3]}")
    found = [
        (kind, reads, url, _tried(reads, url))
        for kind, url in _forms()
        for reads in (("fetch", "probe") if kind == "form" else ("fetch",))
    ]
    turns = [
        [_tried("fetch", f"http://turns-{number}.example/feed") for _ in range(2)] for number in range(len(INSIDE))
    ]
    control = [_tried("fetch", f"http://{name}.example/feed") for name in ("public", "four", "six")]
    commands = _commands()
    told = {"found": found, "turns": turns, "control": control, "commands": commands, "deaf": _deaf(listeners)}
    told |= {"heard": sorted(listeners.heard), "served": listeners.served, "asked": sum(names.asked.values())}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
