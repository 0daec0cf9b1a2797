"""Makes one listing of two that describe the same meeting: one stays, and the other's address leads to it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.draft import audited, draft_of, from_audit
from finder.directory.publish import revise
from finder.directory.register import RegisterRow, read_register
from finder.directory.revision import raise_revision
from finder.directory.shelf import shelve
from finder.directory.slugs import BMLT_NUMBER, NUMBER, SOURCE_KEY
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting, RetiredSlug
from finder.store.shelf import PublicSlug
from finder.store.source import Source


def merge_listings(session: Session, gone: int, *, into: int, actor: str, reason: str, now: dt.datetime) -> None:
    """Take listing *gone* off the shelf; whatever it was known by leads to *into*, which stays as it is.

    That is its address and those it had before, what its source calls it, and its numbers for clients.

    Raises NotFoundError when one of them is not published, and BadInputError when they are the same.
    """
    if gone == into:
        raise BadInputError("into", "Choose another listing to keep.")
    row, _ = _published(session, gone), _published(session, into)
    revision = raise_revision(session, now=now)
    older = list(session.execute(_slugs(gone)).scalars())
    merged = list(session.execute(select(Meeting.id).where(Meeting.merged_into == gone).order_by(Meeting.id)).scalars())
    _lead(session, older, to=into)
    others = _others(session, gone)
    _lead_others(session, others, to=into)
    session.execute(insert(RetiredSlug).values(kind="meeting", slug=row.meeting.slug, target_id=into))
    now_led = [{"kind": kind, "slug": slug, "target_id": into} for kind, slug in _own(row.meeting)]
    session.execute(insert(PublicSlug), now_led)
    act = audit.Act(
        act="merge",
        target_kind="meeting",
        target_id=gone,
        before=audited(draft_of(row)),
        after={"into": into, "slug": row.meeting.slug, "slugs": older, "others": others, "merged": merged},
    )
    values = {"published": False, "revision": Meeting.revision + 1, "merged_into": into}
    session.execute(update(Meeting).where(Meeting.id == gone).values(values))
    session.execute(update(Meeting).where(Meeting.merged_into == gone).values(merged_into=into))
    shelve(session, [gone], revision=revision)
    audit.append(session, [act], actor=actor, reason=reason, now=now)


def _published(session: Session, number: int) -> RegisterRow:
    row = next(read_register(session, [number]), None)
    if row is None or not row.meeting.published:
        raise NotFoundError("This listing is not published any more.")
    return row


def _slugs(number: int) -> Select[str]:
    return select(RetiredSlug.slug).where(RetiredSlug.kind == "meeting", RetiredSlug.target_id == number)


def _lead(session: Session, slugs: list[str], *, to: int) -> None:
    for table in (RetiredSlug, PublicSlug):
        which = (table.kind == "meeting", table.slug.in_(slugs))
        session.execute(update(table).where(*which).values(target_id=to))


def _own(meeting: Meeting) -> list[tuple[str, str]]:
    """What a listing is known by itself, by kind of address."""
    return [("meeting", meeting.slug), (BMLT_NUMBER, str(meeting.bmlt_id)), (NUMBER, str(meeting.id))]


def _others(session: Session, number: int) -> list[list[str]]:
    """The kind and the words of whatever else leads to a listing."""
    leads = select(PublicSlug.kind, PublicSlug.slug).where(
        PublicSlug.kind.in_((SOURCE_KEY, BMLT_NUMBER, NUMBER)), PublicSlug.target_id == number
    )
    return [list(row) for row in session.execute(leads.order_by(PublicSlug.kind, PublicSlug.slug))]


def _lead_others(session: Session, others: Sequence[Sequence[str]], *, to: int) -> None:
    for kind, slug in others:
        which = (PublicSlug.kind == kind, PublicSlug.slug == slug)
        session.execute(update(PublicSlug).where(*which).values(target_id=to))


def unmerge(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Make two listings of one again. Raises StaleError when the one that went has come back otherwise."""
    after = dict(entry.after or {})
    meeting = session.get(Meeting, entry.target_id, populate_existing=True)
    if meeting is None or meeting.published or entry.before is None:
        raise StaleError("This listing has been changed since: undo that first.", {})
    for table in (RetiredSlug, PublicSlug):
        session.execute(delete(table).where(table.kind == "meeting", table.slug == after["slug"]))
    for kind, slug in _own(meeting)[1:]:
        session.execute(delete(PublicSlug).where(PublicSlug.kind == kind, PublicSlug.slug == slug))
    _lead(session, after["slugs"], to=entry.target_id)
    _lead_others(session, after.get("others", ()), to=entry.target_id)
    led = (Meeting.merged_into == after["into"], Meeting.id.in_(after.get("merged", ())))
    session.execute(update(Meeting).where(*led).values(merged_into=entry.target_id))
    # Whatever their sources said meanwhile is compared when they are read next.
    again = Source.id == meeting.source_id
    session.execute(update(Source).where(again).values(payload_digest="", validators={}))
    row = next(read_register(session, [entry.target_id]))
    draft = replace(from_audit(entry.before), group=draft_of(row).group)  # as it is by now
    revise(session, entry.target_id, draft, actor=actor, reason=reason, now=now)
