"""What is counted and listed of the queue, remembered for as long as no request and no listing has changed.

Counting follows every open request to its listing, which takes longer than all else that a page of the queue needs;
reading the rows of a page comes next.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.domain.review import OPEN, BulkStatus
from finder.domain.sources import WAITING
from finder.store.review import BulkAct, Submission, WideAct
from finder.store.shelf import DirectoryRevision
from finder.store.source import SourceRun

#: Findings that are remembered.
MOST_KEPT = 256

Counted = TypeVar("Counted")


class State(NamedTuple):
    """What tells one state of the queue from another: a request that comes, goes or changes makes another one.

    ``listings`` is the directory's revision; ``bulks`` and ``wides`` are how many acts wait for a second moderator, and
    ``refreshes`` how many of sources wait for one.
    """

    requests: int
    last: int
    revisions: int
    listings: int
    bulks: int
    wides: int
    refreshes: int


_REVISION = select(func.max(DirectoryRevision.revision)).scalar_subquery()
_BULKS = select(func.count()).where(BulkAct.status == BulkStatus.WAITING).scalar_subquery()
_WIDES = select(func.count()).where(WideAct.status == BulkStatus.WAITING).scalar_subquery()
_REFRESHES = select(func.count()).where(SourceRun.state.in_(WAITING)).scalar_subquery()
_STATE = select(
    func.count(),
    func.coalesce(func.max(Submission.id), 0),
    func.coalesce(func.sum(Submission.id * Submission.revision), 0),
    func.coalesce(_REVISION, 0),
    _BULKS,
    _WIDES,
    _REFRESHES,
).where(Submission.status.in_(sorted(OPEN)))


def state_of(session: Session) -> State:
    """The state of the queue, by one statement."""
    return State(*(int(number) for number in session.execute(_STATE).one()))


@dataclass(slots=True)
class Tally:
    """What was found in the latest state only, by what was asked for."""

    state: State | None = None
    kept: OrderedDict[Hashable, object] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, state: State, question: Hashable, count: Callable[[], Counted]) -> Counted:
        """What *count* gives for *question*, which says who asks as well; counted only when it is not remembered."""
        with self.lock:
            if state == self.state and question in self.kept:
                self.kept.move_to_end(question)
                return cast("Counted", self.kept[question])
        found = count()
        with self.lock:
            if state != self.state:
                self.kept.clear()
                self.state = state
            self.kept[question] = found
            while len(self.kept) > MOST_KEPT:
                self.kept.popitem(last=False)
        return found


class Remembered(NamedTuple):
    """A tally, asked at one state of the queue."""

    tally: Tally
    state: State

    def of(self, question: Hashable, count: Callable[[], Counted]) -> Counted:
        """Like `Tally.of`."""
        return self.tally.of(self.state, question, count)
