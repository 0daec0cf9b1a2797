"""What a BMLT server tells beside its meetings, written into the register: its service bodies and its formats.

A format that has the number and the meaning of one of the directory's own is that one: stock formats have the same
numbers everywhere, and a saved link that asks for one goes on finding what it found. It is told as the first source had
it that is no service body's own: in its words, with its world id. Own formats that nothing has make room for those of
such a source: see `bmlt_moves`.

All of it is planned first, so that the listings can be compared before anything is written; the same answers twice
plan nothing.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bmlt_bodies import BodyPlan, plan_bodies, write_bodies
from finder.directory.bmlt_moves import is_own, plan_moves, write_moves
from finder.directory.numbers import bmlt_numbers
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.vocabulary import shelve_vocabulary
from finder.domain.bmlt import BodyDraft, FormatDraft
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import pairs
from finder.store.source import Source
from finder.store.vocabulary import Format

#: The language of the directory's own formats.
OWN_LANGUAGE = "en"
FORMAT_COLUMNS = ("key", "world_id", "kind", "format_id")
COLUMN_WORDS = {"key": "key", "world_id": "world id", "kind": "kind"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A format as it is to be: its columns, and its names by language."""

    number: int  # at the source
    columns: dict[str, Any]
    names: dict[str, dict[str, str]]

    @property
    def title(self) -> str:
        """Its key and what it is called."""
        told = self.names.get(OWN_LANGUAGE) or next(iter(self.names.values()), {})
        key = told.get("key") or str(self.columns.get("key", self.number))
        return f"{key} {told.get('name', '')}".strip()


