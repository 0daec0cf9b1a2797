"""Looks whether the directory is whole: shelf, audit chain, references, requests and sources."""

from collections.abc import Callable, Iterator

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from finder.directory import audit, check_requests, check_sources
from finder.directory.shelf import shelf_rows
from finder.store.database import chunks, pairs
from finder.store.meeting import Meeting, MeetingFormat
from finder.store.people import Contact, Group
from finder.store.shelf import DirectoryRevision, PublicListing
from finder.store.vocabulary import Format

Progress = Callable[[int, int], None]
BATCH = 2000


def faults(session: Session, *, progress: Progress | None = None) -> Iterator[str]:
    """Name everything that does not hold, a sentence each; nothing when all is well."""
    tell = progress or (lambda _done, _total: None)
    yield from _database_faults(session)
    yield from audit.faults(session)
    yield from _format_faults(session)
    yield from _group_faults(session)
    yield from check_requests.faults(session)
    yield from check_sources.faults(session)
    total = session.execute(select(func.count()).select_from(Meeting)).scalar_one()
    ids = list(session.execute(select(Meeting.id).order_by(Meeting.id)).scalars())
    tell(0, total)
    for done, part in enumerate(chunks(ids, BATCH), start=1):
        yield from _shelf_faults(session, list(part))
        session.expunge_all()
        tell(min(done * BATCH, total), total)
    strays = select(PublicListing.id).outerjoin(Meeting, Meeting.id == PublicListing.id).where(Meeting.id.is_(None))
    for number in session.execute(strays).scalars():
        yield f"Listing {number} is on the shelf but not in the register."


def _database_faults(session: Session) -> Iterator[str]:
    if session.get_bind().dialect.name == "sqlite":
        for row in session.execute(text("PRAGMA integrity_check")).scalars():
            if row != "ok":
                yield f"The database file is damaged: {row}"
        for row in session.execute(text("PRAGMA foreign_key_check")):
            yield f"A row of table {row[0]} refers to something that is not there."
    if session.get(DirectoryRevision, 1) is None:
        yield "The directory has no revision: run finder init."


def _shelf_faults(session: Session, ids: list[int]) -> Iterator[str]:
    held: dict[int, dict[str, object]] = {}
    for part in chunks(ids):
        for shelved in session.execute(select(PublicListing).where(PublicListing.id.in_(part))).scalars():
            held[shelved.id] = {column.key: getattr(shelved, column.key) for column in PublicListing.__table__.columns}
    revisions = {number: int(str(row["revision"])) for number, row in held.items()}
    shown = set()
    for wanted in shelf_rows(session, ids, revisions=revisions):
        shown.add(wanted["id"])
        if held.get(wanted["id"]) != wanted:
            yield f"Listing {wanted['id']} is not on the shelf as the register has it."
    for number, row in held.items():
        if number not in shown and not row["gone"]:
            yield f"Listing {number} is on the shelf but not published."


def _group_faults(session: Session) -> Iterator[str]:
    """What belongs to a group that became part of another."""
    for table, words in ((Meeting, "Listing"), (Contact, "Contact")):
        left = select(table.id).join(Group, Group.id == table.group_id).where(Group.merged_into.is_not(None))
        for number in session.execute(left.order_by(table.id)).scalars():
            yield f"{words} {number} belongs to a group that became part of another."


def _format_faults(session: Session) -> Iterator[str]:
    slugs = pairs(session, select(Format.id, Format.slug))
    rows: dict[int, set[str]] = {}
    for meeting, number in session.execute(select(MeetingFormat.meeting_id, MeetingFormat.format_id)):
        rows.setdefault(meeting, set()).add(slugs[number])
    for meeting, formats in session.execute(select(Meeting.id, Meeting.formats)):
        if set(formats.split()) != rows.get(meeting, set()):
            yield f"Listing {meeting} has formats that its rows do not say."
