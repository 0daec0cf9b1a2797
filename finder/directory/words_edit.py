"""Verbs for programs and formats: the words that people read of them. Codes, places and order are the seed files'.

What the seed files do not have is made in `words_make`.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.revision import note_vocabulary_change, raise_revision, take_lock
from finder.directory.vocabulary import FORMAT_WORDS, PROGRAM_WORDS, shelve_vocabulary
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.text import clean, clean_multiline, fold
from finder.store.audit import AuditEntry
from finder.store.vocabulary import Format, Program

LONGEST = {"name": 255, "short_name": 64, "focus": 255, "site": 2048}
LONGEST_TEXT = 2000
Entry = Program | Format


@dataclass(frozen=True, slots=True)
class Words:
    """Programs or formats: their name in the audit and for people, their table, and the words that may be edited."""

    kind: str
    table: type[Program] | type[Format]
    fields: tuple[str, ...]


PROGRAMS = Words("program", Program, PROGRAM_WORDS)
FORMATS = Words("format", Format, FORMAT_WORDS)
KINDS = {each.kind: each for each in (PROGRAMS, FORMATS)}


def all_entries(session: Session, words: Words) -> list[tuple[int, str]]:
    """Number and name of every one, in the order of the seed files."""
    statement = select(words.table.id, words.table.name).order_by(words.table.position, words.table.id)
    return [(number, name) for number, name in session.execute(statement)]


def entry_of(session: Session, words: Words, number: int) -> Entry:
    """Program or format *number*. Raises NotFoundError."""
    row: Entry | None
    if words is PROGRAMS:
        row = session.get(Program, number, populate_existing=True)
    else:
        row = session.get(Format, number, populate_existing=True)
    if row is None:
        raise NotFoundError(f"There is no such {words.kind} here.")
    return row


def twin_of(session: Session, words: Words, name: str) -> int:
    """The number of the one that is called *name*, in capitals or small letters; 0 when there is none."""
    wanted = fold(name)
    return next((number for number, held in all_entries(session, words) if fold(held) == wanted), 0)


def words_of(row: Entry, words: Words) -> dict[str, str]:
    """What people read of a program or format, field by field."""
    return {name: getattr(row, name) for name in words.fields}


def state_of(said: Mapping[str, str]) -> str:
    """A digest of what something says, by which a form knows whether it was changed meanwhile."""
    return hashlib.sha256("\x00".join(f"{name}={said[name]}" for name in sorted(said)).encode()).hexdigest()[:16]


def refuse_stale(session: Session, words: Words, number: int, *, seen: str) -> None:
    """Take the lock. Raises NotFoundError, and StaleError when it is no longer in the state that was *seen*."""
    take_lock(session)
    if seen != state_of(words_of(entry_of(session, words, number), words)):
        raise StaleError(
            f"Somebody has changed this {words.kind} since you opened it: compare, then send it again.", {}
        )


def revise_words(
    session: Session,
    words: Words,
    number: int,
    said: Mapping[str, str],
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> bool:
    """Give a program or format other words; False, and nothing is done, when it has them already.

    Raises NotFoundError, and BadInputError naming the field. The seed files leave alone what somebody has edited.
    """
    row = entry_of(session, words, number)
    before = words_of(row, words)
    after = {name: tidied(name, said.get(name, before[name])) for name in words.fields}
    if not after["name"]:
        raise BadInputError("name", "Enter a name.")
    if after == before:
        return False
    raise_revision(session, now=now)
    session.execute(update(words.table).where(words.table.id == number).values(**after))
    session.expire(row)
    note_vocabulary_change(session)
    shelve_vocabulary(session)
    act = audit.Act(act="revise", target_kind=words.kind, target_id=number, before=before, after=after)
    audit.append(session, [act], actor=actor, reason=reason, now=now)
    return True


def tidied(name: str, text: str) -> str:
    """*text* as it is stored. Raises BadInputError when it is too long for field *name*."""
    tidy = clean(text) if name in LONGEST else clean_multiline(text)
    most = LONGEST.get(name, LONGEST_TEXT)
    if len(tidy) > most:
        raise BadInputError(name, f"Use at most {most} characters.")
    return tidy


def unrevise_words(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Take other words back. Raises StaleError when they were changed again since."""
    words = KINDS[entry.target_kind]
    before, after = dict(entry.before or {}), dict(entry.after or {})
    present = words_of(entry_of(session, words, entry.target_id), words)
    if any(present[name] != after.get(name) for name in words.fields):
        raise StaleError(f"This {words.kind} has been changed since: undo that first.", {})
    said = {name: str(before.get(name, present[name])) for name in words.fields}
    revise_words(session, words, entry.target_id, said, actor=actor, reason=reason, now=now)
