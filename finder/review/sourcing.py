"""Who may do what to sources and their refreshes: the walls between service bodies, and acts that want two people.

Whoever holds Right.MANAGE_SOURCES over a source's service body steers it; whoever may decide there decides about what
it says. Sources of no body are the administrators'.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.roles import Right
from finder.review.letters import Letterhead
from finder.review.wide import Outcome, carry_out
from finder.review.wide_shapes import Act
from finder.sources import asking
from finder.sources.applying import merge_new
from finder.sources.lookup import source_of
from finder.sources.managing import SourceDraft, add_source, change_source
from finder.sources.removing import remove_source
from finder.sources.restoring import RemovedSource, list_removed, show_removed
from finder.sources.runs import run_of
from finder.sources.setting_aside import set_aside
from finder.sources.shown import ShownRun, ShownSource, list_sources, show_run, show_source
from finder.store.accounts import User
from finder.store.meeting import Meeting
from finder.store.source import SourceChange

OUTSIDE = "Choose a service body of yours."
NONE_HERE = "There is no such source here."


def sources_for(session: Session, *, viewer: Viewer) -> list[ShownSource]:
    """The sources that the viewer steers or decides about."""
    if viewer.administrator:
        return list_sources(session)
    held = (viewer.bodies(Right.MANAGE_SOURCES) or frozenset()) | (viewer.bodies(Right.SEE_QUEUE) or frozenset())
    return list_sources(session, bodies=held)


def source_for(session: Session, number: int, *, viewer: Viewer) -> ShownSource:
    """A source that the viewer steers or decides about. Raises NotFoundError."""
    shown = show_source(session, number)
    body = shown.settings.service_body_id
    if not viewer.may(Right.SEE_QUEUE, body) and not viewer.may(Right.MANAGE_SOURCES, body):
        raise NotFoundError(NONE_HERE)
    return shown


def run_for(session: Session, number: int, *, viewer: Viewer, now: dt.datetime) -> ShownRun:
    """A refresh that the viewer may look at. Raises NotFoundError."""
    shown = show_run(session, number, now=now)
    source_for(session, shown.source_id, viewer=viewer)
    return shown


def add(
    session: Session, draft: SourceDraft, *, by: Viewer, reason: str, now: dt.datetime, allow: tuple[str, ...] = ()
) -> int:
    """Make a source of a service body of the viewer's; gives its id. Raises BadInputError naming the field."""
    _refuse_outside(draft, by)
    return add_source(session, draft, by=_actor(by), reason=reason, now=now, allow=allow)


def change(
    session: Session,
    number: int,
    draft: SourceDraft,
    *,
    seen: str,
    by: Viewer,
    reason: str,
    now: dt.datetime,
    allow: tuple[str, ...] = (),
) -> bool:
    """Give a source of the viewer's other settings. Raises NotFoundError, BadInputError and StaleError."""
    steered(session, number, by=by)
    _refuse_outside(draft, by)
    return change_source(session, number, draft, seen=seen, by=_actor(by), reason=reason, now=now, allow=allow)


def remove(
    session: Session, number: int, *, keep: bool, by: Viewer, reason: str, letterhead: Letterhead, now: dt.datetime
) -> Outcome:
    """Remove a source of the viewer's; without *keep* its listings go, and many of them want a second moderator."""
    steered(session, number, by=by)
    if keep:
        remove_source(session, number, keep=True, by=_actor(by), reason=reason, now=now)
        return Outcome(done=number)
    act = Act(kind="source_removal", target=number, asked={}, reason=reason)
    return carry_out(session, act, by=by, letterhead=letterhead, now=now)


def removed_for(session: Session, *, viewer: Viewer) -> list[RemovedSource]:
    """The removed sources that the viewer may restore."""
    return list_removed(session, bodies=None if viewer.administrator else viewer.bodies(Right.MANAGE_SOURCES))


def removed_one(session: Session, number: int, *, viewer: Viewer) -> RemovedSource:
    """A removed source that the viewer may restore. Raises NotFoundError."""
    shown = show_removed(session, number)
    if not viewer.may(Right.MANAGE_SOURCES, shown.service_body_id):
        raise NotFoundError(NONE_HERE)
    return shown


def restore(
    session: Session, number: int, *, by: Viewer, reason: str, letterhead: Letterhead, now: dt.datetime
) -> Outcome:
    """Have a removed source back, or have a second moderator asked when many listings come with it.

    Raises NotFoundError, TooLateError, and BadInputError for settings that cannot be any more.
    """
    removed_one(session, number, viewer=by)
    act = Act(kind="source_restoration", target=number, asked={}, reason=reason)
    return carry_out(session, act, by=by, letterhead=letterhead, now=now)


