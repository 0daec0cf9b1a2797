"""No page can act for you: unsafe requests carry a token of this session, and come from this site.

Two walls, each enough alone: the token that our forms carry (Flask-WTF), and what the browser itself says about where
a request comes from. Our pages send no referrer, so browsers give their forms the origin "null": that alone says
nothing, and the token decides. A view that `only_asks`, whatever the method, is open to every site.
"""

from collections.abc import Callable
from typing import cast

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect  # type: ignore[import-untyped]  # it brings no types

from finder.web.errors import told
from finder.web.faults import fault_of
from finder.web.parts import parts

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: What a browser says (Fetch Metadata, "Sec-Fetch-Site") of a request that this site or its user made.
OURS = frozenset({"same-origin", "none"})
STALE = "This page was open in another session, or cookies are off. Go back, load the page again and send it once more."

csrf = CSRFProtect()
_ONLY_ASKS = "only_asks"


def only_asks(view: Callable[..., Response]) -> Callable[..., Response]:
    """Mark *view*: it changes nothing and looks at no session, so a POST to it is a question that came in a body."""
    setattr(view, _ONLY_ASKS, True)
    return cast("Callable[..., Response]", csrf.exempt(view))


def install(app: Flask) -> None:
    """Refuse what other pages send, on every unsafe route of *app*. Its parts must be in place."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: people take their time over a form
        WTF_CSRF_SSL_STRICT=False,  # our pages send no referrer; the origin is looked at here
    )
    app.before_request(refuse_foreign)
    csrf.init_app(app)
    app.register_error_handler(CSRFError, _stale)


def refuse_foreign() -> Response | None:
    """The refusal of an unsafe request that comes from another site; None lets it pass."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE or getattr(view, _ONLY_ASKS, False):
        return None
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        foreign = said not in OURS
    else:
        foreign = request.headers.get("Origin", "null") not in {"null", *origins()}
    return (
        told(fault_of(403, "This was sent from another site. Start again from a page of this one."))
        if foreign
        else None
    )


def origins() -> list[str]:
    """The origins that are ours: where the operator says people reach the site, and where this request came in.

    The host of a request is one of the trusted hosts, or it would not have come this far.
    """
    return [parts().settings.public_url, request.host_url.rstrip("/")]


def _stale(error: CSRFError) -> Response:
    del error  # its words are for developers
    return told(fault_of(400, STALE))
