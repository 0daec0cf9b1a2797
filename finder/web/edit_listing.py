"""Direct editing of one listing, with the form that facilitators fill in."""

from http import HTTPStatus
from typing import Any

from flask import Response, request

from finder.domain.errors import BadInputError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.review import editing_listing
from finder.review.editing_listing import EditedListing
from finder.web.account_page import go
from finder.web.edit_page import new_blueprint
from finder.web.forms.edit_listing import EditedForm
from finder.web.forms.listing import ListingForm
from finder.web.identity import require_anywhere
from finder.web.parts import parts
from finder.web.presenters.edit import differences
from finder.web.presenters.submit import format_options, program_options
from finder.web.submit_page import fields_from, labels, listing_form, page, settled

blueprint = new_blueprint("edit_listing")


@blueprint.get("/moderate/listing/<slug>/edit")
def edit(slug: str) -> Response:
    """The form with a listing as it is, hidden parts included."""
    found = _found(slug)
    edited = EditedForm(data={"seen": str(found.held.revision)})
    return _form(found, listing_form(None, found.held), edited)


def _found(slug: str) -> EditedListing:
    viewer = require_anywhere(Right.EDIT)
    with parts().database.reading() as register:
        return editing_listing.listing_for(register, slug, viewer=viewer)


def _form(found: EditedListing, form: ListingForm, edited: EditedForm, stale: StaleError | None = None) -> Response:
    known = labels()
    answer = page(
        "edit/listing.html",
        form,
        edited,
        form=form,
        edited=edited,
        held=found.held,
        place=found.place_id,
        hidden=set(),
        programs=program_options(known),
        formats=format_options(known),
        stale=str(stale or ""),
        now=differences(fields_from(form, found.held), found.held.fields) if stale else [],
    )
    if stale is not None:
        answer.status_code = HTTPStatus.CONFLICT
    return answer


@blueprint.post("/moderate/listing/<slug>/edit")
def change(slug: str) -> Response:
    """Change the listing."""
    viewer, found, held = require_anywhere(Right.EDIT), _found(slug), parts()
    form, edited = listing_form(request.form, found.held), EditedForm(request.form)
    fields = settled(form, found.held) if form.validate() & edited.validate() else None
    if fields is None:
        return _form(found, form, edited)
    said: dict[str, Any] = {
        "seen": edited.seen_revision,
        "by": viewer,
        "reason": edited.reason.data,
        "now": held.clock(),
    }
    try:
        with held.database.unit_of_work() as register:
            editing_listing.edit_listing(register, slug, fields, **said)
    except BadInputError as error:
        form.blame(error.parameter, error.message)
        return _form(found, form, edited)
    except StaleError as error:
        edited.seen.data = str(found.held.revision)
        return _form(found, form, edited, error)
    return go(f"/moderate/listing/{slug}", "The listing is changed.")
