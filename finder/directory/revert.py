"""Takes an act of the audit chain back: by another act, so that the chain tells both."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from sqlalchemy.orm import Session

from finder.directory import (
    contacts,
    group_merging,
    merging,
    places,
    vocabulary_edit,
    vocabulary_make,
    words_edit,
    words_make,
)
from finder.directory.draft import audited, draft_of, from_audit
from finder.directory.groups import revise_group
from finder.directory.publish import lift_override, revise, unpublish
from finder.directory.register import read_register
from finder.directory.trees_since import as_called_now, nodes_changed, trees_of
from finder.domain.asked import fields_of
from finder.domain.errors import FinderError, NotFoundError
from finder.domain.listing import GroupDraft, ListingDraft
from finder.domain.review import StaleError
from finder.domain.sourced import empty_of, names_of, same, sourced_fields
from finder.store.audit import AuditEntry
from finder.store.people import Group

#: How long an act can be taken back.
UNDO_DAYS = 30


class TooLateError(FinderError):
    """An act that lies too far back to be undone, or that cannot be undone at all."""


class Undo(Protocol):
    """Does the contrary of an entry. Raises StaleError when what it changed was changed again since."""

    def __call__(self, session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
        """Take *entry* back."""


def revert(session: Session, entry_id: int, *, actor: str, reason: str, now: dt.datetime) -> None:
    """Undo audit entry *entry_id*: what it changed is as it was before.

    Raises NotFoundError, TooLateError after 30 days, and StaleError when it was changed again since: the later act is
    to be undone first, so that nobody's work is lost.
    """
    entry = session.get(AuditEntry, entry_id)
    if entry is None:
        raise NotFoundError(f"There is no entry {entry_id} in the audit chain.")
    refuse_late(entry, now=now)
    if not can_be_undone(entry):
        raise TooLateError("This kind of act cannot be undone.")
    UNDO[entry.target_kind, entry.act](session, entry, actor=actor, reason=reason, now=now)


def refuse_late(entry: AuditEntry, *, now: dt.datetime) -> None:
    """Nothing within 30 days of the act. Raises TooLateError."""
    if now - entry.at > dt.timedelta(days=UNDO_DAYS):
        raise TooLateError(f"This was done more than {UNDO_DAYS} days ago and can no longer be undone.")


def can_be_undone(entry: AuditEntry) -> bool:
    """Whether an act is of a kind that can be taken back."""
    return (entry.target_kind, entry.act) in UNDO


def _revert_listing(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    row = next(read_register(session, [entry.target_id]), None)
    if row is None:
        raise NotFoundError(f"There is no listing {entry.target_id}.")
    trees = trees_of(row, nodes_changed(session, since=entry.id))
    if not is_as_left(entry, draft_of(row) if row.meeting.published else None, trees=trees):
        fields = fields_of(draft_of(row))
        raise StaleError("This listing has been changed since: undo that first.", fields)
    if entry.before is None:
        unpublish(session, entry.target_id, actor=actor, reason=reason, now=now)
    else:
        draft = as_called_now(from_audit(entry.before), draft_of(row), trees)
        if not row.meeting.published:  # it has stayed in its group, whatever that is called by now
            draft = replace(draft, group=draft_of(row).group)
        revise(session, entry.target_id, draft, actor=actor, reason=reason, now=now)


def _revert_group(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    if entry.before is None:
        raise TooLateError("This kind of act cannot be undone.")
    group = session.get(Group, entry.target_id)
    if group is None or any(getattr(group, name) != text for name, text in (entry.after or {}).items()):
        raise StaleError("This group has been changed since: undo that first.", {})
    revise_group(session, entry.target_id, GroupDraft(**entry.before), actor=actor, reason=reason, now=now)


def _lift(session: Session, entry: AuditEntry, *, actor: str, reason: str, now: dt.datetime) -> None:
    number = (entry.after or {}).get("override")
    if number is None:
        raise TooLateError("This kind of act cannot be undone.")
    try:
        lift_override(session, number, actor=actor, reason=reason, now=now)
    except NotFoundError as error:
        raise StaleError("This exception has been lifted already.", {}) from error


#: What takes back which act, by kind of target.
UNDO: dict[tuple[str, str], Undo] = {
    ("meeting", "publish"): _revert_listing,
    ("meeting", "revise"): _revert_listing,
    ("meeting", "unpublish"): _revert_listing,
    ("meeting", "merge"): merging.unmerge,
    ("group", "revise"): _revert_group,
    ("group", "merge"): group_merging.part_groups,
    ("group", "add_contact"): contacts.unput,
    ("group", "remove_contact"): contacts.unremove,
    ("region", "create"): vocabulary_make.unmake,
    ("service_body", "create"): vocabulary_make.unmake,
    ("service_body", "bring"): vocabulary_make.unmake,
    ("location", "revise"): places.unrevise,
    ("location", "merge"): places.part,
    ("location", "override"): _lift,
    ("service_body", "override"): _lift,
    ("region", "revise"): vocabulary_edit.unrevise,
    ("service_body", "revise"): vocabulary_edit.unrevise,
    ("program", "create"): words_make.unmake_entry,
    ("format", "create"): words_make.unmake_entry,
    ("program", "revise"): words_edit.unrevise_words,
    ("format", "revise"): words_edit.unrevise_words,
    ("region", "merge"): vocabulary_edit.unmerge,
    ("service_body", "merge"): vocabulary_edit.unmerge,
}

#: What a draft and the register may say differently of one and the same listing, and when it was said to be right:
#: a group that confirms a listing stands in nobody's way who takes a change of it back.
_OF_THE_REGISTER = {"slug", "bmlt_id", "unmapped_types", "formats", "confirmed_at", "updated_at"}


def is_as_left(entry: AuditEntry, present: ListingDraft | None, *, trees: Collection[str] = ()) -> bool:
    """Whether a listing (None: not published) is as act *entry* left it, however the register spells its place.

    *trees* are those of its fields that a change of a tree has reworded (see `trees_of`): they tell nothing.
    """
    if present is None or entry.after is None:
        return present is None and entry.after is None
    if _content(audited(present)) == _content(entry.after):
        return True
    was = as_called_now(from_audit(entry.after), present, trees)
    if was.group and present.group and was.group.own and present.group.own not in {"", was.group.own}:
        return False  # it has come to another group since
    left, now = sourced_fields(was), sourced_fields(present)
    names = [name for name in names_of(left, now) if name not in _OF_THE_REGISTER - {"formats"}]
    return all(same(name, left.get(name, empty_of(name)), now.get(name, empty_of(name))) for name in names)


def _content(draft: dict[str, object] | None) -> object:
    if draft is None:
        return None
    kept = {name: value for name, value in draft.items() if name not in _OF_THE_REGISTER}
    return kept | {"formats": sorted(draft["formats"])}  # type: ignore[call-overload]  # a list of slugs
