"""What a feed tells beside its rows: service bodies and formats, as one change of its refresh.

Until it is applied the rows lie in the service bodies as they are; applied, what still waits of the refresh is moved
along to where these lie then.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.batch import KEPT, NOT_LISTED, TO_COMPARE
from finder.directory.bmlt_taking_back import take_vocabulary_back
from finder.directory.bmlt_vocabulary import VocabularyPlan, plan_vocabulary, write_vocabulary
from finder.directory.bodies import body_paths, folded_path
from finder.domain.bmlt import BodyDraft, FormatDraft, FormatName
from finder.domain.listing import ListingDraft
from finder.domain.sources import ChangeKind, ChangeState
from finder.domain.text import path_of, some_of
from finder.feeds.bmlt_read_bodies import body_words
from finder.feeds.rows import Row
from finder.sources.difference import Change
from finder.sources.drafts import kept_digest
from finder.store.audit import AuditEntry
from finder.store.database import chunks
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceChange, SourceRun

MOST_NAMED = 10
#: Lines that a refresh keeps about its service bodies and formats.
MOST_LINES = 300
TITLE = "Service bodies and formats"
Paths = Mapping[tuple[str, ...], tuple[str, ...]]


def vocabulary_of(
    session: Session, source: Source, bodies: Sequence[BodyDraft], formats: Sequence[FormatDraft]
) -> VocabularyPlan:
    """What is to be written of what a source tells beside its rows.

    Whatever a source that belongs to a service body says of bodies, it writes none of the others'.
    """
    for_all = source.service_body_id is None
    told = bodies if for_all else ()
    return plan_vocabulary(session, source=source.name, bodies=told, formats=formats, for_all=for_all)


def beside_change(
    session: Session,
    source: Source,
    vocabulary: VocabularyPlan,
    bodies: Sequence[BodyDraft],
    formats: Sequence[FormatDraft],
    *,
    anew: bool = False,
) -> Change | None:
    """The change that *vocabulary* is, made of what was told; None when it is none, or nobody wanted just this.

    *anew*: what nobody wanted is a change again.
    """
    if not vocabulary.size:
        return None
    told = {"bodies": [asdict(each) for each in bodies], "formats": [asdict(each) for each in formats]}
    digest = _digest_of(told)
    if not anew and digest == _unwanted(session, source):
        return None
    lines = list(vocabulary.lines())
    more = len(lines) - MOST_LINES
    kept = [*lines[:MOST_LINES], *([("", "", f"and {more:,} more")] if more > 0 else [])]
    return Change(kind=ChangeKind.BESIDE, digest=digest, title=TITLE, remarks=tuple(kept), beside=told)


def _digest_of(told: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The digest of what was told: in whatever order, and whether or not any meeting has a format."""
    formats = [
        {**each, "used": None, "names": sorted(each["names"], key=lambda name: str(name["language"]))}
        for each in sorted(told["formats"], key=lambda each: int(each["number"]))
    ]
    said = {"bodies": sorted(told["bodies"], key=lambda each: each["path"]), "formats": formats}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _unwanted(session: Session, source: Source) -> str:
    """The digest of what was told last, if it was set aside or rolled back; "" if not."""
    statement = (
        select(SourceChange.state, SourceChange.draft)
        .join(SourceRun, SourceRun.id == SourceChange.run_id)
        .where(SourceRun.source_id == source.id, SourceChange.kind == ChangeKind.BESIDE)
        .where(SourceChange.state != ChangeState.OPEN)
    )
    last = session.execute(statement.order_by(SourceChange.id.desc()).limit(1)).one_or_none()
    unwanted = last is not None and last[0] in {ChangeState.SET_ASIDE, ChangeState.ROLLED_BACK}
    return kept_digest(last[1]) if last is not None and unwanted else ""


