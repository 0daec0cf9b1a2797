"""How many requests of each body and kind wait, remembered for as long as no request or listing has changed.

Counting follows every open request to its listing, which takes longer than all else that a page of the queue needs.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.domain.review import OPEN, Kind
from finder.store.review import Submission
from finder.store.shelf import DirectoryRevision

#: Questions whose counts are remembered.
MOST_KEPT = 256


class Count(NamedTuple):
    """How many submissions there are of one body (its slug and name, None: of none) and kind."""

    kind: Kind
    number: int
    slug: str | None
    body: str | None


#: What tells one state of the queue from another.
State = tuple[int, int, int, int]

_REVISION = select(func.max(DirectoryRevision.revision)).scalar_subquery()
_STATE = select(
    func.count(),
    func.coalesce(func.max(Submission.id), 0),
    func.coalesce(func.sum(Submission.id * Submission.revision), 0),
    func.coalesce(_REVISION, 0),
).where(Submission.status.in_(sorted(OPEN)))


def state_of(session: Session) -> State:
    """The state of the queue: a request that comes, goes or changes makes another, and so does any listing."""
    number, last, revisions, listings = session.execute(_STATE).one()
    return int(number), int(last), int(revisions), int(listings)


@dataclass(slots=True)
class Tally:
    """Counts of open requests by question, of the latest state only."""

    state: State = (0, 0, 0, 0)
    kept: OrderedDict[Hashable, Sequence[Count]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, session: Session, question: Hashable, count: Callable[[], Sequence[Count]]) -> Sequence[Count]:
        """The counts for *question*, which says who asks as well; *count* gives them when they are not remembered."""
        state = state_of(session)
        with self.lock:
            found = self.kept.get(question) if state == self.state else None
        if found is None:
            found = count()
            with self.lock:
                if state != self.state:
                    self.kept.clear()
                    self.state = state
                self.kept[question] = found
                while len(self.kept) > MOST_KEPT:
                    self.kept.popitem(last=False)
        return found
