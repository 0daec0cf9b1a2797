"""Sources, their refreshes and what each refresh would change, as pages and the terminal show them."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from finder.directory.bodies import body_path
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow, read_register
from finder.directory.revert import UNDO_DAYS
from finder.domain.listing import ListingDraft
from finder.domain.sourced import TOGETHER, Verdict, Winner, empty_of, label_of, sourced_fields
from finder.domain.sources import OWN, SHEETS, WAITING, ChangeKind, ChangeState, RunState
from finder.sources.comparing import SAME_AS, change_of
from finder.sources.drafts import kept_draft, verdicts_of
from finder.sources.lookup import source_of
from finder.sources.managing import SourceDraft, draft_of_source, seen_of
from finder.sources.runs import count_waiting, run_of
from finder.sources.wording import listing_words, run_words
from finder.store.database import pairs
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

PER_PAGE = 100
LATEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    """A source: its settings, how it is, how many listings it has on the shelf, and the refresh that waits (0: none).

    ``seen`` is for `change_source`. ``body`` is the path of its service body. ``words`` tell how the last look ended,
    and where what it brought stands now; ``troubled``: nothing of what it says can be used.
    """

    id: int
    settings: SourceDraft
    seen: str
    body: str
    listings: int
    waits: int
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


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field: what the source said before, what is or was held, what it says, and whose word holds.

    *edited*: what is here is not what the source said. *decided*: it is no edit, a moderator decided so. *group*: what
    it is part of, and is decided about with (see `TOGETHER`).
    """

    name: str
    label: str
    base: Any
    here: Any
    source: Any
    winner: Winner
    edited: bool = False
    decided: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class ShownTwin:
    """A listing of another source that may be the same as a new row."""

    id: int
    slug: str
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """One row of a refresh. ``slug``: of its listing, "" for none that is published; ``listing``: when and where."""

    id: int
    kind: ChangeKind
    state: ChangeState
    row: int
    of_sheet: bool  # and numbered as there
    key: str
    title: str
    listing: str
    slug: str
    fields: Sequence[ShownField]
    risks: Sequence[str]
    remarks: Sequence[tuple[str, str, str]]
    twin: ShownTwin | None


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
    waits = select(SourceRun.source_id, func.max(SourceRun.id)).where(SourceRun.state.in_(WAITING))
    waiting = pairs(session, waits.where(SourceRun.source_id.in_(ids)).group_by(SourceRun.source_id))
    latest = select(func.max(SourceRun.id)).where(SourceRun.source_id.in_(ids)).group_by(SourceRun.source_id)
    runs = {run.source_id: run for run in session.execute(select(SourceRun).where(SourceRun.id.in_(latest))).scalars()}
    return [
        _one(session, row, runs.get(row.id), listings=listings.get(row.id, 0), waits=waiting.get(row.id, 0))
        for row in sources
    ]


