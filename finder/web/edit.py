"""Direct editing for moderators: a place for all meetings there, twins, and taking acts back."""

from http import HTTPStatus

from flask import Response, request

from finder.directory.revert import TooLateError
from finder.domain.errors import BadInputError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.review import editing, editing_listing
from finder.review.editing import HeldPlace
from finder.review.wide_kinds import closing_act, place_act
from finder.web.account_page import blamed, go
from finder.web.edit_page import new_blueprint, page
from finder.web.edit_wide import carried_out
from finder.web.forms.edit import CloseForm, KeepForm, PlaceForm
from finder.web.identity import local_path, require_anywhere
from finder.web.mapping import map_of
from finder.web.parts import parts
from finder.web.presenters.edit import history_lines, place_page, twin_sides

blueprint = new_blueprint("edit")


@blueprint.get("/moderate/place/<int:number>")
def place(number: int) -> Response:
    """A place, with the forms to change and to close it, and what was done to it."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    with held.database.reading() as register:
        found = editing.place_for(register, number, viewer=viewer)
    return _place(found, PlaceForm.of(found.draft, found.seen), CloseForm())


def _place(
    found: HeldPlace, form: PlaceForm, close: CloseForm, *, status: int = HTTPStatus.OK, stale: str = ""
) -> Response:
    shown = place_page(found, shared=editing.SHARED, now=parts().clock())
    drawn = map_of(None, {"latitude": found.draft.latitude, "longitude": found.draft.longitude})
    return page("place", form, close, status=status, place=shown, form=form, close=close, stale=stale, map=drawn)


@blueprint.post("/moderate/place/<int:number>")
def change_place(number: int) -> Response:
    """Change a place for all meetings there."""
    viewer, held, form = require_anywhere(Right.EDIT), parts(), PlaceForm(request.form)
    with held.database.reading() as register:
        found = editing.place_for(register, number, viewer=viewer)
    if not form.validate():
        return _place(found, form, CloseForm())
    try:
        act = place_act(number, form.draft(found.draft), seen=form.seen.data or "", reason=form.reason.data or "")
        return carried_out(act, "/moderate/place/{}", "The place is changed for all meetings there.")
    except BadInputError as error:
        blamed(form, error)
        return _place(found, form, CloseForm())
    except StaleError as error:
        form.seen.data = found.seen
        return _place(found, form, CloseForm(), status=HTTPStatus.CONFLICT, stale=str(error))


@blueprint.post("/moderate/place/<int:number>/close")
def close_place(number: int) -> Response:
    """Close a place for dates, for all meetings there."""
    viewer, held, form = require_anywhere(Right.EDIT), parts(), CloseForm(request.form)
    with held.database.reading() as register:
        found = editing.place_for(register, number, viewer=viewer)
    try:
        if form.validate():
            act = closing_act(number, form.override(), reason=form.reason.data or "")
            told = "The place is closed for these dates, for all meetings there."
            return carried_out(act, "/moderate/place/{}", told)
    except BadInputError as error:
        blamed(form, error)
    return _place(found, PlaceForm.of(found.draft, found.seen), form)


@blueprint.get("/moderate/merge")
def twins() -> Response:
    """Two listings side by side, and which of them stays."""
    return _twins(KeepForm())


def _pair() -> tuple[str, str]:
    return request.values.get("one", "")[:64], request.values.get("other", "")[:64]


def _twins(form: KeepForm) -> Response:
    viewer, held = require_anywhere(Right.EDIT), parts()
    with held.database.reading() as register:
        drafts = editing_listing.two_listings(register, _pair(), viewer=viewer)
    return page("merge", form, sides=twin_sides(drafts, now=held.clock()), form=form)


@blueprint.post("/moderate/merge")
def merge() -> Response:
    """Make one listing of two."""
    viewer, held, form = require_anywhere(Right.EDIT), parts(), KeepForm(request.form)
    try:
        if form.validate():
            said = {"by": viewer, "reason": form.reason.data, "now": held.clock()}
            with held.database.unit_of_work() as register:
                entry = editing_listing.merge(register, _pair(), keep=form.keep.data, **said)
            return go(f"/moderate/acts/{entry}", "One of the two listings stays, and the other leads to it.")
    except BadInputError as error:
        blamed(form, error)
    return _twins(form)


@blueprint.get("/moderate/acts/<int:number>")
def act(number: int) -> Response:
    """One direct act, and the button that takes it back."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    with held.database.reading() as register:
        found = editing.act_for(register, number, viewer=viewer)
    return page("act", lines=history_lines([found], now=held.clock()))


@blueprint.post("/moderate/acts/<int:number>/undo")
def undo(number: int) -> Response:
    """Take a direct act back."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    back = local_path(request.form.get("next")) or "/moderate/health"
    try:
        with held.database.unit_of_work() as register:
            editing.undo(register, number, by=viewer, reason="undo", now=held.clock())
    except TooLateError as error:
        return go(back, str(error))
    return go(back, "It is taken back.")
