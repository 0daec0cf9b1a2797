"""Compares the rows of a feed with what is held of their source: new, changed field by field, gone, or as before.

Nothing is written here. What cannot simply follow the source says why it waits for somebody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.batch import KEPT, NOT_LISTED, HeldListing, held_listings
from finder.directory.draft import digest_of, draft_of
from finder.directory.register import read_register
from finder.domain.listing import ListingDraft
from finder.domain.sourced import DECIDED, Base, base_after, sourced_fields, three_way
from finder.domain.sources import ChangeKind, FieldRule
from finder.feeds.rows import Remark, Row
from finder.sources.difference import Change, Difference, TellRemark, told_by
from finder.sources.heirs import heirs_of
from finder.sources.hidden import with_what_is_hidden
from finder.sources.keys import moved_keys, with_their_keys
from finder.store.database import chunks
from finder.store.meeting import Meeting

#: Why a change waits as a whole, whatever the source is trusted with: the words of its remark.
TAKEN_OFF = "was taken off here, and the source still lists it"
EDITED_GONE = "was edited here, and the source does not list it any more"
DECIDED_GONE = "is otherwise than the source said, as a moderator decided, and the source does not list it any more"
#: What is told of a row that has no key by which it could be known, and is known all the same.
MOVED = "has no key of its own: known again by its name and by where it is, since no other of these is left"
STILL_LISTED = (
    "another source still lists it: when this is applied, it stays in the finder and follows that one; "
    "set aside, it follows that one, too, and what it says now counts as edited here"
)

#: A region or a service body that was renamed here is no edit of its listings.
_OF_TREES = frozenset({"region", "service_body"})


@dataclass(slots=True)
class _Found:
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    unlisted: int = 0
    settled: list[dict[str, Any]] = field(default_factory=list)
    to_compare: list[tuple[Row, ListingDraft, HeldListing, str]] = field(default_factory=list)


def compare(
    session: Session,
    source: str,
    rules: Mapping[str, str],
    rows: Sequence[Row],
    *,
    aside: frozenset[tuple[str, str]],
    again: frozenset[int] = frozenset(),
) -> Difference:
    """What *rows* change about the listings of *source*; *aside* are new ones (key, digest) that nobody wanted.

    Those of *again* (ids) that are off the shelf come back with what their rows say, as if they were new.
    A row that was refused keeps the listing that an earlier feed made of it: it is in the feed, so it is not gone.
    """
    held = held_listings(session, source)
    rows = with_their_keys(rows, held)
    moved = moved_keys(session, rows, held, aside=aside)
    overruled = FieldRule.SOURCE in rules.values()
    found = _Found()
    for row in rows:
        if row.draft is None:
            found.changes.append(_refused(row))
        else:
            known = moved.get(row.key)
            told = row if known is None else replace(row, remarks=(*row.remarks, Remark("", "", MOVED)))
            there = held.get(known or row.key)
            _sort_in(found, told, row.draft, there, aside=aside, overruled=overruled, again=again)
    _compare_fields(session, found, rules, again)
    place = {row.number: place for place, row in enumerate(rows)}
    found.changes.sort(key=lambda change: place[change.row])
    present = {moved.get(row.key, row.key) for row in rows}
    left = {key: each for key, each in held.items() if key not in present}
    found.settled += [
        {"id": each.id, "source_digest": NOT_LISTED} for each in left.values() if each.merged and each.digest
    ]
    gone = {each.id: (key, each) for key, each in left.items() if each.published and each.digest != KEPT}
    found.changes += _gone(session, gone, by_rule=overruled)
    return Difference(
        changes=tuple(found.changes),
        unchanged=found.unchanged,
        unlisted=found.unlisted,
        published=sum(each.published for each in held.values()),
        settled=tuple(found.settled),
    )


def _refused(row: Row) -> Change:
    title = row.title or row.key or next((remark.value for remark in row.remarks if remark.refused), "")
    return Change(kind=ChangeKind.REFUSED, row=row.number, key=row.key, title=title[:255], remarks=_told(row))


def _told(row: Row) -> tuple[TellRemark, ...]:
    return tuple((remark.field, remark.value, remark.reason) for remark in row.remarks)


def _sort_in(
    found: _Found,
    row: Row,
    draft: ListingDraft,
    held: HeldListing | None,
    *,
    aside: frozenset[tuple[str, str]],
    overruled: bool,
    again: frozenset[int],
) -> None:
    digest = digest_of(draft)
    if held is None:
        digest = _digest_there(row, draft)
        if (row.key, digest) in aside:
            found.unlisted += 1
        else:
            found.changes.append(
                Change(
                    kind=ChangeKind.NEW,
                    row=row.number,
                    key=row.key,
                    draft=draft,
                    digest=digest,
                    title=draft.name[:255],
                    remarks=_told(row),
                    told_in=row.told_in,
                )
            )
    elif held.merged:  # whatever it says, the other one stands for it; its word is compared when they are two again
        found.unchanged += 1
        if held.digest == NOT_LISTED:
            found.settled.append({"id": held.id, "source_digest": digest})
    elif held.digest == digest and not (overruled and held.edited and held.published) and held.id not in again:
        found.unchanged += held.published
        found.unlisted += not held.published
    else:
        found.to_compare.append((row, draft, held, digest))


def _digest_there(row: Row, draft: ListingDraft) -> str:
    """The digest of a row that is new, in the service body that its source tells: it is the same wherever that lies."""
    return digest_of(replace(draft, service_body=row.told_in) if row.told_in else draft)


def _compare_fields(session: Session, found: _Found, rules: Mapping[str, str], again: frozenset[int]) -> None:
    for part in chunks(found.to_compare):
        register = {each.meeting.id: each for each in read_register(session, [held.id for _, _, held, _ in part])}
        for row, draft, held, digest in part:
            meeting, here = register[held.id].meeting, draft_of(register[held.id])
            change = change_of(draft, here, meeting.source_base, rules)
            taken_off = not held.published and held.digest != NOT_LISTED and held.id not in again
            if (held.published or taken_off) and not change.fields:
                base = base_after(meeting.source_base, change.verdicts)
                found.unchanged += held.published
                found.unlisted += taken_off  # its body may be called otherwise: that is no word about it
                if held.digest != digest or base != meeting.source_base:
                    found.settled.append({"id": held.id, "source_digest": digest, "source_base": base})
                continue
            remarks = (("", "", TAKEN_OFF),) if taken_off else ()
            found.changes.append(
                replace(
                    change,
                    row=row.number,
                    key=row.key,
                    digest=digest,
                    held_digest=held.digest,
                    told_in=row.told_in,
                    meeting_id=held.id,
                    meeting_revision=held.revision,
                    remarks=(*_told(row), *remarks),
                    waits=taken_off,
                    noted=change.noted and held.published,
                    back=not held.published,
                )
            )


def change_of(draft: ListingDraft, here: ListingDraft, base: dict[str, Any] | None, rules: Mapping[str, str]) -> Change:
    """What *draft*, the source's word, changes about a listing as it is *here*, field by field."""
    draft, held = with_what_is_hidden(draft, here), sourced_fields(here)
    told = told_by(held, three_way(held, sourced_fields(draft), base, rules))
    return Change(kind=ChangeKind.CHANGED, draft=draft, title=here.name[:255], here=here, base=base, **told)


