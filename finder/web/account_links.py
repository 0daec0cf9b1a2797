"""Pages behind links that were mailed: accepting an invitation, choosing a new password.

A link is used up by sending the form, never by opening it: mail scanners open every link.
"""

from flask import Response, request

from finder.accounts import letters, links, sessions
from finder.accounts.attempts import Bucket, WaitError
from finder.accounts.events import Event, note
from finder.accounts.links import Purpose
from finder.accounts.users import find_by_email
from finder.domain.errors import NotFoundError
from finder.store.accounts import User
from finder.web import signing
from finder.web.account_page import go, new_blueprint, page
from finder.web.forms.account import InvitationForm, PasswordForm, ResetForm
from finder.web.identity import SIGN_IN
from finder.web.parts import parts
from finder.web.security import account, credentials

blueprint = new_blueprint("account_links")


@blueprint.get("/account/invitation/<secret>")
def invitation(secret: str) -> Response:
    """The page on which an invitation is accepted; looking uses nothing up."""
    user = _look(Purpose.INVITE, secret)
    return _invitation(secret, user, InvitationForm(data={"name": user.name}))


def _look(purpose: Purpose, secret: str) -> User:
    held = parts()
    with held.database.reading() as register:
        return links.look(register, purpose, secret, now=held.clock())


def _invitation(secret: str, user: User, form: InvitationForm) -> Response:
    return page(
        "password",
        form,
        heading="Welcome",
        words=f"Choose a password for {user.email}. You sign in with this address from now on.",
        action=f"/account/invitation/{secret}",
        press="Begin",
        email=user.email,
        signed_in=False,
    )


@blueprint.post("/account/invitation/<secret>")
def accept(secret: str) -> Response:
    """Accept an invitation: the link is used up, the password set, and they are signed in."""
    found, form = _look(Purpose.INVITE, secret), InvitationForm(request.form)
    form.words = (found.email, found.name)
    if not form.validate():
        return _invitation(secret, found, form)
    kept, now = signing.hashed(form.password.data), parts().clock()
    with credentials() as register:
        user = account(register, links.use(register, Purpose.INVITE, secret, now=now).id)
        user.password, user.confirmed_at, user.name = kept, now, form.name.data or user.name
        sessions.end_all(register, user.id)
        note(register, Event.ACCEPTED, user_id=user.id, now=now)
        signing.begin(register, user, strong=False, now=now)
    return go("/account/second-step")


@blueprint.get("/account/reset")
def ask_for_reset() -> Response:
    """The page to ask for a new password on."""
    return page("reset", ResetForm())


@blueprint.post("/account/reset")
def send_reset() -> Response:
    """Mail a link for a new password, if there is such an account; the answer is the same either way."""
    form = ResetForm(request.form)
    if not form.validate():
        return page("reset", form)
    signing.take_turn(signing.network_bucket("reset"))
    _send_link(form.email.data)
    return go("/account/reset/sent")


def _send_link(address: str) -> None:
    """Mail the link, three times an hour at most; whoever asks more often is told nothing of it."""
    held = parts()
    now = held.clock()
    try:
        signing.take_turn(Bucket(f"reset:account:{signing.digest('account', address)}", most=3, within=signing.HOUR))
    except WaitError:
        return
    with held.database.unit_of_work() as register:
        note(register, Event.RESET_ASKED, user_id=None, now=now, network=signing.network_today(now))
        try:
            user = find_by_email(register, address)
        except NotFoundError:
            return
        if user.active and user.password is not None:
            link = signing.sender().link(Purpose.RESET, links.issue(register, Purpose.RESET, user.id, now=now))
            signing.mail(register, user, letters.reset(signing.sender(), link=link), now=now)


@blueprint.get("/account/reset/sent")
def reset_sent() -> Response:
    """What is said after asking for a new password."""
    return page("reset_sent")


@blueprint.get("/account/reset/<secret>")
def reset(secret: str) -> Response:
    """The page to choose a new password on; looking uses nothing up."""
    return _reset(secret, _look(Purpose.RESET, secret), PasswordForm())


def _reset(secret: str, user: User, form: PasswordForm) -> Response:
    return page(
        "password",
        form,
        heading="Choose a new password",
        words="Every session of your account ends. Your second factor stays as it is.",
        action=f"/account/reset/{secret}",
        press="Save",
        email=user.email,
        signed_in=False,
    )


@blueprint.post("/account/reset/<secret>")
def set_new_password(secret: str) -> Response:
    """Set a new password: the link is used up, and every session ends."""
    found, form = _look(Purpose.RESET, secret), PasswordForm(request.form)
    form.words = (found.email, found.name)
    if not form.validate():
        return _reset(secret, found, form)
    kept, now = signing.hashed(form.password.data), parts().clock()
    with credentials() as register:
        user = account(register, links.use(register, Purpose.RESET, secret, now=now).id)
        user.password = kept
        sessions.end_all(register, user.id)
        note(register, Event.PASSWORD_SET, user_id=user.id, now=now)
        signing.mail(
            register, user, letters.changed(signing.sender(), what="Your password was changed by a link."), now=now
        )
    signing.sign_out()
    return go(SIGN_IN, "Your new password is set. Sign in with it.")
