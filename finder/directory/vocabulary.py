"""Loads programs and formats into the register, and puts the vocabulary on the shelf."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.bmlt_formats import bmlt_format_rows, complete_own_formats, keep_own_formats
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.domain.catalogue import Format as FormatValue
from finder.domain.catalogue import Program as ProgramValue
from finder.store.audit import AuditEntry
from finder.store.people import ServiceBody
from finder.store.place import Region
from finder.store.shelf import PublicVocabulary
from finder.store.vocabulary import Format, FormatCode, Program

Entry = TypeVar("Entry", Program, Format)
Shown = TypeVar("Shown", Program, Format, Region, ServiceBody)

PROGRAM_FIELDS = ("slug", "name", "short_name", "approach", "focus", "for_whom", "expect", "site", "position")
#: What people read of them, and administrators may edit.
PROGRAM_WORDS = ("name", "short_name", "focus", "for_whom", "expect", "site")
FORMAT_WORDS = ("name", "description")
BODY_FIELDS = ("slug", "name", "parent_id", "kind", "url", "helpline", "description", "bmlt_id", "world_id")
FORMAT_FIELDS = ("bit", "slug", "name", "kind", "description", "position")


def load_vocabulary(
    session: Session, programs: Sequence[ProgramValue], formats: Sequence[FormatValue], *, actor: str, now: dt.datetime
) -> int:
    """Bring programs and formats in line with the values given; tells how many were added or changed.

    What is in the register and not among the values stays: listings may use it. So do words that somebody has edited.
    Safe to repeat.
    """
    acts = [
        *_merge(session, Program, PROGRAM_FIELDS, programs, "program", PROGRAM_WORDS),
        *_merge(session, Format, FORMAT_FIELDS, formats, "format", FORMAT_WORDS),
    ]
    codes_changed = _merge_codes(session, formats)
    numbers_changed = keep_own_formats(session, formats)
    if acts or codes_changed or numbers_changed:
        raise_revision(session, now=now)
        note_vocabulary_change(session)
        audit.append(session, acts, actor=actor, reason="vocabulary of the seed files", now=now)
        shelve_vocabulary(session)
    return len(acts)


def _merge(
    session: Session,
    table: type[Entry],
    names: Sequence[str],
    values: Iterable[object],
    kind: str,
    words: Sequence[str],
) -> list[audit.Act]:
    held: dict[str, Entry] = {row.slug: row for row in session.execute(select(table)).scalars()}
    by_people = AuditEntry.actor.startswith("user:", autoescape=True)
    edited = set(
        session.execute(select(AuditEntry.target_id).where(AuditEntry.target_kind == kind, by_people)).scalars()
    )
    acts = []
    for value in values:
        wanted = {name: getattr(value, name) for name in names}
        row = held.get(wanted["slug"])
        before = None if row is None else {name: getattr(row, name) for name in names}
        if before is not None and row is not None and row.id in edited:
            wanted |= {name: before[name] for name in words}
        if before == wanted:
            continue
        if row is None:
            row = table()
            session.add(row)
        for name, content in wanted.items():
            setattr(row, name, content)
        session.flush()  # the audit entry needs the id
        acts.append(
            audit.Act(
                act="revise" if before else "create", target_kind=kind, target_id=row.id, before=before, after=wanted
            )
        )
    return acts


def _merge_codes(session: Session, formats: Sequence[FormatValue]) -> bool:
    ids = {slug: number for number, slug in session.execute(select(Format.id, Format.slug))}
    wanted = {
        (system, code): ids[value.slug]
        for value in formats
        for system, codes in (("meeting_guide", value.meeting_guide), ("naws", value.naws))
        for code in codes
    }
    held = {
        (system, code): number
        for system, code, number in session.execute(select(FormatCode.system, FormatCode.code, FormatCode.format_id))
    }
    if held == wanted:
        return False
    session.execute(delete(FormatCode))
    if wanted:
        session.execute(
            insert(FormatCode),
            [{"system": system, "code": code, "format_id": number} for (system, code), number in wanted.items()],
        )
    return True


def shelve_vocabulary(session: Session) -> None:
    """Write the public documents of programs, formats, regions and service bodies anew.

    Every format has a number for BMLT clients afterwards.
    """
    complete_own_formats(session)
    codes: dict[int, dict[str, list[str]]] = {}
    for row in session.execute(select(FormatCode).order_by(FormatCode.system, FormatCode.code)).scalars():
        codes.setdefault(row.format_id, {}).setdefault(row.system, []).append(row.code)
    rows = [
        *_documents(session, "program", Program, PROGRAM_FIELDS, {}),
        *_documents(session, "format", Format, FORMAT_FIELDS, codes),
        *_documents(session, "region", Region, ("slug", "name", "parent_id", "latitude", "longitude"), {}),
        *_documents(session, "service_body", ServiceBody, BODY_FIELDS, {}),
        *bmlt_format_rows(session),
    ]
    session.execute(delete(PublicVocabulary))
    if rows:
        session.execute(insert(PublicVocabulary), rows)


def _documents(
    session: Session,
    kind: str,
    table: type[Shown],
    names: Sequence[str],
    codes: Mapping[int, Mapping[str, list[str]]],
) -> list[dict[str, Any]]:
    rows = []
    for row in session.execute(select(table).order_by(table.id)).scalars():
        document: dict[str, Any] = {"id": row.id, **{name: getattr(row, name) for name in names}}
        if kind == "format":
            own = codes.get(row.id, {})
            document |= {"meeting_guide": own.get("meeting_guide", []), "naws": own.get("naws", [])}
        rows.append({"kind": kind, "id": row.id, "slug": row.slug, "document": orjson.dumps(document).decode()})
    return rows
