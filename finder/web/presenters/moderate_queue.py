"""The queue as a page: its rows in words, and every choice of the filter with where it leads."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from markupsafe import Markup

from finder.domain.review import Kind, Risk
from finder.review.bulk import Candidate, may_be_one_of_many
from finder.review.queue import Order, QueuePage
from finder.web.forms.moderate import STANDING, QueueForm
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_entries import EntryBox
from finder.web.presenters.moderate_text import became, visible
from finder.web.presenters.moderate_words import KINDS, RISKS, STATUSES, label_of, value_words

PATH = "/moderate"
STANDINGS = {
    "open": "Open",
    **{name: STATUSES[statuses[0]] for name, statuses in STANDING.items() if len(statuses) == 1},
    "all": "All",
}
ORDERS = {
    Order.OLDEST: "Longest waiting",
    Order.NEWEST: "Newest",
    Order.NAME: "Name",
    Order.RISK: "Most to look at",
}


@dataclass(frozen=True, slots=True)
class KindLink:
    """A kind with how many wait, as a link; *chosen*: it is the one shown."""

    label: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """What ``templates/moderate/queue.html`` shows."""

    form: QueueForm
    total: int
    kinds: list[KindLink]
    rows: list[Markup]
    page: int
    pages: int
    earlier: str
    later: str
    here: str
    narrowed: bool
    tickable: bool
    standings: dict[str, str]
    risks: dict[str, str]
    orders: dict[str, str]
    bodies: list[tuple[str, str, int]]


def queue_view(form: QueueForm, found: QueuePage, box: EntryBox, *, may_decide: bool, now: dt.datetime) -> QueueView:
    """The page of the queue that *form* asked for, its rows from *box*."""
    everything = sum(found.by_kind.values())
    kinds = [KindLink("All", everything, queue_address(replace(form, kind=None, page=1)), form.kind is None)]
    kinds += [
        KindLink(words, count, queue_address(replace(form, kind=kind, page=1)), form.kind is kind)
        for kind, words in KINDS.items()
        if (count := found.by_kind.get(kind, 0)) or form.kind is kind
    ]
    page = found.page
    return QueueView(
        form=form,
        total=found.total,
        kinds=kinds,
        rows=[box.entry(row, may_decide=may_decide, now=now) for row in found.rows],
        page=page,
        pages=found.pages,
        earlier=queue_address(replace(form, page=page - 1)) if page > 1 else "",
        later=queue_address(replace(form, page=page + 1)) if page < found.pages else "",
        here=queue_address(replace(form, page=page)),
        narrowed=replace(form, page=1, order=Order.OLDEST) != QueueForm(),
        tickable=any(may_be_one_of_many(row.kind, row.status, row.risks) for row in found.rows),
        standings=STANDINGS,
        risks={risk.value: RISKS[risk][0] for risk in Risk},
        orders={order.value: words for order, words in ORDERS.items()},
        bodies=list(found.bodies),
    )


def queue_address(form: QueueForm) -> str:
    """The address of the queue as *form* asks for it, without what goes without saying."""
    said = {
        "status": form.standing if form.standing != "open" else "",
        "kind": form.kind or "",
        "risk": form.risk or "",
        "body": form.body,
        "q": form.words,
        "mine": "yes" if form.mine else "",
        "sort": form.order if form.order is not Order.OLDEST else "",
        "page": str(form.page) if form.page > 1 else "",
    }
    query = urlencode({name: str(value) for name, value in said.items() if value})
    return f"{PATH}?{query}" if query else PATH


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """One request at the second look: what would change, in words; ``refusal`` says why it is left out."""

    reference: str
    revision: int
    meeting_revision: int | None
    kind: str
    name: Markup
    note: Markup
    changes: list[tuple[str, Markup]]
    refusal: str


def candidate_lines(found: Sequence[Candidate], labels: Labels) -> list[CandidateLine]:
    """The requests of a second look, with every change."""
    return [
        CandidateLine(
            reference=each.submission.reference,
            revision=each.submission.revision,
            meeting_revision=each.meeting_revision,
            kind=KINDS[each.submission.kind],
            name=visible(each.name),
            note=visible(each.submission.note),
            changes=_changes(each, labels),
            refusal=each.refusal,
        )
        for each in found
    ]


def _changes(each: Candidate, labels: Labels) -> list[tuple[str, Markup]]:
    row = each.submission
    if row.kind is Kind.CONFIRM:
        return [("Confirmed", Markup("Everything is still right"))]
    if row.kind is Kind.EXCEPTION:
        return [
            (label_of(name), visible(words))
            for name, value in row.asked.items()
            if (words := value_words(name, value, labels))
        ]
    return [
        (
            label_of(one.name),
            became(value_words(one.name, one.now, labels), value_words(one.name, one.asked, labels)),
        )
        for one in each.compared
    ]
