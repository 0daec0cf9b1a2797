"""Direct editing of a group's public words, for all its listings."""

from http import HTTPStatus

from flask import Response, request

from finder.domain.errors import BadInputError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.review.editing_groups import HeldGroup, add_contact, drop_contact, group_for
from finder.review.wide_groups import group_act
from finder.web.account_page import blamed, go
from finder.web.edit_page import new_blueprint, page
from finder.web.edit_wide import carried_out
from finder.web.forms.edit import ContactForm, GroupForm
from finder.web.identity import require_anywhere
from finder.web.parts import parts
from finder.web.presenters.edit import history_lines, said_otherwise

blueprint = new_blueprint("edit_groups")


@blueprint.get("/moderate/groups/<int:number>")
def group(number: int) -> Response:
    """A group, with the form to change it, and what was done to it."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    with held.database.reading() as register:
        found = group_for(register, number, viewer=viewer)
    return _group(found, GroupForm.of(found.draft, found.seen))


def _group(found: HeldGroup, form: GroupForm, *, stale: str = "", contact: ContactForm | None = None) -> Response:
    adding = contact or ContactForm()
    return page(
        "group",
        form,
        adding,
        adding=adding,
        status=HTTPStatus.CONFLICT if stale else HTTPStatus.OK,
        group=found,
        form=form,
        stale=stale,
        differences=said_otherwise(form.words(), found.draft) if stale else [],
        history=history_lines(found.history, now=parts().clock()),
    )


@blueprint.post("/moderate/groups/<int:number>")
def change(number: int) -> Response:
    """Change a group for all its listings."""
    viewer, held, form = require_anywhere(Right.EDIT), parts(), GroupForm(request.form)
    with held.database.reading() as register:
        found = group_for(register, number, viewer=viewer)
    if not form.validate():
        return _group(found, form)
    try:
        act = group_act(number, form.draft(), seen=form.seen.data or "", reason=form.reason.data or "")
        return carried_out(act, "/moderate/groups/{}", "The group is changed for all its listings.")
    except BadInputError as error:
        blamed(form, error)
        return _group(found, form)
    except StaleError as error:
        form.seen.data = found.seen
        return _group(found, form, stale=str(error))


@blueprint.post("/moderate/groups/<int:number>/contacts")
def add_somebody(number: int) -> Response:
    """Have somebody answer for a group."""
    viewer, held, form = require_anywhere(Right.EDIT), parts(), ContactForm(request.form)
    with held.database.reading() as register:
        found = group_for(register, number, viewer=viewer)
    try:
        if form.validate():
            said = {"by": viewer, "reason": form.contact_reason.data, "now": held.clock()}
            with held.database.unit_of_work() as register:
                add_contact(register, number, form.draft(), **said)
            return go(f"/moderate/groups/{number}", "They answer for the group now.")
    except BadInputError as error:
        field = {"email": "contact_email", "name": "contact_name"}.get(error.parameter, error.parameter)
        blamed(form, BadInputError(field, error.message))
    return _group(found, GroupForm.of(found.draft, found.seen), contact=form)


@blueprint.post("/moderate/groups/<int:number>/contacts/<int:contact>/remove")
def remove_somebody(number: int, contact: int) -> Response:
    """Have somebody answer for a group no more."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    try:
        with held.database.unit_of_work() as register:
            drop_contact(register, number, contact, by=viewer, reason="Does not answer for it", now=held.clock())
    except BadInputError as error:
        return go(f"/moderate/groups/{number}", error.message)
    return go(f"/moderate/groups/{number}", "Nobody writes to them any more. You can take this back below for 30 days.")
