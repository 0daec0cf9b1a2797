"""What a moderator decides about a refresh: all or part of it is applied, set aside, or merged with what is there.

Of a changed listing single fields can be kept as they are here. A listing that was changed here since the comparison is
compared again, and a new one with what other sources have brought since. Where that gives another outcome than the
moderator saw, it is left for them to look at.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.audit import Act
from finder.directory.batch import Batch, SourceWord, apply_batch
from finder.directory.bodies import body_paths
from finder.directory.draft import draft_of
from finder.directory.merging import merge_listings
from finder.directory.register import RegisterRow, read_register
from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError
from finder.domain.listing import ListingDraft
from finder.domain.sourced import base_after, decide, merged, together_with
from finder.domain.sources import ChangeKind, ChangeState, FieldRule
from finder.sources.beside import apply_beside
from finder.sources.comparing import change_of, gone_remarks
from finder.sources.difference import SAME_AS
from finder.sources.drafts import decided_draft, kept_digest, kept_draft, kept_verdicts
from finder.sources.handing_over import hand_over
from finder.sources.heirs import heirs_of
from finder.sources.runs import (
    count_open,
    note_decision,
    note_entries,
    open_changes,
    reason_of,
    run_of,
    take_up,
    write_changes,
)
from finder.sources.setting_aside import put_aside
from finder.sources.twins import twins_of
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

Progress = Callable[[int, int], None]
#: Fields by the number of their change.
Keep = Mapping[int, Collection[str]]


@dataclass(frozen=True, slots=True)
class Applied:
    """How many changes were applied, and the ids of those that are left because their listing has changed since."""

    done: int
    left: tuple[int, ...] = ()


def kept_fields(told: Iterable[Sequence[Any]]) -> dict[int, set[str]]:
    """The fields that stay as they are here, by the number of their change, from pairs of both."""
    keep: dict[int, set[str]] = {}
    for number, name in told:
        keep.setdefault(int(number), set()).add(str(name))
    return keep


def count_wanted(session: Session, number: int, changes: Collection[int] | None) -> int:
    """How many changes would be decided about. Raises NotFoundError."""
    run, _ = run_of(session, number)
    return count_open(session, run) if changes is None else len(set(changes))


def apply(
    session: Session,
    number: int,
    *,
    seen: int | None,
    changes: Collection[int] | None,
    by: str,
    now: dt.datetime,
    keep: Keep | None = None,
    reason: str = "",
    progress: Progress | None = None,
) -> Applied:
    """Apply the *changes* of refresh *number* (None: all that wait): an act for each listing, and one for all.

    *keep* names fields of changes that stay as they are here; a change of which every field is kept is set aside.
    Raises what `take_up` raises, and BadInputError when nothing of it waits. The caller commits.
    """
    take_lock(session)
    run, source = take_up(session, number, seen=seen)
    wanted = open_changes(session, run, changes)
    unwanted = [change for change in wanted if _keeps_all(change, keep or {})]
    put_aside(session, source, unwanted)
    first = audit.last_entry(session) + 1
    why = reason_of(run, source)
    beside = [change for change in wanted if change.kind is ChangeKind.BESIDE]
    for change in beside:
        apply_beside(session, source, change, open_changes(session, run, None), actor=by, reason=why, now=now)
    wanted = [change for change in wanted if change not in unwanted and change not in beside]
    plan = _Plan.make(session, source, wanted, keep or {})
    plan.leave_twins(session, source)
    batch = plan.batch(source)
    handed = hand_over(session, batch.gone, actor=by, reason=why, now=now)
    left = replace(batch, gone=tuple(each for each in batch.gone if each not in handed))
    created = apply_batch(session, left, actor=by, reason=why, now=now, progress=progress)
    note_entries(run, first, audit.last_entry(session))
    numbers = dict(zip((change.id for change, _ in plan.new), created, strict=True))
    write_changes(session, [_done(change, numbers.get(change.id, change.meeting_id)) for change in plan.all_of_it()])
    write_changes(session, plan.verdicts)
    write_changes(session, plan.left)
    done = batch.size + len(beside)
    _audit(session, run, "apply", done, by=by, now=now, reason=reason or why)
    note_decision(session, run, by=by, now=now)
    return Applied(done, tuple(values["id"] for values in plan.left))


def _has_twin(change: SourceChange) -> bool:
    return any(remark[0] == SAME_AS for remark in change.remarks)


def _is_moved(change: SourceChange, register: Mapping[int, RegisterRow]) -> bool:
    """Whether a listing that is to go was changed here since it was compared."""
    row = register.get(change.meeting_id or 0)
    return change.kind is ChangeKind.GONE and row is not None and row.meeting.revision != change.meeting_revision


def _keeps_all(change: SourceChange, keep: Keep) -> bool:
    return bool(change.fields) and together_with(keep.get(change.id, ())).issuperset(change.fields)


def _done(change: SourceChange, meeting_id: int | None) -> dict[str, Any]:
    return {
        "id": change.id,
        "state": ChangeState.APPLIED,
        "meeting_id": meeting_id,
        "draft": decided_draft(change.draft),
    }


def _audit(session: Session, run: SourceRun, act: str, count: int, *, by: str, now: dt.datetime, reason: str) -> None:
    told = Act(act=act, target_kind="source_run", target_id=run.id, after={"changes": count})
    audit.append(session, [told], actor=by, reason=reason, now=now)


@dataclass(slots=True)
class _Plan:
    """What is to be done for changes; ``left`` holds new values of those that have to be looked at again.

    ``verdicts`` are values of changed ones: whose word holds on each field, as it was decided.
    """

    new: list[tuple[SourceChange, ListingDraft]]
    changed: list[tuple[SourceChange, ListingDraft, SourceWord]]
    gone: list[SourceChange]
    left: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]

    @classmethod
    def make(cls, session: Session, source: Source, changes: Sequence[SourceChange], keep: Keep) -> "_Plan":
        plan = cls([], [], [], [], [])
        ids = [change.meeting_id for change in changes if change.meeting_id is not None]
        register = {row.meeting.id: row for row in read_register(session, ids)} if ids else {}
        taken, rules, bodies = _keys_taken(session, source), source.field_rules or {}, body_paths(session)
        stands = heirs_of(session, [change.meeting_id or 0 for change in changes if _is_moved(change, register)])
        for change in changes:
            row = register.get(change.meeting_id or 0)
            draft = kept_draft(change.draft, bodies)
            if change.kind is ChangeKind.NEW and draft is not None and change.source_key not in taken:
                plan.new.append((change, draft))
            elif change.kind is ChangeKind.GONE and row is not None:
                plan._take_down(change, row, rules, still_listed=row.meeting.id in stands)
            elif change.kind is ChangeKind.CHANGED and row is not None and draft is not None:
                plan._revise(change, draft, row, rules, keep.get(change.id, ()))
            else:
                plan.left.append({"id": change.id})
        return plan

    def leave_twins(self, session: Session, source: Source) -> None:
        """Leave new ones that are like a listing which another source has brought since they were compared."""
        unlike = {change.source_key: draft for change, draft in self.new if not _has_twin(change)}
        found = twins_of(session, unlike, source_id=source.id)
        for change, _ in self.new:
            if (twin := found.get(change.source_key)) is not None:
                self.left.append({"id": change.id, "remarks": [list(twin), *change.remarks]})
        self.new = [(change, draft) for change, draft in self.new if change.source_key not in found]

    def _take_down(
        self, change: SourceChange, row: RegisterRow, rules: Mapping[str, str], *, still_listed: bool
    ) -> None:
        if row.meeting.published and row.meeting.revision == change.meeting_revision:
            self.gone.append(change)
            return
        told: dict[str, Any] = {"id": change.id, "meeting_revision": row.meeting.revision}
        if row.meeting.published:
            by_rule = FieldRule.SOURCE in rules.values()
            remarks = gone_remarks(row.meeting.source_base, by_rule=by_rule, still_listed=still_listed)
            told["remarks"] = [list(remark) for remark in remarks]
        self.left.append(told)

    def _revise(
        self,
        change: SourceChange,
        draft: ListingDraft,
        row: RegisterRow,
        rules: Mapping[str, str],
        keep: Collection[str],
    ) -> None:
        base, here = row.meeting.source_base, draft_of(row)
        now = change_of(draft, here, base, rules)
        if row.meeting.revision != change.meeting_revision and (
            row.meeting.merged_into is not None or now.before != change.before
        ):
            told = {"fields": list(now.fields), "before": now.before, "risks": list(now.risks)}
            fresh = {**told, "verdicts": kept_verdicts(now.verdicts)}
            self.left.append({"id": change.id, "meeting_revision": row.meeting.revision, **fresh})
            return
        verdicts = decide(now.verdicts, keep=keep)
        word = SourceWord(kept_digest(change.draft), base_after(base, verdicts))
        self.changed.append((change, merged(draft, here, verdicts), word))
        self.verdicts.append({"id": change.id, "verdicts": kept_verdicts(verdicts)})

    def batch(self, source: Source) -> Batch:
        """All of it, to be written."""
        return Batch(
            source=source.name,
            new=tuple(draft for _, draft in self.new),
            changed=tuple((change.meeting_id or 0, draft) for change, draft, _ in self.changed),
            gone=tuple(change.meeting_id or 0 for change in self.gone),
            words={change.meeting_id or 0: word for change, _, word in self.changed},
        )

    def all_of_it(self) -> list[SourceChange]:
        """The changes that are done."""
        return [*(change for change, _ in self.new), *(change for change, _, _ in self.changed), *self.gone]


def _keys_taken(session: Session, source: Source) -> frozenset[str]:
    """Source keys that the register holds by now."""
    statement = select(Meeting.source_key).where(Meeting.source_id == source.id, Meeting.source_key.is_not(None))
    return frozenset(key for key in session.execute(statement).scalars() if key is not None)


def merge_new(session: Session, change_id: int, *, into: int, seen: int | None, by: str, now: dt.datetime) -> int:
    """A new row is the listing *into*, which another source has already: they become one, and stay it. Gives its id.

    Raises what `take_up` and `merge_listings` raise, and BadInputError for a change that is not new or does not wait.
    """
    take_lock(session)
    change = session.get(SourceChange, change_id, populate_existing=True)
    if change is None or change.kind is not ChangeKind.NEW:
        raise BadInputError("changes", "Choose a new listing that still waits.")
    run, source = take_up(session, change.run_id, seen=seen)
    plan = _Plan.make(session, source, open_changes(session, run, [change_id]), {})
    if not plan.new:
        raise BadInputError("changes", "Choose a new listing that still waits.")
    first, reason = audit.last_entry(session) + 1, reason_of(run, source)
    number = apply_batch(session, plan.batch(source), actor=by, reason=reason, now=now)[0]
    merge_listings(session, number, into=into, actor=by, reason=reason, now=now)
    note_entries(run, first, audit.last_entry(session))
    write_changes(session, [_done(change, number)])
    note_decision(session, run, by=by, now=now)
    return number
