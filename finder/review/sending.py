"""Takes a request in: stored with its audit entry and its mail in one transaction; the shelf stays as it is."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.draft import draft_of
from finder.directory.register import RegisterRow, read_register
from finder.directory.revision import take_lock
from finder.domain.asked import FIELDS, Fields, fields_of, schedule_of, with_fields
from finder.domain.errors import BadInputError, NotFoundError, ScheduleError
from finder.domain.review import Kind, Status
from finder.domain.schedule import validate
from finder.mail import outbox
from finder.review import letters, limits, tokens
from finder.review.letters import Letterhead
from finder.review.notices import announce
from finder.review.routing import body_for, region_for, risks_of
from finder.store.meeting import Meeting
from finder.store.review import Submission

ALPHABET = "23456789CDFGHJKMNPQRTVWXY"  # no letters that are read as others, no vowels
_PLACE_NAMES = [name for name, field in FIELDS.items() if field.part == "place"]
_ONLINE_NAMES = [name for name, field in FIELDS.items() if field.part == "online" and name != "join_policy"]
_AREA_NAMES = {"city", "state", "country", "address_visibility", "precision"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody sends.

    ``asked`` are fields of `FIELDS`: all for a new meeting, the changed ones for a change; for an exception the
    `EXCEPTION_FIELDS`; for a problem ``{"problem": ...}``. ``network`` is a keyed digest. ``form_key`` names the form
    it came by: sent twice, it is one request. ``group_id`` is the group from whose page a new meeting is sent.
    """

    kind: Kind
    asked: Fields
    meeting_slug: str = ""
    note: str = ""
    email: str = ""
    contact_name: str = ""
    effective_date: dt.date | None = None
    network: str = ""
    proven_email: bool = False
    form_key: str = ""
    group_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """That a request is stored. ``status_secret`` is "" unless it is in the queue and somebody can be answered."""

    reference: str
    proof_mailed: bool
    status_secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldListing:
    """A listing as somebody is about to change it."""

    id: int
    slug: str
    revision: int
    name: str
    fields: Fields


def listing_to_change(session: Session, slug: str, *, private: bool) -> HeldListing:
    """The published listing *slug*; without *private* what is hidden of it is empty. Raises NotFoundError."""
    row = listing_row(session, slug)
    fields = fields_of(draft_of(row))
    return HeldListing(
        id=row.meeting.id,
        slug=row.meeting.slug,
        revision=row.meeting.revision,
        name=row.meeting.name,
        fields=fields if private else masked(fields),
    )


def listing_row(session: Session, slug: str) -> RegisterRow:
    """The published listing *slug* with all it refers to. Raises NotFoundError."""
    number = session.execute(select(Meeting.id).where(Meeting.slug == slug, Meeting.published)).scalar()
    row = next(read_register(session, [number]), None) if number is not None else None
    if row is None:
        raise NotFoundError("There is no meeting of that name here. It may have closed.")
    return row


def masked(fields: Fields) -> Fields:
    """*fields* as the public may see them: what is hidden is empty."""
    hidden: set[str] = set()
    if fields["address_visibility"] == "area":
        hidden |= set(_PLACE_NAMES) - _AREA_NAMES
    if fields["join_policy"] == "on_request":
        hidden |= set(_ONLINE_NAMES)
    return {name: FIELDS[name].empty if name in hidden else value for name, value in fields.items()}


