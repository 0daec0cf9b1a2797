"""Sources and their refreshes, as pages and the terminal show them."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.directory.bodies import body_path
from finder.directory.revert import UNDO_DAYS
from finder.domain.sources import OWN, WAITING, ChangeKind, RunState
from finder.sources.lookup import source_of
from finder.sources.managing import SourceDraft, draft_of_source, seen_of
from finder.sources.runs import count_waiting, run_of
from finder.sources.wording import run_words
from finder.store.database import pairs
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceRun

LATEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    """A source: its settings, how it is, how many listings it has on the shelf, and the refresh that waits (0: none).

    ``seen`` is for `change_source`. ``body`` is the path of its service body. ``quarantined``: what waits is in
    quarantine. ``words`` tell how the last look ended, and where what it brought stands now; ``troubled``: nothing of
    what it says can be used.
    """

    id: int
    settings: SourceDraft
    seen: str
    body: str
    listings: int
    waits: int
    quarantined: bool
    looked_at: dt.datetime | None
    due_at: dt.datetime | None
    failures: int
    troubled: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """A refresh. ``revision`` is what a decision has to name; ``open`` changes wait for one."""

    id: int
    source_id: int
    source: str
    service_body_id: int | None
    state: RunState
    at: dt.datetime
    asked_by: str
    decided_at: dt.datetime | None
    decided_by: str
    revision: int
    counts: dict[ChangeKind, int]
    unchanged: int
    open: int
    words: str
    undoable: bool


def list_sources(session: Session, *, bodies: Collection[int] | None = None) -> list[ShownSource]:
    """The sources of *bodies* (None: all), by name. The directory itself is none, nor is what was only made up."""
    statement = select(Source).where(Source.name != OWN, Source.kind != "", Source.removed_at.is_(None))
    if bodies is not None:
        statement = statement.where(Source.service_body_id.in_(sorted(bodies)))
    return _shown(session, session.execute(statement.order_by(Source.name)).scalars().all())


def show_source(session: Session, number: int) -> ShownSource:
    """One source. Raises NotFoundError."""
    return _shown(session, [source_of(session, number)])[0]


def _shown(session: Session, sources: Sequence[Source]) -> list[ShownSource]:
    ids = [row.id for row in sources]
    counts = select(Meeting.source_id, func.count()).where(Meeting.published, Meeting.source_id.in_(ids))
    listings = pairs(session, counts.group_by(Meeting.source_id))
    waits = select(SourceRun).where(SourceRun.state.in_(WAITING), SourceRun.source_id.in_(ids)).order_by(SourceRun.id)
    waiting = {run.source_id: run for run in session.execute(waits).scalars()}
    latest = select(func.max(SourceRun.id)).where(SourceRun.source_id.in_(ids)).group_by(SourceRun.source_id)
    runs = {run.source_id: run for run in session.execute(select(SourceRun).where(SourceRun.id.in_(latest))).scalars()}
    return [
        _one(session, row, runs.get(row.id), listings=listings.get(row.id, 0), waits=waiting.get(row.id))
        for row in sources
    ]


def _one(
    session: Session, row: Source, last: SourceRun | None, *, listings: int, waits: SourceRun | None
) -> ShownSource:
    told = row.words if row.failures or last is None else run_words(last, waiting=count_waiting(session, last))
    return ShownSource(
        id=row.id,
        settings=draft_of_source(row),
        seen=seen_of(row),
        body=body_path(session, row.service_body_id),
        listings=listings,
        waits=waits.id if waits else 0,
        quarantined=waits is not None and waits.state is RunState.QUARANTINED,
        looked_at=row.looked_at,
        due_at=row.due_at,
        failures=row.failures,
        troubled=last is not None and last.state is RunState.FAILED,
        words=told,
    )


def latest_runs(
    session: Session, source_id: int, *, now: dt.datetime, before: int = 0, limit: int = LATEST
) -> list[ShownRun]:
    """The refreshes of a source, the newest first; with *before* those that are older than that one."""
    statement = select(SourceRun).where(SourceRun.source_id == source_id)
    if before:
        statement = statement.where(SourceRun.id < before)
    source = source_of(session, source_id)
    found = session.execute(statement.order_by(SourceRun.id.desc()).limit(limit)).scalars()
    return [_shown_run(session, row, source, now) for row in found]


def run_to_look_at(session: Session, source_id: int) -> int | None:
    """The refresh of a source that waits; else the latest that brought anything; else the latest, if there is one."""
    brought = SourceRun.new + SourceRun.changed + SourceRun.gone + SourceRun.refused + SourceRun.beside
    order = (SourceRun.state.in_(WAITING).desc(), (brought > 0).desc(), SourceRun.id.desc())
    statement = select(SourceRun.id).where(SourceRun.source_id == source_id).order_by(*order).limit(1)
    return session.execute(statement).scalar()


def run_to_roll_back(session: Session, source_id: int, *, now: dt.datetime) -> int | None:
    """The latest refresh of a source that can be rolled back."""
    statement = select(func.max(SourceRun.id)).where(
        SourceRun.source_id == source_id,
        SourceRun.first_entry > 0,
        SourceRun.state != RunState.ROLLED_BACK,
        SourceRun.decided_at >= now - dt.timedelta(days=UNDO_DAYS),
    )
    return session.execute(statement).scalar()


def show_run(session: Session, number: int, *, now: dt.datetime) -> ShownRun:
    """One refresh. Raises NotFoundError."""
    run, source = run_of(session, number)
    return _shown_run(session, run, source, now)


def _shown_run(session: Session, run: SourceRun, source: Source, now: dt.datetime) -> ShownRun:
    recent = run.decided_at is not None and now - run.decided_at <= dt.timedelta(days=UNDO_DAYS)
    waiting = count_waiting(session, run)
    return ShownRun(
        id=run.id,
        source_id=source.id,
        source=source.name,
        service_body_id=source.service_body_id,
        state=run.state,
        at=run.at,
        asked_by=run.asked_by,
        decided_at=run.decided_at,
        decided_by=run.decided_by,
        revision=run.revision,
        counts={kind: getattr(run, kind.value) for kind in ChangeKind},
        unchanged=run.unchanged,
        open=waiting,
        words=run_words(run, waiting=waiting),
        undoable=bool(run.first_entry) and run.state is not RunState.ROLLED_BACK and recent,
    )
