"""Takes back what a BMLT server told beside its meetings: service bodies and formats are as before.

What was changed again since, and a service body that listings lie in, is left, and told of.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bmlt_moves import write_moves
from finder.directory.publish import covered
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.shelf import shelve
from finder.directory.vocabulary import shelve_vocabulary
from finder.directory.vocabulary_edit import BODIES, columns_of, find_node
from finder.directory.vocabulary_make import in_use
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
    left, acts, touched = [], [], set[int]()
    for entry in reversed(entries):
        back = _body_back(session, entry, touched) if entry.target_kind == BODIES.kind else _format_back(session, entry)
        if back is None:
            left.append(_title(entry))
        else:
            acts.append(back)
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


def _body_back(session: Session, entry: AuditEntry, touched: set[int]) -> audit.Act | None:
    row = find_node(session, BODIES, entry.target_id)
    if row is None or columns_of(row) != entry.after:
        return None
    if entry.before is None:
        if in_use(session, BODIES, row.id):
            return None
        session.delete(row)
        session.flush()
        return _act("remove", entry)
    session.execute(update(ServiceBody).where(ServiceBody.id == row.id).values(entry.before))
    session.expire(row)
    touched.update(covered(session, "service_body_id", entry.target_id))
    return _act("refresh", entry)


def _act(name: str, entry: AuditEntry) -> audit.Act:
    return audit.Act(
        act=name,
        target_kind=entry.target_kind,
        target_id=entry.target_id,
        before=entry.after,
        after=entry.before,
    )


def _format_back(session: Session, entry: AuditEntry) -> audit.Act | None:
    if entry.act == "renumber":
        return _number_back(session, entry)
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


def _number_back(session: Session, entry: AuditEntry) -> audit.Act | None:
    number, to = int((entry.before or {})["id"]), entry.target_id
    own = session.get(BmltFormat, to, populate_existing=True)
    if own is None or own.source_id is not None or session.get(BmltFormat, number) is not None:
        return None
    return write_moves(session, {to: number})[0]


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
