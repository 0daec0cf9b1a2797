"""What the account pages share: their headers, a notice after an act, and where to go next."""

from urllib.parse import quote

from flask import Blueprint, Response, current_app, request, session

from finder.domain.errors import BadInputError
from finder.web import identity
from finder.web.armour import ARMOUR
from finder.web.assets import assets_of
from finder.web.forms.account import Faulty
from finder.web.identity import HOME, SECOND_STEP, local_path
from finder.web.page import render

NOTICE = "notice"
#: The account pages switch passkeys on, which every other page switches off.
POWERS = dict(ARMOUR)["Permissions-Policy"].replace(
    "publickey-credentials-get=()", "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


def new_blueprint(name: str) -> Blueprint:
    """A family of account pages, whose answers are kept nowhere."""
    made = Blueprint(name, __name__)
    made.after_request(guarded)
    return made


def guarded(response: Response) -> Response:
    """An answer with the headers of account pages."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Permissions-Policy"] = POWERS
    return response


def page(template: str, form: Faulty | None = None, **values: object) -> Response:
    """An account page; 400 when its form has faults."""
    found = identity.present()
    if form is not None:
        values["form"] = form
    return render(
        f"account/{template}.html",
        status=400 if form is not None and form.faults else 200,
        viewer=found.viewer if found else None,
        said=session.pop(NOTICE, "") if NOTICE in session else "",
        script=assets_of(current_app).url("js/passkey.js"),
        **values,
    )


def go(path: str, notice: str = "") -> Response:
    """Send them on to *path*, a path of this site, where *notice* is shown."""
    if notice:
        session[NOTICE] = notice
    return Response(status=303, headers={"Location": path})


def next_path() -> str:
    """Where they wanted to go; "" when nowhere that is on this site."""
    return local_path(request.values.get("next"))


def after_sign_in() -> Response:
    """Where to go after a sign-in: by way of the second step, for whoever has one and has not passed it."""
    found, wanted = identity.present(), next_path()
    if found is not None and found.has_second_factor and not found.viewer.strong:
        return go(f"{SECOND_STEP}?next={quote(wanted)}" if wanted else SECOND_STEP)
    return go(wanted or HOME)


def blamed(form: Faulty, error: BadInputError) -> Faulty:
    """*form* with an error at the field that it names."""
    form.blame(error.parameter, error.message)
    return form