def steered(session: Session, number: int, *, by: Viewer) -> None:
    """Nothing for a source that the viewer steers, and may have refreshed. Raises NotFoundError."""
    if not by.may(Right.MANAGE_SOURCES, source_of(session, number).service_body_id):
        raise NotFoundError(NONE_HERE)


def _refuse_outside(draft: SourceDraft, by: Viewer) -> None:
    if not by.may(Right.MANAGE_SOURCES, draft.service_body_id):
        raise BadInputError("service_body", OUTSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which changes of a refresh somebody decides about (None: all that wait), and the revision that they looked at.

    ``keep`` names fields that stay as they are here, each with the number of its change.
    """

    run: int
    seen: int
    changes: Collection[int] | None = None
    keep: Collection[tuple[int, str]] = ()


def apply(session: Session, wanted: Wanted, *, by: Viewer, letterhead: Letterhead, now: dt.datetime) -> Outcome:
    """Apply changes, or have a second moderator asked when they are many.

    Raises NotFoundError, AlreadyDecidedError, StaleError and BadInputError. ``done`` is the number of the refresh.
    """
    decided(session, wanted, by=by)
    chosen = None if wanted.changes is None else sorted(set(wanted.changes))
    asked = {"changes": chosen, "revision": wanted.seen, "keep": sorted(set(wanted.keep))}
    act = Act(kind="source_apply", target=wanted.run, asked=asked, reason="")
    return carry_out(session, act, by=by, letterhead=letterhead, now=now)


def roll_back(
    session: Session, run: int, *, seen: int, by: Viewer, reason: str, letterhead: Letterhead, now: dt.datetime
) -> Outcome:
    """Take back what a refresh did, or have a second moderator asked when it was much. Raises like `apply`."""
    decided(session, Wanted(run=run, seen=seen), by=by)
    act = Act(kind="source_rollback", target=run, asked={"revision": seen}, reason=reason)
    return carry_out(session, act, by=by, letterhead=letterhead, now=now)


def put_aside(session: Session, wanted: Wanted, *, by: Viewer, now: dt.datetime) -> int:
    """Set changes aside; gives how many. Raises like `apply`."""
    decided(session, wanted, by=by)
    return set_aside(session, wanted.run, seen=wanted.seen, changes=wanted.changes, by=_actor(by), now=now)


def merge(session: Session, change_id: int, *, into: int, seen: int, by: Viewer, now: dt.datetime) -> int:
    """A new row is a listing that is there already. The viewer has to hold both. Raises like `apply`."""
    row = session.get(SourceChange, change_id)
    if row is None:
        raise NotFoundError(NONE_HERE)
    decided(session, Wanted(run=row.run_id, seen=seen, changes=[change_id]), by=by)
    body = session.execute(select(Meeting.service_body_id).where(Meeting.id == into)).first()
    if body is None or not merges_into(body[0], by=by):
        raise NotFoundError("There is no such listing here.")
    return merge_new(session, change_id, into=into, seen=seen, by=_actor(by), now=now)


def merges_into(body_id: int | None, *, by: Viewer) -> bool:
    """Whether the viewer may make a new row, which they decide about, one with a listing of that service body."""
    return by.may(Right.DECIDE, body_id)


def decided(session: Session, wanted: Wanted, *, by: Viewer) -> None:
    """Nothing for changes that the viewer may decide about. Raises NotFoundError, and BadInputError for others'."""
    run, source = run_of(session, wanted.run)
    if not by.may(Right.DECIDE, source.service_body_id):
        raise NotFoundError("There is no such refresh here.")
    held = (
        select(Meeting.service_body_id)
        .join(SourceChange, SourceChange.meeting_id == Meeting.id)
        .where(SourceChange.run_id == run.id)
        .distinct()
    )
    if wanted.changes is not None:
        held = held.where(SourceChange.id.in_(sorted(set(wanted.changes))))
    if not all(by.may(Right.DECIDE, body) for body in session.execute(held).scalars()):
        raise BadInputError(
            "changes", "Some of these listings belong to another service body: an administrator has to decide."
        )


def _actor(by: Viewer) -> str:
    return f"user:{by.user_id}"


def names_of(session: Session, actors: Collection[str]) -> dict[str, str]:
    """The people among *actors* of the audit chain, by actor: their name, or else their address."""
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdigit()}
    people = session.execute(select(User.id, User.name, User.email).where(User.id.in_(sorted(ids)))) if ids else ()
    return {f"user:{number}": name or email for number, name, email in people}


def ask_refresh(session: Session, number: int, *, by: Viewer, now: dt.datetime, uploaded: bool = False) -> None:
    """Have a source of the viewer's read by the worker, by its address or by the file that was *uploaded* for it.

    Raises NotFoundError, and BadInputError when there is neither.
    """
    steered(session, number, by=by)
    asking.ask_refresh(session, number, by=_actor(by), now=now, uploaded=uploaded)
