"""What the overview of an account shows, in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from finder.accounts.permissions import Viewer
from finder.accounts.sessions import Running
from finder.domain.roles import WORDS, Right, Role


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
