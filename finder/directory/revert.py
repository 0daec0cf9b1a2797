"""Takes an act of the audit chain back: by another act, so that the chain tells both."""

import datetime as dt

from sqlalchemy.orm import Session

from finder.directory.draft import audited, draft_of, from_audit
from finder.directory.groups import revise_group
from finder.directory.publish import revise, unpublish
from finder.directory.register import read_register
from finder.domain.asked import fields_of
from finder.domain.errors import FinderError, NotFoundError
from finder.domain.listing import GroupDraft
from finder.domain.review import StaleError
from finder.store.audit import AuditEntry
from finder.store.people import Group

#: How long an act can be taken back.
UNDO_DAYS = 30


class TooLateError(FinderError):
    """An act that lies too far back to be undone, or that cannot be undone at all."""


def revert(session: Session, entry_id: int, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Undo audit entry *entry_id*: what it changed is as it was before.

    Raises NotFoundError, TooLateError after 30 days, and StaleError when it was changed again since: the later act is
    to be undone first, so that nobody's work is lost.
    """
    entry = session.get(AuditEntry, entry_id)
    if entry is None:
        raise NotFoundError(f"There is no entry {entry_id} in the audit chain.")
    if now - entry.at > dt.timedelta(days=UNDO_DAYS):
        raise TooLateError(f"This was done more than {UNDO_DAYS} days ago and can no longer be undone.")
    if entry.target_kind == "meeting" and entry.act in {"publish", "revise", "unpublish"}:
        _revert_listing(session, entry, actor=actor, reason=reason, now=now)
    elif entry.target_kind == "group" and entry.act == "revise" and entry.before:
        group = session.get(Group, entry.target_id)
        if group is None or any(getattr(group, name) != text for name, text in (entry.after or {}).items()):
            raise StaleError("This group has been changed since: undo that first.", {})
        before = GroupDraft(**entry.before)
        revise_group(session, entry.target_id, before, actor=actor, reason=reason, now=now)
    else:
        raise TooLateError("This kind of act cannot be undone.")


def _revert_listing(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    row = next(read_register(session, [entry.target_id]), None)
    if row is None:
        raise NotFoundError(f"There is no listing {entry.target_id}.")
    present = audited(draft_of(row)) if row.meeting.published else None
    if _content(present) != _content(entry.after):
        fields = fields_of(draft_of(row))
        raise StaleError("This listing has been changed since: undo that first.", fields)
    if entry.before is None:
        unpublish(session, entry.target_id, actor=actor, reason=reason, now=now)
    else:
        revise(session, entry.target_id, from_audit(entry.before), actor=actor, reason=reason, now=now)


#: What a draft and the register may say differently of one and the same listing.
_OF_THE_REGISTER = {"slug", "unmapped_types", "formats"}


def _content(draft: dict[str, object] | None) -> object:
    if draft is None:
        return None
    kept = {name: value for name, value in draft.items() if name not in _OF_THE_REGISTER}
    return kept | {"formats": sorted(draft["formats"])}  # type: ignore[call-overload]  # a list of slugs
