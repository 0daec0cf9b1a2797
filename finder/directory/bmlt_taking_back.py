"""Takes back what a BMLT server told beside its meetings: service bodies and formats are as before.

What was changed again since, and a service body that something belongs to, is left, and told of.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bmlt_bodies_back import bodies_to_take_back
from finder.directory.bmlt_moves import write_moves
from finder.directory.publish import covered
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.shelf import shelve
from finder.directory.vocabulary import shelve_vocabulary
from finder.directory.vocabulary_edit import BODIES
from finder.store.audit import AuditEntry
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.people import ServiceBody

_NAME = ("key", "name", "description")


def take_vocabulary_back(
    session: Session, entries: Sequence[AuditEntry], *, actor: str, reason: str, now: dt.datetime
) -> list[str]:
    """Undo *entries*, acts of `write_vocabulary`, from the last to the first; gives what was left, in words."""
    if not entries:
        return []
    revision = raise_revision(session, now=now)
    bodies = [entry for entry in entries if entry.target_kind == BODIES.kind]
    moved = [entry for entry in entries if entry.act == "renumber"]
    formats = [entry for entry in entries if entry.target_kind != BODIES.kind and entry.act != "renumber"]
    left, acts = [], []
    for entry in reversed(formats):
        back = _format_back(session, entry)
        if back is None:
            left.append(_title(entry))
        else:
            acts.append(back)
    numbers = _numbers_back(session, moved)
    acts += write_moves(session, numbers)
    left += [_title(entry) for entry in moved if entry.target_id not in numbers]
    undone = bodies_to_take_back(session, bodies)
    touched = _write_bodies(session, undone)
    acts += [_act("refresh" if entry.before else "remove", entry) for entry in undone]
    done = {entry.id for entry in undone}
    left += [_title(entry) for entry in reversed(bodies) if entry.id not in done]
    session.flush()
    session.expire_all()
    shelve(session, sorted(touched), revision=revision, renamed=frozenset({BODIES.kind}))
    note_vocabulary_change(session)
    shelve_vocabulary(session)
    audit.append(session, acts, actor=actor, reason=reason, now=now)
    return left


def _title(entry: AuditEntry) -> str:
    told = entry.after or {}
    return str(told.get("name") or told.get("key") or f"format {entry.target_id}")


def _write_bodies(session: Session, entries: Sequence[AuditEntry]) -> set[int]:
    """Have service bodies be as before *entries*; gives the listings that lie in them."""
    touched = set[int]()
    for entry in entries:
        if entry.before is not None:
            session.execute(update(ServiceBody).where(ServiceBody.id == entry.target_id).values(entry.before))
            touched.update(covered(session, "service_body_id", entry.target_id))
    session.expire_all()
    for entry in reversed(entries):  # from the bottom up
        if entry.before is None:
            gone = delete(ServiceBody).where(ServiceBody.id == entry.target_id)
            session.execute(gone.execution_options(synchronize_session="fetch"))
    return touched


def _act(name: str, entry: AuditEntry) -> audit.Act:
    return audit.Act(
        act=name,
        target_kind=entry.target_kind,
        target_id=entry.target_id,
        before=entry.after,
        after=entry.before,
    )


def _format_back(session: Session, entry: AuditEntry) -> audit.Act | None:
    row = session.get(BmltFormat, entry.target_id, populate_existing=True)
    if row is None:
        return None
    if entry.act == "create":
        return _unmake(session, row, entry)
    if "source" in (entry.after or {}):
        return _untell(session, row, entry)
    return _unchange(session, row, entry)


def _is(row: BmltFormat, columns: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in columns.items())


def _unmake(session: Session, row: BmltFormat, entry: AuditEntry) -> audit.Act | None:
    """Remove a format that was made."""
    if not _is(row, entry.after or {}):
        return None
    named = delete(BmltFormatName).where(BmltFormatName.bmlt_format_id == row.id)
    session.execute(named.execution_options(synchronize_session=False))
    session.delete(row)
    session.flush()
    return _act("remove", entry)


def _untell(session: Session, row: BmltFormat, entry: AuditEntry) -> audit.Act | None:
    """Tell one of the directory's own as before."""
    if row.told != entry.after:
        return None
    session.execute(update(BmltFormat).where(BmltFormat.id == row.id).values(told=entry.before))
    session.expire(row)
    return _act("refresh", entry)


def _unchange(session: Session, row: BmltFormat, entry: AuditEntry) -> audit.Act | None:
    """Give a format its columns and names again."""
    after, before = dict(entry.after or {}), dict(entry.before or {})
    names = after.pop("names", {})
    if not _is(row, after) or _names(session, row.id, names) != names:
        return None
    named = before.pop("names", {})
    if before:
        session.execute(update(BmltFormat).where(BmltFormat.id == row.id).values(before))
        session.expire(row)
    _name_again(session, row.id, named)
    return _act("refresh", entry)


def _numbers_back(session: Session, entries: Sequence[AuditEntry]) -> dict[int, int]:
    """Number -> number before, of the directory's own formats that can have theirs again, each for the next."""
    back = {entry.target_id: int((entry.before or {})["id"]) for entry in entries}
    while back:
        rows = {number: session.get(BmltFormat, number, populate_existing=True) for number in {*back, *back.values()}}
        moves = {to: number for to, number in back.items() if _is_own_untold(rows[to])}
        moves = {to: number for to, number in moves.items() if number in moves or rows[number] is None}
        if moves == back:
            break
        back = moves
    return back


def _is_own_untold(row: BmltFormat | None) -> bool:
    """Whether a format is the directory's own, and told as no server has it."""
    return row is not None and row.source_id is None and row.told is None


def _names(session: Session, number: int, languages: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What a format is called in *languages*."""
    found = {}
    for language in languages:
        row = session.get(BmltFormatName, (number, language), populate_existing=True)
        if row is not None:
            found[language] = {name: getattr(row, name) for name in _NAME}
    return found


def _name_again(session: Session, number: int, names: Mapping[str, dict[str, str] | None]) -> None:
    """Call a format by *names*; by none in a language of which there is none."""
    for language, told in names.items():
        if told is not None:
            session.merge(BmltFormatName(bmlt_format_id=number, language=language, **told))
        elif (row := session.get(BmltFormatName, (number, language))) is not None:
            session.delete(row)
    session.flush()
