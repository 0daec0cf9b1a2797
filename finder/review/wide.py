"""Acts that change more listings than one moderator should change alone: a second one confirms them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import AlreadyDecidedError, BulkStatus, StaleError
from finder.review.bulk import most_at_once
from finder.review.letters import Letterhead
from finder.review.notices import ask_second
from finder.review.second_person import LAPSED, OWN, has_lapsed
from finder.review.wide_kinds import KINDS, bodies_of
from finder.review.wide_shapes import Act, Shown
from finder.store.accounts import User
from finder.store.review import WideAct

#: So many listings of one place or group are nothing unusual, however small the directory is.
ALWAYS = 5
LISTED, LOOKED_AT = 20, 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an act went: what holds the result (0: not done yet), and under which number it waits (0: it does not)."""

    done: int = 0
    waits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAct:
    """An act that wants two, for somebody who may do it.

    ``mine``: the viewer asked for it; ``overtaken``: what it is about was decided otherwise meanwhile; ``lapsed``:
    whoever asked for it may not do it any more; ``told``: sentences on what it would do, while it can be done.
    """

    id: int
    act: Act
    words: str
    status: BulkStatus
    listings: int
    asked_by: str
    asked_by_id: int
    mine: bool
    overtaken: bool
    lapsed: bool
    shown: Shown | None
    told: Sequence[str] = ()


def most_of_one_thing(session: Session) -> int:
    """How many listings one moderator may change by one act: 20, or 5 % of a small directory, and always five."""
    return max(ALWAYS, most_at_once(session))


def carry_out(session: Session, act: Act, *, by: Viewer, letterhead: Letterhead, now: dt.datetime) -> Outcome:
    """Do *act*, or have a second moderator asked when it changes too many listings.

    It is tried either way: raises NotFoundError, BadInputError and StaleError as the act itself does.
    """
    take_lock(session)
    kind = KINDS[act.kind]
    count = kind.count(session, act)
    if count <= most_of_one_thing(session):
        return Outcome(done=kind.do(session, act, by, act.reason, now))
    if kind.check is not None:
        kind.check(session, act)
    else:
        attempt = session.begin_nested()
        kind.do(session, act, by, act.reason, now)
        attempt.rollback()
        session.expire_all()
    row = WideAct(
        kind=act.kind,
        target=act.target,
        asked=dict(act.asked),
        seen=act.seen,
        reason=act.reason,
        listings=count,
        status=BulkStatus.WAITING,
        asked_by=by.user_id,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    path = f"/moderate/wide/{row.id}"
    ask_second(session, bodies_of(session, act), path, asked_by=by.user_id, letterhead=letterhead, now=now)
    return Outcome(waits=row.id)


def held_act(session: Session, number: int, *, viewer: Viewer) -> HeldAct:
    """An act that wants two, for somebody who may do it. Raises NotFoundError."""
    row = session.get(WideAct, number, populate_existing=True)
    if row is None:
        raise NotFoundError("There is no such act here.")
    held = _held(session, row, viewer)
    tell = KINDS[row.kind].tell
    if tell is None or held.status is not BulkStatus.WAITING or held.overtaken:
        return held
    return replace(held, told=tell(session, held.act))


def _held(session: Session, row: WideAct, viewer: Viewer) -> HeldAct:
    act = Act(kind=row.kind, target=row.target, asked=row.asked, seen=row.seen, reason=row.reason)
    name = session.execute(select(User.name, User.email).where(User.id == row.asked_by)).first()
    mine, waits = row.asked_by == viewer.user_id, row.status is BulkStatus.WAITING
    return HeldAct(
        id=row.id,
        act=act,
        words=KINDS[row.kind].words,
        status=row.status,
        listings=row.listings,
        asked_by=(name[0] or name[1]) if name else "Somebody",
        asked_by_id=row.asked_by or 0,
        mine=mine,
        overtaken=waits and _overtaken(session, act),
        lapsed=waits and not mine and _lapsed(session, act, row.asked_by),
        shown=_shown(session, act, viewer, done=not waits),
    )


def _overtaken(session: Session, act: Act) -> bool:
    check = KINDS[act.kind].check
    try:
        if check is not None:
            check(session, act)
    except StaleError:
        return True
    return False


def _lapsed(session: Session, act: Act, asked_by: int | None) -> bool:
    """Whether whoever asked for it may not do it any more."""
    return has_lapsed(session, asked_by, lambda asker: KINDS[act.kind].look(session, act, asker))


def _shown(session: Session, act: Act, viewer: Viewer, *, done: bool) -> Shown | None:
    """What it is about; None for a merged region that is not there any more, to those who may know of it."""
    try:
        return KINDS[act.kind].look(session, act, viewer)
    except NotFoundError:
        if done and viewer.administrator:
            return None
        raise


def waiting(session: Session, viewer: Viewer) -> list[HeldAct]:
    """The acts that wait for a second moderator and that the viewer may do; not what cannot be done any more."""
    wanted = select(WideAct).where(WideAct.status == BulkStatus.WAITING).order_by(WideAct.id.desc()).limit(LOOKED_AT)
    found = []
    for row in session.execute(wanted).scalars():
        try:
            held = _held(session, row, viewer)
        except NotFoundError:
            continue
        if not held.overtaken and not held.lapsed:
            found.append(held)
    return found[:LISTED][::-1]


def confirm(session: Session, number: int, *, by: Viewer, now: dt.datetime) -> int:
    """Do it as the second moderator; gives the number of what holds the result.

    Raises NotFoundError, BadInputError for one's own and for what its asker may not do any more, AlreadyDecidedError
    for whoever comes later, and what the act raises: StaleError when somebody changed the thing since it was asked.
    """
    take_lock(session)
    held = held_act(session, number, viewer=by)
    if held.mine:
        raise BadInputError("wide", OWN)
    if held.lapsed:
        raise BadInputError("wide", LAPSED.format(held.asked_by))
    check = KINDS[held.act.kind].check
    if check is not None and held.status is BulkStatus.WAITING:
        check(session, held.act)
    _move(session, number, BulkStatus.DONE, by=by, now=now)
    reason = f"{held.act.reason} (asked for by moderator {held.asked_by_id}, confirmed by a second one)"
    return KINDS[held.act.kind].do(session, held.act, by, reason, now)


def call_off(session: Session, number: int, *, by: Viewer, now: dt.datetime) -> None:
    """Leave everything as it is, for anybody who may do it. Raises NotFoundError and AlreadyDecidedError."""
    take_lock(session)
    held_act(session, number, viewer=by)
    _move(session, number, BulkStatus.CALLED_OFF, by=by, now=now)


def _move(session: Session, number: int, to: BulkStatus, *, by: Viewer, now: dt.datetime) -> None:
    statement = update(WideAct).where(WideAct.id == number, WideAct.status == BulkStatus.WAITING)
    values = {"status": to, "decided_by": by.user_id, "decided_at": now}
    result = session.execute(statement.values(values).execution_options(synchronize_session=False))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise AlreadyDecidedError("Somebody was faster: this is decided already. Nothing was changed.")
