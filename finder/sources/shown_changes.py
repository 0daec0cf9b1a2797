"""What each refresh would change or has changed, as pages and the terminal show it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.bodies import body_paths
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow, read_register
from finder.domain.listing import ListingDraft
from finder.domain.sourced import TOGETHER, Verdict, Winner, empty_of, label_of, sourced_fields
from finder.domain.sources import SHEETS, ChangeKind, ChangeState
from finder.sources.comparing import change_of
from finder.sources.difference import SAME_AS
from finder.sources.drafts import kept_draft, verdicts_of
from finder.sources.runs import clashing, run_of
from finder.sources.wording import listing_words
from finder.store.source import Source, SourceChange

PER_PAGE = 100


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
    """A listing of another source that may be the same as a new row.

    ``listing``: when and where, and ``public_listing``: what of it everybody may see. ``source``: "" for one written
    here. ``body`` is the service body that it is entrusted to, "" for none.
    """

    id: int
    slug: str
    name: str
    words: str
    listing: str
    public_listing: str
    source: str
    service_body_id: int | None
    body: str


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
    ids = {row.meeting_id for row in rows if row.meeting_id is not None} | {int(each[1]) for each in _same_as(rows)}
    register = {each.meeting.id: each for each in read_register(session, sorted(ids))} if ids else {}
    bodies = body_paths(session) if any((row.draft or {}).get("body") for row in rows) else {}
    return [_shown_change(row, kept_draft(row.draft, bodies), register, source) for row in rows]


def open_ids(session: Session, run_id: int, kind: ChangeKind | None) -> list[int]:
    """The changes of a kind that wait, or of all kinds but refused rows."""
    statement = select(SourceChange.id).where(
        SourceChange.run_id == run_id,
        SourceChange.kind != ChangeKind.REFUSED if kind is None else SourceChange.kind == kind,
        SourceChange.state == ChangeState.OPEN,
    )
    return list(session.execute(statement.order_by(SourceChange.id)).scalars())


def all_at_once(
    session: Session, run_id: int, kind: ChangeKind | None = None, *, looked_at: Collection[int] = ()
) -> tuple[list[int] | None, int]:
    """What is applied when all that waits is (None: every change), of a kind or of all; and how many wait all the same.

    Those touch what was edited here and are not among those *looked_at*: nobody overwrites an edit unseen.
    """
    waiting = open_ids(session, run_id, kind)
    held = clashing(session, run_id).intersection(waiting).difference(looked_at)
    if kind is None and not held:
        return None, 0
    return [each for each in waiting if each not in held], len(held)


def titles_of(session: Session, run_id: int, ids: Collection[int]) -> list[tuple[str, ChangeState]]:
    """What changes of a refresh are about, and what has become of each."""
    statement = select(SourceChange.title, SourceChange.state).where(
        SourceChange.run_id == run_id, SourceChange.id.in_(sorted(set(ids)))
    )
    return [(title, state) for title, state in session.execute(statement.order_by(SourceChange.id))]


def _shown_change(
    row: SourceChange, draft: ListingDraft | None, register: Mapping[int, RegisterRow], source: Source
) -> ShownChange:
    held = register.get(row.meeting_id or 0)
    remarks = [(str(name), str(value), str(reason)) for name, value, reason in row.remarks]
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
        twin=_twin(row, register),
    )


def _twin(row: SourceChange, register: Mapping[int, RegisterRow]) -> ShownTwin | None:
    """The listing that a new row may be, while that is still listed."""
    for _, number, words in _same_as([row]):
        held = register.get(int(number))
        if held is not None and held.meeting.published:
            draft = draft_of(held)
            return ShownTwin(
                id=held.meeting.id,
                slug=held.meeting.slug,
                name=held.meeting.name,
                words=words,
                listing=listing_words(draft),
                public_listing=listing_words(draft, public=True),
                source=held.source,
                service_body_id=held.meeting.service_body_id,
                body=held.body.name if held.body else "",
            )
    return None


def _same_as(rows: Sequence[SourceChange]) -> list[tuple[str, str, str]]:
    """What the remarks on *rows* say of listings that they may be."""
    told = [(str(name), str(value), str(reason)) for row in rows for name, value, reason in row.remarks]
    return [remark for remark in told if remark[0] == SAME_AS]


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
