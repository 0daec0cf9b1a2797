"""Which group a submitted new listing is of: one that its submitter answers for already, or one of its own.

To give a group's name is no proof of belonging to it: two groups may be called the same and know nothing of another.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.draft import group_draft
from finder.directory.groups import name_group
from finder.directory.resolve import new_own
from finder.domain.listing import GroupDraft, ListingDraft, public_words
from finder.domain.text import fold
from finder.store.people import Contact, Group
from finder.store.review import Submission


def groups_of(session: Session, email: str) -> Sequence[Group]:
    """The groups that somebody answers for, by their proven address."""
    statement = select(Group).join(Contact, Contact.group_id == Group.id).where(Contact.email == email)
    return session.execute(statement.order_by(Group.name, Group.id).distinct()).scalars().all()


def of_a_group(session: Session, row: Submission, draft: ListingDraft) -> ListingDraft:
    """*draft*, which request *row* asks for, in the group it belongs to; what that group says of itself stays."""
    if draft.group is None:
        return draft
    joined = _joined(session, row, draft.group)
    if joined is None:
        return replace(draft, group=replace(draft.group, own=new_own()))
    name_group(session, joined.id)
    return replace(draft, group=group_draft(joined))


def _joined(session: Session, row: Submission, said: GroupDraft) -> Group | None:
    """The group that the submitter answers for: from whose page it was sent, or that is called so."""
    known = groups_of(session, row.email) if row.email and row.proven_at is not None else ()
    for group in known:
        if group.id == row.group_id and fold(said.name) in {fold(str(row.asked.get("group_name"))), fold(group.name)}:
            return group
    return next((group for group in known if _are_same(said, group)), None)


def _are_same(said: GroupDraft, group: Group) -> bool:
    """Whether *said* are the folded words of *group*, as far as they were given."""
    held = public_words(group)
    return all(not text or fold(text) == fold(held[name]) for name, text in public_words(said).items())
