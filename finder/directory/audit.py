"""Writes and verifies the audit chain."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from finder.store.audit import AuditEntry
from finder.store.database import portions

GENESIS = "0" * 64
#: What stands for a reason that was forgotten: this and the digest of its text.
FORGOTTEN = "sha256:"
#: Who acts on the command line: whoever may log in to the machine, alone and without asking a second person.
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing done to one target; *before* and *after* are JSON values or None."""

    act: str
    target_kind: str
    target_id: int
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


def content_digest(content: dict[str, Any] | None) -> str:
    """SHA-256 of a JSON value with sorted keys; "" for None."""
    if content is None:
        return ""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def forgotten(reason: str) -> str:
    """What is kept of a reason when its text is forgotten, so that the seal still holds."""
    return FORGOTTEN + hashlib.sha256(reason.encode()).hexdigest()


def words_of(reason: str) -> str:
    """The words of a reason; "" once they are forgotten."""
    return "" if reason.startswith(FORGOTTEN) else reason


def append(session: Session, acts: Iterable[Act], *, actor: str, reason: str, now: dt.datetime) -> None:
    """Add *acts* to the chain, in order. The caller holds the write lock (see `revision`)."""
    last: tuple[int, str] | None = None
    for portion in portions(acts):
        last = last or _newest(session)
        rows = []
        for act in portion:
            number, previous = last
            row = {
                "id": number + 1,
                "at": now,
                "actor": actor,
                "act": act.act,
                "target_kind": act.target_kind,
                "target_id": act.target_id,
                "reason": reason,
                "before_digest": content_digest(act.before),
                "after_digest": content_digest(act.after),
                "previous": previous,
            }
            last = number + 1, _digest(row, forgotten(reason))
            rows.append({**row, "before": act.before, "after": act.after, "digest": last[1]})
        session.execute(insert(AuditEntry), rows)


def _newest(session: Session) -> tuple[int, str]:
    """Number and digest of the newest entry."""
    newest = select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    found = session.execute(newest).first()
    return (found.id, found.digest) if found else (0, GENESIS)


def last_entry(session: Session) -> int:
    """The number of the newest entry, 0 when there is none; it stays the newest while the caller holds the lock."""
    return session.execute(select(func.coalesce(func.max(AuditEntry.id), 0))).scalar_one()


def faults(session: Session) -> Iterator[str]:
    """Walk the whole chain and name what does not hold: gaps, broken seals, altered texts."""
    expected, previous = 1, GENESIS
    entries = session.execute(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)).scalars()
    for entry in entries:
        if entry.id != expected:
            yield f"Audit entry {expected} is missing."
            expected = entry.id
        if entry.previous != previous:
            yield f"Audit entry {entry.id} does not continue the chain."
        if not _holds(entry):
            yield f"Audit entry {entry.id} was altered."
        for content, digest in ((entry.before, entry.before_digest), (entry.after, entry.after_digest)):
            if content is not None and content_digest(content) != digest:
                yield f"Audit entry {entry.id} holds a text that was altered."
        expected, previous = entry.id + 1, entry.digest


_SEALED = (
    "id",
    "at",
    "actor",
    "act",
    "target_kind",
    "target_id",
    "reason",
    "before_digest",
    "after_digest",
    "previous",
)


def _holds(entry: AuditEntry) -> bool:
    """Whether an entry is as it was sealed; seals of the first days are over the text of the reason."""
    row = {name: getattr(entry, name) for name in _SEALED}
    return any(_digest(row, reason) == entry.digest for reason in (forgotten(entry.reason), entry.reason))


def _digest(row: dict[str, Any], reason: str) -> str:
    sealed = {**{name: row[name] for name in _SEALED}, "reason": reason}
    sealed["at"] = row["at"].astimezone(dt.UTC).isoformat()
    return hashlib.sha256(orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS)).hexdigest()
