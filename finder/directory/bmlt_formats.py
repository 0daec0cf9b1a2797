"""Gives every format a number for BMLT clients, and tells the public side what they need to know of formats."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from finder.domain.catalogue import Format as FormatValue
from finder.feeds.bmlt_stock import OwnFormat, further_format, stock_formats
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import pairs
from finder.store.source import Source
from finder.store.vocabulary import Format, FormatCode

#: The language that the seed files are written in.
OWN_LANGUAGE = "en"


def keep_own_formats(session: Session, formats: Sequence[FormatValue]) -> bool:
    """Bring the directory's own BMLT formats in line with *formats*, the values of the seed files.

    Numbers stay once they are given. Tells whether anything changed. Safe to repeat.
    """
    changed = _keep(session, stock_formats(formats))
    return complete_own_formats(session) or changed


def complete_own_formats(session: Session) -> bool:
    """Give those formats a number that have none yet: those without a stock key, and those made by administrators."""
    have = select(BmltFormat.format_id).where(BmltFormat.source_id.is_(None), BmltFormat.format_id.is_not(None))
    missing = session.execute(select(Format).where(Format.id.not_in(have)).order_by(Format.bit)).scalars().all()
    if not missing:
        return False
    codes: dict[tuple[int, str], list[str]] = {}
    for row in session.execute(select(FormatCode).order_by(FormatCode.code)).scalars():
        codes.setdefault((row.format_id, row.system), []).append(row.code)
    wanted = [
        further_format(
            bit=row.bit,
            slug=row.slug,
            kind=row.kind,
            codes=codes.get((row.id, "meeting_guide"), ()),
            naws=codes.get((row.id, "naws"), ()),
        )
        for row in missing
    ]
    return _keep(session, wanted)


def _keep(session: Session, wanted: Iterable[OwnFormat]) -> bool:
    ids = pairs(session, select(Format.slug, Format.id))
    own = {row.key: row for row in session.execute(select(BmltFormat).where(BmltFormat.source_id.is_(None))).scalars()}
    taken = set(session.execute(select(BmltFormat.id)).scalars())
    changed = False
    for each in wanted:
        values = {"world_id": each.world_id, "kind": each.kind, "format_id": ids.get(each.slug) if each.slug else None}
        row = own.get(each.key)
        if row is None:
            number = each.number if each.number not in taken else _next_number(session)
            row = BmltFormat(id=number, source_id=None, source_number=number, key=each.key, **values)
            session.add(row)
            session.flush()  # its name needs it
            taken.add(number)
            own[each.key] = row
            changed = True
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed = True
        changed = _keep_name(session, row, each) or changed
    session.flush()
    return changed


def _next_number(session: Session) -> int:
    return (session.execute(select(func.max(BmltFormat.id))).scalar_one() or 0) + 1


def _keep_name(session: Session, row: BmltFormat, own: OwnFormat) -> bool:
    """Note what it is called; what stands for a format is called what that is called."""
    if own.slug is not None:
        return False
    held = session.get(BmltFormatName, (row.id, OWN_LANGUAGE))
    if held is not None and (held.key, held.name, held.description) == (own.key, own.name, own.description):
        return False
    values = {"key": own.key, "name": own.name, "description": own.description}
    session.execute(
        delete(BmltFormatName).where(BmltFormatName.bmlt_format_id == row.id, BmltFormatName.language == OWN_LANGUAGE)
    )
    session.execute(insert(BmltFormatName).values(bmlt_format_id=row.id, language=OWN_LANGUAGE, **values))
    return True


def bmlt_format_rows(session: Session) -> list[dict[str, Any]]:
    """Rows of the public vocabulary: number, source and the number there, format here, ``names`` by language.

    One of the directory's own is told as a source has it, if any does; ``stands_as`` is its own world id all the same.
    """
    names: dict[int, dict[str, Mapping[str, str]]] = {}
    for row in session.execute(select(BmltFormatName).order_by(BmltFormatName.language)).scalars():
        told = {"key": row.key, "name": row.name, "description": row.description}
        names.setdefault(row.bmlt_format_id, {})[row.language] = told
    statement = (
        select(BmltFormat, Source.name, Format.slug, Format.name, Format.description)
        .outerjoin(Source, Source.id == BmltFormat.source_id)
        .outerjoin(Format, Format.id == BmltFormat.format_id)
    )
    rows = []
    for each, source, slug, name, description in session.execute(statement.order_by(BmltFormat.id)):
        called = names.get(each.id, {})
        if each.source_id is None and slug is not None:
            called = called | {OWN_LANGUAGE: {"key": each.key, "name": name, "description": description}}
        theirs: dict[str, Any] = each.told or {}
        document = {
            "id": each.id,
            "source": source or "",
            "source_number": each.source_number,
            "key": each.key,
            "world_id": theirs.get("world_id", each.world_id),
            "kind": theirs.get("kind", each.kind),
            "stands_as": each.world_id,
            "format": slug,
            "names": called | theirs.get("names", {}),
        }
        text = orjson.dumps(document).decode()
        rows.append({"kind": "bmlt_format", "id": each.id, "slug": f"bmlt-{each.id}", "document": text})
    return rows
