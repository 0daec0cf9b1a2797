"""Tells people from programs that fill in forms, without asking people anything.

A form holds a signed mark of when it was shown, and a field that nobody sees. What fills that field, or answers within
three seconds, may be a program: nothing is stored, and the page says so, for it may have been a quick hand or a helpful
browser, and a person presses once more. The network that somebody writes from is known as a keyed digest of the day
only.
"""

import secrets

from flask import request
from itsdangerous import BadData, URLSafeSerializer

from finder.accounts.digests import keyed, network_of
from finder.domain.errors import PerhapsProgramError
from finder.web.parts import parts

TRAP = "homepage"
MARK = "form"
LEAST_SECONDS = 3

QUICK = "That was quicker than most people are. Press the button once more: this keeps programs out."
FILLED = "A field that nobody sees was filled in, perhaps by your browser. It is empty again: press once more."
UNKNOWN = "This form was open for very long, or came from elsewhere. Look it over and press the button once more."


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(parts().settings.secret_key, salt="finder.form")


def new_mark() -> str:
    """A mark for a form that is shown now; it also names the form, so that sent twice it is one request."""
    return str(_serializer().dumps([secrets.token_hex(12), int(parts().clock().timestamp())]))


def read_mark() -> tuple[str, int] | None:
    """The name of the form that was sent and how many seconds ago it was shown; None when the mark is not ours."""
    try:
        name, shown = _serializer().loads(request.form.get(MARK, "")[:512])
    except (BadData, ValueError, TypeError):
        return None
    return str(name), int(parts().clock().timestamp()) - int(shown)


def keep_programs_out() -> None:
    """Raise PerhapsProgramError when a program may have filled in the form of this request."""
    mark = read_mark()
    if mark is None:
        raise PerhapsProgramError(UNKNOWN)
    if request.form.get(TRAP):
        raise PerhapsProgramError(FILLED)
    stands_still = bool(parts().settings.now)  # then nobody could wait
    if mark[1] < LEAST_SECONDS and not stands_still:
        raise PerhapsProgramError(QUICK)


def form_key() -> str:
    """The name of the form that was sent, "" when it has none."""
    mark = read_mark()
    return mark[0] if mark else ""


def network() -> str:
    """A keyed digest of the network that this request comes from and the day."""
    held = parts()
    day = held.clock().date().isoformat()
    return keyed(held.settings.secret_key, "network", day, network_of(request.remote_addr or ""))
