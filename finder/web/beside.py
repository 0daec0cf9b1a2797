"""What lies beside a search for a place: the meetings that one can join from anywhere, and the next of them.

Most questions for a place share this one, so its answers are kept for their minute, in memory and bounded.
"""

import dataclasses
import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from finder.domain.vocabulary import Attendance
from finder.search.answer import Answer, Hit
from finder.search.criteria import SearchCriteria, Sort
from finder.search.engine import find
from finder.search.snapshot import Snapshot

#: Questions whose answers are kept.
MAX_KEPT = 256

Beside = tuple[int, Hit | None]


@dataclass(slots=True)
class OnlineBeside:
    """Answers by revision, minute and question; the oldest go first."""

    kept: OrderedDict[tuple[int, dt.datetime, SearchCriteria], Beside] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, answer: Answer, snapshot: Snapshot, criteria: SearchCriteria, now: dt.datetime) -> Beside:
        """How many online and hybrid meetings answer *criteria* but for its place, and the next of them.

        Nothing for a question that has no place, that does not want to be online, or that nothing online answers.
        """
        if not criteria.has_place or not answer.online_total:
            return 0, None
        key = (snapshot.revision, now, online_anywhere(criteria))
        found = self.kept.get(key)
        if found is None:
            there = find(snapshot, key[2], now=now)
            found = (there.total, there.hits[0] if there.hits else None)
            with self.lock:
                self.kept[key] = found
                while len(self.kept) > MAX_KEPT:
                    self.kept.popitem(last=False)
        return found


def online_anywhere(criteria: SearchCriteria) -> SearchCriteria:
    """The same question asked of online meetings, wherever they are; its zone counts only for words such as tonight."""
    return dataclasses.replace(
        criteria,
        latitude=None,
        longitude=None,
        within_km=0.0,
        region_ids=(),
        zone=criteria.zone if criteria.when else "UTC",
        attendance=(Attendance.ONLINE,),
        sort=Sort.SOONEST,
        page=1,
        per_page=1,
    )