def _gone(session: Session, gone: Mapping[int, tuple[str, HeldListing]], *, by_rule: bool) -> Iterable[Change]:
    """The listings that the feed does not hold any more."""
    names: dict[int, str] = {}
    bases: dict[int, Base | None] = {}
    for part in chunks(sorted(gone)):
        rows = select(Meeting.id, Meeting.name, Meeting.source_base).where(Meeting.id.in_(part))
        for number, name, base in session.execute(rows):
            names[number], bases[number] = name, base
    stands = heirs_of(session, sorted(gone))
    for number, (key, held) in sorted(gone.items()):
        remarks = gone_remarks(bases[number], by_rule=by_rule, still_listed=number in stands)
        yield Change(
            kind=ChangeKind.GONE,
            key=key,
            meeting_id=number,
            meeting_revision=held.revision,
            title=names[number][:255],
            remarks=remarks,
            waits=bool(remarks),
        )


def gone_remarks(base: Base | None, *, by_rule: bool, still_listed: bool) -> tuple[TellRemark, ...]:
    """Why a listing that its source does not have any more waits for somebody; *base* is what is kept of edits to it.

    *by_rule*: the source's word holds over edits. *still_listed*: another source has it.
    """
    touched = "" if by_rule else _touched(base or {})
    return tuple(("", "", reason) for reason in (touched, STILL_LISTED if still_listed else "") if reason)


def _touched(base: Base) -> str:
    """Why a listing that people here have touched is not to go without a word, or ""."""
    decided = set(base.get(DECIDED, ()))
    if base.keys() - decided - _OF_TREES - {DECIDED}:
        return EDITED_GONE
    return DECIDED_GONE if decided - _OF_TREES else ""
