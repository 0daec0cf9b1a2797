"""Direct editing for administrators: regions and service bodies are renamed, moved in their tree, and merged."""

from flask import Response, request
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from finder.accounts.permissions import Viewer
from finder.directory.vocabulary_edit import TREES, NodeDraft, Tree, all_nodes, node_of
from finder.directory.vocabulary_make import make_node
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.roles import Right
from finder.review.editing import history
from finder.review.wide_kinds import merge_act, node_act
from finder.web.account_page import blamed, go
from finder.web.edit_page import new_blueprint, page
from finder.web.edit_wide import carried_out
from finder.web.forms.edit import IntoForm, NodeForm
from finder.web.identity import require
from finder.web.parts import parts
from finder.web.presenters.edit import history_lines, paths

blueprint = new_blueprint("edit_trees")

#: How the trees are called in addresses.
PLACES = {"regions": "region", "bodies": "service_body"}


def _tree(place: str) -> tuple[Viewer, Tree]:
    viewer = require(Right.MANAGE_SITE, None)
    if place not in PLACES:
        raise NotFoundError("This page is not here.")
    return viewer, TREES[PLACES[place]]


@blueprint.get("/moderate/trees/<place>")
def tree(place: str) -> Response:
    """Every node of a tree, with the way to change it, and the form for a new one."""
    return _whole(place, NodeForm())


def _whole(place: str, form: NodeForm) -> Response:
    _, kind = _tree(place)
    with parts().database.reading() as register:
        nodes = paths(all_nodes(register, kind))
    form.parent.choices = [SelectChoice("", "Nothing"), *(SelectChoice(str(number), path) for number, path in nodes)]
    return page("tree", form, nodes=nodes, kind=kind, here=place, form=form)


@blueprint.post("/moderate/trees/<place>")
def add(place: str) -> Response:
    """Make a node that was not there."""
    viewer, kind = _tree(place)
    held, form = parts(), NodeForm(request.form)
    with held.database.reading() as register:
        form.parent.choices = ["", *(str(number) for number in all_nodes(register, kind))]
    try:
        if form.validate():
            draft = NodeDraft(name=form.name.data or "", parent_id=form.parent_id)
            said = {"actor": f"user:{viewer.user_id}", "reason": form.reason.data, "now": held.clock()}
            with held.database.unit_of_work() as register:
                number = make_node(register, kind, draft, **said)
            return go(f"/moderate/trees/{place}/{number}", f"The {kind.words} is there now.")
    except BadInputError as error:
        blamed(form, error)
    return _whole(place, form)


@blueprint.get("/moderate/trees/<place>/<int:number>")
def node(place: str, number: int) -> Response:
    """One node, with the forms to change it and to merge it into another."""
    return _node(place, number, None, IntoForm())


def _node(place: str, number: int, form: NodeForm | None, into: IntoForm) -> Response:
    _, kind = _tree(place)
    with parts().database.reading() as register:
        row = node_of(register, kind, number)
        shown = form or NodeForm(data={"name": row.name, "parent": str(row.parent_id or "")})
        _offer(register, kind, number, shown, into)
        acts = history_lines(history(register, kind.kind, number), now=parts().clock())
    return page("node", shown, into, node=row, kind=kind, here=place, form=shown, into=into, history=acts)


def _offer(register: Session, kind: Tree, number: int, form: NodeForm, into: IntoForm) -> None:
    choices = [SelectChoice(str(other), words) for other, words in paths(all_nodes(register, kind)) if other != number]
    form.parent.choices = [SelectChoice("", "Nothing: it is at the top"), *choices]
    into.into.choices = [SelectChoice("", "Choose one"), *choices]


@blueprint.post("/moderate/trees/<place>/<int:number>")
def change(place: str, number: int) -> Response:
    """Rename a node, or move it in its tree."""
    _, kind = _tree(place)
    form = NodeForm(request.form)
    with parts().database.reading() as register:
        _offer(register, kind, number, form, IntoForm())
    try:
        if form.validate():
            draft = NodeDraft(name=form.name.data or "", parent_id=form.parent_id)
            act = node_act(kind, number, draft, reason=form.reason.data or "")
            told = f"The {kind.words} is changed for everything in it."
            return carried_out(act, f"/moderate/trees/{place}/{{}}", told)
    except BadInputError as error:
        blamed(form, error)
    return _node(place, number, form, IntoForm())


@blueprint.post("/moderate/trees/<place>/<int:number>/merge")
def merge(place: str, number: int) -> Response:
    """Make one node of two."""
    _, kind = _tree(place)
    form = IntoForm(request.form)
    with parts().database.reading() as register:
        _offer(register, kind, number, NodeForm(), form)
    try:
        if form.validate():
            act = merge_act(kind, number, into=int(form.into.data), reason=form.reason.data or "")
            return carried_out(act, f"/moderate/trees/{place}/{{}}", f"The two are one {kind.words} now.")
    except BadInputError as error:
        blamed(form, error)
    return _node(place, number, None, form)
