"""What the overview of an account shows, in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finder.accounts.permissions import Viewer
from finder.accounts.sessions import Running
from finder.domain.roles import WORDS, Right, Role
from finder.review.editing import Undoable
from finder.web.presenters.times import ago


@dataclass(frozen=True, slots=True)
class RunningLine:
    """A running session: *here* is the one that looks."""

    id: int
    browser: str
    since: str
    seen: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """What ``templates/account/overview.html`` shows; *passkeys* and *codes* are how many there are."""

    authenticator: bool
    passkeys: int
    codes: int
    held: list[str]
    invites: bool
    moderates: bool
    sees_contacts: bool
    sessions: list[RunningLine]


def overview_page(
    viewer: Viewer,
    *,
    authenticator: bool,
    passkeys: int,
    codes: int,
    held: Sequence[tuple[Role, str]],
    running: Sequence[Running],
    this: int,
) -> OverviewPage:
    """The overview of *viewer*'s account."""
    return OverviewPage(
        authenticator=authenticator,
        passkeys=passkeys,
        codes=codes,
        held=[role_line(role, body) for role, body in held],
        invites=viewer.holds(Right.INVITE),
        moderates=viewer.holds(Right.SEE_QUEUE),
        sees_contacts=viewer.holds(Right.SEE_CONTACTS),
        sessions=[
            RunningLine(one.id, one.browser, minute(one.started_at), minute(one.seen_at), one.id == this)
            for one in running
        ],
    )


def role_line(role: Role, body: str) -> str:
    """A role in words: "Moderator of Example Intergroup"."""
    words = WORDS[role].capitalize()
    return f"{words}, {body}" if body else words


def minute(instant: dt.datetime) -> str:
    """An instant to the minute, in UTC: 2026-03-10 23:05."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M")


def day(instant: dt.datetime) -> str:
    """The day of an instant, in UTC."""
    return instant.astimezone(dt.UTC).date().isoformat()


#: What was done to somebody's roles, by act.
ROLE_ACTS = {
    "grant": "given",
    "revoke": "taken back",
    "deactivate": "account closed",
    "correct_name": "name corrected",
    "undo": "as it was before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """An act on somebody's roles: its number, what was done to whom by whom and when, and whether it can be undone."""

    entry: int
    words: str
    reason: str
    undoable: bool


def role_lines(
    acts: Sequence[Undoable], people: Mapping[int, str], bodies: Mapping[int, str], *, now: dt.datetime
) -> list[RoleLine]:
    """The acts, the newest first; *people* and *bodies* are names by number."""
    lines = []
    for each in acts:
        step = each.step
        before, after = (side or {"roles": []} for side in (step.before, step.after))
        touched = [
            role
            for role in (*before["roles"], *after["roles"])
            if (role in before["roles"]) != (role in after["roles"])
        ]
        roles = ", ".join(role_line(Role(role), bodies.get(body, "") if body else "") for role, body in touched)
        who, by = people.get(each.target_id, "Somebody"), "the operator" if step.by == "operator" else step.by
        what = f"{ROLE_ACTS.get(step.act, step.act)}{f' ({roles})' if roles else ''}"
        lines.append(
            RoleLine(
                entry=step.entry,
                words=f"{who}: {what}, by {by}, {ago(step.at, now)}",
                reason=step.reason,
                undoable=each.undoable,
            )
        )
    return lines
