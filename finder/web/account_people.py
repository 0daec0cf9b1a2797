"""Who moderates what: invite people, take roles back, close accounts. For administrators, and bodies' own."""

from flask import Response, request

from finder.accounts.people import bodies_for, list_people
from finder.accounts.permissions import Viewer
from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError
from finder.domain.review import StaleError
from finder.domain.roles import INVITES, WORDS, Right, Role
from finder.domain.text import clean
from finder.review import people as entrusting
from finder.web import signing
from finder.web.account_page import blamed, go, new_blueprint, page
from finder.web.forms.account import InviteForm
from finder.web.identity import require_anywhere, require_fresh
from finder.web.parts import parts
from finder.web.presenters.account import role_lines

blueprint = new_blueprint("account_people")

PEOPLE = "/account/people"
LONGEST_REASON = 500


def _inviter() -> Viewer:
    """The viewer, who may invite somewhere, by second factor, and has shown lately that it is them."""
    viewer = require_anywhere(Right.INVITE)
    require_fresh()
    return viewer


@blueprint.get(PEOPLE)
def people() -> Response:
    """Who holds what, and the form to invite somebody."""
    return _people(_inviter(), InviteForm())


def _people(viewer: Viewer, form: InviteForm) -> Response:
    with parts().database.reading() as register:
        _offer(form, viewer, bodies_for(register, viewer))
        listed = list_people(register, viewer)
        now = parts().clock()
        acts = entrusting.acts_on(register, [each.user_id for each in listed], viewer=viewer, now=now)
        names = dict(bodies_for(register, viewer))
    people = {each.user_id: each.name or each.email for each in listed}
    return page("people", form, people=listed, words=WORDS, acts=role_lines(acts, people, names, now=now))


def _offer(form: InviteForm, viewer: Viewer, bodies: list[tuple[int, str]]) -> None:
    roles = [role for role in reversed(Role) if viewer.administrator or role in INVITES]  # the least of them first
    form.offer(roles, bodies, whole_site=viewer.administrator)


@blueprint.post(PEOPLE)
def invite() -> Response:
    """Invite somebody."""
    viewer, form, held = _inviter(), InviteForm(request.form), parts()
    with held.database.reading() as register:
        _offer(form, viewer, bodies_for(register, viewer))
    if not form.validate():
        return _people(viewer, form)
    try:
        with held.database.unit_of_work() as register:
            entrusting.invite(
                register,
                email=form.email.data,
                name=form.name.data,
                role=Role(form.role.data),
                body_id=form.body_id,
                by=viewer,
                sender=signing.sender(),
                now=held.clock(),
            )
    except BadInputError as error:
        blamed(form, error)
        return _people(viewer, form)
    return go(PEOPLE, "The invitation is on its way.")


@blueprint.post("/account/people/roles/<int:number>/revoke")
def revoke(number: int) -> Response:
    """Take a role back."""
    viewer, held = _inviter(), parts()
    try:
        with held.database.unit_of_work() as register:
            entrusting.revoke(register, number, by=viewer, reason=_reason(), now=held.clock())
    except BadInputError as error:
        return go(PEOPLE, error.message)
    return go(PEOPLE, "The role is taken back.")


def _reason() -> str:
    return clean(request.form.get("reason", ""))[:LONGEST_REASON]


@blueprint.post("/account/people/acts/<int:number>/undo")
def undo(number: int) -> Response:
    """Give back, or take, what an act has taken or given."""
    viewer, held = _inviter(), parts()
    try:
        with held.database.unit_of_work() as register:
            entrusting.undo(register, number, by=viewer, now=held.clock())
    except (BadInputError, StaleError, TooLateError) as error:
        return go(PEOPLE, str(error))
    return go(PEOPLE, "It is taken back.")


@blueprint.post("/account/people/<int:number>/name")
def correct_name(number: int) -> Response:
    """Have somebody be called otherwise."""
    viewer, held, said = _inviter(), parts(), request.form.get("name", "")
    try:
        with held.database.unit_of_work() as register:
            entrusting.correct_name(register, number, said, by=viewer, reason=_reason(), now=held.clock())
    except BadInputError as error:
        return go(PEOPLE, error.message)
    return go(PEOPLE, "The name is corrected.")


@blueprint.post("/account/people/<int:number>/deactivate")
def deactivate(number: int) -> Response:
    """Close an account."""
    viewer, held = _inviter(), parts()
    try:
        with held.database.unit_of_work() as register:
            entrusting.deactivate(register, number, by=viewer, reason=_reason(), now=held.clock())
    except BadInputError as error:
        return go(PEOPLE, error.message)
    return go(PEOPLE, "The account is closed.")