def written(
    session: Session,
    source: Source,
    change: Change,
    vocabulary: VocabularyPlan,
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> Change:
    """The change as it is when *vocabulary* is written, which this does. The caller holds the lock."""
    return replace(change, entries=_write(session, source, vocabulary, actor=actor, reason=reason, now=now))


def _write(
    session: Session, source: Source, vocabulary: VocabularyPlan, *, actor: str, reason: str, now: dt.datetime
) -> tuple[int, int]:
    """Write *vocabulary*; gives the first and last entry of the audit chain that tell of it."""
    first = audit.last_entry(session) + 1
    write_vocabulary(session, vocabulary, actor=actor, reason=reason, now=now)
    _compare_anew(session, source, vocabulary)
    return first, audit.last_entry(session)


def _compare_anew(session: Session, source: Source, vocabulary: VocabularyPlan) -> None:
    """Have the listings of *source* compared that lie in a body whose name and place another one has from now on.

    Their digests name the path of that one, so that a listing of it would pass for one that lies there.
    """
    owners = {here: there for there, here in vocabulary.paths.items()}
    held, before = vocabulary.bodies.held, vocabulary.paths_before
    for part in chunks([number for there, number in held.items() if owners.get(before[there], there) != there]):
        listings = update(Meeting).where(Meeting.source_id == source.id, Meeting.service_body_id.in_(part))
        known = Meeting.source_digest.not_in((NOT_LISTED, KEPT))
        session.execute(listings.where(Meeting.published, known).values(source_digest=TO_COMPARE))


def kept_beside(change: Change) -> dict[str, Any]:
    """What a refresh keeps of it: what was told while it waits, the entries of the chain once it is written."""
    kept: dict[str, Any] = {"listing": None, "digest": change.digest}
    return kept | ({"entries": list(change.entries)} if change.entries else {"beside": change.beside})


def apply_beside(
    session: Session,
    source: Source,
    change: SourceChange,
    others: Sequence[SourceChange],
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> None:
    """Write what a source told beside its rows, and have *others*, which wait, lie where their bodies lie then."""
    told = (change.draft or {}).get("beside") or {"bodies": [], "formats": []}
    bodies = [BodyDraft(**{**each, "path": tuple(each["path"])}) for each in told["bodies"]]
    formats = [
        FormatDraft(**{**each, "names": tuple(FormatName(**name) for name in each["names"])})
        for each in told["formats"]
    ]
    vocabulary = vocabulary_of(session, source, bodies, formats)
    entries = _write(session, source, vocabulary, actor=actor, reason=reason, now=now)
    by_path = {folded_path(path): number for number, path in body_paths(session).items()}
    for each in others:
        kept: dict[str, Any] = each.draft or {}
        if (here := vocabulary.paths.get(path_of(kept.get("told_in", "")))) and kept["listing"]:
            words = body_words(here)
            lies_in = {"listing": kept["listing"] | {"service_body": words}, "body": by_path.get(folded_path(words), 0)}
            each.draft = kept | lies_in
    source.payload_digest, source.validators = "", {}  # what lies elsewhere now is compared anew when it is read next
    change.draft = {"listing": None, "digest": kept_digest(change.draft), "entries": list(entries)}
    change.state = ChangeState.APPLIED
    session.flush()


def take_beside_back(session: Session, change: SourceChange, *, actor: str, reason: str, now: dt.datetime) -> list[str]:
    """Undo what was written of it; gives what was left because it was changed or is in use since."""
    first, last = (change.draft or {}).get("entries") or (1, 0)
    acts = select(AuditEntry).where(
        AuditEntry.id.between(first, last), AuditEntry.target_kind.in_(("service_body", "bmlt_format"))
    )
    entries = session.execute(acts.order_by(AuditEntry.id)).scalars().all()
    return take_vocabulary_back(session, entries, actor=actor, reason=reason, now=now)


def placed_in_bodies(rows: tuple[Row, ...], paths: Paths) -> tuple[Row, ...]:
    """The rows with their service bodies as they are called and lie here, by path there."""
    if not paths:
        return rows
    return tuple(
        _placed(row, row.draft, paths[path])
        if row.draft and (path := path_of(row.draft.service_body)) in paths
        else row
        for row in rows
    )


def _placed(row: Row, draft: ListingDraft, here: tuple[str, ...]) -> Row:
    there, words = draft.service_body, body_words(here)
    return replace(row, told_in=there, draft=draft if words == there else replace(draft, service_body=words))


def told_of(vocabulary: VocabularyPlan) -> str:
    """A sentence on the service bodies and formats that are made or changed; "" when there are none."""
    bodies, formats = vocabulary.bodies.size, vocabulary.size - vocabulary.bodies.size
    if not vocabulary.size:
        return ""
    told = f"Made or changed beside the listings: {bodies:,} service bodies, {formats:,} formats."
    if not vocabulary.elsewhere:
        return told
    taken = [f"{number} ({key})" for number, key in vocabulary.elsewhere.items()]
    named = some_of(taken[:MOST_NAMED], len(taken))
    return f"{told} The numbers of these formats are taken here, they get others: {named}."
