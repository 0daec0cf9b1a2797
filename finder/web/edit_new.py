"""A new listing by a moderator, with the form that facilitators fill in: in the finder at once."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.datastructures import MultiDict

from finder.accounts.permissions import Viewer
from finder.domain.errors import BadInputError
from finder.domain.roles import Right
from finder.review import adding
from finder.review.duplicates import Twin, likely
from finder.review.own_bodies import own_bodies
from finder.web.account_page import go
from finder.web.edit_page import new_blueprint
from finder.web.forms.edit_listing import AddedForm
from finder.web.forms.listing import ListingForm
from finder.web.identity import require_anywhere
from finder.web.parts import parts
from finder.web.presenters.edit import paths
from finder.web.presenters.submit import format_options, program_options
from finder.web.submit_page import labels, listing_form, page, settled

blueprint = new_blueprint("edit_new")


@blueprint.get("/moderate/new")
def new() -> Response:
    """The blank form."""
    viewer = require_anywhere(Right.EDIT)
    return _form(listing_form(None, None), _added(viewer, None))


def _added(viewer: Viewer, formdata: MultiDict[str, str] | None) -> AddedForm:
    form = AddedForm()
    with parts().database.reading() as register:
        form.offer(paths(own_bodies(register, viewer, Right.EDIT)))
    form.process(formdata)
    return form


def _form(form: ListingForm, added: AddedForm, twins: Sequence[Twin] = ()) -> Response:
    known = labels()
    values: dict[str, Any] = {"form": form, "added": added, "held": None, "hidden": set(), "twins": twins}
    values |= {"programs": program_options(known), "formats": format_options(known, form.format.data)}
    return page("edit/new.html", form, added, status=HTTPStatus.CONFLICT if twins else HTTPStatus.OK, **values)


@blueprint.post("/moderate/new")
def add() -> Response:
    """List the meeting, once it is said that it is none of those that look like it."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    form, added = listing_form(request.form, None), _added(viewer, request.form)
    fields = settled(form, None) if form.validate() & added.validate() else None
    if fields is None:
        return _form(form, added)
    said: dict[str, Any] = {"body": added.number, "by": viewer, "reason": added.reason.data, "now": held.clock()}
    with held.database.reading() as register:
        twins = [] if added.sure.data else likely(register, fields)
    if twins:
        return _form(form, added, twins)
    try:
        with held.database.unit_of_work() as register:
            slug = adding.add_listing(register, fields, **said)
    except BadInputError as error:
        form.blame(error.parameter, error.message)
        return _form(form, added)
    return go(f"/moderate/listing/{slug}", "The listing is in the finder.")