@dataclass(slots=True, kw_only=True)
class VocabularyPlan:
    """What is to be written. ``paths`` say under which path here the listings of a body of the source lie.

    ``moves`` are new numbers of the directory's own formats, by their number; ``elsewhere`` the keys of those of the
    source, by their number there, that cannot keep it.
    """

    source: str
    source_url: str
    source_kind: str
    bodies: BodyPlan
    new_formats: list[_Wanted] = field(default_factory=list)
    changed_formats: list[tuple[int, dict[str, Any], _Wanted]] = field(default_factory=list)
    more_names: list[_Wanted] = field(default_factory=list)  # of the directory's own formats
    told_formats: list[tuple[dict[str, Any] | None, _Wanted]] = field(default_factory=list)  # likewise
    moves: dict[int, int] = field(default_factory=dict)
    elsewhere: dict[int, str] = field(default_factory=dict)

    @property
    def paths(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """Path there -> path here, once it is written."""
        return self.bodies.paths

    @property
    def paths_before(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """Path there -> path here, as long as it is not written."""
        return self.bodies.before

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """What it does to each service body and format: what that is, what it is called, and what becomes of it."""
        for step in self.bodies.steps:
            path = step.draft.path if step.number is None else self.paths_before[step.draft.path]
            yield ("service body", " > ".join(path), step.tell())
        for wanted in self.new_formats:
            yield ("format", wanted.title, "is new")
        for _, before, wanted in self.changed_formats:
            yield ("format", wanted.title, _told_of_change(before, wanted))
        for wanted in self.more_names:
            yield ("format", wanted.title, f"is named in {', '.join(sorted(wanted.names))} as well")
        for _, wanted in self.told_formats:
            yield ("format", wanted.title, "is told in this source's words")
        for number, to in self.moves.items():
            yield ("format", str(number), f"is one of this directory's own that nothing has, and becomes {to}")

    @property
    def size(self) -> int:
        """How many bodies and formats would be made or changed."""
        changed = len(self.changed_formats) + len(self.more_names) + len(self.told_formats) + len(self.moves)
        return self.bodies.size + len(self.new_formats) + changed


def plan_vocabulary(
    session: Session,
    *,
    source: str,
    bodies: Sequence[BodyDraft],
    formats: Sequence[FormatDraft],
    source_url: str = "",
    source_kind: str = "",
    for_all: bool = True,
) -> VocabularyPlan:
    """What *bodies* and *formats* of *source* change about those that are held; writes nothing.

    *for_all*: the source is no service body's own, so that formats which all have may be told as it has them.
    """
    plan = VocabularyPlan(
        source=source,
        source_url=source_url,
        source_kind=source_kind,
        bodies=plan_bodies(session, bodies, source=source),
    )
    ids: dict[str, int] = pairs(session, select(Format.slug, Format.id))
    held, names = _held_formats(session, source)
    own = _own_formats(session)
    if for_all:
        fresh = [draft for draft in formats if draft.number not in held]
        plan.moves = plan_moves(session, own, fresh, ids)
        own = {plan.moves.get(number, number): row for number, row in own.items()}
    known = session.execute(select(Source.id).where(Source.name == source)).scalar()
    for draft in formats:
        columns = {"key": draft.key, "world_id": draft.world_id, "kind": draft.kind}
        told = {
            each.language: {"key": each.key, "name": each.name, "description": each.description} for each in draft.names
        }
        wanted = _Wanted(draft.number, columns | {"format_id": ids.get(draft.slug or "")}, told)
        row, ours = held.get(draft.number), own.get(draft.number)
        if row is None and ours is not None and is_own(draft, ours, ids):
            _plan_own(session, plan, ours, wanted, adopts=for_all and (ours.told or {}).get("source", known) == known)
        elif row is None:
            plan.new_formats.append(wanted)
        else:
            before = {name: getattr(row, name) for name in FORMAT_COLUMNS}
            spoken = {language: names[row.id].get(language) for language in told}
            if before != wanted.columns or spoken != told:
                plan.changed_formats.append((row.id, before | {"names": spoken}, wanted))
    plan.elsewhere = _without_their_number(session, plan)
    return plan


def _told_of_change(before: Mapping[str, Any], wanted: _Wanted) -> str:
    """What of a format is told otherwise, language by language, and what it was."""
    told = []
    for language, names in wanted.names.items():
        was = before["names"].get(language) or {}
        for name, text in names.items():
            if text != was.get(name):
                told.append(f"{name} in {language}: “{was.get(name, '')}” becomes “{text}”")
    told += [
        f"{COLUMN_WORDS[name]}: “{before[name]}” becomes “{wanted.columns[name]}”"
        for name in COLUMN_WORDS
        if before[name] != wanted.columns[name]
    ]
    if before["format_id"] != wanted.columns["format_id"]:
        told.append("it stands for another format here")
    return "; ".join(told)


def _plan_own(session: Session, plan: VocabularyPlan, ours: BmltFormat, wanted: _Wanted, *, adopts: bool) -> None:
    """Have one of the directory's own told as the source has it if it *adopts* it, or else in further languages."""
    if adopts:
        before, columns = ours.told, {name: wanted.columns[name] for name in ("world_id", "kind")}
        if before is None or {**before, **columns, "names": {**before["names"], **wanted.names}} != before:
            plan.told_formats.append((before, _Wanted(wanted.number, columns, wanted.names)))
    elif more := _more_names(session, ours, wanted):
        plan.more_names.append(more)


def _without_their_number(session: Session, plan: VocabularyPlan) -> dict[int, str]:
    wanted = {each.number: str(each.columns["key"]) for each in plan.new_formats}
    taken = set(session.execute(select(BmltFormat.id).where(BmltFormat.id.in_(sorted(wanted)))).scalars())
    return {number: wanted[number] for number in sorted(taken - set(plan.moves))}


def write_vocabulary(session: Session, plan: VocabularyPlan, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Write a plan made in the same transaction to register, audit chain and public vocabulary."""
    if not plan.size:
        return
    revision = raise_revision(session, now=now)  # takes the write lock
    acts = write_bodies(session, plan.bodies, revision=revision)
    acts += _write_formats(session, plan)
    session.flush()
    note_vocabulary_change(session)
    shelve_vocabulary(session)
    audit.append(session, acts, actor=actor, reason=reason, now=now)


def _held_formats(session: Session, source: str) -> tuple[dict[int, BmltFormat], dict[int, dict[str, dict[str, str]]]]:
    """Formats of *source* by their number there, and by number here their names by language."""
    own = select(BmltFormat).join(Source, Source.id == BmltFormat.source_id).where(Source.name == source)
    held = {row.source_number: row for row in session.execute(own).scalars()}
    names: dict[int, dict[str, dict[str, str]]] = {row.id: {} for row in held.values()}
    statement = (
        select(BmltFormatName)
        .join(BmltFormat, BmltFormat.id == BmltFormatName.bmlt_format_id)
        .join(Source, Source.id == BmltFormat.source_id)
        .where(Source.name == source)
    )
    for each in session.execute(statement).scalars():
        told = {"key": each.key, "name": each.name, "description": each.description}
        names[each.bmlt_format_id][each.language] = told
    return held, names


def _own_formats(session: Session) -> dict[int, BmltFormat]:
    """The directory's own formats, by number."""
    statement = select(BmltFormat).where(BmltFormat.source_id.is_(None))
    return {row.id: row for row in session.execute(statement).scalars()}


def _more_names(session: Session, ours: BmltFormat, wanted: _Wanted) -> _Wanted | None:
    """The names in languages that a format of the directory's own has none in, beside the one it is written in."""
    spoken = select(BmltFormatName.language).where(BmltFormatName.bmlt_format_id == wanted.number)
    told = (ours.told or {}).get("names", {})
    known = {OWN_LANGUAGE, *told, *session.execute(spoken).scalars()}
    names = {language: told for language, told in wanted.names.items() if language not in known}
    return _Wanted(wanted.number, {}, names) if names else None


def _write_formats(session: Session, plan: VocabularyPlan) -> list[audit.Act]:
    acts = []
    acts += write_moves(session, plan.moves)
    if plan.told_formats:
        source_id = _source_id(session, plan)
        for before, wanted in plan.told_formats:
            names = {**(before or {}).get("names", {}), **wanted.names}
            after = {"source": source_id, **wanted.columns, "names": names}
            session.execute(update(BmltFormat).where(BmltFormat.id == wanted.number).values(told=after))
            acts.append(
                audit.Act(act="refresh", target_kind="bmlt_format", target_id=wanted.number, before=before, after=after)
            )
    if plan.new_formats:
        source_id = _source_id(session, plan)
        numbers = bmlt_numbers(session, BmltFormat, [each.number for each in plan.new_formats])
        for number, wanted in zip(numbers, plan.new_formats, strict=True):
            own = {"id": number, "source_id": source_id, "source_number": wanted.number, **wanted.columns}
            session.execute(insert(BmltFormat), [own])
            acts.append(audit.Act(act="create", target_kind="bmlt_format", target_id=number, after=own))
            _write_names(session, number, wanted)
    for number, before, wanted in plan.changed_formats:
        session.execute(update(BmltFormat).where(BmltFormat.id == number).values(wanted.columns))
        acts.append(
            audit.Act(
                act="refresh",
                target_kind="bmlt_format",
                target_id=number,
                before=before,
                after=wanted.columns | {"names": wanted.names},
            )
        )
        _write_names(session, number, wanted)
    for wanted in plan.more_names:
        before = {"names": dict.fromkeys(wanted.names)}
        acts.append(
            audit.Act(
                act="refresh",
                target_kind="bmlt_format",
                target_id=wanted.number,
                before=before,
                after={"names": wanted.names},
            )
        )
        _write_names(session, wanted.number, wanted)
    return acts


def _write_names(session: Session, number: int, wanted: _Wanted) -> None:
    """Write the names in the languages that the source told; those of others stay."""
    for language, told in wanted.names.items():
        session.merge(BmltFormatName(bmlt_format_id=number, language=language, **told))


def _source_id(session: Session, plan: VocabularyPlan) -> int:
    found = session.execute(select(Source.id).where(Source.name == plan.source)).scalar_one_or_none()
    if found is not None:
        return found
    row = Source(name=plan.source, url=plan.source_url, kind=plan.source_kind)
    session.add(row)
    session.flush()  # its formats need its id
    return row.id
