"""Wide acts on sources: a refresh is applied or rolled back, or a source goes with all of its listings."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.domain.errors import NotFoundError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.sources import ChangeKind, ChangeState, RunState
from finder.review.wide_shapes import Act, Kind, Shown
from finder.sources.applying import apply, count_wanted, kept_fields
from finder.sources.leaving import leaving_when_applied, leaving_when_rolled_back
from finder.sources.lookup import source_of
from finder.sources.removing import listings_of, remove_source
from finder.sources.restoring import restore_source, show_removed
from finder.sources.rolling_back import count_applied, roll_back
from finder.sources.runs import STALE, run_of
from finder.sources.wording import counted
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

NAMED = 200
#: What the changes are that an act is about: before it is carried out, and after.
_ABOUT = {
    "source_apply": (ChangeState.OPEN, ChangeState.APPLIED),
    "source_rollback": (ChangeState.APPLIED, ChangeState.ROLLED_BACK),
}


def _look_run(session: Session, act: Act, viewer: Viewer) -> Shown:
    run, source = run_of(session, act.target)
    if not viewer.may(Right.DECIDE, source.service_body_id):
        raise NotFoundError("There is no such refresh here.")
    chosen, before = act.asked.get("changes"), run.revision == int(act.asked["revision"])
    about = _ABOUT[act.kind][0 if before else 1]
    statement = (
        select(func.coalesce(Meeting.slug, ""), SourceChange.title)
        .select_from(SourceChange)
        .outerjoin(Meeting, Meeting.id == SourceChange.meeting_id)
        .where(SourceChange.run_id == run.id, SourceChange.kind != ChangeKind.REFUSED, SourceChange.state == about)
    )
    if chosen is not None:
        statement = statement.where(SourceChange.id.in_(chosen))
    named = session.execute(statement.order_by(SourceChange.id).limit(NAMED))
    page = f"/moderate/sources/{source.id}/refreshes/{run.id}"
    return Shown(source.name, page, [(slug, title) for slug, title in named], [])


def _tell_apply(session: Session, act: Act) -> Sequence[str]:
    run, _ = run_of(session, act.target)
    told = [_leave(leaving_when_applied(session, run.id, act.asked["changes"]), "the source lists {} no more")]
    if run.state is RunState.QUARANTINED:
        told.append(f"The refresh is in quarantine, and nothing of it was applied by itself: {run.objection}")
    return told


def _tell_rollback(session: Session, act: Act) -> Sequence[str]:
    return [_leave(leaving_when_rolled_back(session, act.target), "this refresh brought {}")]


def _leave(count: int, why: str) -> str:
    if not count:
        return "No listing would leave the finder."
    words = counted(count, "listing would leave the finder", "listings would leave the finder")
    return f"{words}: {why.format('it' if count == 1 else 'them')}."


def _count_apply(session: Session, act: Act) -> int:
    return count_wanted(session, act.target, act.asked["changes"])


def _count_rollback(session: Session, act: Act) -> int:
    return count_applied(session, act.target)


def _do_apply(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    seen, changes, keep = int(act.asked["revision"]), act.asked["changes"], kept_fields(act.asked.get("keep", ()))
    apply(session, act.target, seen=seen, changes=changes, keep=keep, by=f"user:{by.user_id}", now=now, reason=reason)
    return act.target


def _do_rollback(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    seen = int(act.asked["revision"])
    roll_back(session, act.target, seen=seen, by=f"user:{by.user_id}", now=now, reason=reason)
    return act.target


def _same_revision(session: Session, act: Act) -> None:
    run, _ = run_of(session, act.target)
    if run.revision != int(act.asked["revision"]):
        raise StaleError(STALE, {"revision": run.revision})


def _look_source(session: Session, act: Act, viewer: Viewer) -> Shown:
    source = source_of(session, act.target)
    if not viewer.may(Right.MANAGE_SOURCES, source.service_body_id):
        raise NotFoundError("There is no such source here.")
    named: list[tuple[str, str]] = []
    for part in chunks(listings_of(session, source.id).going):
        found = session.execute(select(Meeting.slug, Meeting.name).where(Meeting.id.in_(part)))
        named += [(slug, name) for slug, name in found]
    named = sorted(named, key=lambda each: each[1])[:NAMED]
    return Shown(source.name, f"/moderate/sources/{source.id}", named, [])


def _tell_removal(session: Session, act: Act) -> Sequence[str]:
    going, staying = listings_of(session, act.target)
    told = [f"{counted(len(going), 'listing would leave the finder', 'listings would leave the finder')}."]
    if staying:
        told.append(f"{counted(len(staying), 'listing stays', 'listings stay')}: another source lists the same.")
    held_back = select(SourceRun).where(SourceRun.source_id == act.target, SourceRun.state == RunState.QUARANTINED)
    runs = session.execute(held_back.order_by(SourceRun.id)).scalars()
    return [*told, *(f"Its refresh {run.id} is in quarantine, and would be forgotten: {run.objection}" for run in runs)]


def _count_source(session: Session, act: Act) -> int:
    return len(listings_of(session, act.target).going)


def _do_removal(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    remove_source(session, act.target, keep=False, by=f"user:{by.user_id}", reason=reason, now=now)
    return act.target


def _look_removed(session: Session, act: Act, viewer: Viewer) -> Shown:
    source = session.get(Source, act.target)
    if source is None or not viewer.may(Right.MANAGE_SOURCES, source.service_body_id):
        raise NotFoundError("There is no such source here.")
    there = source.removed_at is None
    return Shown(source.name, f"/moderate/sources/{source.id}" if there else "/moderate/sources", [], [])


def _count_restored(session: Session, act: Act) -> int:
    return show_removed(session, act.target).listings


def _do_restoration(session: Session, act: Act, by: Viewer, reason: str, now: dt.datetime) -> int:
    restore_source(session, act.target, by=f"user:{by.user_id}", reason=reason, now=now)
    return act.target


def _still_removed(session: Session, act: Act) -> None:
    source = session.get(Source, act.target, populate_existing=True)
    if source is None or source.removed_at is None:
        raise StaleError("Somebody has restored this source already.", {})


def body_of(session: Session, act: Act) -> int | None:
    """The service body whose source *act* is about; None: the administrators'."""
    if act.kind == "source_removal":
        return source_of(session, act.target).service_body_id
    if act.kind == "source_restoration":
        return show_removed(session, act.target).service_body_id
    return run_of(session, act.target)[1].service_body_id


def _nothing(_session: Session, _act: Act) -> None:
    """Removing can always be done."""


SOURCE_KINDS: dict[str, Kind] = {
    "source_apply": Kind(
        "A refresh of a source is applied", _look_run, _count_apply, _do_apply, _same_revision, _tell_apply
    ),
    "source_rollback": Kind(
        "A refresh of a source is rolled back", _look_run, _count_rollback, _do_rollback, _same_revision, _tell_rollback
    ),
    "source_restoration": Kind(
        "A removed source comes back with its listings", _look_removed, _count_restored, _do_restoration, _still_removed
    ),
    "source_removal": Kind(
        "A source goes with its listings", _look_source, _count_source, _do_removal, _nothing, _tell_removal
    ),
}
