"""What a moderator may edit directly: the walls between service bodies, looked at with the lock held.

Right.EDIT over a listing is right over its service body. A place belongs to everybody who meets there, so it takes
the right over all of them.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from finder.accounts.permissions import Viewer
from finder.directory.audit import words_of
from finder.directory.places import location_of, revise_location
from finder.directory.publish import override_location
from finder.directory.resolve import location_key
from finder.directory.revert import can_be_undone, revert
from finder.directory.revision import take_lock
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.listing import LocationDraft
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.schedule import Override
from finder.review.case import Step
from finder.store.accounts import User
from finder.store.audit import AuditEntry
from finder.store.meeting import Meeting

HISTORY = 20
SHARED = "Meetings of other service bodies are held here, too: an administrator has to do this."


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """An act on the page, and whether it is of a kind that can be taken back."""

    step: Step
    undoable: bool
    target_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlace:
    """A place for editing; ``shared``: others meet there as well. ``seen`` names the state that is shown."""

    id: int
    draft: LocationDraft
    seen: str
    listings: Sequence[tuple[str, str]]  # slug, name
    others: int
    history: Sequence[Undoable]

    @property
    def shared(self) -> bool:
        """Whether meetings that the viewer may not edit are held there."""
        return self.others > 0


def place_for(session: Session, number: int, *, viewer: Viewer) -> HeldPlace:
    """A place where a meeting of the viewer's is held. Raises NotFoundError."""
    rows = session.execute(
        select(Meeting.slug, Meeting.name, Meeting.service_body_id)
        .where(Meeting.location_id == number, Meeting.published)
        .order_by(Meeting.name, Meeting.id)
    ).all()
    own = [(slug, name) for slug, name, body in rows if viewer.may(Right.EDIT, body)]
    if not own and not viewer.administrator:
        raise NotFoundError("There is no such place here.")
    draft = location_of(session, number)
    return HeldPlace(
        id=number,
        draft=draft,
        seen=location_key(draft),
        listings=own,
        others=len(rows) - len(own),
        history=history(session, "location", number),
    )


def history(session: Session, kind: str, number: int) -> list[Undoable]:
    """What was done to something, the newest first, with people by their names."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.target_kind == kind, AuditEntry.target_id == number)
        .order_by(AuditEntry.id.desc())
        .limit(HISTORY)
    )
    return told(session, list(session.execute(statement).scalars()))


def told(
    session: Session, entries: Sequence[AuditEntry], *, undoable: Callable[[AuditEntry], bool] = can_be_undone
) -> list[Undoable]:
    """Acts with people by their names, and whether each is of a kind that can be taken back."""
    ids = {int(entry.actor[5:]) for entry in entries if entry.actor.startswith("user:") and entry.actor[5:].isdigit()}
    people = session.execute(select(User.id, User.name, User.email).where(User.id.in_(sorted(ids)))) if ids else ()
    names = {f"user:{number}": name or email for number, name, email in people}
    return [
        Undoable(
            step=Step(
                entry=entry.id,
                at=entry.at,
                by=names.get(entry.actor, entry.actor),
                act=entry.act,
                target=entry.target_kind,
                reason=words_of(entry.reason),
                before=entry.before,
                after=entry.after,
            ),
            undoable=undoable(entry),
            target_id=entry.target_id,
        )
        for entry in entries
    ]


def edit_place(
    session: Session, number: int, draft: LocationDraft, *, seen: str, by: Viewer, reason: str, now: dt.datetime
) -> int:
    """Change a place for all meetings there; gives the id of the place they are at now.

    Raises NotFoundError, BadInputError when others meet there too, and StaleError with the place as it is when it is no
    longer the one *seen*.
    """
    take_lock(session)
    held = _all_mine(session, number, by)
    if held.seen != seen:
        raise StaleError(
            "Somebody has changed this place since you opened it: compare, then send it again.", {"place": held}
        )
    return revise_location(session, number, draft, actor=f"user:{by.user_id}", reason=reason, now=now)


def close_place(
    session: Session, number: int, override: Override, *, by: Viewer, reason: str, now: dt.datetime
) -> None:
    """Close a place for dates, for all meetings there. Raises NotFoundError; BadInputError when others meet there."""
    take_lock(session)
    _all_mine(session, number, by)
    override_location(session, number, override, actor=f"user:{by.user_id}", reason=reason, now=now)


def _all_mine(session: Session, number: int, by: Viewer) -> HeldPlace:
    held = place_for(session, number, viewer=by)
    if held.shared:
        raise BadInputError("name", SHARED)
    return held


def act_for(session: Session, number: int, *, viewer: Viewer) -> Undoable:
    """A direct act on what the viewer may edit. Raises NotFoundError."""
    entry = session.get(AuditEntry, number)
    if entry is None or entry.target_kind == "user" or not _may_undo(session, entry, viewer):
        raise NotFoundError("There is no such act here.")
    return told(session, [entry])[0]


def undo(session: Session, entry_id: int, *, by: Viewer, reason: str, now: dt.datetime) -> None:
    """Take a direct act back. Raises NotFoundError for what is foreign, and like `revert`."""
    take_lock(session)
    act_for(session, entry_id, viewer=by)
    revert(session, entry_id, actor=f"user:{by.user_id}", reason=reason, now=now)


def _may_undo(session: Session, entry: AuditEntry, by: Viewer) -> bool:
    if entry.target_kind in {"meeting", "group", "location"}:
        bodies = _bodies_touched(session, entry)
        return by.administrator and by.strong if not bodies else all(by.may(Right.EDIT, body) for body in bodies)
    return by.may(Right.MANAGE_SITE, None)


def _bodies_touched(session: Session, entry: AuditEntry) -> set[int | None]:
    """Whose listings an act has changed."""
    told = (entry.before or {}) | (entry.after or {})
    ids = [number for number in (*told.get("meetings", ()), told.get("into")) if isinstance(number, int)]
    where = {
        "meeting": or_(Meeting.id == entry.target_id, Meeting.id.in_(ids)),
        "group": or_(Meeting.group_id == entry.target_id, Meeting.id.in_(told.get("meetings", ()))),
        "location": or_(Meeting.location_id == entry.target_id, Meeting.id.in_(told.get("meetings", ()))),
    }[entry.target_kind]
    return set(session.execute(select(Meeting.service_body_id).where(where)).scalars())
