"""Verbs for programs and formats: make one that the seed files do not have, and take that back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.resolve import free_slug
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.vocabulary import FORMAT_FIELDS, PROGRAM_FIELDS, shelve_vocabulary
from finder.directory.words_edit import KINDS, PROGRAMS, Words, entry_of, tidied, twin_of
from finder.domain.catalogue import MAX_FORMATS
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.text import slugify
from finder.domain.vocabulary import Approach, FormatKind
from finder.store.audit import AuditEntry
from finder.store.bmlt import BmltFormat
from finder.store.meeting import Meeting, MeetingFormat
from finder.store.vocabulary import Format, FormatCode

LONGEST_SLUG = 60
FULL = f"There are {MAX_FORMATS} formats, and no more fit. Give one that nobody uses another name."


def make_entry(
    session: Session,
    words: Words,
    said: Mapping[str, str],
    *,
    sort: Approach | FormatKind,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> int:
    """Make a program of an approach or a format of a kind (*sort*), last in its list; gives its number.

    Raises BadInputError naming the field: without a name, with that of another one, or when no format more fits.
    """
    values: dict[str, Any] = {name: tidied(name, said.get(name, "")) for name in words.fields}
    if not values["name"]:
        raise BadInputError("name", "Enter a name.")
    if twin_of(session, words, values["name"]):
        raise BadInputError("name", f"There is a {words.kind} of this name already.")
    raise_revision(session, now=now)
    taken = set(session.execute(select(words.table.slug)).scalars())
    values["slug"] = free_slug(slugify(values["name"])[:LONGEST_SLUG] or words.kind, taken)
    values["position"] = session.execute(select(func.coalesce(func.max(words.table.position), 0))).scalar_one() + 1
    values |= {"approach": sort} if words is PROGRAMS else {"kind": sort, "bit": _free_bit(session)}
    number = session.execute(insert(words.table).values(values).returning(words.table.id)).scalar_one()
    _publish(session)
    row = _columns(session, words, number)
    act = audit.Act(act="create", target_kind=words.kind, target_id=number, after=row)
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return number


def _free_bit(session: Session) -> int:
    """The last place in the bit sets that is free: those of the seed files are given from the first on."""
    used = set(session.execute(select(Format.bit)).scalars())
    free = next((bit for bit in reversed(range(MAX_FORMATS)) if bit not in used), None)
    if free is None:
        raise BadInputError("name", FULL)
    return free


def _columns(session: Session, words: Words, number: int) -> dict[str, Any]:
    row = entry_of(session, words, number)
    return {name: getattr(row, name) for name in (PROGRAM_FIELDS if words is PROGRAMS else FORMAT_FIELDS)}


def _publish(session: Session) -> None:
    session.flush()
    note_vocabulary_change(session)
    shelve_vocabulary(session)


def unmake_entry(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take the making of a program or format back. Raises StaleError when it was changed or a listing has it."""
    words = KINDS[entry.target_kind]
    stale = StaleError(f"This {words.kind} has been changed or is in use since: undo that first.", {})
    try:
        present = _columns(session, words, entry.target_id)
    except NotFoundError as error:
        raise stale from error
    if present != entry.after or _in_use(session, words, entry.target_id):
        raise stale
    raise_revision(session, now=now)
    session.expunge(entry_of(session, words, entry.target_id))
    if words is not PROGRAMS:  # the number that BMLT clients were given for it
        session.execute(
            delete(BmltFormat).where(BmltFormat.source_id.is_(None), BmltFormat.format_id == entry.target_id)
        )
    session.execute(delete(words.table).where(words.table.id == entry.target_id))
    _publish(session)
    act = audit.Act(act="remove", target_kind=words.kind, target_id=entry.target_id, before=entry.after)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def _in_use(session: Session, words: Words, number: int) -> bool:
    if words is PROGRAMS:
        uses = [Meeting.program_id == number]
    else:
        of_sources = (BmltFormat.format_id == number) & BmltFormat.source_id.is_not(None)
        uses = [MeetingFormat.format_id == number, FormatCode.format_id == number, of_sources]
    return any(session.execute(select(func.count()).where(use)).scalar_one() for use in uses)
