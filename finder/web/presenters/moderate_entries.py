"""The rows of the queue as HTML, made once for as long as nothing that they say changes."""

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from markupsafe import Markup

from finder.domain.review import OPEN
from finder.review.bulk import may_be_one_of_many
from finder.review.queue import QueueRow
from finder.web.presenters.moderate_text import visible
from finder.web.presenters.moderate_words import KINDS, STATUSES, risk_words, waited
from finder.web.presenters.pieces import Render

MACRO = "queue_entry"
#: Rows that are kept; about a kilobyte each.
MAX_ENTRIES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """One request of the queue."""

    reference: str
    revision: int
    kind: str
    title: Markup
    body: str
    status: str
    waited: str
    risks: list[tuple[str, str, bool]]
    claimed_by: str
    is_open: bool
    others: int
    tickable: bool


@dataclass(slots=True)
class EntryBox:
    """Rows of the queue by all that they say; those that were not asked for longest are dropped first."""

    render: Render
    size: int = MAX_ENTRIES
    held: OrderedDict[tuple[QueueRow, str, bool], Markup] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def entry(self, row: QueueRow, *, may_decide: bool, now: dt.datetime) -> Markup:
        """*row* as a list item; whoever *may_decide* can tick and take it."""
        waits = waited(row.waiting_since, now)
        key = (row, waits, may_decide)
        with self.lock:
            found = self.held.get(key)
            if found is not None:
                self.held.move_to_end(key)
                return found
        made = Markup(self.render(MACRO, {"row": _line(row, waits), "may_decide": may_decide}))  # noqa: S704 - of ours
        with self.lock:
            self.held[key] = made
            while len(self.held) > self.size:
                self.held.popitem(last=False)
        return made


def _line(row: QueueRow, waits: str) -> RowLine:
    return RowLine(
        reference=row.reference,
        revision=row.revision,
        kind=KINDS[row.kind],
        title=visible(row.title) or Markup("Without a name"),
        body=row.body,
        status=STATUSES[row.status],
        waited=waits,
        risks=risk_words(row.risks),
        claimed_by=row.claimed_by,
        is_open=row.status in OPEN,
        others=row.others,
        tickable=may_be_one_of_many(row.kind, row.status, row.risks),
    )
