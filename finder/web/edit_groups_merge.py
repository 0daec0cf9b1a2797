"""Making one group of two: the page on which the other is found, and the one on which both are looked at."""

from http import HTTPStatus

from flask import Response, request

from finder.domain.errors import BadInputError
from finder.domain.review import StaleError
from finder.domain.roles import Right
from finder.domain.text import clean
from finder.review.editing_groups import group_for
from finder.review.merging_groups import merge_for, others_like, why_not
from finder.review.wide_groups import merge_group_act
from finder.web.account_page import blamed
from finder.web.edit_find import LONGEST
from finder.web.edit_page import new_blueprint, page
from finder.web.edit_wide import carried_out
from finder.web.forms.edit import OneGroupForm
from finder.web.identity import require_anywhere
from finder.web.parts import parts
from finder.web.presenters.groups_merge import merge_page

blueprint = new_blueprint("edit_groups_merge")


@blueprint.get("/moderate/groups/<int:number>/merge")
def choose(number: int) -> Response:
    """The groups that a group can become part of: those that are called like it, or as one asks."""
    viewer, words = require_anywhere(Right.EDIT), clean(request.args.get("q", ""))[:LONGEST]
    with parts().database.reading() as register:
        held = group_for(register, number, viewer=viewer)
        refusal = why_not(register, held)
        found = () if refusal else others_like(register, held, words, viewer=viewer)
    return page("group_merge", group=held, refusal=refusal, found=found, words=words)


@blueprint.get("/moderate/groups/<int:number>/merge/<int:into>")
def look(number: int, into: int) -> Response:
    """What becomes of two groups when they are made one."""
    return _shown(number, into, OneGroupForm())


def _shown(number: int, into: int, form: OneGroupForm, *, stale: str = "") -> Response:
    viewer = require_anywhere(Right.EDIT)
    with parts().database.reading() as register:
        found = merge_for(register, number, into, viewer=viewer)
    form.seen.data = found.seen
    status = HTTPStatus.CONFLICT if stale else HTTPStatus.OK
    return page("group_merge_check", form, status=status, held=found, shown=merge_page(found), form=form, stale=stale)


@blueprint.post("/moderate/groups/<int:number>/merge/<int:into>")
def merge(number: int, into: int) -> Response:
    """Make one group of two."""
    form = OneGroupForm(request.form)
    try:
        if form.validate():
            act = merge_group_act(number, into=into, seen=form.seen.data or "", reason=form.reason.data or "")
            return carried_out(act, "/moderate/groups/{}", "They are one group now. You can take it back for 30 days.")
    except BadInputError as error:
        blamed(form, BadInputError("reason", error.message))
    except StaleError as error:
        return _shown(number, into, form, stale=str(error))
    return _shown(number, into, form)
