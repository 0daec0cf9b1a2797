"""Approving many harmless requests at once: what may be among them, how many, and what a second look has to show."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.counts import published_listings
from finder.directory.draft import draft_of
from finder.directory.register import read_register
from finder.domain.asked import Compared, Fields, compare, fields_of
from finder.domain.errors import BadInputError
from finder.domain.review import HARMLESS, WORDS, Action, Kind, Status
from finder.domain.roles import Right
from finder.review.decisions import Decision, decide, for_decision
from finder.review.letters import Letterhead
from finder.store.review import Submission

#: More than this at once wants a second person, each with a share of their own.
MOST = 20
#: More than this nobody looks at together.
MOST_TOGETHER = 500
#: Of the directory, at most this part at once.
SHARE = 0.05
#: In a directory of so many listings the share is no less than `MOST`: more need not be counted.
ENOUGH = int(MOST / SHARE)
KINDS = frozenset({Kind.CHANGE, Kind.CONFIRM, Kind.EXCEPTION})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request as a second look shows it. ``refusal`` says why it has to be opened by itself; "" when it need not."""

    submission: Submission
    name: str
    now: Fields | None
    compared: list[Compared]
    meeting_revision: int | None
    refusal: str


def may_be_one_of_many(kind: Kind, status: Status, risks: Sequence[str]) -> bool:
    """Whether a request may be approved together with others, as far as its row in the queue tells."""
    return kind in KINDS and status is Status.PENDING and set(risks) <= HARMLESS


def most_at_once(session: Session) -> int:
    """How many requests one moderator may approve at once: 20, or 5 % of a small directory, and always one."""
    return max(1, min(MOST, int(published_listings(session, at_most=ENOUGH) * SHARE)))


def wants_second(session: Session, references: Sequence[str]) -> bool:
    """Whether so many are approved only when a second moderator has looked at them as well."""
    return len(set(references)) > most_at_once(session)


def refuse_too_many(references: Sequence[str]) -> None:
    """Nothing, when so many can be looked at together. Raises BadInputError with what to do."""
    if not references:
        raise BadInputError("take", "Tick at least one request in the queue.")
    if len(set(references)) > MOST_TOGETHER:
        raise BadInputError("take", f"You ticked {len(set(references))} requests: tick {MOST_TOGETHER} or fewer.")


def second_look(session: Session, references: Sequence[str], *, viewer: Viewer) -> list[Candidate]:
    """The requests among *references* that are the viewer's, with every change: ten statements for any number.

    Raises BadInputError when there are too many. What is foreign is left out.
    """
    refuse_too_many(references)
    wanted = select(Submission).where(Submission.reference.in_(sorted(set(references))))
    rows = session.execute(wanted.order_by(Submission.waiting_since, Submission.id)).scalars().all()
    held = {
        each.meeting.id: each for each in read_register(session, [row.meeting_id for row in rows if row.meeting_id])
    }
    found = []
    for row in rows:
        listing = held.get(row.meeting_id or 0)
        body_id = listing.meeting.service_body_id if listing else row.service_body_id
        if row.status is Status.UNPROVEN or not viewer.may(Right.DECIDE, body_id):
            continue
        now = fields_of(draft_of(listing)) if listing and listing.meeting.published else None
        compared = compare(row.then, now, row.asked) if row.kind is Kind.CHANGE else []
        found.append(
            Candidate(
                submission=row,
                name=listing.meeting.name if listing else row.title,
                now=now,
                compared=compared,
                meeting_revision=listing.meeting.revision if listing else None,
                refusal=_refusal(row, now, compared),
            )
        )
    return found


def _refusal(row: Submission, now: Fields | None, compared: list[Compared]) -> str:
    if row.status is not Status.PENDING:
        return f"It is {WORDS[row.status]}."
    if not may_be_one_of_many(row.kind, row.status, row.risks or ()):
        return "It wants a look by itself."
    if now is None:
        return "Its listing is not published any more."
    return "The listing has changed since this was asked." if any(each.clash for each in compared) else ""


def decide_one(
    session: Session,
    reference: str,
    *,
    by: Viewer,
    seen_revision: int,
    seen_meeting_revision: int | None,
    letterhead: Letterhead,
    now: dt.datetime,
) -> Status:
    """Approve one of many: all of it, from the date that was asked.

    Raises BadInputError for one that wants a look by itself, and otherwise as `decide` does. The caller commits.
    """
    row = for_decision(session, reference, by)
    if row.revision == seen_revision and not may_be_one_of_many(row.kind, row.status, row.risks or ()):
        raise BadInputError("take", "This request wants a look by itself.")
    on = row.effective_date
    decision = Decision(
        action=Action.APPROVE,
        seen_revision=seen_revision,
        seen_meeting_revision=seen_meeting_revision,
        on=on if on is not None and on > now.date() else None,
    )
    return decide(session, reference, decision, by=by, letterhead=letterhead, now=now)
