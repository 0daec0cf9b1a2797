"""The directory's own formats change their numbers for a BMLT server that moves here, as long as nothing has them.

A server's format for the same thing takes one of them along to its number, so that listings written here later are
told with it, too; where a server has something else under a number, the one here takes a new one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.numbers import bmlt_numbers
from finder.domain.bmlt import FormatDraft
from finder.feeds.bmlt_stock import CLOSED_FOR_NOW, HYBRID, NOT_WEEKLY, VIRTUAL
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.meeting import Meeting, MeetingFormat

SPECIAL = frozenset({VIRTUAL, CLOSED_FOR_NOW, HYBRID, NOT_WEEKLY})
_COLUMNS = ("source_number", "key", "world_id", "kind", "format_id", "told")
_NAMES = ("language", "key", "name", "description")


def plan_moves(
    session: Session, own: Mapping[int, BmltFormat], drafts: Sequence[FormatDraft], ids: Mapping[str, int]
) -> dict[int, int]:
    """Number -> new number of the directory's *own* formats for *drafts*, formats of a server that are not held yet.

    *ids* are the formats here by slug.
    """
    if all(draft.number in own and is_own(draft, own[draft.number], ids) for draft in drafts):
        return {}
    unused = _unused(session, own)
    taken = set(session.execute(select(BmltFormat.id)).scalars()) - unused
    stay = {draft.number for draft in drafts if draft.number in own and is_own(draft, own[draft.number], ids)}
    asked = {draft.number for draft in drafts}
    moves: dict[int, int | None] = {}
    for number in sorted(unused - stay):
        same = (draft.number for draft in drafts if is_own(draft, own[number], ids))
        free = next((each for each in same if each not in taken | stay), None)
        if free is not None or number in asked:
            moves[number] = free
            taken |= {free} if free is not None else set()
    away = [number for number, to in moves.items() if to is None]
    new = bmlt_numbers(session, BmltFormat, [*asked, *([None] * len(away))])[len(asked) :]
    return {**{number: to for number, to in moves.items() if to is not None}, **dict(zip(away, new, strict=True))}


def is_own(draft: FormatDraft, own: BmltFormat, ids: Mapping[str, int]) -> bool:
    """Whether a format of a source is the directory's *own* of that number.

    One that meetings have and that stands for nothing here is the source's all the same: they carry its key.
    """
    if draft.slug is not None:
        return own.format_id is not None and own.format_id == ids.get(draft.slug)
    known = own.key in {draft.key, *(name.key for name in draft.names)}  # a key is longer where another one has it
    return not draft.used and known and own.world_id == draft.world_id


def _unused(session: Session, own: Mapping[int, BmltFormat]) -> set[int]:
    """The numbers of the directory's own formats that no listing has, and that are told as no server has them.

    Some stand for none; those among them that tell how one takes part are always used.
    """
    found = {number: row for number, row in own.items() if row.told is None and row.key not in SPECIAL}
    wanted = sorted({row.format_id for row in found.values() if row.format_id is not None})
    statement = select(MeetingFormat.format_id).where(MeetingFormat.format_id.in_(wanted))
    used = set(session.execute(statement.distinct()).scalars())
    carried = {
        key for told in session.execute(select(Meeting.unmapped_types).distinct()).scalars() for key in told or ()
    }
    return {
        number
        for number, row in found.items()
        if (row.format_id not in used if row.format_id is not None else row.key not in carried)
    }


def write_moves(session: Session, moves: Mapping[int, int]) -> list[audit.Act]:
    """Give own formats their new numbers; gives what the chain tells of it."""
    if not moves:
        return []
    rows = _rows(session, select(BmltFormat).where(BmltFormat.id.in_(sorted(moves))), _COLUMNS, "id")
    named = select(BmltFormatName).where(BmltFormatName.bmlt_format_id.in_(sorted(moves)))
    names = _rows(session, named, _NAMES, "bmlt_format_id")
    for table, column in ((BmltFormatName, BmltFormatName.bmlt_format_id), (BmltFormat, BmltFormat.id)):
        gone = delete(table).where(column.in_(sorted(moves)))
        session.execute(gone.execution_options(synchronize_session=False))
    session.expire_all()
    session.execute(insert(BmltFormat), [{**row, "id": moves[row["id"]], "source_id": None} for row in rows])
    if names:
        values = [{**row, "bmlt_format_id": moves[row["bmlt_format_id"]]} for row in names]
        session.execute(insert(BmltFormatName), values)
    return [
        audit.Act(act="renumber", target_kind="bmlt_format", target_id=to, before={"id": number}, after={"id": to})
        for number, to in sorted(moves.items())
    ]


def _rows(session: Session, statement: Any, columns: Sequence[str], number: str) -> list[dict[str, Any]]:  # noqa: ANN401
    found = []
    for row in session.execute(statement).scalars().all():
        found.append({name: getattr(row, name) for name in (number, *columns)})
        session.expunge(row)
    return found
