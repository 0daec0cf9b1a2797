"""Who is signed in, and what they may do here: read from the register once a request, when a page asks for it.

Nothing is looked up for those who are not signed in, nor on public pages.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import NoReturn, cast
from urllib.parse import quote

from flask import abort, g, redirect, request, session

from finder.accounts import sessions
from finder.accounts.permissions import Viewer, viewer_of
from finder.domain.errors import NotFoundError
from finder.domain.roles import STRONG, Right
from finder.web.parts import parts

SIGN_IN = "/account/sign-in"
SECOND_STEP = "/account/second-step"
CONFIRM = "/account/confirm"
HOME = "/account"
#: What the cookie holds of a session: its secret.
SECRET = "secret"  # noqa: S105 - a name
MAX_PATH = 1000

#: A path of this site with its query: printable ASCII that no browser reads as anything else.
_LOCAL = re.compile(r"/[A-Za-z0-9._~%!$&'()*+,;=:@/-]*(\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody who is signed in, and the session by which they are."""

    viewer: Viewer
    name: str
    session_id: int
    proved_at: dt.datetime
    seen_at: dt.datetime
    has_second_factor: bool
    digest_daily: bool


def present() -> Present | None:
    """Who sends this request; None when nobody is signed in, or their session or account has ended.

    At most three statements, once a request: the session with its account, the roles, the tree of bodies.
    """
    if "present" not in g:
        g.present = _present()
    return cast("Present | None", g.present)


def _present() -> Present | None:
    secret = session.get(SECRET)
    if not isinstance(secret, str):
        return None
    held = parts()
    with held.database.reading() as register:
        found = sessions.find(register, secret, now=held.clock())
        if found is None:
            return None
        running, user, has_passkey = found
        return Present(
            viewer=viewer_of(register, user, strong=running.strong_at is not None),
            name=user.name,
            session_id=running.id,
            proved_at=running.proved_at,
            seen_at=running.seen_at,
            has_second_factor=has_passkey or user.tf_totp_secret is not None,
            digest_daily=user.digest_daily,
        )


def forget() -> None:
    """Have it looked up anew who is signed in: it has just changed."""
    g.pop("present", None)


def present_or_sign_in() -> Present:
    """Who sends this request; whoever is not signed in is sent to do so, and comes back here."""
    found = present()
    if found is None:
        _go(SIGN_IN)
    if request.method not in {"GET", "HEAD"}:
        _seen(found)
    return found


def viewer_or_sign_in() -> Viewer:
    """Who sends this request and what they may do; whoever is not signed in is sent to do so, and comes back here."""
    return present_or_sign_in().viewer


def require(right: Right, body_id: int | None) -> Viewer:
    """The viewer, who may use *right* on what belongs to that body.

    Raises NotFoundError when they may not: what is foreign is not there. When a second factor is all that is missing,
    they are sent to pass it.
    """
    viewer = viewer_or_sign_in()
    if not replace(viewer, strong=True).may(right, body_id):
        raise NotFoundError("This page is not here.")
    if right in STRONG and not viewer.strong:
        _go(SECOND_STEP)
    return viewer


def require_anywhere(right: Right) -> Viewer:
    """The viewer, who holds *right* over something; what over, `Viewer.bodies` tells. Otherwise like `require`."""
    viewer = viewer_or_sign_in()
    if not viewer.holds(right):
        raise NotFoundError("This page is not here.")
    if right in STRONG and not viewer.strong:
        _go(SECOND_STEP)
    return viewer


def require_fresh() -> Present:
    """Who sends this request, having shown within the last quarter of an hour that it is them; else they are asked to.

    A form that was shown within it may take as long again to be sent.
    """
    found = present_or_sign_in()
    allowed = sessions.FRESH if request.method in {"GET", "HEAD"} else 2 * sessions.FRESH
    if parts().clock() - found.proved_at > allowed:
        _go(CONFIRM)
    return found


def require_guarded() -> Present:
    """Like `require_fresh`, for what guards the account itself: whoever has a second factor has passed it, too."""
    found = require_fresh()
    if found.has_second_factor and not found.viewer.strong:
        _go(SECOND_STEP)
    return found


def local_path(value: str | None) -> str:
    """*value* when it is a path of this site and nothing that a browser could take for another; otherwise ""."""
    if not value or len(value) > MAX_PATH or not _LOCAL.fullmatch(value):
        return ""
    path = value.partition("?")[0]
    return "" if "//" in path or "/.." in path or "/%2f" in path.lower() else value


def _go(page: str) -> NoReturn:
    """Send them to *page*, and from there back to what they asked for if it was a page."""
    back = local_path(request.full_path.rstrip("?")) if request.method in {"GET", "HEAD"} else ""
    abort(redirect(f"{page}?next={quote(back)}" if back else page, 303))


def _seen(found: Present) -> None:
    held = parts()
    now = held.clock()
    if now - found.seen_at >= sessions.SEEN_EVERY:
        with held.database.unit_of_work() as register:
            sessions.seen(register, found.session_id, now=now)
