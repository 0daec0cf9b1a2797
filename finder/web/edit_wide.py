"""Direct acts that change many listings: looked at, confirmed or called off by a second moderator."""

from http import HTTPStatus

from flask import Response

from finder.domain.errors import BadInputError
from finder.domain.review import AlreadyDecidedError, StaleError
from finder.domain.roles import Right
from finder.review import wide
from finder.review.wide_shapes import Act
from finder.web.account_page import go
from finder.web.edit_page import new_blueprint, page
from finder.web.identity import require_anywhere
from finder.web.moderate_page import letterhead
from finder.web.parts import parts
from finder.web.presenters.edit import wide_lines

WIDE = "/moderate/wide"
WAITS = "It changes {} listings: it waits for a second moderator now, who finds it above the queue."
blueprint = new_blueprint("edit_wide")


def carried_out(act: Act, page_of: str, told: str) -> Response:
    """Do *act* and go on to the page of its result, or to where it waits for a second moderator.

    *page_of* is the page with "{}" for the number. Raises like `wide.carry_out`.
    """
    viewer, held = require_anywhere(Right.EDIT), parts()
    with held.database.unit_of_work() as register:
        outcome = wide.carry_out(register, act, by=viewer, letterhead=letterhead(), now=held.clock())
        if outcome.waits:
            listings = wide.held_act(register, outcome.waits, viewer=viewer).listings
    if outcome.waits:
        return go(f"{WIDE}/{outcome.waits}", WAITS.format(listings))
    return go(page_of.format(outcome.done), told)


@blueprint.get(f"{WIDE}/<int:number>")
def one_act(number: int) -> Response:
    """An act that wants two: what it would change, and the buttons for the second moderator."""
    return _shown(number)


def _shown(number: int, *, fault: str = "") -> Response:
    viewer, held = require_anywhere(Right.EDIT), parts()
    with held.database.reading() as register:
        found = wide.held_act(register, number, viewer=viewer)
    status = HTTPStatus.CONFLICT if fault else HTTPStatus.OK
    return page("wide", status=status, held=found, lines=wide_lines(found.shown), fault=fault)


@blueprint.post(f"{WIDE}/<int:number>/confirm")
def confirm(number: int) -> Response:
    """Do it as the second moderator."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    try:
        with held.database.unit_of_work() as register:
            wide.confirm(register, number, by=viewer, now=held.clock())
    except (BadInputError, StaleError, AlreadyDecidedError) as error:
        return _shown(number, fault=str(error))
    return go(f"{WIDE}/{number}", "It is done, for all these listings.")


@blueprint.post(f"{WIDE}/<int:number>/call-off")
def call_off(number: int) -> Response:
    """Leave everything as it is."""
    viewer, held = require_anywhere(Right.EDIT), parts()
    try:
        with held.database.unit_of_work() as register:
            wide.call_off(register, number, by=viewer, now=held.clock())
    except AlreadyDecidedError as error:
        return _shown(number, fault=str(error))
    return go(f"{WIDE}/{number}", "Nothing was changed.")
