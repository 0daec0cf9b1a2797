"""A form that could not be stored, as it goes back to whoever sent it: with all they filled in, to be sent again.

It serves every page whose view does not show its own form again. What proves who somebody is goes into no page:
passwords and codes are typed again, a passkey is asked for anew.
"""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from flask import current_app, request, session

#: Fields that are typed again -> the words of their label.
SECRETS = {"password": "Password", "code": "Code"}
#: What a passkey answered, which holds once only.
PASSKEY = "credential"
#: Fields that no page repeats; the token is written anew.
NOT_CARRIED = frozenset({*SECRETS, PASSKEY, "csrf_token"})
#: Where a password is that of now, and not one that is chosen.
ASKS_PASSWORD = frozenset({"/account/sign-in", "/account/confirm"})


class Secret(NamedTuple):
    """A field that is typed again, as its input wants it."""

    name: str
    label: str
    kind: str
    autocomplete: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """A form as it was sent: where to, its values but for the secrets, and the words in it with their labels.

    ``anew`` is the page on which a passkey is asked for again; "" when none was used.
    """

    action: str
    carried: list[tuple[str, str]]
    secrets: list[Secret]
    words: list[tuple[str, str]]
    anew: str


def sent_form() -> SentForm:
    """The form of this request."""
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    path = quote(request.path)
    query = request.query_string.decode("ascii", "replace")
    return SentForm(
        action=f"{path}?{query}" if query else path,
        carried=carried,
        secrets=[_secret(name) for name in SECRETS if name in request.form],
        words=[(_label(name), value) for name, value in carried if _holds_words(value)],
        anew=path.removesuffix("/passkey") if PASSKEY in request.form else "",
    )


def _secret(name: str) -> Secret:
    if name == "code":
        return Secret(name, SECRETS[name], "text", "one-time-code")
    return Secret(name, SECRETS[name], "password", f"{'current' if request.path in ASKS_PASSWORD else 'new'}-password")


def _holds_words(value: str) -> bool:
    """Whether somebody wrote *value*: numbers, choices and marks of ours hold no blank."""
    return len(value.split()) > 1


def _label(name: str) -> str:
    return name.removeprefix("edit-").replace("_", " ").capitalize()


def put_session_back() -> None:
    """Have this browser's session be as it came: what was to begin or end with what was not saved has not."""
    came = current_app.session_interface.open_session(current_app, request)
    if came is not None and dict(came) != dict(session):
        session.clear()
        session.update(came)
