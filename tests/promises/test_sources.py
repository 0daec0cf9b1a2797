"""O2 and O3: a bad source hurts nobody, and no source erases what is there. Real processes over a hostile server."""

import gzip
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from finder.sources.lookup import source_named
from finder.sources.managing import change_source, draft_of_source
from finder.store.database import Database
from tests.conftest import NOW, Databases, prepare
from tests.servers import FINDER
from tests.sources.feeds import a_feed, a_row
from tests.sources.instance import faults, revision, shown
from tests.sources.loopback import Asked, Handler, serving

ROWS = [a_row(number) for number in range(12)]
MOST_SECONDS = 30
MOST_MEMORY = 64 * 2**20
HUGE = 60 * 2**20


def hang(request: Handler) -> None:
    request.asked.over.wait(120)


def endless(request: Handler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        request.wfile.write(b"100000\r\n" + b" " * 0x100000 + b"\r\n")


def broken_list(request: Handler) -> None:
    row = json.dumps(a_row(1)).encode()
    request.send(b"[" + b",".join([row] * (HUGE // len(row))) + b', {"na')


#: Path: what the server does to whoever asks.
HOSTILE: dict[str, Callable[[Handler], None]] = {
    "/hang": hang,
    "/endless": endless,
    "/spaces": lambda request: request.send(b" " * HUGE),
    "/broken": broken_list,
    "/string": lambda request: request.send(b'["' + b"a" * HUGE),
    "/bomb": lambda request: request.send(gzip.compress(b"[" * 10**8), Content_Encoding="gzip"),
    "/deep": lambda request: request.send(b"[" * 10**6),
    "/shrunken": lambda request: request.send(a_feed(*ROWS[:9])),
}


class Instance:
    """A directory with one good source, as processes see it."""

    def __init__(self, folder: Path, url: str, server: Asked) -> None:
        self.database, self.server = Database(url), server
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FINDER_")}
        self.env = {
            **clean,
            "FINDER_DATA_DIR": str(folder),
            "FINDER_DATABASE_URL": url,
            "FINDER_TESTING": "1",
            "FINDER_FEED_ALLOW": server.address,
        }

    def move_to(self, path: str) -> None:
        """Have the source live at another address."""
        with self.database.unit_of_work() as session:
            row = source_named(session, "Larks")
            draft = replace(draft_of_source(row), url=f"{self.server.url}{path}")
            allow = (self.server.address,)
            change_source(session, row.id, draft, seen=None, by="operator", reason="", now=NOW, allow=allow)

    def sources(self, *arguments: str) -> tuple[str, int, float]:
        """What ``finder sources`` says, the most memory it took, and its seconds."""
        began = time.monotonic()
        process = subprocess.Popen(
            [str(FINDER), "sources", *arguments], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        most = 0
        while process.poll() is None:
            most = max(most, _high_water(process.pid))
            time.sleep(0.01)
        words, _ = process.communicate()
        return " ".join(words.decode().split()), most, time.monotonic() - began


def _high_water(number: int) -> int:
    """The most memory that a process has held since it began, in bytes; 0 once it is gone."""
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


@pytest.fixture
def instance(databases: Databases, tmp_path: Path, gazetteer_path: Path) -> Iterator[Instance]:
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "places.db").symlink_to(gazetteer_path)
    present: dict[str, Callable[[Handler], None]] = {"/larks": lambda request: request.send(a_feed(*ROWS))}

    def answer(request: Handler) -> None:
        ({**present, **HOSTILE})[request.path](request)

    with serving(answer) as server:
        made = Instance(tmp_path / "var", databases.copy_of("prepared", prepare), server)
        yield made
        made.database.dispose()


@pytest.mark.one_database
@pytest.mark.timeout(600)
def test_o2_o3_a_bad_source_ends_with_a_reason_and_changes_nothing(instance: Instance) -> None:
    address, options = instance.server.url, ("--program", "aa", "--policy", "publish")
    instance.sources("add", "Larks", f"{address}/larks", *options)
    _, usual, start = instance.sources("refresh", "Larks")
    before, held = revision(instance.database), shown(instance.database)
    assert len(held) == len(ROWS)

    for path in HOSTILE:
        instance.move_to(path)
        words, memory, seconds = instance.sources("refresh", "Larks")
        assert "Refresh" in words, words
        assert "Traceback" not in words
        assert memory - usual <= MOST_MEMORY, (path, (memory - usual) / 2**20)
        assert seconds - start <= MOST_SECONDS, (path, seconds)
        assert revision(instance.database) == before, path
        assert shown(instance.database) == held, path

    instance.move_to("/larks")
    words, _, _ = instance.sources("refresh", "Larks")
    assert "12 as before" in words
    assert revision(instance.database) == before
    assert faults(instance.database) == []
