"""Keeps the snapshot up to date, and goes on answering when the database does not."""

import datetime as dt
import os
import threading
import time
import weakref
from collections.abc import Callable

from finder.search.memory import give_back
from finder.search.snapshot import Snapshot
from finder.search.snapshot_build import build_snapshot
from finder.search.snapshot_update import rolled, updated
from finder.store.shelf_connection import READ_ERRORS
from finder.store.shelf_reader import ShelfReader

#: Sittings are computed anew after so long.
ROLL_AFTER = dt.timedelta(hours=24)


class Keeper:
    """Gives the current snapshot of the shelf behind *reader*; *clock* gives the aware instant of now.

    For any number of threads, and for processes forked from the one that built the first snapshot, which share it.
    """

    def __init__(self, reader: ShelfReader, *, clock: Callable[[], dt.datetime]) -> None:
        self._reader = reader
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()
        self._ask_again = 0.0
        self.stale = False
        _forget_lock_in_children(self)

    @property
    def latest(self) -> Snapshot | None:
        """The snapshot given last, without asking whether there is a newer one."""
        return self._snapshot

    def current(self) -> Snapshot:
        """The snapshot as new as the directory; while the database is out of reach, the one held.

        ``stale`` then says so. Raises what the reader raises when there is none yet.
        """
        held = self._snapshot
        if held is not None and time.monotonic() < self._ask_again:
            return held
        asked = time.monotonic()
        try:
            at = self._reader.revision()
            if held is None or at != held.at or self._is_old(held):
                held = self._renewed()
        except READ_ERRORS:
            self.stale = True
            # Waiting for a database that does not answer takes at most half of the time.
            self._ask_again = 2 * time.monotonic() - asked
            if self._snapshot is None:
                raise
            return self._snapshot
        self.stale = False
        return held

    def _renewed(self) -> Snapshot:
        with self._lock:
            held = self._snapshot
            at = self._reader.revision()  # again: another thread may have renewed the snapshot meanwhile
            if held is None or at.directory < held.at.directory:  # a backup was restored
                held = self._build()
            elif at != held.at:
                held = updated(held, self._reader, at) or self._build()
            if self._is_old(held):
                held = rolled(held, self._reader, now=self._clock())
            self._snapshot = held
        give_back()
        return held

    def _build(self) -> Snapshot:
        return build_snapshot(self._reader, now=self._clock())

    def _is_old(self, snapshot: Snapshot) -> bool:
        """Whether its sittings were computed too long ago, or for a later time than now."""
        age = self._clock() - snapshot.computed_at
        return not dt.timedelta() <= age < ROLL_AFTER

    def _new_lock(self) -> None:
        self._lock = threading.Lock()


def _forget_lock_in_children(keeper: Keeper) -> None:
    """Give a forked process its own lock: the thread that held the old one does not exist there."""
    weak = weakref.ref(keeper)

    def renew() -> None:
        kept = weak()
        if kept is not None:
            kept._new_lock()  # noqa: SLF001 - its own module

    os.register_at_fork(after_in_child=renew)
