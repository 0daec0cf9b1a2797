"""Signing in and out, the second step, and the overview of one's account."""

from flask import Response, request

from finder.accounts import sessions
from finder.accounts.events import Event, note
from finder.accounts.people import held_by
from finder.accounts.users import rename
from finder.domain.errors import BadInputError
from finder.web import identity, passkeys, signing
from finder.web.account_page import after_sign_in, blamed, go, new_blueprint, next_path, page
from finder.web.forms.account import CodeForm, ConfirmForm, DetailsForm, SignInForm
from finder.web.identity import HOME, SIGN_IN, Present, present_or_sign_in
from finder.web.parts import parts
from finder.web.presenters.account import overview_page
from finder.web.security import account, security

blueprint = new_blueprint("account")

WRONG = "Mail address and password do not fit together."


@blueprint.get("/account/sign-in")
def sign_in() -> Response:
    """The page to sign in on; whoever is signed in is sent on."""
    if identity.present() is not None:
        return after_sign_in()
    return _sign_in(SignInForm())


def _sign_in(form: SignInForm) -> Response:
    return page("sign_in", form, next=next_path(), question=passkeys.asked_to_sign_in())


@blueprint.post("/account/sign-in")
def try_to_sign_in() -> Response:
    """Sign in by password."""
    form = SignInForm(request.form)
    if form.validate():
        if signing.by_password(form.email.data, form.password.data):
            return after_sign_in()
        form.blame("email", WRONG)
    return _sign_in(form)


@blueprint.post("/account/sign-in/passkey")
def sign_in_by_passkey() -> Response:
    """Sign in by passkey, which is both factors at once."""
    try:
        signing.by_passkey(request.form.get("credential", ""))
    except BadInputError as error:
        form = SignInForm()
        form.blame("email", error.message)
        return _sign_in(form)
    return after_sign_in()


@blueprint.post("/account/sign-out")
def sign_out() -> Response:
    """End this session."""
    signing.sign_out()
    return go(SIGN_IN, "You are signed out.")


@blueprint.get("/account/second-step")
def second_step() -> Response:
    """The page for the second step; whoever has nothing to prove it by is sent to set something up."""
    found = present_or_sign_in()
    if found.viewer.strong:
        return go(next_path() or HOME)
    if not found.has_second_factor:
        return go(
            "/account/authenticator",
            "Deciding, editing, inviting and seeing contacts need a second proof that it is you.",
        )
    return _second_step(found, CodeForm())


def _second_step(found: Present, form: CodeForm) -> Response:
    return page("second_step", form, next=next_path(), question=_question(found))


def _question(found: Present) -> str:
    """The question for one of their passkeys; "" when they have none."""
    with parts().database.reading() as register:
        numbers = passkeys.numbers_of(register, found.viewer.user_id)
    return passkeys.asked_to_sign_in(numbers) if numbers else ""


@blueprint.post("/account/second-step")
def pass_second_step() -> Response:
    """Pass the second step with a code."""
    found, form = present_or_sign_in(), CodeForm(request.form)
    if form.validate():
        if signing.by_code(found, form.code.data):
            return go(next_path() or HOME)
        form.blame("code", "This code does not fit. Enter the one that the app shows now.")
    return _second_step(found, form)


@blueprint.post("/account/second-step/passkey")
def pass_by_passkey() -> Response:
    """Pass the second step with a passkey."""
    found = present_or_sign_in()
    try:
        signing.again_by_passkey(found, request.form.get("credential", ""))
    except BadInputError as error:
        return _second_step(found, _blamed_code(error))
    return go(next_path() or HOME)


def _blamed_code(error: BadInputError) -> CodeForm:
    form = CodeForm()
    blamed(form, error)
    return form


@blueprint.get("/account/confirm")
def confirm() -> Response:
    """The page to show once more that it is you."""
    return _confirm(present_or_sign_in(), ConfirmForm())


def _confirm(found: Present, form: ConfirmForm) -> Response:
    return page("confirm", form, next=next_path(), question=_question(found))


@blueprint.post("/account/confirm")
def try_to_confirm() -> Response:
    """Show once more that it is you, by password."""
    found, form = present_or_sign_in(), ConfirmForm(request.form)
    if form.validate():
        if signing.confirm(found, form.password.data):
            return go(next_path() or HOME)
        form.blame("password", "This is not your password.")
    return _confirm(found, form)


@blueprint.post("/account/confirm/passkey")
def confirm_by_passkey() -> Response:
    """Show once more that it is you, by passkey."""
    found = present_or_sign_in()
    try:
        signing.again_by_passkey(found, request.form.get("credential", ""))
    except BadInputError as error:
        form = ConfirmForm()
        blamed(form, error)
        return _confirm(found, form)
    return go(next_path() or HOME)


@blueprint.get(HOME)
def overview() -> Response:
    """One's account: roles, proofs, sessions."""
    found = present_or_sign_in()
    return _overview(found, DetailsForm(data={"name": found.name, "digest_daily": found.digest_daily}))


def _overview(found: Present, form: DetailsForm) -> Response:
    with parts().database.reading() as register:
        user = account(register, found.viewer.user_id, to_change=False)
        shown = overview_page(
            found.viewer,
            authenticator=user.tf_totp_secret is not None,
            passkeys=len(user.webauthn),
            codes=len(security().mf_recovery_codes_util.get_recovery_codes(user)),
            held=held_by(register, user.id),
            running=sessions.list_sessions(register, user.id),
            this=found.session_id,
        )
    return page("overview", form, page=shown)


@blueprint.post("/account/details")
def save_details() -> Response:
    """Change what one is called, and how often one is told."""
    found, form = present_or_sign_in(), DetailsForm(request.form)
    if not form.validate():
        return _overview(found, form)
    with parts().database.unit_of_work() as register:
        rename(register, found.viewer.user_id, name=form.name.data, digest_daily=form.digest_daily.data)
    return go(HOME, "Saved.")


@blueprint.post("/account/sessions/<int:number>/end")
def end_session(number: int) -> Response:
    """End one of one's sessions."""
    found, held = present_or_sign_in(), parts()
    with held.database.unit_of_work() as register:
        sessions.end(register, number, found.viewer.user_id)
        note(register, Event.SESSION_ENDED, user_id=found.viewer.user_id, now=held.clock())
    return go(HOME, "That session has ended.")


@blueprint.post("/account/sessions/end-others")
def end_other_sessions() -> Response:
    """End every session of one's own but this one."""
    found, held = present_or_sign_in(), parts()
    with held.database.unit_of_work() as register:
        sessions.end_all(register, found.viewer.user_id, but=found.session_id)
        note(register, Event.SESSION_ENDED, user_id=found.viewer.user_id, now=held.clock())
    return go(HOME, "All other sessions have ended.")
