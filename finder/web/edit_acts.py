"""Direct acts on one listing: different for some dates, and out of the finder for good."""

from flask import Response, request

from finder.domain.errors import BadInputError
from finder.domain.roles import Right
from finder.review import editing_listing
from finder.review.editing_listing import EditedListing
from finder.web.account_page import blamed, go
from finder.web.edit_page import new_blueprint, page
from finder.web.forms.edit_listing import ClosedForm, EditedForm
from finder.web.forms.submit import ExceptionForm
from finder.web.identity import require_anywhere
from finder.web.parts import parts

blueprint = new_blueprint("edit_acts")


@blueprint.get("/moderate/listing/<slug>/dates")
def dates(slug: str) -> Response:
    """The forms to have a listing be different for some dates, and to close it for good."""
    return _shown(_found(slug))


def _found(slug: str) -> EditedListing:
    viewer = require_anywhere(Right.EDIT)
    with parts().database.reading() as register:
        return editing_listing.listing_for(register, slug, viewer=viewer)


def _shown(
    found: EditedListing,
    form: ExceptionForm | None = None,
    why: EditedForm | None = None,
    close: ClosedForm | None = None,
) -> Response:
    form, why, close = form or ExceptionForm(), why or EditedForm(), close or ClosedForm()
    return page("dates", form, why, close, held=found.held, form=form, why=why, close=close)


@blueprint.post("/moderate/listing/<slug>/dates")
def except_dates(slug: str) -> Response:
    """Have the listing be different for some dates."""
    viewer, found, held = require_anywhere(Right.EDIT), _found(slug), parts()
    form, why = ExceptionForm(request.form), EditedForm(request.form)
    if not form.validate() & why.validate():
        return _shown(found, form, why)
    try:
        with held.database.unit_of_work() as register:
            fields, reason = form.fields(), why.reason.data
            editing_listing.except_dates(register, slug, fields, by=viewer, reason=reason, now=held.clock())
    except BadInputError as error:
        blamed(form, error)
        return _shown(found, form, why)
    return go(f"/moderate/listing/{slug}", "It is different for these dates, in the finder too.")


@blueprint.post("/moderate/listing/<slug>/close")
def close(slug: str) -> Response:
    """Take the listing out of the finder for good."""
    viewer, found, held, form = require_anywhere(Right.EDIT), _found(slug), parts(), ClosedForm(request.form)
    if not form.validate():
        return _shown(found, close=form)
    with held.database.unit_of_work() as register:
        reason = form.close_reason.data
        editing_listing.close_listing(register, slug, by=viewer, reason=reason, now=held.clock())
    return go(f"/moderate/listing/{slug}", "It is out of the finder. You can take this back below for 30 days.")