def _one(session: Session, row: Source, last: SourceRun | None, *, listings: int, waits: int) -> ShownSource:
    told = row.words if row.failures or last is None else run_words(last, waiting=count_waiting(session, last))
    return ShownSource(
        id=row.id,
        settings=draft_of_source(row),
        seen=seen_of(row),
        body=body_path(session, row.service_body_id),
        listings=listings,
        waits=waits,
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
    brought = SourceRun.new + SourceRun.changed + SourceRun.gone + SourceRun.refused
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


def show_changes(
    session: Session,
    run_id: int,
    *,
    kind: ChangeKind | None = None,
    state: ChangeState | None = None,
    after: int = 0,
    limit: int = PER_PAGE,
) -> list[ShownChange]:
    """The changes of a refresh behind change *after*, of a kind and in a state (None: all)."""
    statement = select(SourceChange).where(SourceChange.run_id == run_id, SourceChange.id > after)
    if kind is not None:
        statement = statement.where(SourceChange.kind == kind)
    if state is not None:
        statement = statement.where(SourceChange.state == state)
    rows = list(session.execute(statement.order_by(SourceChange.id).limit(limit)).scalars())
    _, source = run_of(session, run_id)
    twins = _twins(session, rows)
    ids = [row.meeting_id for row in rows if row.meeting_id is not None]
    register = {each.meeting.id: each for each in read_register(session, ids)} if ids else {}
    return [_shown_change(row, register.get(row.meeting_id or 0), source, twins) for row in rows]


def open_ids(session: Session, run_id: int, kind: ChangeKind | None) -> list[int]:
    """The changes of a kind that wait, or of all kinds but refused rows."""
    statement = select(SourceChange.id).where(
        SourceChange.run_id == run_id,
        SourceChange.kind != ChangeKind.REFUSED if kind is None else SourceChange.kind == kind,
        SourceChange.state == ChangeState.OPEN,
    )
    return list(session.execute(statement.order_by(SourceChange.id)).scalars())


def titles_of(session: Session, run_id: int, ids: Collection[int]) -> list[tuple[str, ChangeState]]:
    """What changes of a refresh are about, and what has become of each."""
    statement = select(SourceChange.title, SourceChange.state).where(
        SourceChange.run_id == run_id, SourceChange.id.in_(sorted(set(ids)))
    )
    return [(title, state) for title, state in session.execute(statement.order_by(SourceChange.id))]


def _shown_change(
    row: SourceChange, held: RegisterRow | None, source: Source, twins: dict[int, tuple[str, str]]
) -> ShownChange:
    draft = kept_draft(row.draft)
    remarks = [(str(name), str(value), str(reason)) for name, value, reason in row.remarks]
    twin = next((remark for remark in remarks if remark[0] == SAME_AS and int(remark[1]) in twins), None)
    return ShownChange(
        id=row.id,
        kind=row.kind,
        state=row.state,
        row=row.row,
        of_sheet=source.kind in SHEETS,
        key=row.source_key,
        title=row.title,
        listing=_listing(row, draft, held),
        slug=held.meeting.slug if held is not None and held.meeting.published else "",
        fields=_fields(row, draft, held, source),
        risks=row.risks,
        remarks=[remark for remark in remarks if remark[0] != SAME_AS],
        twin=ShownTwin(int(twin[1]), *twins[int(twin[1])], twin[2]) if twin else None,
    )


def _twins(session: Session, rows: Sequence[SourceChange]) -> dict[int, tuple[str, str]]:
    ids = {int(remark[1]) for row in rows for remark in row.remarks if remark[0] == SAME_AS}
    found = select(Meeting.id, Meeting.slug, Meeting.name).where(Meeting.id.in_(sorted(ids)), Meeting.published)
    return {number: (slug, name) for number, slug, name in session.execute(found)} if ids else {}


def _listing(row: SourceChange, draft: ListingDraft | None, held: RegisterRow | None) -> str:
    """When and where a listing is: a new one as the source says, any other as it is here."""
    told = draft if row.kind is ChangeKind.NEW else None
    if told is None and held is not None:
        told = draft_of(held)
    return listing_words(told) if told is not None else ""


def _fields(
    row: SourceChange, draft: ListingDraft | None, held: RegisterRow | None, source: Source
) -> list[ShownField]:
    """The fields of a change: as things are now while it waits, as they were when it was decided otherwise."""
    said = sourced_fields(draft) if draft is not None else {}
    if row.kind is not ChangeKind.CHANGED:
        return [_new(name, value) for name, value in said.items() if value != empty_of(name)]
    if row.state is ChangeState.OPEN and held is not None and draft is not None:
        verdicts = change_of(draft, draft_of(held), held.meeting.source_base, source.field_rules or {}).verdicts
    elif row.verdicts is not None:
        verdicts = tuple(verdicts_of(row.verdicts))
    else:  # decided before whose word held was kept: what was taken over is known
        before = row.before or {}
        taken = [(name, before.get(name, empty_of(name)), said.get(name, empty_of(name))) for name in row.fields]
        verdicts = tuple(Verdict(name, was, was, now, edited=False, winner=Winner.SOURCE) for name, was, now in taken)
    return [_field(each) for each in verdicts]


def _field(verdict: Verdict) -> ShownField:
    group = next((words for words, names in TOGETHER.items() if verdict.name in names), "")
    values = (verdict.base, verdict.here, verdict.source, verdict.winner, verdict.edited, verdict.decided)
    return ShownField(verdict.name, label_of(verdict.name), *values, group)


def _new(name: str, value: Any) -> ShownField:  # noqa: ANN401 - values of any field
    return ShownField(name, label_of(name), None, None, value, Winner.SOURCE)
