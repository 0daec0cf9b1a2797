"""How somebody proves that it is them: password, authenticator app, recovery codes, passkeys.

Every page here wants a fresh proof, and the second step from whoever has one: nobody who finds a screen unlocked can
take an account over.
"""

import segno
from flask import Response, request, session
from sqlalchemy.orm import Session

from finder.accounts import letters, sessions
from finder.accounts.events import Event, note
from finder.accounts.users import forget_passkey
from finder.domain.errors import BadInputError
from finder.web import identity, passkeys, signing
from finder.web.account_page import blamed, go, new_blueprint, page
from finder.web.forms.account import CodeForm, PasskeyForm, PasswordForm
from finder.web.identity import HOME, Present, require_guarded
from finder.web.parts import parts
from finder.web.presenters.account import day
from finder.web.security import CODE_WINDOW_S, Account, account, credentials, datastore, security

blueprint = new_blueprint("account_proofs")

#: Where the secret of an app that is being set up waits: in the cookie, encrypted under a key of the instance.
PENDING = "authenticator"


def tell(register: Session, user: Account, what: Event, words: str) -> None:
    """Write down that a proof was changed, and tell the owner by mail."""
    now = parts().clock()
    note(register, what, user_id=user.id, now=now)
    signing.mail(register, user, letters.changed(signing.sender(), what=words), now=now)


@blueprint.get("/account/authenticator")
def authenticator() -> Response:
    """The page to set up an authenticator app on."""
    return _authenticator(require_guarded(), CodeForm())


def _authenticator(found: Present, form: CodeForm) -> Response:
    totp = security().totp_factory
    pending = session.get(PENDING)
    if not isinstance(pending, str):
        pending = session[PENDING] = totp.generate_totp_secret()
    uri = totp.get_totp_uri(found.viewer.email, pending)
    picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    with parts().database.reading() as register:
        exists = account(register, found.viewer.user_id, to_change=False).tf_totp_secret is not None
    return page("authenticator", form, picture=picture, key=totp.get_totp_pretty_key(pending), exists=exists)


@blueprint.post("/account/authenticator")
def set_up_authenticator() -> Response:
    """Take an authenticator app that shows the right code; the session is strong from then on."""
    found, form = require_guarded(), CodeForm(request.form)
    pending = session.get(PENDING)
    if not form.validate() or not isinstance(pending, str):
        return _authenticator(found, form)
    now = parts().clock()
    turns = signing.take_turn(signing.second_step_bucket(found.viewer.user_id))
    with credentials() as register:
        user = account(register, found.viewer.user_id)
        code = "".join(form.code.data.split())
        if security().totp_factory.verify_totp(code, pending, user, window=CODE_WINDOW_S):
            signing.give_back(register, turns)
            datastore.tf_set(user, "authenticator", totp_secret=pending)
            tell(register, user, Event.AUTHENTICATOR_SET, "An authenticator app was set up.")
            signing.passed(register, found, now=now)
            return go("/account/recovery-codes", "Your app is set up. Now make recovery codes, in case it gets lost.")
    form.blame("code", "This code does not fit. Enter the one that the app shows now.")
    return _authenticator(found, form)


@blueprint.post("/account/authenticator/remove")
def remove_authenticator() -> Response:
    """Take the authenticator app off."""
    found = require_guarded()
    with credentials() as register:
        user = account(register, found.viewer.user_id)
        datastore.tf_reset(user)
        tell(register, user, Event.AUTHENTICATOR_REMOVED, "The authenticator app was removed.")
    return go(HOME, "The app is removed.")


@blueprint.get("/account/recovery-codes")
def recovery_codes() -> Response:
    """The recovery codes that are left."""
    found = require_guarded()
    with parts().database.reading() as register:
        user = account(register, found.viewer.user_id, to_change=False)
        codes = security().mf_recovery_codes_util.get_recovery_codes(user)
    return page("recovery_codes", codes=codes)


@blueprint.post("/account/recovery-codes")
def make_recovery_codes() -> Response:
    """Make new recovery codes in place of those before."""
    found = require_guarded()
    with credentials() as register:
        user = account(register, found.viewer.user_id)
        security().mf_recovery_codes_util.create_recovery_codes(user)
        tell(register, user, Event.CODES_MADE, "New recovery codes were made; those before no longer work.")
    return go("/account/recovery-codes", "These are your new codes.")


@blueprint.get("/account/passkeys")
def list_passkeys() -> Response:
    """The passkeys there are, and the form for another."""
    return _passkeys(require_guarded(), PasskeyForm())


def _passkeys(found: Present, form: PasskeyForm) -> Response:
    with parts().database.reading() as register:
        user = account(register, found.viewer.user_id, to_change=False)
        question = passkeys.asked_to_register(user)
        held = [
            {"id": one.id, "name": one.name, "added": day(one.create_datetime), "used": day(one.lastuse_datetime)}
            for one in user.webauthn
        ]
    return page("passkeys", form, held=held, question=question)


@blueprint.post("/account/passkeys")
def add_passkey() -> Response:
    """Add a passkey; the session is strong from then on."""
    found, form, now = require_guarded(), PasskeyForm(request.form), parts().clock()
    if not form.validate():
        return _passkeys(found, form)
    try:
        with credentials() as register:
            user = account(register, found.viewer.user_id)
            passkeys.add(user, form.credential.data, form.name.data, now=now)
            tell(register, user, Event.PASSKEY_ADDED, "A passkey was added.")
            signing.passed(register, found, now=now)
    except BadInputError as error:
        blamed(form, error)
        return _passkeys(found, form)
    return go("/account/passkeys", "The passkey is added.")


@blueprint.post("/account/passkeys/<int:number>/remove")
def remove_passkey(number: int) -> Response:
    """Take a passkey off."""
    found = require_guarded()
    with credentials() as register:
        forget_passkey(register, number, found.viewer.user_id, now=parts().clock())
        user = account(register, found.viewer.user_id)
        signing.mail(
            register, user, letters.changed(signing.sender(), what="A passkey was removed."), now=parts().clock()
        )
    return go("/account/passkeys", "The passkey is removed.")


@blueprint.get("/account/password")
def password() -> Response:
    """The page to change one's password on."""
    return _password(require_guarded(), PasswordForm())


def _password(found: Present, form: PasswordForm) -> Response:
    return page(
        "password",
        form,
        heading="Change your password",
        words="All your other sessions end when you change it.",
        action="/account/password",
        press="Change it",
        email=found.viewer.email,
        signed_in=True,
    )


@blueprint.post("/account/password")
def change_password() -> Response:
    """Change one's password; every other session ends."""
    found, form = require_guarded(), PasswordForm(request.form)
    form.words = (found.viewer.email, found.name)
    if not form.validate():
        return _password(found, form)
    kept, now = signing.hashed(form.password.data), parts().clock()
    with credentials() as register:
        user = account(register, found.viewer.user_id)
        user.password = kept
        sessions.end_all(register, user.id, but=found.session_id)
        tell(register, user, Event.PASSWORD_SET, "Your password was changed.")
        signing.renew(register, found, now=now)
    identity.forget()
    return go(HOME, "Your password is changed.")