def submit(session: Session, request: Request, *, letterhead: Letterhead, now: dt.datetime) -> Received:
    """Store *request*, with a mail that asks for proof, or straight into the queue when none is wanted.

    Raises BadInputError for a field that no listing can have, NotFoundError for a listing that is not there, and
    TooManyError. The caller commits: what is acknowledged is stored.
    """
    take_lock(session)
    known = _sent_before(session, request)
    if known is not None:
        return Received(reference=known.reference, proof_mailed=known.status is Status.UNPROVEN)
    limits.count(session, "send_network", request.network, now=now)
    limits.count(session, "send_address", request.email, now=now)
    held = listing_row(session, request.meeting_slug) if request.kind is not Kind.NEW else None
    then = fields_of(draft_of(held)) if held else None
    check_asked(held, request.kind, request.asked)
    row = Submission(**_columns(session, request, held, then), sent_at=now)
    waits = bool(request.email) and not request.proven_email
    row.status = Status.UNPROVEN if waits else Status.PENDING
    if not waits:
        row.waiting_since = row.proven_at = now
    session.add(row)
    session.flush()  # its id goes into the link, the mail and the audit
    sent = audit.Act(act="send", target_kind="submission", target_id=row.id, after={"kind": row.kind.value})
    audit.append(session, [sent], actor="submitter", reason="", now=now)
    if not waits:
        announce(session, row, letterhead=letterhead, now=now)
    return _acknowledge(session, row, waits=waits, letterhead=letterhead, now=now)


def _sent_before(session: Session, request: Request) -> Submission | None:
    if not request.form_key:
        return None
    statement = select(Submission).where(Submission.form_key == request.form_key)
    return session.execute(statement).scalar_one_or_none()


def check_asked(held: RegisterRow | None, kind: Kind, asked: Fields) -> None:
    """Nothing, when a listing can be made of what is asked. Raises BadInputError naming the field."""
    if kind not in {Kind.NEW, Kind.CHANGE}:
        return
    with_fields(draft_of(held) if held else None, asked)
    try:
        validate(schedule_of({**(fields_of(draft_of(held)) if held else {}), **asked}))
    except (ScheduleError, KeyError) as error:
        raise BadInputError("kind", str(error) if isinstance(error, ScheduleError) else "Say when it meets.") from error


def _columns(session: Session, request: Request, held: RegisterRow | None, then: Fields | None) -> dict[str, Any]:
    body = held.meeting.service_body_id if held else body_for(session, request.asked)
    asked = request.asked
    if request.kind is Kind.NEW and not asked.get("region"):
        asked = {**asked, "region": region_for(session, asked)}
    return {
        "reference": new_reference(),
        "form_key": request.form_key or None,
        "kind": request.kind,
        "meeting_id": held.meeting.id if held else None,
        "service_body_id": body,
        "group_id": request.group_id,
        "then": then,
        "then_revision": held.meeting.revision if held else None,
        "asked": asked,
        "note": request.note,
        "effective_date": request.effective_date,
        "risks": risks_of(session, then, asked, email=request.email),
        "title": (held.meeting.name if held else str(request.asked.get("name", "")))[:255],
        "email": request.email,
        "contact_name": request.contact_name,
    }


def new_reference() -> str:
    """A name for people to quote: two groups of four, no letters that are read as others."""
    letters_ = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters_[:4]}-{letters_[4:]}"


def _acknowledge(
    session: Session, row: Submission, *, waits: bool, letterhead: Letterhead, now: dt.datetime
) -> Received:
    if waits:
        secret = tokens.issue(session, "prove", now=now, submission_id=row.id)
        letter = letters.prove(letterhead, row.kind, row.reference, secret)
    elif row.email:
        secret = tokens.issue(session, "status", now=now, submission_id=row.id)
        letter = letters.received(letterhead, row.kind, row.reference, secret)
    else:
        return Received(reference=row.reference, proof_mailed=False)
    write(session, row, letter, now=now)
    return Received(reference=row.reference, proof_mailed=waits, status_secret="" if waits else secret)


def write(session: Session, row: Submission, letter: letters.Letter, *, now: dt.datetime, key: str = "") -> None:
    """Put *letter* into the outbox for the submitter, if there is somebody to write to."""
    if row.email:
        outbox.put(
            session,
            to=row.email,
            subject=letter.subject,
            body=letter.body,
            now=now,
            key=key or None,
            submission_id=row.id,
        )
