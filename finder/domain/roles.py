"""The roles that people hold over service bodies, and what each may do.

`MAY` is the one table of it: ``docs/moderators.md`` prints it and a test keeps the two equal.
"""

from enum import StrEnum


class Role(StrEnum):
    """A role; every one but the administrator's is held over a service body and everything below it."""

    ADMINISTRATOR = "administrator"  # of the whole site
    BODY_ADMINISTRATOR = "body_administrator"  # a moderator who invites others
    MODERATOR = "moderator"
    READER = "reader"  # answers a help line


class Right(StrEnum):
    """Something that one may or may not do."""

    SEE_QUEUE = "see_queue"
    DECIDE = "decide"  # approve, reject, ask, merge, undo
    EDIT = "edit"  # listings, groups, locations directly
    SEE_CONTACTS = "see_contacts"  # the people who answer for groups
    INVITE = "invite"  # moderators and readers of one's own bodies
    SEE_AUDIT = "see_audit"
    MANAGE_SOURCES = "manage_sources"  # where listings come from, and how far each source is trusted
    MANAGE_SITE = "manage_site"  # users, regions, bodies, formats, programs


_MODERATES = frozenset({Right.SEE_QUEUE, Right.DECIDE, Right.EDIT, Right.SEE_CONTACTS, Right.SEE_AUDIT})

MAY: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.BODY_ADMINISTRATOR: _MODERATES | {Right.INVITE, Right.MANAGE_SOURCES},
    Role.MODERATOR: _MODERATES,
    Role.READER: frozenset({Right.SEE_CONTACTS}),
}

#: Rights that are used only after a second factor in this session.
STRONG = frozenset(
    {Right.DECIDE, Right.EDIT, Right.SEE_CONTACTS, Right.INVITE, Right.MANAGE_SOURCES, Right.MANAGE_SITE}
)

#: How each role is called in a sentence: "you are invited ... as ...".
WORDS: dict[Role, str] = {
    Role.ADMINISTRATOR: "administrator of the site",
    Role.BODY_ADMINISTRATOR: "moderator who may invite others",
    Role.MODERATOR: "moderator",
    Role.READER: "help line reader",
}

#: What a body's administrator may give to others and take from them; everything else is the administrators'.
INVITES = frozenset({Role.MODERATOR, Role.READER})
