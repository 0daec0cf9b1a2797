"""Many approvals as one act: kept, confirmed by a second moderator when there are too many, taken back as one."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.accounts.permissions import viewer as viewer_for
from finder.directory.revert import UNDO_DAYS
from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import AlreadyDecidedError, BulkStatus
from finder.domain.roles import Right
from finder.review.letters import Letterhead
from finder.review.notices import ask_second
from finder.review.queue import BODY
from finder.store.accounts import User
from finder.store.meeting import Meeting
from finder.store.review import BulkAct, Submission

LAPSED = "{} asked for this and may not do it any more: nothing was changed. Whoever may do it can ask for it anew."
OWN = "You have asked for this yourself: another moderator of these service bodies has to confirm it."
Seen = Mapping[str, tuple[int, int | None]]  # reference -> its revision and that of its listing
LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBulk:
    """Many approvals together; ``mine``: the viewer asked for them. ``seen`` is what the first one looked at.

    ``lapsed``: they wait, and whoever asked for them may not decide about every one of them any more.
    """

    id: int
    status: BulkStatus
    seen: Seen
    approved: Sequence[str]
    asked_by: str
    asked_at: dt.datetime
    mine: bool
    lapsed: bool
    undoable: bool


def keep_waiting(session: Session, seen: Seen, *, by: Viewer, letterhead: Letterhead, now: dt.datetime) -> int:
    """Have a second moderator asked about *seen*; gives the number. Raises NotFoundError for what is foreign."""
    bodies = _refuse_foreign(session, list(seen), by)
    number = _kept(session, seen, BulkStatus.WAITING, by=by, now=now)
    path = f"/moderate/bulk/{number}"
    ask_second(session, bodies, path, asked_by=by.user_id, letterhead=letterhead, now=now)
    return number


def keep_done(session: Session, seen: Seen, approved: Sequence[str], *, by: Viewer, now: dt.datetime) -> int:
    """Remember approvals that one moderator made together, to take them back together; gives the number."""
    return _kept(session, seen, BulkStatus.DONE, by=by, now=now, approved=approved)


def _kept(
    session: Session, seen: Seen, status: BulkStatus, *, by: Viewer, now: dt.datetime, approved: Sequence[str] = ()
) -> int:
    row = BulkAct(
        status=status,
        looked_at=[[reference, *revisions] for reference, revisions in seen.items()],
        approved=list(approved),
        asked_by=by.user_id,
        asked_at=now,
        decided_by=by.user_id if status is BulkStatus.DONE else None,
        decided_at=now if status is BulkStatus.DONE else None,
    )
    session.add(row)
    session.flush()
    return row.id


def bulk_for(session: Session, number: int, *, viewer: Viewer, now: dt.datetime) -> HeldBulk:
    """Many approvals, for somebody who may decide about every one of them. Raises NotFoundError."""
    row = session.get(BulkAct, number, populate_existing=True)
    if row is None:
        raise NotFoundError("There is no such act here.")
    seen = {str(reference): (int(revision), listing) for reference, revision, listing in row.looked_at}
    _refuse_foreign(session, list(seen), viewer)
    name = session.execute(select(User.name, User.email).where(User.id == row.asked_by)).first()
    recent = row.decided_at is not None and now - row.decided_at <= dt.timedelta(days=UNDO_DAYS)
    return HeldBulk(
        id=row.id,
        status=row.status,
        seen=seen,
        approved=list(row.approved),
        asked_by=(name[0] or name[1]) if name else "Somebody",
        asked_at=row.asked_at,
        mine=row.asked_by == viewer.user_id,
        lapsed=row.status is BulkStatus.WAITING and _lapsed(session, row, list(seen)),
        undoable=row.status is BulkStatus.DONE and bool(row.approved) and recent,
    )


def _lapsed(session: Session, row: BulkAct, references: list[str]) -> bool:
    """Whether whoever asked may not decide about every one of them any more, by the roles that they hold now."""
    return has_lapsed(session, row.asked_by, lambda asker: _refuse_foreign(session, references, asker))


def has_lapsed(session: Session, asked_by: int | None, look: Callable[[Viewer], object]) -> bool:
    """Whether *look* is not for whoever asked any more, by the roles that they hold now: it raises NotFoundError."""
    asker = viewer_for(session, asked_by, strong=True) if asked_by is not None else None
    if asker is None:
        return True
    try:
        look(asker)
    except NotFoundError:
        return True
    return False


def waiting_for(session: Session, viewer: Viewer) -> list[tuple[int, int, bool]]:
    """What waits for a second moderator and is the viewer's: number, how many requests, whether they asked for it.

    Not what whoever asked may not do any more.
    """
    rows = session.execute(
        select(BulkAct).where(BulkAct.status == BulkStatus.WAITING).order_by(BulkAct.id).limit(LISTED)
    ).scalars()
    found = []
    for row in rows:
        references, mine = [str(each[0]) for each in row.looked_at], row.asked_by == viewer.user_id
        try:
            _refuse_foreign(session, references, viewer)
        except NotFoundError:
            continue
        if mine or not _lapsed(session, row, references):
            found.append((row.id, len(references), mine))
    return found


def take_up(session: Session, number: int, *, by: Viewer, now: dt.datetime) -> Seen:
    """Confirm as the second moderator: only the first who does so goes on. The caller approves what is given.

    Raises NotFoundError for what is foreign, BadInputError for one's own and for what its asker may not do any more,
    AlreadyDecidedError for whoever comes later.
    """
    take_lock(session)
    held = bulk_for(session, number, viewer=by, now=now)
    if held.mine:
        raise BadInputError("take", OWN)
    if held.lapsed:
        raise BadInputError("take", LAPSED.format(held.asked_by))
    _move(session, number, BulkStatus.DONE, by=by, now=now)
    return held.seen


def call_off(session: Session, number: int, *, by: Viewer, now: dt.datetime) -> None:
    """Leave the requests as they are, for anybody who may decide about them. Raises like `take_up`."""
    take_lock(session)
    bulk_for(session, number, viewer=by, now=now)
    _move(session, number, BulkStatus.CALLED_OFF, by=by, now=now)


def _move(session: Session, number: int, to: BulkStatus, *, by: Viewer, now: dt.datetime) -> None:
    statement = update(BulkAct).where(BulkAct.id == number, BulkAct.status == BulkStatus.WAITING)
    result = session.execute(
        statement.values(status=to, decided_by=by.user_id, decided_at=now).execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise AlreadyDecidedError("Somebody was faster: this is decided already. Nothing was changed.")


def note_approved(session: Session, number: int, approved: Sequence[str]) -> None:
    """Remember which of them were approved."""
    session.execute(update(BulkAct).where(BulkAct.id == number).values(approved=list(approved)))


def _refuse_foreign(session: Session, references: list[str], viewer: Viewer) -> set[int | None]:
    """The service bodies of the requests, every one of which is the viewer's. Raises NotFoundError."""
    whose = select(BODY).select_from(Submission).outerjoin(Meeting, Meeting.id == Submission.meeting_id)
    bodies = session.execute(whose.where(Submission.reference.in_(references))).scalars().all()
    if len(bodies) != len(references) or not all(viewer.may(Right.DECIDE, body) for body in set(bodies)):
        raise NotFoundError("There is no such act here.")
    return set(bodies)
